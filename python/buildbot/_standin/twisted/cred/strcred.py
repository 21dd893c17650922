"""Checkers of passwords by a description such as `file:/path`."""

from buildbot._record import Recorded


class _Described(Recorded):
    __slots__ = ()
    _dotted = 'twisted.cred.strcred.makeChecker'

    def __init__(self, description):
        self._args = {'description': description}


def makeChecker(description):
    """Recorded."""
    return _Described(description)
