"""Writes values as the master reads them, and keeps what their handles stand for.

The forms are those of the manual's page on the config host. An object is written once; later it is a reference.
"""

import _thread
import types
from collections import deque

from buildbot import _msgpack, _place, _record, _signature

_MEMO_TEXT_MAX = 100
_DEPTH_MAX = 60

# What comes later than the configuration itself, such as what a function returns, is kept as long as the master may need it
# to render the answer of a call: this many things are kept.
_LATER_MAX = 20_000

# What handles stand for. What the configuration has when it is loaded stays as long as the process.
_things = {}
_handles = {}
_later = deque()
_next_handle = 1
_loaded_handles = 0
# The handles that were written in full in the frame that is being written.
_written = set()
_memo = {}
_classes = {}
_writing = _thread.RLock()

_text = _msgpack.text
_KEYS = {name: _text(name) for name in (
    '$tuple', '$dict', '$object', '$callable', '$opaque', '$ref', '$proxy', '$big', 'class', 'user_class', 'handle',
    'args', 'extra', 'overrides', 'file', 'line', 'name')}
_ONE = _msgpack.map_head(1)


class Unwritable(Exception):
    """A value that cannot be written, such as a list that contains itself."""


def thing(handle):
    """What a handle stands for."""
    try:
        return _things[handle]
    except KeyError:
        raise LookupError(f'no object has the handle {handle}') from None


def _keep(value):
    """The handle of a value, and whether the master knows it already."""
    global _next_handle
    handle = _handles.get(id(value))
    if handle is None:
        handle = _next_handle
        _next_handle += 1
        _things[handle] = value
        _handles[id(value)] = handle
        if _loaded_handles:
            _later.append(handle)
    known = handle <= _loaded_handles or handle in _written
    _written.add(handle)
    return handle, known


def _forget_oldest():
    while len(_later) > _LATER_MAX:
        del _handles[id(_things.pop(_later.popleft()))]


def write_loaded(value):
    """The configuration as bytes; its objects can be named by their handles from now on."""
    global _loaded_handles
    written = write(value)
    _loaded_handles = _next_handle - 1
    return written


def write(value):
    """A value as bytes."""
    out = []
    # Calls write from their own threads, and handles must not be given twice.
    with _writing:
        _written.clear()
        _write(value, out, 0)
        _forget_oldest()
    return b''.join(out)


def _plain(value):
    out = []
    _write(value, out, 0)
    return b''.join(out)


def _memo_text(value):
    found = _memo.get(value)
    if found is None:
        found = _text(value)
        if len(found) <= _MEMO_TEXT_MAX:
            _memo[value] = found
    return found


def _write(value, out, depth):
    writer = _WRITERS.get(type(value))
    if writer is None:
        writer = _WRITERS[type(value)] = _choose(type(value))
    if depth > _DEPTH_MAX:
        raise Unwritable('a value is nested too deeply, or contains itself')
    writer(value, out, depth)


def _write_str(value, out, depth):
    out.append(_memo.get(value) or _memo_text(value))


def _write_int(value, out, depth):
    if -(1 << 63) <= value < 1 << 63:
        out.append(_msgpack.integer(int(value)))
    else:
        out += (_ONE, _KEYS['$big'], _text(str(int(value))))


def _write_list(value, out, depth):
    out.append(_msgpack.array_head(len(value)))
    depth += 1
    for item in value:
        _write(item, out, depth)


def _write_tuple(value, out, depth):
    out += (_ONE, _KEYS['$tuple'])
    _write_list(value, out, depth)


def _write_iterable(value, out, depth):
    _write_list(list(value), out, depth)


def _write_set(value, out, depth):
    try:
        value = sorted(value)
    except TypeError:
        value = list(value)
    _write_list(value, out, depth)


def _write_dict(value, out, depth):
    depth += 1
    plain = all(isinstance(key, str) for key in value)
    if plain and len(value) == 1:
        plain = not next(iter(value)).startswith('$')
    if plain:
        out.append(_msgpack.map_head(len(value)))
        for key, item in value.items():
            out.append(_memo_text(key))
            _write(item, out, depth)
    else:
        out += (_ONE, _KEYS['$dict'], _msgpack.array_head(len(value)))
        for key, item in value.items():
            out.append(b'\x92')
            _write(key, out, depth)
            _write(item, out, depth)


