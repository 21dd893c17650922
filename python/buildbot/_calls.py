"""Calls of the user's functions: each on a thread of its own, so that one that blocks holds up nothing else.

A function may return its value, a coroutine or a Deferred. Coroutines run in an event loop of the thread. Where the
configuration uses Twisted's reactor, the reactor runs on the main thread, and coroutines and functions of
`inlineCallbacks` run there.
"""

import sys
import threading
import traceback
import types

from buildbot import _document, _place, _proxies

_IDLE_THREADS_MAX = 8


class Abandoned(BaseException):
    """Raised in a thread whose call the master no longer waits for."""


class Calls:
    """All calls that run."""

    def __init__(self, send, ask):
        self._send = send
        self._ask = ask
        self._lock = threading.Lock()
        self._waiting = threading.Condition(self._lock)
        self._jobs = []
        self._idle = 0
        self._running = {}

    def start(self, number, args):
        """Begins a call; the answer is sent when it is there."""
        with self._lock:
            self._jobs.append((number, args))
            if self._idle >= len(self._jobs):
                self._waiting.notify()
                return
        threading.Thread(target=self._work, name='configuration call', daemon=True).start()

    def _work(self):
        try:
            while self._next_job():
                pass
        except Abandoned:
            pass

    def _next_job(self):
        with self._lock:
            while not self._jobs:
                if self._idle >= _IDLE_THREADS_MAX:
                    return False
                self._idle += 1
                try:
                    self._waiting.wait()
                finally:
                    self._idle -= 1
            number, args = self._jobs.pop(0)
            self._running[number] = _thread_state.call = _Running()
        try:
            self._one(number, args)
        finally:
            with self._lock:
                self._running.pop(number, None)
        return True

    def _one(self, number, args):
        try:
            result, error = self._call(args), None
        except Abandoned:
            raise
        except BaseException as raised:      # SystemExit, KeyboardInterrupt, too: the call's own affair
            result, error = None, describe(raised)
        with self._lock:
            if number not in self._running:
                return
        if error is None:
            try:
                self._send({'id': number, 'result': result})
                return
            except Exception as raised:
                error = describe(raised)
        self._send({'id': number, 'error': error})

    def _call(self, args):
        call = _proxies.Call(args.get('context'), self._ask)
        target = _document.thing(args['handle'])
        if args.get('method'):
            target = getattr(target, args['method'])
        positional = [decode(value, call) for value in args.get('args') or ()]
        keywords = {name: decode(value, call) for name, value in (args.get('kwargs') or {}).items()}
        value = settle(invoke(target, positional, keywords))
        return {'value': value, 'effects': call.effects}

    def where(self, number):
        """The innermost line of the user's files that a call is at, as `file:line`, or None."""
        with self._lock:
            running = self._running.get(number)
        if running is None:
            return None
        found = _waiting_in(running.coroutine)
        if found is not None:
            return found
        frame = sys._current_frames().get(running.ident)
        while frame is not None:
            name = frame.f_code.co_filename
            if _is_library(name):
                found = found or f'{name}:{frame.f_lineno}'
            elif not name.startswith(_place.PACKAGE):
                return f'{name}:{frame.f_lineno}'
            frame = frame.f_back
        return found

    def abandon(self, number):
        """Ends a call that the master no longer waits for, as soon as it runs Python again."""
        import ctypes
        with self._lock:
            running = self._running.pop(number, None)
            if running is None:
                return
            # With the lock held: the thread cannot have gone on to another call.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(running.ident), ctypes.py_object(Abandoned))
        if running.loop is not None:
            running.loop.call_soon_threadsafe(lambda: None)       # an event loop that sleeps has to wake up first


class _Running:
    """A call that runs: its thread, and the coroutine that the thread runs, if it does."""

    def __init__(self):
        self.ident = threading.get_ident()
        self.loop = None
        self.coroutine = None


_thread_state = threading.local()


def _waiting_in(coroutine):
    """The innermost line of the user's files that a suspended coroutine is at."""
    found = None
    while coroutine is not None:
        frame = getattr(coroutine, 'cr_frame', None) or getattr(coroutine, 'gi_frame', None)
        if frame is not None and not _is_library(frame.f_code.co_filename):
            found = f'{frame.f_code.co_filename}:{frame.f_lineno}'
        coroutine = getattr(coroutine, 'cr_await', None) or getattr(coroutine, 'gi_yieldfrom', None)
    return found


def _is_library(name):
    return name.startswith((sys.base_prefix + '/lib', '<frozen')) or 'site-packages' in name


def _is_own(name):
    """Whether a file is the user's."""
    return not _is_library(name) and not name.startswith(_place.PACKAGE)


