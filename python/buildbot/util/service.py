"""Services: what the master starts, stops and reconfigures. A user's own says what it needs in `checkConfig`."""

from buildbot._modules import complete
from buildbot._record import Recorded


class BuildbotService(Recorded):
    """The base of workers, schedulers, change sources, reporters and a user's own services."""

    __slots__ = ()
    compare_attrs = ()

    #: Whether `checkConfig` takes the name, too.
    _checks_name = False

    def __init__(self, *args, **kwargs):
        cls = type(self)
        if not cls._user or not _overridden(cls, 'checkConfig'):
            Recorded.__init__(self, *args, **kwargs)
            return
        self._constructed = (args, kwargs)
        if not cls._checks_name:
            name = kwargs.pop('name', None)
            if name is None and args and self._signature_starts_with_name():
                name, args = args[0], args[1:]
            if name is not None:
                self.name = name
        self.checkConfig(*args, **kwargs)

    def _signature_starts_with_name(self):
        from buildbot import _signature
        return _signature.of_class(type(self)).positional[:1] == ('name',)

    def _takes_anything(self):
        cls = type(self)
        return cls._user and (_overridden(cls, 'checkConfig') or _overridden(cls, 'reconfigService'))

    def checkConfig(self, *args, **kwargs):
        """Records the arguments that a user's own `checkConfig` passes on."""
        if self._signature_starts_with_name() and not type(self)._checks_name and self.name is not None:
            args = (self.name, *args)
        Recorded.__init__(self, *args, **kwargs)

    def reconfigService(self, *args, **kwargs):
        """The master has the values already."""

    def renderSecrets(self, *args):
        """The values as they are: the master renders the secrets of its own parameters."""
        return list(args) if len(args) != 1 else args[0]

    def getConfigDict(self):
        """Name, class and arguments."""
        return {'name': self.name, 'class': f'{type(self).__module__}.{type(self).__name__}',
                'args': (), 'kwargs': dict(self._args)}


class ClusteredBuildbotService(BuildbotService):
    """Active on one master at a time."""

    __slots__ = ()


def _overridden(cls, method):
    for base in cls.__mro__:
        if method in base.__dict__:
            return not base.__module__.startswith('buildbot.')
    return False


complete(globals())
