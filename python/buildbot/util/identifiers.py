"""Names that are fit for URLs."""

import re

from buildbot._modules import complete

ident_re = re.compile('^[a-zA-Z\u00a0-\U0010ffff_-][a-zA-Z0-9\u00a0-\U0010ffff_-]*$')


def isIdentifier(maxLength, obj):
    """Whether it is an identifier of at most this length."""
    return isinstance(obj, str) and 0 < len(obj) <= maxLength and bool(ident_re.match(obj))


def forceIdentifier(maxLength, text):
    """The most similar identifier."""
    text = re.sub('[^a-zA-Z0-9_-]', '_', re.sub('^[^a-zA-Z_-]', '_', text))
    return text[:maxLength]


def incrementIdentifier(maxLength, ident):
    """The same with a number at its end, or with the next one."""
    found = re.search('_([0-9]+)$', ident)
    number, stem = (int(found.group(1)) + 1, ident[:found.start()]) if found else (2, ident)
    tail = f'_{number}'
    return stem[:maxLength - len(tail)] + tail


complete(globals())
