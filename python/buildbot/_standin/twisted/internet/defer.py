"""Deferreds: results that come later."""

import functools
import threading

from twisted.python.failure import Failure


class AlreadyCalledError(Exception):
    """A Deferred was fired twice."""


class CancelledError(Exception):
    """A Deferred was cancelled."""


class TimeoutError(Exception):
    """It took too long."""


class QueueOverflow(Exception):
    """A queue is full."""


class QueueUnderflow(Exception):
    """A queue is empty."""


class FirstError(Exception):
    """The first failure of several results."""

    def __init__(self, failure, index):
        super().__init__(failure, index)
        self.subFailure = failure
        self.index = index


class Deferred:
    """A result that comes later, and what is done with it then."""

    def __init__(self, canceller=None):
        self.called = False
        self.paused = 0
        self.result = None
        self._canceller = canceller
        self._callbacks = []
        self._running = False
        self._waits_for = None
        self._ignores_next = False
        # Held only while the fields change, never while callbacks run: those may take other Deferreds' locks.
        self._lock = threading.Lock()

    def addCallbacks(self, callback, errback=None, callbackArgs=None, callbackKeywords=None, errbackArgs=None,
                     errbackKeywords=None):
        """Adds what is done on success and on failure."""
        with self._lock:
            self._callbacks.append(((callback, callbackArgs or (), callbackKeywords or {}),
                                    (errback, errbackArgs or (), errbackKeywords or {})))
        self._run()
        return self

    def addCallback(self, callback, *args, **kwargs):
        """Adds what is done on success."""
        return self.addCallbacks(callback, callbackArgs=args, callbackKeywords=kwargs)

    def addErrback(self, errback, *args, **kwargs):
        """Adds what is done on failure."""
        return self.addCallbacks(None, errback, errbackArgs=args, errbackKeywords=kwargs)

    def addBoth(self, callback, *args, **kwargs):
        """Adds what is done on either."""
        return self.addCallbacks(callback, callback, args, kwargs, args, kwargs)

    def callback(self, result):
        """Fires it with a result."""
        self._fire(result)

    def errback(self, fail=None):
        """Fires it with a failure."""
        if fail is None or not isinstance(fail, Failure):
            fail = Failure(fail)
        self._fire(fail)

    def cancel(self):
        """Gives it up."""
        waits_for = self._waits_for
        if waits_for is not None:
            waits_for.cancel()
            return
        if not self.called and self._canceller is not None:
            self._canceller(self)
        failure = Failure(CancelledError())
        with self._lock:
            if self.called:
                return
            # Whoever was at it may still fire it, once.
            self._ignores_next = self._canceller is None
            self.result = failure
            self.called = True
        self._run()

    def addTimeout(self, timeout, clock, onTimeoutCancel=None):
        """Cancels it after a time: it fails with `TimeoutError` then, or with what `onTimeoutCancel` makes of it."""
        is_over = threading.Event()

        def give_up():
            is_over.set()
            self.cancel()

        timer = threading.Timer(timeout, give_up)
        timer.daemon = True
        timer.start()

        def stop(result):
            timer.cancel()
            if not is_over.is_set():
                return result
            if onTimeoutCancel is not None:
                return onTimeoutCancel(result, timeout)
            if isinstance(result, Failure) and result.check(CancelledError):
                raise TimeoutError(timeout, 'Deferred')
            return result
        return self.addBoth(stop)

    def pause(self):
        """Holds the callbacks back."""
        with self._lock:
            self.paused += 1

    def unpause(self):
        """Goes on."""
        with self._lock:
            self.paused -= 1
        self._run()

    def _fire(self, result):
        with self._lock:
            if self.called:
                if self._ignores_next:
                    self._ignores_next = False
                    return
                raise AlreadyCalledError()
            # In this order: who sees it called takes the result.
            self.result = result
            self.called = True
        self._run()

    def _run(self):
        """Runs the callbacks that are due. One thread is at it at a time, and looks again before it leaves."""
        while True:
            with self._lock:
                if not self.called or self._running or self.paused or not self._callbacks:
                    return
                self._running = True
                pair = self._callbacks.pop(0)
            try:
                self._call(*pair)
            finally:
                with self._lock:
                    self._running = False

    def _call(self, on_success, on_failure):
        function, args, kwargs = on_failure if isinstance(self.result, Failure) else on_success
        if function is None:
            return
        try:
            self.result = function(self.result, *args, **kwargs)
        except Exception as error:
            self.result = Failure(error)
        if isinstance(self.result, Deferred):
            self._wait_for(self.result)

    def _wait_for(self, other):
        with self._lock:
            self.paused += 1
            self._waits_for = other

        def go_on(result):
            with self._lock:
                self.result = result
                self._waits_for = None
                self.paused -= 1
            self._run()
        other.addBoth(go_on)

    def _is_settled(self):
        """Whether its result is there and nobody is about to change it."""
        with self._lock:
            return self.called and not self.paused and not self._running

    def __await__(self):
        if not self._is_settled():
            import asyncio
            loop = asyncio.get_running_loop()
            future = loop.create_future()
            self.addBoth(lambda result: loop.call_soon_threadsafe(
                lambda: future.done() or future.set_result(result)))
            result = yield from future.__await__()
        else:
            result = self.result
            self.result = None
        if isinstance(result, Failure):
            result.raiseException()
        return result

    __iter__ = __await__

    @classmethod
    def fromCoroutine(cls, coroutine):
        """A Deferred of a coroutine's result."""
        return _drive(coroutine)

    def asFuture(self, loop):
        """An asyncio future of it."""
        future = loop.create_future()

        def settle(result):
            if future.done():
                return
            if isinstance(result, Failure):
                future.set_exception(result.value)
            else:
                future.set_result(result)
        self.addBoth(lambda result: loop.call_soon_threadsafe(settle, result))
        return future


