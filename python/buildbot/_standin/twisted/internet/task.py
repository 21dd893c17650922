"""Calls that come later."""

from twisted.internet import defer


def deferLater(clock, delay, callable=None, *args, **kwargs):
    """Calls after a time."""
    deferred = defer.Deferred(lambda _: delayed.cancel())
    if callable is not None:
        deferred.addCallback(lambda _: callable(*args, **kwargs))
    delayed = clock.callLater(delay, deferred.callback, None)
    return deferred


class LoopingCall:
    """Calls again and again."""

    def __init__(self, function, *args, **kwargs):
        from twisted.internet import reactor
        self.clock = reactor
        self.running = False
        self._call = lambda: defer.maybeDeferred(function, *args, **kwargs)

    def start(self, interval, now=True):
        """Begins."""
        self.interval = interval
        self.running = True
        self.deferred = defer.Deferred()
        if now:
            self._tick()
        else:
            self.clock.callLater(interval, self._tick)
        return self.deferred

    def _tick(self):
        if self.running:
            self._call().addCallbacks(lambda _: self.running and self.clock.callLater(self.interval, self._tick),
                                      self._failed)

    def _failed(self, failure):
        self.running = False
        self.deferred.errback(failure)

    def stop(self):
        """Ends."""
        self.running = False
        self.deferred.callback(self)
