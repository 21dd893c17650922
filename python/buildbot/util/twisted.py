"""Coroutines and Deferreds."""

import functools

from buildbot._modules import complete


def async_to_deferred(function):
    """Decorator: a coroutine function that returns a Deferred."""

    @functools.wraps(function)
    def called(*args, **kwargs):
        from twisted.internet import defer
        return defer.ensureDeferred(function(*args, **kwargs))
    return called


async def any_to_async(value):
    """The value itself, once a coroutine or a Deferred has it."""
    return await value if hasattr(type(value), '__await__') else value


complete(globals())
