"""`BuildStep` and its mixins, as far as a configuration needs them when it is loaded."""

import sys

from buildbot import _errors
from buildbot._modules import complete
from buildbot._place import place_of_caller
from buildbot._record import Recorded
from buildbot.process.properties import PropertiesMixin
from buildbot.process.results import (  # noqa: F401
    ALL_RESULTS, CANCELLED, EXCEPTION, FAILURE, RETRY, SKIPPED, SUCCESS, WARNINGS)


class BuildStepFailed(Exception):
    """The step failed, and has said why."""


class BuildStepCancelled(Exception):
    """The step was cancelled."""


class CallableAttributeError(Exception):
    """An attribute error inside a callable."""


class BuildStep(PropertiesMixin, Recorded):
    """The base of all steps."""

    __slots__ = ()

    def get_step_factory(self):
        """What a factory keeps of it: itself."""
        return self

    def set_step_arg(self, name, value):
        """Changes an argument."""
        setattr(self, name, value)

    def setDefaultWorkdir(self, workdir):
        """Where it works, unless it says so itself."""
        if self.workdir is None:
            self.workdir = workdir

    def addLogObserver(self, logname, observer):
        """Lets an observer see a log."""
        self.__dict__.setdefault('_log_observers', []).append((logname, observer))


_SHELL = {
    'command': None, 'workdir': None, 'env': {}, 'want_stdout': True, 'want_stderr': True, 'usePTY': None, 'logfiles': {},
    'lazylogfiles': False, 'timeout': 1200, 'maxTime': None, 'max_lines': None, 'logEnviron': True,
    'interruptSignal': 'KILL', 'sigtermTime': None, 'initialStdin': None, 'decodeRC': {0: SUCCESS}}


class ShellMixin:
    """For steps that run a command."""

    def setupShellMixin(self, constructorArgs, prohibitArgs=None):
        """Takes the parameters of commands out of `constructorArgs`, and gives back the others."""
        prohibited = set(prohibitArgs or ())
        others = {}
        for name, value in constructorArgs.items():
            if name in prohibited:
                _errors.error(f'invalid {type(self).__name__} argument {name}', place_of_caller(sys._getframe(1)))
            elif name in _SHELL:
                setattr(self, name, value)
            else:
                others[name] = value
        for name, default in _SHELL.items():
            if name not in self.__dict__ and name != 'workdir':
                value = getattr(type(self), name, default)
                setattr(self, name, dict(value) if isinstance(value, dict) else value)
        return others


class CommandMixin:
    """For steps that run the worker's file commands."""


complete(globals())
