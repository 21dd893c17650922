"""Messages go to the master's log."""

import sys
import traceback


def msg(*message, **kwargs):
    """Logs words, or a `format` with its values."""
    if 'format' in kwargs:
        print(kwargs['format'] % kwargs)
    elif message:
        print(*message)


def err(_stuff=None, _why=None, **kwargs):
    """Logs a failure, an exception, or the one being handled."""
    if _why:
        print(_why, file=sys.stderr)
    if hasattr(_stuff, 'getTraceback'):
        print(_stuff.getTraceback(), file=sys.stderr, end='')
    elif isinstance(_stuff, BaseException):
        traceback.print_exception(type(_stuff), _stuff, _stuff.__traceback__)
    elif _stuff is None:
        traceback.print_exc()
    else:
        print(_stuff, file=sys.stderr)


def addObserver(observer):
    """Observers see nothing."""


def removeObserver(observer):
    """Observers see nothing."""
