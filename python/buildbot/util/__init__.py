"""Functions that configurations call."""

import datetime
import re
import time as _time
from urllib.parse import urlsplit, urlunsplit

from buildbot._modules import complete

UTC = datetime.timezone.utc


class ComparableMixin:
    """Equality by the attributes that `compare_attrs` of the class and of its bases name."""

    compare_attrs = ()

    def _compared(self):
        names = {name for base in type(self).__mro__ for name in base.__dict__.get('compare_attrs', ())}
        return [(name, getattr(self, name, None)) for name in sorted(names)]

    def __eq__(self, other):
        return type(self) is type(other) and self._compared() == other._compared()

    def __lt__(self, other):
        return self._order(other, lambda a, b: a < b)

    def __le__(self, other):
        return self._order(other, lambda a, b: a <= b)

    def __gt__(self, other):
        return self._order(other, lambda a, b: a > b)

    def __ge__(self, other):
        return self._order(other, lambda a, b: a >= b)

    def _order(self, other, compare):
        if type(self) is not type(other):
            return False
        return compare([value for _, value in self._compared()], [value for _, value in other._compared()])

    def __hash__(self):
        return hash((type(self), str(self._compared())))


class _NotABranch:
    def __bool__(self):
        return False


NotABranch = _NotABranch()


def naturalSort(array):
    """Sorted as people do: `a2` before `a10`."""
    return sorted(array, key=lambda text: [
        (0, int(part), '') if part.isdigit() else (1, 0, part) for part in re.split(r'(\d+)', text) if part])


def flattened_iterator(nested, types=(list, tuple)):
    """The elements of nested lists, one after the other."""
    if not isinstance(nested, types):
        yield nested
        return
    for element in nested:
        yield from flattened_iterator(element, types)


def flatten(nested, types=(list,)):
    """A list of the elements of nested lists; what is no list stays as it is."""
    if not isinstance(nested, types):
        return nested
    return list(flattened_iterator(nested, types))


def now(_reactor=None):
    """Seconds since 1970."""
    return _reactor.seconds() if _reactor is not None else _time.time()


def formatInterval(eta):
    """Seconds in words."""
    eta = int(eta)
    parts = []
    if eta > 3600:
        parts.append(f'{eta // 3600} hrs')
        eta %= 3600
    if eta > 60:
        parts.append(f'{eta // 60} mins')
        eta %= 60
    parts.append(f'{eta} secs')
    return ', '.join(parts)


_FUZZY = ((1, None, 'a moment'), (20, 1, 'seconds'), (55, 10, 'seconds'), (90, None, 'a minute'),
          (60 * 20, 60, 'minutes'), (60 * 55, 600, 'minutes'), (60 * 90, None, 'an hour'),
          (3600 * 20, 3600, 'hours'), (3600 * 30, None, 'a day'), (86400 * 20, 86400, 'days'),
          (86400 * 45, None, 'a month'), (86400 * 335, 86400 * 30, 'months'), (86400 * 550, None, 'a year'))


def fuzzyInterval(seconds):
    """Seconds in few words."""
    for limit, unit, word in _FUZZY:
        if seconds <= limit:
            if unit is None:
                return word
            scale = {'seconds': 1, 'minutes': 60, 'hours': 3600, 'days': 86400, 'months': 86400 * 30}[word]
            return f'{int(round(seconds / unit)) * unit // scale} {word}'
    return f'{int(round(seconds / (86400 * 365)))} years'


def human_readable_delta(start, end):
    """The time between two moments, in words."""
    left = int(end - start)
    parts = []
    for word, size in (('days', 86400), ('hours', 3600), ('minutes', 60), ('seconds', 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f'{count} {word}')
    return ', '.join(parts) or 'super fast'


def diffSets(old, new):
    """What is in the first set only, and in the second only."""
    old, new = set(old), set(new)
    return old - new, new - old


_BAD = bytes(ord('_') if chr(code) in '\t !#%&\'()*,/:;<=>?[\\]^{|}~@$"`' else code for code in range(256))


def safeTranslate(text):
    """A name that can be a directory's."""
    if isinstance(text, str):
        text = text.encode('utf-8')
    return text.translate(_BAD)


def none_or_str(value):
    """Text, or None."""
    return value if value is None else str(value)


def unicode2bytes(value, encoding='utf-8', errors='strict'):
    """Bytes of a text; other values as they are."""
    return value.encode(encoding, errors) if isinstance(value, str) else value


def bytes2unicode(value, encoding='utf-8', errors='strict'):
    """Text of bytes; text and None as they are."""
    if value is None or isinstance(value, str):
        return value
    return str(value, encoding, errors)


def toJson(value):
    """For `json.dumps`: a time as seconds since 1970."""
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=UTC)
        return int(value.timestamp())
    raise TypeError(f'{value!r} is not JSON serializable')


def epoch2datetime(epoch):
    """A time in UTC, or None."""
    return None if epoch is None else datetime.datetime.fromtimestamp(epoch, tz=UTC)


def datetime2epoch(moment):
    """Seconds since 1970, or None."""
    return None if moment is None else int((moment - datetime.datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())


def makeList(value):
    """A list of one, of none, or the elements."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


_WORDS = {word: truth for truth, words in ((True, ('on', 'yes', 'true', '1')), (False, ('off', 'no', 'false', '0')))
          for word in words}


def string2boolean(value):
    """`on`, `yes`, `true`, `1` and their opposites; KeyError for anything else."""
    return _WORDS[bytes2unicode(value).lower()]


async def asyncSleep(delay, reactor=None):
    """Waits."""
    import asyncio
    await asyncio.sleep(delay)


def check_functional_environment(config):
    """Nothing to check: the master does not depend on the interpreter's locale."""


def stripUrlPassword(url):
    """The URL with its password crossed out."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition('@')[2]
    return urlunsplit(parts._replace(netloc=f'{parts.username}:xxxx@{host}'))


def join_list(value):
    """Words joined by spaces; text as it is."""
    return value if isinstance(value, str) else ' '.join(str(word) for word in value)


def command_to_string(command):
    """The first words of a command, quoted, or None when it has none."""
    words = command.split() if isinstance(command, str) else flatten(list(command), (list, tuple))
    words = [word.decode('utf-8', 'replace') if isinstance(word, bytes) else str(word) for word in words]
    if not words:
        return None
    shown = ' '.join(words[:2])
    return f"'{shown} ...'" if len(words) > 2 else f"'{shown}'"


def rewrap(text, width=None):
    """Paragraphs of equally indented lines, wrapped anew."""
    import textwrap
    lines, paragraph = [], []

    def flush():
        if paragraph:
            joined = ' '.join(paragraph)
            lines.extend([joined] if width is None else textwrap.wrap(joined, width=width) or [''])
            del paragraph[:]
    for line in textwrap.dedent(text).split('\n'):
        if line and not line[:1].isspace():
            paragraph.append(line)
        else:
            flush()
            lines.append(line)
    flush()
    return '\n'.join(lines)


def dictionary_merge(a, b):
    """Two nested dictionaries as one; the second wins."""
    merged = dict(a)
    for key, value in b.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = dictionary_merge(merged[key], value) if both else value
    return merged


complete(globals())
