"""Locks and how they are named by what holds them."""

from buildbot import _errors
from buildbot._modules import complete
from buildbot._record import Recorded


class LockAccess(Recorded):
    """A lock, and how it is held."""

    __slots__ = ()


class _Lock(Recorded):
    __slots__ = ()

    def access(self, mode, count=1):
        """How a builder, a step or a worker holds it: `counting` or `exclusive`."""
        if mode not in ('counting', 'exclusive'):
            _errors.error(f"lock '{self.name}': access mode must be 'counting' or 'exclusive', not {mode!r}")
        return LockAccess(self, mode, count)

    def defaultAccess(self):
        """How it is held when the configuration names the lock alone."""
        return self.access('exclusive')


class MasterLock(_Lock):
    """One for all workers."""

    __slots__ = ()


class WorkerLock(_Lock):
    """One for each worker."""

    __slots__ = ()


complete(globals())
