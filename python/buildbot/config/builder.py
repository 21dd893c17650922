"""`BuilderConfig`."""

from buildbot._modules import complete
from buildbot._record import Recorded


class BuilderConfig(Recorded):
    """One builder. What follows from other parameters can be read, as a configuration sometimes does."""

    __slots__ = ()

    def _unset(self, name, default):
        if name == 'workernames':
            one = self._args.get('workername')
            return [] if one is None else [one]
        if name in ('builddir', 'workerbuilddir'):
            return self._directory(name)
        if name in ('tags', 'locks'):
            return []
        if name in ('env', 'properties', 'defaultProperties'):
            return {}
        return default

    def _directory(self, name):
        from buildbot.util import bytes2unicode, safeTranslate
        if name == 'workerbuilddir':
            return self.builddir
        return bytes2unicode(safeTranslate(self.name))

    def getConfigDict(self):
        """The parameters that were given, as a dictionary."""
        return dict(self._args)


complete(globals())
