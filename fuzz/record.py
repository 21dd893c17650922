#!/usr/bin/env python3
"""Records what a stock master and stock workers say to each other, as the inputs from which fuzzing starts.

usage: record.py BIN    (BIN: the `bin` folder of the real Buildbot's environment)
"""
import hashlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PIECE_MAX = 16 * 1024  # bytes of a recorded stream that are kept
HERE = Path(__file__).resolve().parent / 'recorded'
CONFIG = '''
from buildbot.plugins import schedulers, steps, util, worker
f = util.BuildFactory([
    steps.ShellCommand(command='echo out; echo err >&2; printf "a\\\\rb\\\\n"; head -c 300 /dev/zero | tr "\\\\0" x', logfiles={'l': 'log'}),
    steps.StringDownload('text', workerdest='down', mode=0o644),
    steps.FileUpload(workersrc='down', masterdest='up', keepstamp=True),
    steps.MakeDirectory(dir='build/d'), steps.DirectoryUpload(workersrc='d', masterdest='updir', compress='gz'),
    steps.FileExists(file='build/down'), steps.CopyDirectory(src='build/d', dest='build/e'), steps.RemoveDirectory(dir='build/e'),
    steps.SetPropertyFromCommand(command=['echo', 'value'], property='p'),
    steps.ShellCommand(command=['no-such-program'], haltOnFailure=False, flunkOnFailure=False),
    steps.ShellCommand(command=['sleep', '100'], timeout=1),
])
BuildmasterConfig = {
    'title': 'recorded', 'buildbotURL': 'http://localhost/', 'buildbotNetUsageData': None, 'db': {'db_url': 'sqlite://'},
    'protocols': {'pb': {'port': 'tcp:%d:interface=127.0.0.1'}, 'msgpack_experimental_v7': {'port': %d}},
    'workers': [worker.Worker('pb', 'pw'), worker.Worker('msgpack', 'pw')],
    'builders': [util.BuilderConfig(name=name, workernames=[name], factory=f) for name in ('pb', 'msgpack')],
    'schedulers': [schedulers.Periodic(name='now', builderNames=['pb', 'msgpack'], periodicBuildTimer=1000)],
}
'''


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def relay(target, streams):
    """A port whose connections are passed on; both directions of each are kept."""
    listener = socket.create_server(('127.0.0.1', 0))

    def accept():
        while True:
            client = listener.accept()[0]
            server = socket.create_connection(('127.0.0.1', target))
            for source, sink in ((client, server), (server, client)):
                streams.append(bytearray())
                threading.Thread(target=pump, args=(source, sink, streams[-1]), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def pump(source, sink, kept):
    try:
        while data := source.recv(65536):
            kept += data
            sink.sendall(data)
    except OSError:
        pass  # a side that ends resets its connection


def frames(stream):
    """The binary messages of one direction of a WebSocket."""
    at = stream.find(b'\r\n\r\n') + 4
    while at + 2 <= len(stream):
        kind, length = stream[at] & 0x0f, stream[at + 1] & 0x7f
        masked, at = stream[at + 1] & 0x80, at + 2
        if length >= 126:
            size = 2 if length == 126 else 8
            length, at = int.from_bytes(stream[at:at + size], 'big'), at + size
        mask, at = (stream[at:at + 4], at + 4) if masked else (bytes(4), at)
        data = bytes(byte ^ mask[place % 4] for place, byte in enumerate(stream[at:at + length]))
        at += length
        if kind == 2 and len(data) == length:
            yield data


def keep(protocol, data):
    folder = HERE / protocol
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)


def shape(message):
    """Messages of the same length and beginning are as good as one."""
    return message[:24], len(message) // 16


def main():
    programs, folder = Path(sys.argv[1]), Path(tempfile.mkdtemp(prefix='recorded-'))
    ports = {'pb': free_port(), 'msgpack': free_port()}
    streams = {name: [] for name in ports}
    subprocess.run([programs / 'buildbot', 'create-master', '-q', folder / 'master'], check=True)
    (folder / 'master/master.cfg').write_text(CONFIG % (ports['pb'], ports['msgpack']))
    quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
    running = [subprocess.Popen([programs / 'buildbot', 'start', '--nodaemon', folder / 'master'], **quiet)]
    for name, port in ports.items():
        while socket.socket().connect_ex(('127.0.0.1', port)):
            time.sleep(0.1)
        protocol = 'pb' if name == 'pb' else 'msgpack_experimental_v7'
        subprocess.run([programs / 'buildbot-worker', 'create-worker', '-q', f'--protocol={protocol}', folder / name,
                        f'127.0.0.1:{relay(port, streams[name])}', name, 'pw'], check=True)
        running.append(subprocess.Popen([programs / 'buildbot-worker', 'start', '--nodaemon', folder / name], **quiet))
    time.sleep(25)
    for process in reversed(running):
        process.terminate()
        process.wait()
    for stream in streams['pb']:
        for protocol in ('banana', 'jelly', 'broker'):
            keep(protocol, bytes(stream[:PIECE_MAX]))
    messages = {shape(message): message for stream in streams['msgpack'] for message in frames(stream)}
    for message in messages.values():
        keep('msgpack', message)
    print({folder.name: len(list(folder.iterdir())) for folder in HERE.iterdir()})


if __name__ == '__main__':
    main()
