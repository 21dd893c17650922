"""How constructions are recorded."""

import copy
import os
import unittest

from buildbot import _document, _errors, _msgpack
from buildbot.config import ConfigErrors
from buildbot.plugins import changes, schedulers, steps, util, worker
from buildbot.process import buildstep
from buildbot.process.results import FAILURE, SUCCESS
from buildbot.util import service

HERE = os.path.abspath(__file__)


def written(value):
    """A value as the master reads it, as plain data."""
    return _msgpack.unpack(_document.write(value))


def recorded(value):
    """An object as it is written for the first time."""
    _document._handles.pop(id(value), None)
    return written(value)['$object']


class Faults(unittest.TestCase):
    """Collects the faults of a block."""

    def faults(self, function):
        _errors.start()
        try:
            function()
        finally:
            errors, _ = _errors.stop()
        return [message for message, _file, _line in errors]


class Arguments(Faults):

    def test_by_position_and_by_name(self):
        made = recorded(worker.Worker('w', 'secret', max_builds=3))
        self.assertEqual(made['args'], {'name': 'w', 'password': 'secret', 'max_builds': 3})
        self.assertEqual(made['class'], 'buildbot.worker.base.Worker')
        self.assertEqual(made['file'], HERE)
        self.assertNotIn('user_class', made)
        made = recorded(util.GitCredentialOptions(['url=x\n'], True))
        self.assertEqual(made['args'], {'credentials': ['url=x\n'], 'use_http_path': True})

    def test_the_line_is_the_one_of_the_call(self):
        first = steps.ShellCommand(command='a'); line = _line()  # noqa: E702
        self.assertEqual(recorded(first)['line'], line)

    def test_faults(self):
        cases = [
            (lambda: steps.ShellCommand(command='x', bogus=1, other=2),
             'ShellCommand got unexpected keyword argument(s): bogus, other'),
            (lambda: schedulers.Periodic('n', ['b'], 5),
             'Periodic takes at most 2 positional argument(s) (name, builderNames), but 3 were given'),
            (lambda: worker.Worker('a', 'b', name='c'), "Worker got multiple values for argument 'name'"),
            (lambda: util.BuildFactory(5), 'steps must be a list of steps, not int'),
            (lambda: util.BuildFactory().addStep('x'), 'step must be an instance of a BuildStep, not str'),
        ]
        for function, expected in cases:
            self.assertEqual(self.faults(function), [expected])
        with self.assertRaises(ConfigErrors):
            steps.ShellCommand(command='x', bogus=1)

    def test_defaults_can_be_read(self):
        step = steps.ShellCommand(command='x')
        self.assertEqual((step.name, step.timeout, step.command, step.haltOnFailure), ('shell', 1200, 'x', False))
        self.assertEqual(steps.Compile().haltOnFailure, True)
        poller = changes.GitPoller('url', pollInterval=5)
        self.assertEqual((poller.repourl, poller.pollInterval, poller.project), ('url', 5, None))
        with self.assertRaises(AttributeError):
            step.nothing

    def test_force_parameters_take_anything(self):
        made = recorded(util.StringParameter('n', 'Label', myown=1))
        self.assertEqual(made['args'], {'name': 'n', 'label': 'Label'})
        self.assertEqual(made['extra'], {'myown': 1})

    def test_renderables_of_a_class(self):
        self.assertIn('command', steps.ShellCommand.renderables)
        self.assertIn('repourl', steps.Git.renderables)


