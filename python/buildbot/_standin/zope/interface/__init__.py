"""Interfaces that nothing checks."""


class InterfaceClass(type):
    """The type of interfaces."""

    def providedBy(cls, instance):
        """Whether an object says that it provides the interface."""
        provided = set(getattr(instance, '__dict__', {}).get('_provides', ()))
        provided.update(getattr(type(instance), '_implements', ()))
        return any(issubclass(one, cls) for one in provided)

    def implementedBy(cls, kind):
        """Whether the instances of a class say so."""
        return any(issubclass(one, cls) for one in getattr(kind, '_implements', ()))

    def __call__(cls, instance, alternate=None):
        return instance


class Interface(metaclass=InterfaceClass):
    """The base of interfaces."""


class Attribute:
    """An attribute of an interface."""

    def __init__(self, name='', doc=''):
        self.name = name
        self.doc = doc


class implementer:
    """Class decorator: instances provide these interfaces."""

    def __init__(self, *interfaces):
        self.interfaces = interfaces

    def __call__(self, kind):
        kind._implements = tuple(getattr(kind, '_implements', ())) + self.interfaces
        return kind


def classImplements(kind, *interfaces):
    """The same as a function."""
    implementer(*interfaces)(kind)


def directlyProvides(instance, *interfaces):
    """An object provides these interfaces."""
    instance._provides = tuple(interfaces)


def alsoProvides(instance, *interfaces):
    """An object provides these interfaces, too."""
    instance._provides = tuple(getattr(instance, '__dict__', {}).get('_provides', ())) + interfaces


class provider:
    """Class decorator: the class itself provides these interfaces."""

    def __init__(self, *interfaces):
        self.interfaces = interfaces

    def __call__(self, kind):
        directlyProvides(kind, *self.interfaces)
        return kind


def providedBy(instance):
    """What an object provides."""
    return tuple(getattr(instance, '__dict__', {}).get('_provides', ())) + tuple(getattr(type(instance), '_implements', ()))


def implementedBy(kind):
    """What the instances of a class provide."""
    return tuple(getattr(kind, '_implements', ()))


def invariant(function):
    """Not checked."""
    return function
