"""Renderables: recorded here, rendered by the master when their turn comes."""

from buildbot._modules import complete
from buildbot._record import Recorded


class RenderableOperatorsMixin:
    """Operators make a new renderable."""

    __slots__ = ()

    def __eq__(self, other):
        return _Operator('eq', self, other)

    def __ne__(self, other):
        return _Operator('ne', self, other)

    def __lt__(self, other):
        return _Operator('lt', self, other)

    def __le__(self, other):
        return _Operator('le', self, other)

    def __gt__(self, other):
        return _Operator('gt', self, other)

    def __ge__(self, other):
        return _Operator('ge', self, other)

    def __add__(self, other):
        return _Operator('add', self, other)

    def __radd__(self, other):
        return _Operator('add', other, self)

    def __sub__(self, other):
        return _Operator('sub', self, other)

    def __mul__(self, other):
        return _Operator('mul', self, other)

    def __truediv__(self, other):
        return _Operator('truediv', self, other)

    def __floordiv__(self, other):
        return _Operator('floordiv', self, other)

    def __mod__(self, other):
        return _Operator('mod', self, other)

    def __getitem__(self, key):
        return _Operator('getitem', self, key)

    # Without this Python would try `__getitem__` with 0, 1, 2 … and never end.
    __iter__ = None
    __contains__ = None
    __hash__ = object.__hash__

    def getRenderingFor(self, properties):
        """What the master renders it to."""
        return properties.render(self)

    def in_(self, container):
        """Whether the rendered value is in a container."""
        return _Operator('contains', container, self)


class _Operator(RenderableOperatorsMixin, Recorded):
    __slots__ = ()

    def __init__(self, op, left, right):
        self._args = {'op': op, 'left': left, 'right': right}


class Property(RenderableOperatorsMixin, Recorded):
    """The value of a property."""

    __slots__ = ()

    def __init__(self, key, default=None, defaultWhenFalse=True):
        self._args = {'key': key, 'default': default, 'defaultWhenFalse': defaultWhenFalse}


class Interpolate(RenderableOperatorsMixin, Recorded):
    """Text with `%(prop:name)s` and the like."""

    __slots__ = ()

    def __init__(self, fmtstring, *args, **kwargs):
        self._args = {'fmtstring': fmtstring}
        if args:
            self._args['args'] = args
        if kwargs:
            self._args['kwargs'] = kwargs


class WithProperties(RenderableOperatorsMixin, Recorded):
    """The older form of `Interpolate`."""

    __slots__ = ()

    def __init__(self, fmtstring, *args, **lambda_subs):
        self._args = {'fmtstring': fmtstring}
        if args:
            self._args['args'] = args
        if lambda_subs:
            self._args['lambda_subs'] = lambda_subs


class FlattenList(RenderableOperatorsMixin, Recorded):
    """A list without nesting."""

    __slots__ = ()

    def __init__(self, nestedlist, types=(list, tuple)):
        self._args = {'nestedlist': nestedlist}
        if types != (list, tuple):
            kinds = types if isinstance(types, (list, tuple)) else [types]
            self._args['types'] = [kind.__name__ for kind in kinds]

    def __add__(self, other):
        if isinstance(other, FlattenList):
            other = other._args['nestedlist']
        return FlattenList([self._args['nestedlist'], other])


class Transform(RenderableOperatorsMixin, Recorded):
    """A function of rendered arguments."""

    __slots__ = ()

    def __init__(self, function, *args, **kwargs):
        self._args = {'function': function, 'args': args, 'kwargs': kwargs}


class Secret(RenderableOperatorsMixin, Recorded):
    """A secret by its name."""

    __slots__ = ()

    def __init__(self, secret_name):
        self._args = {'secret_name': secret_name}


class renderer(RenderableOperatorsMixin, Recorded):
    """Decorator: a function of the properties is a renderable."""

    __slots__ = ()

    def __init__(self, fn):
        self._args = {'fn': fn, 'args': (), 'kwargs': {}}

    def withArgs(self, *args, **kwargs):
        """The same function with further arguments, which are rendered first."""
        more = renderer(self._args['fn'])
        more._args = {'fn': self._args['fn'], 'args': self._args['args'] + args,
                      'kwargs': {**self._args['kwargs'], **kwargs}}
        return more


class Properties:
    """A set of properties, each with its source."""

    def __init__(self, **kwargs):
        self.properties = {name: (value, 'TEST') for name, value in kwargs.items()}
        self._runtime = set()

    @classmethod
    def fromDict(cls, values):
        """From `{name: (value, source)}`."""
        made = cls()
        made.properties = {name: tuple(pair) for name, pair in values.items()}
        return made

    def __contains__(self, name):
        return name in self.properties

    def __getitem__(self, name):
        return self.properties[name][0]

    def __bool__(self):
        return bool(self.properties)

    def __eq__(self, other):
        return isinstance(other, Properties) and self.properties == other.properties

    __hash__ = None

    def __repr__(self):
        return f'Properties(**{ {name: pair[0] for name, pair in self.properties.items()}!r})'

    def getProperty(self, name, default=None):
        """The value, or `default`."""
        pair = self.properties.get(name)
        return default if pair is None else pair[0]

    def hasProperty(self, name):
        """Whether it is set."""
        return name in self.properties

    has_key = hasProperty

    def getPropertySource(self, name):
        """Who set it."""
        return self.properties[name][1]

    def setProperty(self, name, value, source, runtime=False):
        """Sets it."""
        self.properties[name] = (value, source)
        if runtime:
            self._runtime.add(name)

    def update(self, values, source, runtime=False):
        """Sets several."""
        for name, value in values.items():
            self.setProperty(name, value, source, runtime)

    def updateFromProperties(self, other):
        """Takes over those of another set."""
        self.properties.update(other.properties)
        self._runtime |= other._runtime

    def getProperties(self):
        """Itself."""
        return self

    def asDict(self):
        """As `{name: (value, source)}`."""
        return dict(self.properties)

    def asList(self):
        """As `[(name, value, source)]`, by name."""
        return sorted((name, *pair) for name, pair in self.properties.items())


class PropertiesMixin:
    """What has properties: a build, a step."""

    __slots__ = ()

    def getProperty(self, name, default=None):
        """The value, or `default`."""
        return self.getProperties().getProperty(name, default)

    def hasProperty(self, name):
        """Whether it is set."""
        return self.getProperties().hasProperty(name)

    has_key = hasProperty

    def setProperty(self, name, value, source='Unknown', runtime=None):
        """Sets it."""
        self.getProperties().setProperty(name, value, source, runtime=True if runtime is None else runtime)

    def render(self, value):
        """Renders a value."""
        return self.getProperties().render(value)


complete(globals())
