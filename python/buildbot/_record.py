"""`Recorded`: the base of everything that a configuration constructs.

An instance keeps the arguments by parameter name and the place of the call. What is assigned to it later wins over the
arguments; an argument that was not given reads as its default, or as the attribute of the user's subclass.
"""

import sys

from buildbot import _errors, _pending, _place, _signature

_NOTHING = {}
_PACKAGE = _place.PACKAGE


class _Renderables:
    """The class attribute `renderables`: what the class itself may render, for subclasses that add to it."""

    def __get__(self, instance, owner):
        return list(_signature.of_class(owner).renderables)


_REQUIRED = object()


class _Parameter:
    """What a parameter reads as: on an instance the argument, else the default; on the class the default.

    Assigning to an instance hides it, as does an attribute of a user's subclass.
    """

    __slots__ = ('name', 'default')

    def __init__(self, name, default):
        self.name = name
        self.default = default

    def __get__(self, instance, owner):
        if instance is None:
            if self.default is _REQUIRED:
                raise AttributeError(f'type object {owner.__name__!r} has no attribute {self.name!r}')
            return self.default
        for given in (instance._args, instance._extra):
            if self.name in given:
                return given[self.name]
        value = instance._unset(self.name, None if self.default is _REQUIRED else self.default)
        if type(value) in (dict, list):
            # A copy of its own, so that changing it is changing the argument.
            value = instance.__dict__[self.name] = type(value)(value)
        return value


class Recorded:
    """See the module."""

    __slots__ = ('_args', '_extra', '_place', '_raw', '__dict__', '__weakref__')
    _user = False          # whether this is a user's subclass
    _own_attributes = ()   # for a user's subclass: attributes that stand for arguments
    renderables = _Renderables()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if '_dotted' in cls.__dict__:
            return
        module = cls.__module__
        if module == 'buildbot' or module.startswith('buildbot.'):
            cls._dotted = f'{module}.{cls.__qualname__}'
            _describe(cls)
            return
        cls._user = True
        signature = _signature.of_class(cls)
        cls._own_attributes = frozenset(
            name for base in cls.__mro__ if not base.__module__.startswith('buildbot.')
            for name in base.__dict__ if name in signature.names)

    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        frame = sys._getframe(1)
        name = frame.f_code.co_filename
        if name.startswith(_PACKAGE):
            self._place = _place.place_of_caller(frame)
        else:
            self._place = (name, frame.f_lineno)
        self._args = {}
        self._extra = _NOTHING
        if cls._user:
            self._raw = (args, kwargs)
        return self

    def __init__(self, *args, **kwargs):
        cls = type(self)
        signature = cls.__dict__.get('_sig') or _signature.of_class(cls)
        if args:
            kwargs = signature.bind(self, args, kwargs)
        if not kwargs.keys() <= signature.names:
            kwargs = self._surplus(signature, kwargs)
        if self._args:
            self._args.update(kwargs)
        else:
            self._args = kwargs
        if cls._own_attributes:
            for name in cls._own_attributes.intersection(kwargs):
                try:
                    setattr(self, name, kwargs[name])
                except AttributeError:
                    pass       # a property of the user's own

    def _surplus(self, signature, kwargs):
        surplus = {name: value for name, value in kwargs.items() if name not in signature.names}
        if signature.open or self._takes_anything():
            self._extra = {**self._extra, **surplus}
        else:
            names = ', '.join(sorted(surplus))
            _errors.error(f'{type(self).__name__} got unexpected keyword argument(s): {names}', self._place)
        return {name: value for name, value in kwargs.items() if name in signature.names}

    def _takes_anything(self):
        """Whether arguments that no parameter takes are kept for the user's own code."""
        return False

    def _unset(self, name, default):
        """What a parameter reads as that was not given."""
        return default

    def __getattr__(self, name):
        if name[:1] != '_' and name in self._extra:
            return self._extra[name]
        raise AttributeError(f'{type(self).__name__!r} object has no attribute {name!r}')

    def __repr__(self):
        shown = ', '.join(f'{name}={value!r}' for name, value in self._args.items())
        return f'{type(self).__name__}({shown})'


def _describe(cls):
    """Gives a class of this package the attributes that its parameters and constants are read by."""
    described = dict(_pending.CONSTANTS.get(cls._dotted, ()))
    signature = _signature.lookup(cls._dotted)
    if signature is not None:
        cls._sig = signature
        described.update((name, signature.defaults.get(name, _REQUIRED)) for name in signature.names)
    for name, default in described.items():
        inherited = getattr_static(cls, name)
        if inherited is None or isinstance(inherited, _Parameter) and inherited.default is not default:
            setattr(cls, name, _Parameter(name, default))


def getattr_static(cls, name):
    """The attribute itself, not what it reads as."""
    for base in cls.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None


class Placeholder:
    """Stands for an object or a function of Buildbot that the master knows by its name."""

    __slots__ = ('_dotted', '__weakref__')

    def __init__(self, dotted):
        self._dotted = dotted

    def __repr__(self):
        return self._dotted


def placeholder_function(dotted):
    """A function that can be passed on, but not called here."""
    module, _, name = dotted.rpartition('.')

    def function(*args, **kwargs):
        raise NotImplementedError(f'{dotted}() cannot be called from the configuration: it is part of the master')
    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    function._dotted = dotted
    return function
