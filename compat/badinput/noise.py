"""Bytes that mean nothing, on every port: the master lives and serves the others."""
import os
import random
import socket
import struct
import threading

from .bench import memory, results_of
from .peer import Peer, frame_head, pack

KILOBYTES_MAX = 250_000
SEED = 20240229  # the same bytes in every run
HTTP = b'GET /api/v2/builders HTTP/1.1\r\nHost: x\r\n'
UPGRADE = (b'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
           b'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Basic dzE6cGFzcy13MQ==\r\n')


def ports(bench):
    master = bench.master().start()
    master.worker('w2')
    most = Watch(master)
    chance = random.Random(SEED)
    for port in ('www', 'msgpack', 'pb'):
        number = master.values[port]
        for _ in range(60):
            throw(number, chance.randbytes(chance.choice([1, 7, 100, 5000])))
        throw(number, chance.randbytes(4_000_000))
        for cut in range(0, len(UPGRADE), 37):
            throw(number, UPGRADE[:cut])
        idle = [connected(number) for _ in range(100)]
        still_served(bench, master, f'{port}, noise and 100 silent connections')
        for one in idle:
            one.close()
    for label, data in http_cases():
        throw(master.values['www'], data)
        throw(master.values['msgpack'], data)
    still_served(bench, master, 'HTTP that is odd or too long')
    for label, data in pb_cases():
        throw(master.values['pb'], data)
    still_served(bench, master, 'Perspective Broker that is odd or too long')
    for label, data in websocket_cases():
        closed = refuses(master.values['msgpack'], data)
        bench.check(f'MessagePack before the greeting, {label}: closed', closed)
        throw(master.values['www'], UPGRADE.replace(b'GET / ', b'GET /ws ') + b'\r\n' + data)
    still_served(bench, master, 'WebSocket frames that are odd or too long')
    bench.check('memory stays flat', most.stop() < KILOBYTES_MAX, f'{most.most} kB')
    log = master.log()
    bench.check('no panic is in the log', 'panicked' not in log, log)


def http_cases():
    return [
        ('a header without end', HTTP + b'X: ' + b'y' * 2_000_000),
        ('headers without end', HTTP + b''.join(b'X-%d: y\r\n' % n for n in range(20000)) + b'\r\n'),
        ('a path without end', b'GET /' + b'a/' * 500_000 + b' HTTP/1.1\r\nHost: x\r\n\r\n'),
        ('a query without end', b'GET /api/v2/builds?' + b'field=name&' * 5000 + b' HTTP/1.1\r\nHost: x\r\n\r\n'),
        ('a length that is a lie', b'POST /change_hook/base HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\nabc'),
        ('a negative length', b'POST /change_hook/base HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nabc'),
        ('two lengths', b'POST /change_hook/base HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabc'),
        ('chunks that are none', b'POST /change_hook/base HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc'),
        ('a NUL in the path', b'GET /api/v2/\0 HTTP/1.1\r\nHost: x\r\n\r\n'),
        ('a path that climbs', b'GET /../../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n'),
        ('escapes that are none', b'GET /api/v2/builds?%zz=%ff%fe&order=%00 HTTP/1.1\r\nHost: x\r\n\r\n'),
        ('HTTP/2', b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + bytes(100)),
        ('TLS', bytes.fromhex('1603010200010001fc0303') + os.urandom(500)),
    ]


def pb_cases():
    def atom(count, kind):
        digits = bytearray()
        while count:
            digits.append(count & 0x7f)
            count >>= 7
        return bytes(digits or b'\0') + bytes([kind])
    pb = atom(2, 0x82) + b'pb'
    return [
        ('a list of everything', atom(2 ** 31, 0x80)),
        ('a text of everything', pb + atom(2 ** 40, 0x82) + b'x' * 1000),
        ('a number without end', pb + b'\x7f' * 100_000),
        ('lists in lists', pb + (b'\x01\x80' * 500_000)),
        ('a kind that is none', pb + b'\x05\x99'),
        ('another dialect', atom(9, 0x82) + b'dialect-x'),
        ('a message of nothing', pb + atom(0, 0x80)),
        ('a message to nobody', pb + atom(7, 0x80) + atom(7, 0x82) + b'message' + atom(1, 0x81) + atom(6, 0x82) + b'nobody'
         + atom(4, 0x82) + b'call' + atom(1, 0x81) + atom(0, 0x80) + atom(0, 0x80)),
        ('answers to nothing', pb + (atom(3, 0x80) + atom(6, 0x82) + b'answer' + atom(5, 0x81) + atom(0, 0x81)) * 1000),
        ('cut off', pb + atom(7, 0x80) + atom(7, 0x82) + b'mess'),
    ]


def websocket_cases():
    return [
        ('noise', os.urandom(3000)),
        ('a frame too long', b'\x82\xff\x7f' + b'\xff' * 7 + bytes(4) + b'x' * 1000),
        ('a long frame that is sent', frame_head(80_000_000) + bytes(1_000_000)),
        ('a message of too many frames', (b'\x02' + frame_head(1 << 20)[1:] + bytes(1 << 20)) + (b'\x00' + frame_head(1 << 20)[1:] + bytes(1 << 20)) * 70),
        ('a frame without mask', b'\x82\x05hello'),
        ('a kind that is none', b'\x8b' + frame_head(2)[1:] + b'ab'),
        ('text', frame_head(5, 1) + b'hello'),
        ('no map', framed(pack([1, 2]))),
        ('a map without number', framed(pack({'op': 'update'}))),
        ('a number that is text', framed(pack({'op': 'update', 'seq_number': 'x'}))),
        ('a text of everything', framed(b'\xdb\xff\xff\xff\xff' + b'x' * 100)),
        ('lists in lists', framed(b'\x91' * 2_000_000)),
    ]


def framed(data):
    return frame_head(len(data)) + data


def throw(port, data):
    """Sends and goes away."""
    try:
        with socket.create_connection(('127.0.0.1', port), 10) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 5))
            s.settimeout(5)
            s.sendall(data)
    except OSError:
        pass  # closed by the master: its right


def connected(port):
    return socket.create_connection(('127.0.0.1', port), 10)


def refuses(port, data):
    """Whether the master ends the connection when this comes in place of a frame."""
    peer = Peer(port)
    peer.socket.settimeout(20)
    try:
        peer.socket.sendall(data)
    except OSError:
        return True
    try:
        return peer.is_closed()
    finally:
        peer.close()


def still_served(bench, master, label):
    request = master.force('quick')
    good = results_of(master.wait_done(request)) == [0] and master.alive() and master.connected('w2')
    bench.check(f'{label}: the master lives and builds', good)


class Watch(threading.Thread):
    """Remembers the most memory that the master had."""

    def __init__(self, master):
        super().__init__(daemon=True)
        self.pid, self.most, self.ended = master.process.pid, 0, threading.Event()
        self.start()

    def run(self):
        while not self.ended.wait(0.05):
            self.most = max(self.most, memory(self.pid))

    def stop(self):
        self.ended.set()
        self.join()
        return self.most