class Assignment(Faults):

    def test_what_is_assigned_later_wins(self):
        builder = util.BuilderConfig('b', factory=util.BuildFactory(), workername='w')
        builder.locks = ['l']
        builder.name = 'other'
        args = recorded(builder)['args']
        self.assertEqual((args['name'], args['locks'], args['workername']), ('other', ['l'], 'w'))

    def test_what_a_builder_says_of_itself(self):
        builder = util.BuilderConfig('a b/c', workername='w')
        self.assertEqual((builder.workernames, builder.builddir, builder.workerbuilddir), (['w'], 'a_b_c', 'a_b_c'))
        builder.tags.append('t')
        builder.env['A'] = 'b'
        args = recorded(builder)['args']
        self.assertEqual((args['tags'], args['env']), (['t'], {'A': 'b'}))
        self.assertNotIn('builddir', args)

    def test_factories(self):
        one, two = steps.ShellCommand(command='1'), steps.ShellCommand(command='2')
        factory = util.BuildFactory([one])
        factory.addStep(two)
        factory.addSteps([one])
        factory.steps.insert(0, two)
        factory.workdir = 'elsewhere'
        factory.addStep(steps.ShellCommand, command='old form')
        args = recorded(factory)['args']
        self.assertEqual(args['workdir'], 'elsewhere')
        kinds = [next(iter(step)) for step in args['steps']]
        self.assertEqual(kinds, ['$object', '$object', '$ref', '$ref', '$object'])

    def test_factories_with_steps_of_their_own(self):
        factory = util.GNUAutoconf(steps.Git(repourl='x'), test=['make', 'check'])
        factory.addStep(steps.ShellCommand(command='after'))
        made = recorded(factory)
        self.assertEqual(made['class'], 'buildbot.process.factory.GNUAutoconf')
        self.assertEqual(made['args']['test'], ['make', 'check'])
        self.assertEqual(len(made['extra']['steps']), 1)

    def test_secrets_of_a_factory(self):
        factory = util.BuildFactory()
        factory.addSteps([steps.ShellCommand(command='x')], withSecrets=[('path', 'value')])
        names = [type(step).__name__ for step in factory.steps]
        self.assertEqual(names, ['DownloadSecretsToWorker', 'ShellCommand', 'RemoveWorkerFileSecret'])

    def test_copies_are_independent(self):
        step = steps.ShellCommand(command='x', name='one')
        for other in (copy.copy(step), copy.deepcopy(step)):
            other.name = 'two'
            self.assertEqual((step.name, other.name, other.command), ('one', 'two', 'x'))
            self.assertEqual(recorded(other)['args']['name'], 'two')
            self.assertNotEqual(recorded(other)['handle'], recorded(step)['handle'])


class Subclasses(Faults):

    def test_attributes_are_defaults(self):
        class Mine(steps.ShellCommand):
            name = 'mine'
            command = ['make']
            haltOnFailure = True

            def getResultSummary(self):
                return {}

        class Deeper(Mine):
            warnOnFailure = True

        made = recorded(Deeper(name='given'))
        self.assertEqual(made['class'], 'buildbot.steps.shell.ShellCommand')
        self.assertTrue(made['user_class'].endswith('Deeper'))
        self.assertEqual(made['args'], {'name': 'given', 'command': ['make'], 'haltOnFailure': True,
                                        'warnOnFailure': True})
        self.assertEqual(made['overrides'], ['getResultSummary'])
        self.assertEqual(Deeper(name='given').name, 'given')
        self.assertEqual(Deeper().name, 'mine')

    def test_own_constructors(self):
        class Mine(steps.ShellCommand):
            renderables = ['extra']

            def __init__(self, extra, **kwargs):
                self.extra = extra
                super().__init__(command=['x', extra], **kwargs)
                self.timeout = 5

        made = recorded(Mine('e', haltOnFailure=True))
        self.assertEqual(made['args'], {'command': ['x', 'e'], 'haltOnFailure': True, 'timeout': 5})
        self.assertEqual(made['overrides'], ['renderables'])
        self.assertNotIn('extra', made)
        self.assertEqual(self.faults(lambda: Mine('e', bogus=1)), ['Mine got unexpected keyword argument(s): bogus'])

    def test_python_steps(self):
        class Own(buildstep.ShellMixin, buildstep.BuildStep):
            name = 'own'

            def __init__(self, **kwargs):
                kwargs = self.setupShellMixin(kwargs, prohibitArgs=['command'])
                super().__init__(**kwargs)
                self.addLogObserver('stdio', object())

            async def run(self):
                return SUCCESS

        step = Own(logEnviron=False, doStepIf=False, workdir='w')
        self.assertEqual((step.logEnviron, step.timeout, step.env), (False, 1200, {}))
        made = recorded(step)
        self.assertEqual(made['class'], 'buildbot.process.buildstep.BuildStep')
        self.assertEqual(made['args'], {'name': 'own', 'doStepIf': False, 'workdir': 'w'})
        self.assertEqual(made['overrides'], ['run'])
        self.assertEqual(self.faults(lambda: Own(command='x')), ['invalid Own argument command'])

    def test_services(self):
        class Plain(service.BuildbotService):
            def checkConfig(self, url, level=1):
                if level > 3:
                    from buildbot import config
                    config.error('level is too high')

            def reconfigService(self, url, level=1):
                self.url = url

        made = recorded(Plain('http://x', level=2, name='p'))
        self.assertEqual(made['class'], 'buildbot.util.service.BuildbotService')
        self.assertEqual(made['args']['name'], 'p')
        self.assertEqual(made['overrides'], ['checkConfig', 'reconfigService'])
        self.assertEqual(self.faults(lambda: Plain('x', level=9, name='p')), ['level is too high'])

    def test_services_pass_arguments_on(self):
        class Mine(worker.Worker):
            def checkConfig(self, name, password, region, **kwargs):
                super().checkConfig(name, password, **kwargs)

        class Ours(schedulers.SingleBranchScheduler):
            def checkConfig(self, extra=None, **kwargs):
                super().checkConfig(**kwargs)

        self.assertEqual(recorded(Mine('w', 'p', 'eu', max_builds=1))['args'],
                         {'name': 'w', 'password': 'p', 'max_builds': 1})
        self.assertEqual(recorded(Ours('s', builderNames=['b'], extra=5))['args'], {'name': 's', 'builderNames': ['b']})

    def test_a_scheduler_of_ones_own(self):
        class Mine(schedulers.Periodic):
            def __init__(self, name, **kwargs):
                super().__init__(name=name, builderNames=['b'], periodicBuildTimer=60, **kwargs)

        self.assertEqual(recorded(Mine('m', reason='r'))['args'],
                         {'name': 'm', 'builderNames': ['b'], 'periodicBuildTimer': 60, 'reason': 'r'})


