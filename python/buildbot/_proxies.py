"""What the user's functions see of the master: snapshots. Reads are answered from them, writes are noted as effects."""

import json
import re
import sys

from buildbot.process.properties import Properties, PropertiesMixin


class Ready:
    """A result that is there already, for `await`."""

    def __init__(self, value=None, error=None):
        self.value = value
        self.error = error

    def __await__(self):
        if self.error is not None:
            raise self.error
        return self.value
        yield


def ready(value=None, error=None):
    """A Deferred where the configuration uses them, else something that can be awaited."""
    defer = sys.modules.get('twisted.internet.defer')
    if defer is None:
        return Ready(value, error)
    return defer.succeed(value) if error is None else defer.fail(error)


class Call:
    """One call from the master: its context, and what it did."""

    def __init__(self, context, ask):
        self.context = context or {}
        self.ask = ask              # asks the master something, and waits for the answer
        self.effects = []
        self.properties = BuildProperties(self)

    def proxy(self, payload):
        """The stand-in that the master describes."""
        return _KINDS.get(payload.get('kind'), Proxy)(self, payload)


class BuildProperties(Properties):
    """The properties of the call's build."""

    def __init__(self, call, values=None):
        super().__init__()
        values = call.context.get('properties', {}) if values is None else values
        self.properties = {name: tuple(pair) for name, pair in values.items()}
        self._call = call

    def setProperty(self, name, value, source='Unknown', runtime=False):
        """Sets it, here and in the master; TypeError when JSON has no such value."""
        json.dumps(value)
        super().setProperty(name, value, source, runtime)
        self._call.effects.append(['set_property', name, value, source, bool(runtime)])

    def render(self, value):
        """What the master renders a value to."""
        call = self._call
        try:
            return ready(call.ask('render', {'value': value, 'context': {
                **call.context, 'properties': {name: list(pair) for name, pair in self.properties.items()}}}))
        except Exception as error:
            return ready(error=error)

    def getBuild(self):
        """The build."""
        return Build(self._call, {'kind': 'build'})

    build = property(getBuild)
    _payload = {'kind': 'properties'}


class Proxy:
    """Something in the master: its fields as attributes, and as entries."""

    _payload = {}

    def __init__(self, call, payload):
        self._call = call
        self._payload = payload

    def __getattr__(self, name):
        if name[:1] != '_':
            payload = self._payload
            if name in payload:
                value = payload[name]
                return self._call.proxy(value) if isinstance(value, dict) and 'kind' in value else value
            master = self._named(name)
            if master is not None:
                return master
        raise AttributeError(f"the {self._payload.get('kind')} of this call has no attribute {name!r}")

    def _named(self, name):
        return Master(self._call, {'kind': 'master'}) if name == 'master' else None

    def __getitem__(self, name):
        return self._payload[name]

    def __contains__(self, name):
        return name in self._payload

    def get(self, name, default=None):
        """The field, or `default`."""
        return self._payload.get(name, default)

    def __eq__(self, other):
        return type(self) is type(other) and self._payload == other._payload

    def __hash__(self):
        return hash(repr(sorted(self._payload.items(), key=str)))

    def __repr__(self):
        return f'<{type(self).__name__} {self._payload!r}>'


class Data:
    """The data API: reading by path."""

    def __init__(self, call):
        self._call = call

    def get(self, path, filters=None, fields=None, order=None, limit=None, offset=None):
        """A resource, or a list of them."""
        if isinstance(path, str):
            path = [part for part in path.split('/') if part]
        try:
            return ready(self._call.ask('get', {'path': [str(part) for part in path]}))
        except Exception as error:
            return ready(error=error)


class Master(Proxy):
    """The master itself."""

    @property
    def data(self):
        """The data API."""
        return Data(self._call)


class WithProperties(PropertiesMixin, Proxy):
    """What has the properties of the call's build."""

    @property
    def properties(self):
        """The properties of the build."""
        return self._call.properties

    def getProperties(self):
        """The properties of the build."""
        return self._call.properties

    @property
    def workername(self):
        """The name of the build's worker."""
        return self._context('worker_name')

    def getWorkerName(self):
        """The name of the build's worker."""
        return self.workername

    def _context(self, name):
        return self._call.context.get(name)


