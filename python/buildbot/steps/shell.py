"""Steps that run a command: what a configuration names besides the classes themselves."""

from buildbot._modules import complete
from buildbot._record import placeholder_function
from buildbot.process.buildstep import BuildStep, ShellMixin
from buildbot.steps.worker import CompositeStepMixin


class WarningCountingShellCommand(ShellMixin, CompositeStepMixin, BuildStep):
    """Counts lines that look like warnings."""

    __slots__ = ()
    warnExtractWholeLine = placeholder_function(
        'buildbot.steps.shell.WarningCountingShellCommand.warnExtractWholeLine')
    warnExtractFromRegexpGroups = placeholder_function(
        'buildbot.steps.shell.WarningCountingShellCommand.warnExtractFromRegexpGroups')

    def addSuppression(self, suppressionList):
        """More warnings that do not count."""
        self.suppressionList = list(self.suppressionList or ()) + list(suppressionList)


class ShellCommand(ShellMixin, BuildStep):
    """Runs a command on the worker."""

    __slots__ = ()


complete(globals())