class Renderables(unittest.TestCase):

    def test_operators(self):
        for expression, op, order in (
                (util.Property('a') == 1, 'eq', 'left right'), (util.Property('a') != 1, 'ne', 'left right'),
                (util.Property('a') >= 1, 'ge', 'left right'), (1 + util.Property('a'), 'add', 'right left'),
                (util.Interpolate('a') % 1, 'mod', 'left right'), (util.Property('a')[1], 'getitem', 'left right'),
                (util.Property('a').in_(1), 'contains', 'right left'), (util.Secret('a') // 1, 'floordiv', 'left right')):
            made = recorded(expression)
            self.assertEqual(made['class'], 'buildbot.process.properties._Operator')
            self.assertEqual(made['args']['op'], op)
            renderable, plain = order.split()
            self.assertIn('$object', made['args'][renderable])
            self.assertEqual(made['args'][plain], 1)
        with self.assertRaises(TypeError):
            list(util.Property('a'))
        self.assertEqual(len({util.Property('a'), util.Property('a')}), 2)

    def test_forms(self):
        self.assertEqual(recorded(util.Interpolate('%s', 'x'))['args'], {'fmtstring': '%s', 'args': {'$tuple': ['x']}})
        self.assertEqual(recorded(util.Interpolate('%(kw:a)s', a=1))['args']['kwargs'], {'a': 1})
        self.assertEqual(recorded(util.FlattenList([[1]]) + [2])['args']['nestedlist'], [[[1]], [2]])

        @util.renderer
        def function(props, prefix):
            return prefix

        made = recorded(function.withArgs('a').withArgs(b=util.Property('p')))
        self.assertEqual(made['class'], 'buildbot.process.properties.renderer')
        self.assertEqual(made['args']['args'], {'$tuple': ['a']})
        self.assertEqual(list(made['args']['kwargs']), ['b'])
        self.assertEqual(made['args']['fn']['$callable']['line'], function._args['fn'].__code__.co_firstlineno)

    def test_a_class_of_ones_own(self):
        class Custom:
            def getRenderingFor(self, props):
                return 1

        made = written(Custom())['$object']
        self.assertEqual((made['class'], made['overrides']), ('buildbot.interfaces.IRenderable', ['getRenderingFor']))


class Results(unittest.TestCase):

    def test_names_of_functions_of_the_package(self):
        names = [written(value)['$callable']['name'] for value in (
            util.enforceChosenWorker, util.fnmatchStrMatcher, util.svn.split_file_branches,
            steps.WarningCountingShellCommand.warnExtractFromRegexpGroups)]
        self.assertEqual(names, [
            'buildbot.process.builder.enforceChosenWorker', 'buildbot.www.authz.authz.fnmatchStrMatcher',
            'buildbot.changes.svnpoller.split_file_branches',
            'buildbot.steps.shell.WarningCountingShellCommand.warnExtractFromRegexpGroups'])
        with self.assertRaisesRegex(NotImplementedError, 'enforceChosenWorker'):
            util.enforceChosenWorker(None, None, None)
        self.assertEqual((util.SUCCESS, util.Results[FAILURE]), (0, 'failure'))


def _line():
    import sys
    return sys._getframe(1).f_lineno
