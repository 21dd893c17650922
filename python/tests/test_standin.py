"""Stand-ins for Twisted and zope.interface; with the real ones the same holds."""

import asyncio
import threading
import time
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

    def test_a_result_from_another_thread_is_never_missed(self):
        self.only_the_standin()

        class Slow(defer.Deferred):
            """Takes its time between two lines."""

            @property
            def result(self):
                return self.__dict__.get('result')

            @result.setter
            def result(self, value):
                if value is not None:
                    time.sleep(0.02)
                self.__dict__['result'] = value

        deferred, seen = Slow(), []
        thread = threading.Thread(target=deferred.callback, args=('x',))
        thread.start()
        time.sleep(0.01)
        deferred.addCallback(seen.append)
        thread.join()
        self.assertEqual(seen, ['x'])

    def test_two_that_wait_for_each_others_threads(self):
        self.only_the_standin()
        for _ in range(200):
            inner, seen = defer.Deferred(), []
            outer = defer.Deferred().addCallback(lambda _, inner=inner: inner).addCallback(seen.append)
            threads = [threading.Thread(target=one.callback, args=('x',), daemon=True) for one in (inner, outer)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(10)
            self.assertEqual(seen, ['x'])

    def test_cancelling(self):
        def ends(deferred):
            seen = []
            deferred.addBoth(seen.append)
            deferred.cancel()
            deferred.cancel()
            return seen[0].check(defer.CancelledError) is not None if hasattr(seen[0], 'check') else seen[0]

        late = defer.Deferred()
        self.assertTrue(ends(late))
        late.callback('too late, and nobody minds')
        with self.assertRaises(defer.AlreadyCalledError):
            late.callback('again')
        self.assertEqual(ends(defer.Deferred(lambda deferred: deferred.callback('at least this'))), 'at least this')
        inner = defer.Deferred()
        self.assertTrue(ends(defer.succeed(1).addCallback(lambda _: inner)))

    def test_cancelling_what_waits(self):
        inner, seen = defer.Deferred(), []

        @defer.inlineCallbacks
        def function():
            try:
                yield inner
            except defer.CancelledError:
                seen.append('cleaned up')
                raise
        outer = function()
        outer.addErrback(lambda failure: seen.append(failure.check(defer.CancelledError)))
        outer.cancel()
        self.assertEqual(seen, ['cleaned up', defer.CancelledError])

    def test_timeouts(self):
        self.only_the_standin()
        with self.assertRaises(defer.TimeoutError):
            _calls.settle(defer.Deferred().addTimeout(0.01, None))
        told = defer.Deferred().addTimeout(0.01, None, lambda result, timeout: timeout)
        self.assertEqual(_calls.settle(told), 0.01)
        self.assertEqual(_calls.settle(defer.succeed(3).addTimeout(60, None)), 3)

    def test_a_cancelled_future(self):
        self.only_the_standin()

        async def waits():
            future = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(future.cancel)
            try:
                await future
            except asyncio.CancelledError:
                return 'cancelled'

        async def outer():
            return await defer.ensureDeferred(waits())
        self.assertEqual(_calls.settle(asyncio.wait_for(outer(), 5)), 'cancelled')

    def only_the_standin(self):
        """Twisted itself wants a reactor or a single thread for it."""
        if '_standin' not in (defer.__file__ or ''):
            self.skipTest('the real Twisted is installed')

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
