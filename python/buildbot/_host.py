"""The process beside the master: reads requests from its socket and answers them.

A thread reads, so that the process hears of the master's end whatever the configuration does. The configuration is
loaded on the main thread, as its libraries may expect.
"""

import _thread
import faulthandler
import os
import signal
import sys

from buildbot import _msgpack

_FRAME_BYTES_MAX = 256 * 1024 * 1024


class Host:
    """The connection, and what is under way on it."""

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._sending = _thread.allocate_lock()
        self._calls = None
        self._asked = {}
        self._asking = _thread.allocate_lock()
        self._next = 0
        self._main_jobs = []
        self._main = _thread.allocate_lock()
        self._main.acquire()

    def run(self):
        """Serves until the master ends it."""
        _thread.start_new_thread(self._read_all, ())
        while True:
            self._main.acquire()
            while self._main_jobs:
                self._main_jobs.pop(0)()
            self._run_reactor()

    def _run_reactor(self):
        reactor = sys.modules.get('twisted.internet.reactor')
        if hasattr(reactor, 'fireSystemEvent') and not reactor.running:
            reactor.run(installSignalHandlers=False)

    # -- frames --

    def _read_exactly(self, size):
        parts = []
        while size:
            part = os.read(self._descriptor, min(size, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b''.join(parts)

    def _read_all(self):
        try:
            while True:
                size = int.from_bytes(self._read_exactly(4), 'big')
                if size > _FRAME_BYTES_MAX:
                    raise EOFError
                self._received(_msgpack.unpack(self._read_exactly(size)))
        except (EOFError, OSError):
            pass
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            leave()

    def send_bytes(self, frame):
        """Sends one frame."""
        if len(frame) > _FRAME_BYTES_MAX:
            raise ValueError(f'the answer has {len(frame)} bytes, and {_FRAME_BYTES_MAX} is the most that fits')
        data = memoryview(len(frame).to_bytes(4, 'big') + frame)
        with self._sending:
            while data:
                data = data[os.write(self._descriptor, data):]

    def send(self, message):
        """Sends one message."""
        from buildbot import _document
        self.send_bytes(_document.write(message))

    # -- requests --

    def _received(self, message):
        number = message.get('id')
        name = message.get('call')
        args = message.get('args') or {}
        if name is None:
            waiting = self._asked.pop(number, None)
            if waiting is not None:
                waiting.append(message)
                waiting[0].release()
        elif name == 'ping':
            self.send({'id': number, 'result': None})
        elif name == 'load':
            self._main_jobs.append(lambda: self._load(number, args))
            if self._main.locked():
                self._main.release()
        elif name == 'call':
            self._all_calls().start(number, args)
        elif name == 'abandon':
            calls = self._all_calls()
            where = calls.where(args['id'])
            calls.abandon(args['id'])
            self.send({'id': number, 'result': where})
        elif name == 'shutdown':
            self.send({'id': number, 'result': None})
            leave()
        else:
            self.send({'id': number, 'error': {'type': 'LookupError', 'message': f'unknown request {name!r}'}})

    def _all_calls(self):
        if self._calls is None:
            from buildbot import _calls
            self._calls = _calls.Calls(self.send, self.ask)
        return self._calls

    def _load(self, number, args):
        from buildbot import _load
        try:
            answer = _load.answer(args['file'], args['basedir'])
            self.send_bytes(b'\x82\xa2id' + _msgpack.integer(number) + b'\xa6result' + answer)
        except Exception as error:
            from buildbot import _calls
            self.send({'id': number, 'error': _calls.describe(error)})

    def ask(self, name, args):
        """Asks the master, and waits for the answer."""
        from buildbot import _calls
        lock = _thread.allocate_lock()
        lock.acquire()
        waiting = [lock]
        with self._asking:
            self._next += 1
            number = self._next
        self._asked[number] = waiting
        self.send({'id': number, 'call': name, 'args': args})
        lock.acquire()
        answer = waiting[1]
        if answer.get('error') is not None:
            raise RuntimeError(answer['error'].get('message'))
        return _calls.decode(answer.get('result'), None)


def leave():
    """Ends the process, whatever its threads do."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass
    os._exit(0)


def main():
    """Runs the process. Standard input is the socket; the configuration gets an empty one instead."""
    descriptor = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    # On this signal the stacks of all threads go to standard error, where the master reads them.
    faulthandler.register(signal.SIGUSR1, file=2, all_threads=True)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors='backslashreplace')
    Host(descriptor).run()