class SourceStamp(Proxy):
    """What to build."""

    @property
    def changes(self):
        """The changes that led to it."""
        return [Change(self._call, row) for row in self._payload.get('changes', ())]

    @property
    def patch_info(self):
        """Author and comment of the patch."""
        patch = self._payload.get('patch') or {}
        return (patch.get('author'), patch.get('comment')) if patch else None

    def asDict(self):
        """All of it."""
        return dict(self._payload)


class Build(WithProperties):
    """The build of the call."""

    _FROM_CONTEXT = ('number', 'buildid', 'results', 'reason')

    def _named(self, name):
        context = self._call.context
        if name in self._FROM_CONTEXT:
            return context.get(name)
        if name == 'builder':
            return Proxy(self._call, {'kind': 'builder', 'name': context.get('builder_name'),
                                      'builderid': context.get('builderid')})
        if name in ('worker', 'workerforbuilder'):
            return worker_of(self._call)
        if name == 'sources':
            return self.getAllSourceStamps()
        return super()._named(name)

    def getNumber(self):
        """Its number."""
        return self._context('number')

    def getAllSourceStamps(self):
        """What it builds, one for each codebase."""
        return [SourceStamp(self._call, {'kind': 'sourcestamp', **row}) for row in self._context('sourcestamps') or ()]

    def getSourceStamp(self, codebase=''):
        """What it builds of one codebase."""
        return next((stamp for stamp in self.getAllSourceStamps() if stamp.get('codebase') == codebase), None)

    def allChanges(self):
        """Its changes."""
        return [Change(self._call, {'kind': 'change', **row}) for row in self._context('changes') or ()]

    def allFiles(self):
        """The files of its changes."""
        return [file for change in self.allChanges() for file in change.files]

    def blamelist(self):
        """The authors of its changes."""
        return sorted({change.who for change in self.allChanges()})

    def getUrl(self):
        """Its page."""
        return self._payload.get('url')


class Step(WithProperties):
    """The step of the call. What it does not know itself it takes from the object in the configuration."""

    def _named(self, name):
        from buildbot import _document
        if name == 'build':
            return Build(self._call, {'kind': 'build'})
        if name == 'worker':
            return worker_of(self._call)
        known = self._call.context.get('step') or {}
        if name in known:
            return known[name]
        handle = self._payload.get('handle')
        if handle:
            return getattr(_document.thing(handle), name)
        return super()._named(name)


def worker_of(call):
    """The worker of the call's build."""
    name = call.context.get('worker_name')
    fields = {'kind': 'worker', 'workername': name, 'name': name, 'info': call.context.get('worker') or {}}
    return Proxy(call, {**fields, 'worker': fields})


class Change(Proxy):
    """A change, with Buildbot's names of its attributes."""

    _OTHER = {'who': 'author', 'number': 'changeid', 'when': 'when_timestamp'}

    @property
    def properties(self):
        """Its properties."""
        return Properties.fromDict(self._payload.get('properties') or {})

    @property
    def files(self):
        """Its files."""
        return list(self._payload.get('files') or ())

    @property
    def isdir(self):
        """No."""
        return 0

    @property
    def links(self):
        """Its link."""
        return [link for link in (self._payload.get('revlink'),) if link]

    def _named(self, name):
        if name in self._OTHER:
            return self._payload.get(self._OTHER[name])
        return super()._named(name)

    def asDict(self):
        """All of it."""
        return dict(self._payload)


class Request(Proxy):
    """A build request."""

    @property
    def sources(self):
        """What to build, by codebase."""
        return {row.get('codebase', ''): SourceStamp(self._call, {'kind': 'sourcestamp', **row})
                for row in self._payload.get('sourcestamps', ())}

    @property
    def properties(self):
        """Its properties."""
        return Properties.fromDict(self._payload.get('properties') or {})


class _Properties:
    def __new__(cls, call, payload):
        values = payload.get('properties')
        return call.properties if values is None else BuildProperties(call, values)


def _match(_call, payload):
    """Where a pattern matches: it is found once more, because a match cannot travel."""
    return re.compile(payload['pattern'], payload['flags']).match(payload['string'])


_KINDS = {'properties': _Properties, 'build': Build, 'step': Step, 'change': Change, 'sourcestamp': SourceStamp,
          'request': Request, 'master': Master, 'match': _match}