def succeed(result):
    """One that has fired with a result."""
    deferred = Deferred()
    deferred.callback(result)
    return deferred


def fail(result=None):
    """One that has fired with a failure."""
    deferred = Deferred()
    deferred.errback(result)
    return deferred


def execute(function, *args, **kwargs):
    """Calls at once."""
    try:
        return succeed(function(*args, **kwargs))
    except Exception as error:
        return fail(error)


def maybeDeferred(function, *args, **kwargs):
    """Calls; the result is a Deferred in any case."""
    try:
        result = function(*args, **kwargs)
    except Exception as error:
        return fail(error)
    if isinstance(result, Deferred):
        return result
    if hasattr(type(result), '__await__'):
        return ensureDeferred(result)
    return fail(result) if isinstance(result, Failure) else succeed(result)


def ensureDeferred(coroutine):
    """A Deferred of a coroutine's result."""
    return coroutine if isinstance(coroutine, Deferred) else _drive(coroutine)


class _Return(BaseException):
    def __init__(self, value):
        super().__init__()
        self.value = value


def returnValue(value):
    """Ends a function of `inlineCallbacks` with a value."""
    raise _Return(value)


def inlineCallbacks(function):
    """A generator that yields Deferreds becomes a function that returns one."""

    @functools.wraps(function)
    def called(*args, **kwargs):
        try:
            generator = function(*args, **kwargs)
        except _Return as done:
            return succeed(done.value)
        if not hasattr(generator, 'send'):
            raise TypeError(f'inlineCallbacks requires {function!r} to produce a generator, not {generator!r}')
        return _drive(generator)
    return called


def _result_of(future):
    """What a generator is sent, or what is thrown into it, when an asyncio future is done."""
    if future.cancelled():
        import asyncio
        return Failure(asyncio.CancelledError())
    error = future.exception()
    return None if error is None else Failure(error)


