"""Stand-ins for Twisted and zope.interface; with the real ones the same holds."""

import asyncio
import unittest

from twisted.internet import defer
from zope.interface import Interface, implementer

from buildbot import _calls


class Deferreds(unittest.TestCase):

    def test_callbacks(self):
        seen = []
        d = defer.Deferred()
        d.addCallback(lambda value: value + 1)
        d.addCallback(lambda value: defer.succeed(value * 2))
        d.addCallback(seen.append)
        d.addCallback(lambda _: 1 / 0)
        d.addErrback(lambda failure: seen.append(failure.check(ZeroDivisionError)))
        d.callback(3)
        self.assertEqual(seen, [8, ZeroDivisionError])
        with self.assertRaises(Exception):
            d.callback(4)

    def test_waiting_for_another(self):
        inner, seen = defer.Deferred(), []
        outer = defer.succeed(1).addCallback(lambda _: inner).addCallback(seen.append)
        self.assertEqual(seen, [])
        inner.callback('x')
        self.assertEqual(seen, ['x'])
        self.assertTrue(outer.called)

    def test_inline_callbacks(self):
        @defer.inlineCallbacks
        def function(fail):
            value = yield defer.succeed(1)
            try:
                yield defer.fail(KeyError('k'))
            except KeyError:
                value += 1
            if fail:
                raise ValueError(value)
            return value
        self.assertEqual(_calls.settle(function(False)), 2)
        with self.assertRaisesRegex(ValueError, '2'):
            _calls.settle(function(True))

    def test_several(self):
        later = defer.Deferred()
        both = defer.gatherResults([defer.succeed(1), later])
        later.callback(2)
        self.assertEqual(_calls.settle(both), [1, 2])
        self.assertEqual(_calls.settle(defer.DeferredList([defer.succeed(1)])), [(True, 1)])

    def test_locks(self):
        lock, seen = defer.DeferredLock(), []
        first = defer.Deferred()
        lock.run(lambda: first).addCallback(seen.append)
        lock.run(seen.append, 'second')
        self.assertEqual(seen, [])
        first.callback('first')
        self.assertEqual(sorted(seen), ['first', 'second'])

    def test_coroutines(self):
        async def function():
            await asyncio.sleep(0)
            return await defer.succeed(5)
        self.assertEqual(_calls.settle(function()), 5)

        async def later():
            d = defer.Deferred()
            asyncio.get_running_loop().call_later(0.01, d.callback, 'later')
            return await d
        self.assertEqual(_calls.settle(later()), 'later')

        async def fails():
            await defer.fail(LookupError('gone'))
        with self.assertRaisesRegex(LookupError, 'gone'):
            _calls.settle(fails())

    def test_maybe(self):
        self.assertEqual(_calls.settle(defer.maybeDeferred(lambda: 3)), 3)
        with self.assertRaises(ZeroDivisionError):
            _calls.settle(defer.maybeDeferred(lambda: 1 / 0))


class Interfaces(unittest.TestCase):

    def test_implementer(self):
        class IThing(Interface):
            def method():
                """One."""

        @implementer(IThing)
        class Thing:
            pass

        self.assertTrue(IThing.providedBy(Thing()))
        self.assertFalse(IThing.providedBy(3))
        self.assertTrue(IThing.implementedBy(Thing))

    def test_those_of_the_package(self):
        from buildbot.interfaces import IEmailLookup, IRenderable

        @implementer(IRenderable)
        class Mine:
            pass
        self.assertTrue(IRenderable.providedBy(Mine()))
        self.assertFalse(IEmailLookup.providedBy(Mine()))

    def test_what_the_classes_of_the_package_provide(self):
        from buildbot import interfaces
        from buildbot.plugins import schedulers, steps, util, worker
        from buildbot.reporters.generators.build import BuildStatusGenerator
        cases = [
            (interfaces.IRenderable, util.Interpolate('x'), True), (interfaces.IRenderable, util.Property('x') == 1, True),
            (interfaces.IRenderable, 'x', False), (interfaces.IRenderable, steps.ShellCommand(command='x'), False),
            (interfaces.IBuildStep, steps.ShellCommand(command='x'), True), (interfaces.IBuildStep, 'x', False),
            (interfaces.IWorker, worker.LocalWorker('w'), True), (interfaces.ILatentWorker, worker.LocalWorker('w'), False),
            (interfaces.IScheduler, schedulers.ForceScheduler('f', []), True),
            (interfaces.IReportGenerator, BuildStatusGenerator(), True),
        ]
        for interface, instance, expected in cases:
            self.assertEqual(interface.providedBy(instance), expected, (interface, instance))
        self.assertTrue(interfaces.IBuildStep.implementedBy(steps.Git))

    def test_what_is_not_there_says_so(self):
        import twisted
        if '_standin' not in (twisted.__file__ or ''):
            self.skipTest('the real Twisted is installed')
        with self.assertRaisesRegex(ModuleNotFoundError, 'no Twisted'):
            import twisted.words  # noqa: F401
