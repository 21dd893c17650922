"""Decorators and small helpers."""

import functools
import os

from buildbot._modules import complete


def deferredLocked(lock_or_attr):
    """Decorator: the function holds a lock while it runs; the lock, or the name of the attribute that has it."""

    def decorate(function):
        @functools.wraps(function)
        def locked(*args, **kwargs):
            lock = getattr(args[0], lock_or_attr) if isinstance(lock_or_attr, str) else lock_or_attr
            return lock.run(function, *args, **kwargs)
        return locked
    return decorate


def writeLocalFile(path, contents, mode=None):
    """Writes a file."""
    with open(path, 'w', encoding='utf-8') as file:
        if mode is not None:
            os.chmod(path, mode)
        file.write(contents)


def chunkify_list(items, chunk_size):
    """Parts of a list, of at most this length."""
    step = max(1, chunk_size)
    for start in range(0, len(items), step):
        yield items[start:start + step]


complete(globals())