class _ClassInfo:
    """What is the same for all instances of a class."""

    __slots__ = ('head', 'fields', 'user', 'defaults', 'overrides')

    def __init__(self, cls):
        own = [base for base in cls.__mro__ if '_dotted' in base.__dict__]
        # A mixin before the class proper does not say what it is.
        main = next((base for base in own if not base.__name__.endswith('Mixin')), own[0])
        self.fields = _signature.of_class(cls).names
        self.user = cls._user
        self.head = (_KEYS['class'] + _text(main._dotted),)
        self.defaults = ()
        self.overrides = None
        if self.user:
            module = cls.__module__
            dotted = cls.__qualname__ if module == 'builtins' else f'{module}.{cls.__qualname__}'
            self.head += (_KEYS['user_class'] + _text(dotted),)
            names = {name for base in cls.__mro__ if not base.__module__.startswith('buildbot.') and base is not object
                     for name in base.__dict__ if not name.startswith('__')}
            self.defaults = sorted(names & self.fields)
            overrides = sorted(name for name in names - self.fields if name not in _BOOKKEEPING)
            if overrides:
                self.overrides = _KEYS['overrides'] + _plain(overrides)


_BOOKKEEPING = {'_user', '_own_attributes', '_sig'}


def class_info(cls):
    """What is the same for all instances of a class."""
    info = _classes.get(cls)
    if info is None:
        info = _classes[cls] = _ClassInfo(cls)
    return info


def _write_recorded(value, out, depth):
    handle, known = _keep(value)
    if known:
        out += (_ONE, _KEYS['$ref'], _msgpack.integer(handle))
        return
    info = class_info(type(value))
    args = value._args
    extra = value._extra
    attributes = value.__dict__
    if attributes or info.defaults:
        args, extra = _with_attributes(value, info, dict(args), dict(extra))
    file, line = value._place
    parts = [*info.head, _KEYS['handle'] + _msgpack.integer(handle), _KEYS['file'] + _memo_text(file),
             _KEYS['line'] + _msgpack.integer(line)]
    if info.overrides:
        parts.append(info.overrides)
    out += (_ONE, _KEYS['$object'], _msgpack.map_head(len(parts) + bool(args) + bool(extra)), *parts)
    depth += 1
    if args:
        out.append(_KEYS['args'])
        _write_entries(args, out, depth)
    if extra:
        out.append(_KEYS['extra'])
        _write_entries(extra, out, depth)


def _write_entries(entries, out, depth):
    out.append(_msgpack.map_head(len(entries)))
    for name, item in entries.items():
        out.append(_memo_text(str(name)))
        _write(item, out, depth)


def _with_attributes(value, info, args, extra):
    """The arguments, with what was assigned later, and with the attributes of the user's class for what is missing."""
    for name, item in value.__dict__.items():
        if name in info.fields:
            args[name] = item
        elif not info.user and name[:1] != '_':
            extra[name] = item
    for name in info.defaults:
        if name not in args:
            args[name] = getattr(value, name)
    return args, extra


def _write_named(form, value, name, out):
    handle, _known = _keep(value)
    file, line = _place.place_of_function(value)
    out += (_ONE, _KEYS[form], b'\x84', _KEYS['handle'], _msgpack.integer(handle), _KEYS['name'], _memo_text(name),
            _KEYS['file'], _memo_text(file), _KEYS['line'], _msgpack.integer(line))


def _write_callable(value, out, depth):
    _write_named('$callable', value, _name_of(value), out)


def _name_of(value):
    dotted = getattr(value, '_dotted', None)
    if isinstance(dotted, str):
        return dotted
    if isinstance(value, types.MethodType):
        return f'{type(value.__self__).__qualname__}.{value.__func__.__name__}'
    name = getattr(value, '__qualname__', None)
    if not isinstance(name, str):
        inner = getattr(value, 'func', None)          # functools.partial
        return _name_of(inner) if isinstance(inner, types.FunctionType) else type(value).__qualname__
    module = getattr(value, '__module__', None)
    return f'{module}.{name}' if str(module).partition('.')[0] == 'buildbot' else name


def _write_opaque(value, out, depth):
    try:
        shown = repr(value)
    except Exception as error:
        shown = f'<{type(value).__qualname__}: {error}>'
    _write_named('$opaque', value, shown[:1000], out)


def _write_placeholder(value, out, depth):
    _write_plain_object(value._dotted, {}, out, depth)


