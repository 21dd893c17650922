"""`DbConfig`: values that are kept in the database, for a configuration to read and write."""

from buildbot import _errors
from buildbot._modules import complete
from buildbot._record import Recorded

_MISSING = object()


class DbConfig(Recorded):
    """See the module. The values cannot be reached while the configuration is loaded; that is said once a place."""

    __slots__ = ()

    def get(self, name, default=_MISSING):
        """The default: there is no other value yet."""
        _errors.warn(f"DbConfig.get({name!r}) is not supported yet: the default is used")
        if default is _MISSING:
            raise KeyError(name)
        return default

    def set(self, name, value):
        """Keeps nothing."""
        _errors.warn(f"DbConfig.set({name!r}) is not supported yet: the value is not kept")


complete(globals())
