"""Calls on threads."""

import threading

from twisted.internet import defer


def deferToThread(function, *args, **kwargs):
    """Calls on a thread; the result comes later."""
    deferred = defer.Deferred()

    def run():
        try:
            result = function(*args, **kwargs)
        except Exception as error:
            deferred.errback(error)
        else:
            deferred.callback(result)
    threading.Thread(target=run, daemon=True).start()
    return deferred