def _write_rendering(value, out, depth):
    """A user's own class with `getRenderingFor`."""
    handle, known = _keep(value)
    if known:
        out += (_ONE, _KEYS['$ref'], _msgpack.integer(handle))
        return
    code = getattr(type(value).getRenderingFor, '__code__', None)
    file, line = (code.co_filename, code.co_firstlineno) if code else ('', 0)
    _write_plain_object('buildbot.interfaces.IRenderable', {}, out, depth, (
        _KEYS['user_class'] + _text(type(value).__qualname__), _KEYS['handle'] + _msgpack.integer(handle),
        _KEYS['overrides'] + b'\x91' + _text('getRenderingFor'), _KEYS['file'] + _memo_text(file),
        _KEYS['line'] + _msgpack.integer(line)))


def _write_plain_object(dotted, args, out, depth, more=()):
    out += (_ONE, _KEYS['$object'], _msgpack.map_head(2 + len(more)), _KEYS['class'], _memo_text(dotted), *more,
            _KEYS['args'])
    _write_entries(args, out, depth + 1)


def _standard(dotted, arguments):
    def writer(value, out, depth):
        _write_plain_object(dotted, arguments(value), out, depth)
    return writer


def _write_properties(value, out, depth):
    _write_dict({name: pair[0] for name, pair in value.properties.items()}, out, depth)


def _write_proxy(value, out, depth):
    out += (_ONE, _KEYS['$proxy'])
    _write_entries(value._payload, out, depth + 1)


#: Values of the standard library that mean something to the master.
_STANDARD = {
    ('datetime', 'timedelta'): _standard('datetime.timedelta', lambda value: {'seconds': value.total_seconds()}),
    ('datetime', 'datetime'): _standard('datetime.datetime', lambda value: {'isoformat': value.isoformat()}),
    ('datetime', 'date'): _standard('datetime.date', lambda value: {'isoformat': value.isoformat()}),
    ('re', 'Pattern'): _standard('re.Pattern', lambda value: {'pattern': value.pattern, 'flags': int(value.flags)}),
}


def _choose(cls):
    """How to write instances of a class."""
    if issubclass(cls, _record.Recorded):
        return _write_recorded
    if hasattr(cls, '_payload'):
        return _write_proxy
    if cls is _record.Placeholder:
        return _write_placeholder
    for base in cls.__mro__:
        writer = _STANDARD.get((base.__module__, base.__qualname__)) or _BASIC.get(base)
        if writer is not None:
            return writer
    if cls.__module__ == 'buildbot.process.properties' and cls.__name__ == 'Properties':
        return _write_properties
    if hasattr(cls, 'getRenderingFor'):
        return _write_rendering
    if hasattr(cls, '__index__'):
        return lambda value, out, depth: _write_int(value.__index__(), out, depth)
    if hasattr(cls, '__fspath__'):
        return lambda value, out, depth: _write(value.__fspath__(), out, depth)
    if issubclass(cls, type) or any('__call__' in base.__dict__ for base in cls.__mro__):
        return _write_callable
    if hasattr(cls, 'keys') and hasattr(cls, '__getitem__'):
        return lambda value, out, depth: _write_dict({key: value[key] for key in value.keys()}, out, depth)
    if hasattr(cls, '__iter__'):
        return _write_iterable
    return _write_opaque


_BASIC = {
    type(None): lambda value, out, depth: out.append(_msgpack.NIL),
    bool: lambda value, out, depth: out.append(_msgpack.TRUE if value else _msgpack.FALSE),
    int: _write_int,
    float: lambda value, out, depth: out.append(_msgpack.double(value)),
    # Not `str(value)`: members of an enumeration have their own.
    str: lambda value, out, depth: out.append(_memo_text(str.__str__(value))),
    bytes: lambda value, out, depth: out.append(_msgpack.binary(value)),
    bytearray: lambda value, out, depth: out.append(_msgpack.binary(bytes(value))),
    list: _write_list,
    tuple: _write_tuple,
    dict: _write_dict,
    set: _write_set,
    frozenset: _write_set,
    types.FunctionType: _write_callable,
    types.BuiltinFunctionType: _write_callable,
    types.MethodType: _write_callable,
    type: _write_callable,
    BaseException: _write_opaque,
}

_WRITERS = {**_BASIC, str: _write_str}
