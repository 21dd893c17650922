"""Faults of the configuration, and how to collect them."""

import contextlib
import sys

from buildbot import _errors
from buildbot._modules import complete
from buildbot._place import place_of_caller


class ConfigErrors(Exception):
    """Some faults at once."""

    def __init__(self, errors=None):
        super().__init__(errors)
        self.errors = list(errors or [])

    def __str__(self):
        return '\n'.join(self.errors)

    def addError(self, message):
        """Adds one."""
        self.errors.append(message)

    def merge(self, errors):
        """Adds those of another."""
        self.errors.extend(errors.errors)

    def __bool__(self):
        return bool(self.errors)


def error(error, always_raise=False):
    """Reports a fault; the configuration is read on, so that all faults are found at once."""
    if always_raise:
        raise ConfigErrors([error])
    _errors.error(error, place_of_caller(sys._getframe(1)))


@contextlib.contextmanager
def capture_config_errors(raise_on_error=False):
    """Collects what is reported inside."""
    errors = ConfigErrors()
    before = _errors.collected
    _errors.collected = []
    try:
        yield errors
    except ConfigErrors as raised:
        errors.merge(raised)
    finally:
        errors.errors[:0] = [message for message, _file, _line in _errors.collected]
        _errors.collected = before
    if raise_on_error and errors:
        raise errors


complete(globals())
