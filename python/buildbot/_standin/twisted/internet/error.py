"""Names of errors."""


class ConnectError(Exception):
    """No connection."""


class ConnectionLost(Exception):
    """The connection is gone."""


class ConnectionDone(Exception):
    """The connection was closed."""


class ConnectionRefusedError(ConnectError):
    """Nobody listens."""


class TimeoutError(ConnectError):
    """It took too long."""


class AlreadyCalled(ValueError):
    """Too late to cancel."""


class AlreadyCancelled(ValueError):
    """Cancelled already."""


class ProcessDone(Exception):
    """A program ended well."""


class ProcessTerminated(Exception):
    """A program ended badly."""
