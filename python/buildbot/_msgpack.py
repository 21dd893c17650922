"""MessagePack: the heads of values, and reading. Writing whole values is the work of `_document`."""

from struct import pack as _pack
from struct import unpack_from as _unpack

NIL, FALSE, TRUE = b'\xc0', b'\xc2', b'\xc3'


def integer(value):
    """An integer of at most 64 bits."""
    if 0 <= value < 128:
        return bytes((value,))
    if -32 <= value < 0:
        return bytes((value + 256,))
    if value >= 0:
        if value < 1 << 16:
            return _pack('>BH', 0xcd, value)
        if value < 1 << 32:
            return _pack('>BI', 0xce, value)
        return _pack('>BQ', 0xcf, value)
    if value >= -(1 << 31):
        return _pack('>Bi', 0xd2, value)
    return _pack('>Bq', 0xd3, value)


def double(value):
    """A float."""
    return _pack('>Bd', 0xcb, value)


def text(value):
    """A text. What came from undecodable bytes becomes those bytes again."""
    try:
        data = value.encode('utf-8', 'surrogateescape')
    except UnicodeEncodeError:
        data = value.encode('utf-8', 'replace')
    size = len(data)
    if size < 32:
        return bytes((0xa0 | size,)) + data
    if size < 1 << 8:
        return _pack('>BB', 0xd9, size) + data
    if size < 1 << 16:
        return _pack('>BH', 0xda, size) + data
    return _pack('>BI', 0xdb, size) + data


def binary(value):
    """Bytes."""
    size = len(value)
    if size < 1 << 8:
        return _pack('>BB', 0xc4, size) + value
    if size < 1 << 16:
        return _pack('>BH', 0xc5, size) + value
    return _pack('>BI', 0xc6, size) + value


def array_head(size):
    """The head of a list."""
    if size < 16:
        return bytes((0x90 | size,))
    return _pack('>BH', 0xdc, size) if size < 1 << 16 else _pack('>BI', 0xdd, size)


def map_head(size):
    """The head of a map."""
    if size < 16:
        return bytes((0x80 | size,))
    return _pack('>BH', 0xde, size) if size < 1 << 16 else _pack('>BI', 0xdf, size)


_FIXED = {0xc0: None, 0xc2: False, 0xc3: True}
_NUMBERS = {0xca: '>f', 0xcb: '>d', 0xcc: '>B', 0xcd: '>H', 0xce: '>I', 0xcf: '>Q', 0xd0: '>b', 0xd1: '>h', 0xd2: '>i',
            0xd3: '>q'}
_SIZES = {0xc4: '>B', 0xc5: '>H', 0xc6: '>I', 0xd9: '>B', 0xda: '>H', 0xdb: '>I', 0xdc: '>H', 0xdd: '>I', 0xde: '>H',
          0xdf: '>I'}
_WIDTHS = {'B': 1, 'b': 1, 'H': 2, 'h': 2, 'I': 4, 'i': 4, 'f': 4, 'Q': 8, 'q': 8, 'd': 8}


def unpack(data):
    """The value in `data`."""
    return _read(data, 0)[0]


def _read(data, at):
    kind = data[at]
    at += 1
    if kind < 0x80:
        return kind, at
    if kind >= 0xe0:
        return kind - 256, at
    if kind in _FIXED:
        return _FIXED[kind], at
    if kind in _NUMBERS:
        code = _NUMBERS[kind]
        return _unpack(code, data, at)[0], at + _WIDTHS[code[1]]
    if kind < 0xc0:
        size, kind = (kind & 0x1f, 0xdb) if kind >= 0xa0 else (kind & 0x0f, 0xdd if kind >= 0x90 else 0xdf)
    else:
        code = _SIZES[kind]
        size = _unpack(code, data, at)[0]
        at += _WIDTHS[code[1]]
    if kind <= 0xc6:
        return bytes(data[at:at + size]), at + size
    if kind <= 0xdb:
        return str(data[at:at + size], 'utf-8', 'surrogateescape'), at + size
    if kind <= 0xdd:
        items = []
        for _ in range(size):
            item, at = _read(data, at)
            items.append(item)
        return items, at
    entries = {}
    for _ in range(size):
        key, at = _read(data, at)
        entries[key], at = _read(data, at)
    return entries, at