def _drive(generator):
    """Runs a generator or a coroutine: each Deferred that it yields is waited for."""
    if hasattr(generator, '__await__') and not hasattr(generator, 'send'):
        generator = generator.__await__()
    # How to give up what it waits for now.
    giving_up = []

    def cancel(_):
        if giving_up:
            giving_up.pop()()
        else:
            generator.close()

    deferred = Deferred(cancel)

    def finish(fire, result):
        # One that was cancelled has its result already.
        if not deferred.called:
            fire(result)

    def step(result):
        while True:
            giving_up.clear()
            try:
                if isinstance(result, Failure):
                    yielded = generator.throw(result.value)
                else:
                    yielded = generator.send(result)
            except StopIteration as done:
                return finish(deferred.callback, done.value)
            except _Return as done:
                return finish(deferred.callback, done.value)
            except BaseException as error:
                return finish(deferred.errback, error)
            if hasattr(yielded, '_asyncio_future_blocking'):
                yielded._asyncio_future_blocking = False
                loop = yielded.get_loop()
                giving_up.append(lambda: loop.call_soon_threadsafe(yielded.cancel))
                yielded.add_done_callback(lambda future: step(_result_of(future)))
                return None
            if not isinstance(yielded, Deferred):
                if not hasattr(type(yielded), '__await__'):
                    result = yielded
                    continue
                yielded = _drive(yielded)
            if not yielded._is_settled():
                giving_up.append(yielded.cancel)
                yielded.addBoth(step)
                return None
            result, yielded.result = yielded.result, None
    step(None)
    return deferred


class DeferredList(Deferred):
    """The results of several."""

    def __init__(self, deferredList, fireOnOneCallback=False, fireOnOneErrback=False, consumeErrors=False):
        super().__init__()
        self.resultList = [None] * len(deferredList)
        self._left = len(deferredList)
        self._on_one_callback = fireOnOneCallback
        self._on_one_errback = fireOnOneErrback
        self._consume = consumeErrors
        if not deferredList and not fireOnOneCallback:
            self.callback(self.resultList)
        for index, deferred in enumerate(deferredList):
            deferred.addBoth(self._one, index)

    def _one(self, result, index):
        good = not isinstance(result, Failure)
        with self._lock:
            self.resultList[index] = (good, result)
            self._left -= 1
            is_last = not self._left
        if not self.called:
            if good and self._on_one_callback:
                self.callback((result, index))
            elif not good and self._on_one_errback:
                self.errback(FirstError(result, index))
            elif is_last:
                self.callback(self.resultList)
        return result if good or not self._consume else None


def gatherResults(deferredList, consumeErrors=False):
    """The results of several, or the first failure."""
    return DeferredList(list(deferredList), fireOnOneErrback=True, consumeErrors=consumeErrors).addCallback(
        lambda results: [result for _, result in results])


class _Tokens:
    def __init__(self, tokens):
        self.tokens = self.limit = tokens
        self.waiting = []

    def acquire(self):
        """Waits for a token."""
        deferred = Deferred()
        if self.tokens:
            self.tokens -= 1
            deferred.callback(self)
        else:
            self.waiting.append(deferred)
        return deferred

    def release(self):
        """Gives it back."""
        if self.waiting:
            self.waiting.pop(0).callback(self)
        else:
            self.tokens += 1

    def run(self, function, *args, **kwargs):
        """Calls while it holds a token."""
        def release(result):
            self.release()
            return result
        return self.acquire().addCallback(lambda _: maybeDeferred(function, *args, **kwargs).addBoth(release))


class DeferredSemaphore(_Tokens):
    """Some at a time."""


class DeferredLock(_Tokens):
    """One at a time."""

    def __init__(self):
        super().__init__(1)

    @property
    def locked(self):
        """Whether it is held."""
        return not self.tokens


class DeferredQueue:
    """Values that come later."""

    def __init__(self, size=None, backlog=None):
        self.pending = []
        self.waiting = []

    def put(self, value):
        """Adds one."""
        if self.waiting:
            self.waiting.pop(0).callback(value)
        else:
            self.pending.append(value)

    def get(self):
        """Takes one."""
        if self.pending:
            return succeed(self.pending.pop(0))
        self.waiting.append(Deferred())
        return self.waiting[-1]


def setDebugging(on):
    """Does nothing."""


def getDebugging():
    """No."""
    return False
