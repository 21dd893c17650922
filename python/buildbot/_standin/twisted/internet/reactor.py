"""Timers and threads; no event loop."""

import threading
import time

running = True


class DelayedCall:
    """A call that comes later."""

    def __init__(self, delay, function, args, kwargs):
        self._time = time.time() + delay
        self._timer = threading.Timer(delay, function, args, kwargs)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self):
        """Gives it up."""
        self._timer.cancel()

    def active(self):
        """Whether it still comes."""
        return self._timer.is_alive()

    def getTime(self):
        """When it comes."""
        return self._time


def seconds():
    """Seconds since 1970."""
    return time.time()


def callLater(delay, function, *args, **kwargs):
    """Calls after a time, on a thread of its own."""
    return DelayedCall(delay, function, args, kwargs)


def callInThread(function, *args, **kwargs):
    """Calls on a thread."""
    threading.Thread(target=function, args=args, kwargs=kwargs, daemon=True).start()


def callFromThread(function, *args, **kwargs):
    """Calls."""
    function(*args, **kwargs)


def callWhenRunning(function, *args, **kwargs):
    """Calls."""
    function(*args, **kwargs)


def addSystemEventTrigger(phase, eventType, function, *args, **kwargs):
    """The configuration's process has no such events."""


def run(installSignalHandlers=True):
    """It runs already."""


def stop():
    """The master ends the process."""
