"""Build factories. The kinds that add steps of their own are expanded by the master, before the steps added here."""

import contextlib

from buildbot import _errors
from buildbot._modules import complete
from buildbot._record import Recorded


class BuildFactory(Recorded):
    """The steps of a builder."""

    __slots__ = ()

    def __init__(self, steps=None):
        self.steps = []
        self.addSteps(steps or ())

    def addStep(self, step, **kwargs):
        """Adds a step; the old form, a class and its arguments, is understood too."""
        from buildbot.process.buildstep import BuildStep
        if isinstance(step, type) and issubclass(step, BuildStep):
            step = step(**kwargs)
        elif not isinstance(step, BuildStep):
            if hasattr(step, 'get_step_factory'):
                step = step.get_step_factory()
            else:
                _errors.error(f'step must be an instance of a BuildStep, not {type(step).__name__}')
                return
        self.steps.append(step)

    def addSteps(self, steps, withSecrets=None):
        """Adds several."""
        with self.withSecrets(withSecrets) if withSecrets else contextlib.nullcontext():
            try:
                steps = iter(steps)
            except TypeError:
                _errors.error(f'steps must be a list of steps, not {type(steps).__name__}')
                return
            for step in steps:
                self.addStep(step)

    @contextlib.contextmanager
    def withSecrets(self, secrets):
        """The steps added inside find these secrets as files on the worker."""
        from buildbot.steps.download_secret_to_worker import DownloadSecretsToWorker, RemoveWorkerFileSecret
        self.addStep(DownloadSecretsToWorker(secrets))
        yield self
        self.addStep(RemoveWorkerFileSecret(secrets))

    def setSkipBuildIf(self, predicate):
        """Skips the whole build when the predicate of the build is true."""
        self.skipBuildIf = predicate


class _OwnSteps(BuildFactory):
    """A factory that makes its own steps from its parameters."""

    __slots__ = ()

    def __init__(self, *args, **kwargs):
        Recorded.__init__(self, *args, **kwargs)
        self.steps = []


class GNUAutoconf(_OwnSteps):
    """`configure`, `make`, `make check`, `make distcheck`."""

    __slots__ = ()


class CPAN(_OwnSteps):
    """A Perl module."""

    __slots__ = ()


class Trial(_OwnSteps):
    """A Python module tested by Twisted's trial."""

    __slots__ = ()


class BasicBuildFactory(GNUAutoconf):
    """GNU autoconf from CVS."""

    __slots__ = ()


class QuickBuildFactory(BasicBuildFactory):
    """The same, incrementally."""

    __slots__ = ()


class BasicSVN(GNUAutoconf):
    """GNU autoconf from Subversion."""

    __slots__ = ()


class ConfigurableBuildFactory(BuildFactory):
    """Takes its steps from elsewhere."""

    __slots__ = ()


class _Distutils(_OwnSteps):
    """A Python module with a `setup.py`."""

    __slots__ = ()


def Distutils(source, python='python', test=None):
    """A Python module with a `setup.py`."""
    return _Distutils(source=source, python=python, test=test)


def s(steptype, **kwargs):
    """The old way to name a step."""
    return steptype(**kwargs)


complete(globals())
