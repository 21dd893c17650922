"""Faults of the configuration that is being loaded: collected, all of them, each with its place."""

import sys

from buildbot._place import place_of_caller

# None while no configuration is being loaded: then a fault is an exception.
collected = None
warned = []


def start():
    """Begins to collect."""
    global collected
    collected = []
    del warned[:]


def stop():
    """Ends it and returns `(errors, warnings)`, each a list of `(message, file, line)`."""
    global collected
    errors, collected = collected, None
    return errors, list(warned)


def error(message, place=None):
    """Records a fault, or raises `ConfigErrors` when nothing is being loaded."""
    if collected is None:
        from buildbot.config.errors import ConfigErrors
        raise ConfigErrors([message])
    collected.append((str(message), *(place or place_of_caller(sys._getframe(1)))))


def warn(message, place=None):
    """Records a warning."""
    warned.append((str(message), *(place or place_of_caller(sys._getframe(1)))))
