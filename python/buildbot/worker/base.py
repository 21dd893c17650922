"""Workers that connect by themselves."""

from buildbot._modules import complete
from buildbot.util.service import BuildbotService


class AbstractWorker(BuildbotService):
    """The base of all workers."""

    __slots__ = ()
    _checks_name = True

    @property
    def workername(self):
        """The name."""
        return self.name


class Worker(AbstractWorker):
    """A worker with a name and a password."""

    __slots__ = ()


complete(globals())
