"""Makes the modules of `_names` when they are imported, and the names in them when they are used."""

import importlib
import os
import sys
from importlib.machinery import ModuleSpec

from buildbot import _names

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_PACKAGES = {name.rpartition('.')[0] for name in _names.MODULES}


def _directory(fullname):
    return os.path.join(_ROOT, *fullname.split('.'))


class _Finder:
    """Finds the modules of `_names` that are no files."""

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        if fullname not in _names.MODULES and not (fullname in _PACKAGES and fullname != 'buildbot'):
            return None
        directory = _directory(fullname)
        if os.path.exists(directory + '.py') or os.path.exists(os.path.join(directory, '__init__.py')):
            return None
        spec = ModuleSpec(fullname, _Finder, is_package=fullname in _PACKAGES)
        if fullname in _PACKAGES:
            spec.submodule_search_locations = [directory]
        return spec

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        complete(module.__dict__)


def install():
    """Puts the finders in their places."""
    sys.meta_path.insert(0, _Finder)
    from buildbot import _standin
    sys.meta_path.append(_standin.Finder)


def complete(namespace):
    """Adds the names that the table has for a module, and that it does not define itself; each is made on first use."""
    module = namespace['__name__']
    entries = {}
    for token in _names.MODULES.get(module, '').split():
        name = token
        for separator in '(~!:?=':
            name = name.partition(separator)[0]
        entries.setdefault(name, token)

    def __getattr__(name):
        token = entries.get(name)
        if token is not None:
            value = namespace[name] = _make(module, name, token[len(name):])
            return value
        dotted = f'{module}.{name}'
        if dotted in _names.MODULES or dotted in _PACKAGES:
            return importlib.import_module(dotted)
        raise AttributeError(f'module {module!r} has no attribute {name!r}')

    def __dir__():
        return sorted(set(namespace) | set(entries))

    namespace['__getattr__'] = __getattr__
    namespace['__dir__'] = __dir__
    if '__all__' not in namespace:
        namespace['__all__'] = sorted({name for name in namespace if not name.startswith('_')} | set(entries))


#: Decorators of the master's own code. Here they leave the function as it is.
_DECORATORS = {'buildbot.util.poll.method', 'buildbot.util.debounce.method', 'buildbot.db.base.cached',
               'buildbot.data.base.updateMethod', 'buildbot.process.metrics.countMethod',
               'buildbot.process.metrics.timeMethod'}


def _decorator(*args, **kwargs):
    return args[0] if len(args) == 1 and callable(args[0]) and not kwargs else lambda function: function


def _make(module, name, rest):
    from buildbot import _record
    dotted = f'{module}.{name}'
    if rest == '()':
        return _decorator if dotted in _DECORATORS else _record.placeholder_function(dotted)
    if rest == '?':
        return _record.Placeholder(dotted)
    if rest == '!':
        return _interface(module, name)
    if rest[:1] == ':':
        return eval(rest[1:], {'__builtins__': {}})
    if rest[:1] == '=':
        return resolve(rest[1:])
    bases = [base for base in rest[1:-1].split(',') if base] if rest[:1] == '(' else []
    return _make_class(module, name, [_base(module, base) for base in bases])


def _base(module, name):
    if '.' in name:
        return resolve(name)
    builtin = getattr(__import__('builtins'), name, None)
    return builtin if builtin is not None else getattr(sys.modules[module], name)


def _make_class(module, name, bases):
    from buildbot import _record, _schema
    namespace = {'__module__': module, '__qualname__': name}
    if not any(issubclass(base, BaseException) for base in bases):
        namespace['__slots__'] = ()
        # Equality of recorded objects is identity: a lock is itself, whatever its name.
        bases = [base for base in bases if base.__name__ != 'ComparableMixin']
        if not any(issubclass(base, _record.Recorded) for base in bases):
            bases.append(_record.Recorded)
        # The order that Python would refuse: a base before its own subclass.
        bases = [base for base in bases if not any(base is not other and issubclass(other, base) for other in bases)]
        described = _schema.CLASSES.get(f'{module}.{name}')
        if described is not None:
            namespace['__doc__'] = described[3]
    return type(bases[0])(name, tuple(bases), namespace)


def _interface(module, name):
    from buildbot import _interfaces
    return _interfaces.make(module, name)


def resolve(dotted):
    """The object with a dotted name: a module, or a name in one."""
    if dotted in _names.MODULES or dotted in _PACKAGES:
        return importlib.import_module(dotted)
    module, _, name = dotted.rpartition('.')
    return getattr(importlib.import_module(module), name)
