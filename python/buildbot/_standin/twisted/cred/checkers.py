"""Checkers of passwords are recorded: the master checks."""

from buildbot._record import Recorded


class _Checker(Recorded):
    __slots__ = ()
    _dotted = 'twisted.cred.checkers.Checker'

    def _takes_anything(self):
        return True


class FilePasswordDB(_Checker):
    """Names and passwords in a file."""

    __slots__ = ()
    _dotted = 'twisted.cred.checkers.FilePasswordDB'


class InMemoryUsernamePasswordDatabaseDontUse(_Checker):
    """Names and passwords as arguments."""

    __slots__ = ()
    _dotted = 'twisted.cred.checkers.InMemoryUsernamePasswordDatabaseDontUse'