def describe(error):
    """An exception as the master reads it."""
    trace = first = error.__traceback__
    while trace is not None and not _is_own(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    if trace is None:
        trace = first
        while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_place.PACKAGE):
            trace = trace.tb_next
    file, line = '', 0
    innermost = trace
    while innermost is not None:
        name = innermost.tb_frame.f_code.co_filename
        if _is_own(name):
            file, line = name, innermost.tb_lineno
        innermost = innermost.tb_next
    shown = traceback.format_exception(type(error), error, trace)
    return {'type': type(error).__name__, 'message': str(error), 'traceback': ''.join(shown)[-20000:], 'file': file,
            'line': line}


def decode(value, call):
    """A value from the master."""
    if isinstance(value, list):
        return [decode(item, call) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (form, content), = value.items()
        if form == '$tuple':
            return tuple(decode(item, call) for item in content)
        if form == '$dict':
            return {decode(key, call): decode(item, call) for key, item in content}
        if form == '$ref':
            return _document.thing(content)
        if form == '$proxy':
            return call.proxy(content)
        if form == '$big':
            return int(content)
        if form in ('$object', '$callable', '$opaque'):
            return _document.thing(content['handle'])
    return {key: decode(item, call) for key, item in value.items()}


def _twisted_reactor():
    """Twisted's reactor where the configuration uses it; the stand-in has no event loop."""
    reactor = sys.modules.get('twisted.internet.reactor')
    return reactor if hasattr(reactor, 'fireSystemEvent') else None


def invoke(target, args, kwargs):
    """Calls, where it has to be called."""
    reactor = _twisted_reactor()
    if reactor is None or not _uses_reactor(target):
        return target(*args, **kwargs)
    return _on_reactor(reactor, lambda: target(*args, **kwargs))


def _uses_reactor(target):
    function = getattr(target, '__func__', target)
    inner = getattr(function, '__wrapped__', function)
    code = getattr(inner, '__code__', None)
    # Generators (of inlineCallbacks) and coroutines.
    return code is not None and bool(code.co_flags & (0x20 | 0x80))


def _on_reactor(reactor, function):
    from twisted.internet import defer
    deferred = defer.Deferred()
    reactor.callFromThread(lambda: defer.maybeDeferred(function).chainDeferred(deferred))
    return _wait(deferred)


def settle(value):
    """The value itself, once a coroutine or a Deferred has it."""
    defer = sys.modules.get('twisted.internet.defer')
    if defer is not None and isinstance(value, defer.Deferred):
        return _wait(value)
    if isinstance(value, types.CoroutineType) or hasattr(type(value), '__await__'):
        return _run_coroutine(value)
    return value


def _wait(deferred):
    done = threading.Event()
    outcome = []

    def fired(result):
        outcome.append(result)
        done.set()
    reactor = _twisted_reactor()
    if reactor is not None:
        reactor.callFromThread(deferred.addBoth, fired)
    else:
        deferred.addBoth(fired)
        if not done.is_set() and _real_twisted():
            raise RuntimeError('the function returned a Deferred that nothing will fire: no reactor runs, because the '
                               'configuration does not import twisted.internet.reactor')
    _wait_for(done)
    return _unwrap(outcome[0])


def _wait_for(event):
    """Waits in short turns: a thread that sleeps in a lock cannot be told that nobody waits for it."""
    while not event.wait(1):
        pass


def _real_twisted():
    module = sys.modules.get('twisted')
    return module is not None and not (getattr(module, '__file__', '') or '').startswith(_place.PACKAGE)


def _unwrap(result):
    value = getattr(result, 'value', None)
    if hasattr(result, 'raiseException') and isinstance(value, BaseException):
        raise value
    return result


def _run_coroutine(coroutine):
    import asyncio
    loop = getattr(_thread_state, 'loop', None)
    if loop is None:
        loop = _thread_state.loop = asyncio.new_event_loop()
    running = getattr(_thread_state, 'call', None)
    if running is None:
        return loop.run_until_complete(_bridge(coroutine))
    running.loop, running.coroutine = loop, coroutine
    try:
        return loop.run_until_complete(_bridge(coroutine))
    finally:
        running.loop = running.coroutine = None


async def _bridge(coroutine):
    return await _Bridge(coroutine)


class _Bridge:
    """Runs a coroutine that awaits both asyncio's futures and Deferreds."""

    def __init__(self, coroutine):
        self._coroutine = coroutine

    def __await__(self):
        coroutine = self._coroutine
        if not hasattr(coroutine, 'send'):
            coroutine = coroutine.__await__()
        defer = sys.modules.get('twisted.internet.defer')
        value, error = None, None
        while True:
            try:
                yielded = coroutine.send(value) if error is None else coroutine.throw(error)
            except StopIteration as done:
                return done.value
            value = error = None
            if defer is not None and isinstance(yielded, defer.Deferred):
                # Twisted's Deferred tells its result by itself, once it is asked again.
                yield from _fired(yielded)
                continue
            try:
                value = yield yielded
            except Exception as raised:
                error = raised


def _fired(deferred):
    """Waits until a Deferred has a result, which it keeps."""
    import asyncio
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def fired(result):
        loop.call_soon_threadsafe(lambda: future.done() or future.set_result(None))
        return result
    deferred.addBoth(fired)
    return future.__await__()
