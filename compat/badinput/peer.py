"""A worker of our own making, to misbehave with: MessagePack over a WebSocket, on bare sockets."""
import base64
import os
import socket
import struct


COMMANDS = ('shell', 'mkdir', 'listdir', 'stat', 'rmdir', 'glob', 'uploadFile', 'uploadDirectory', 'downloadFile',
            'upload_file', 'upload_directory', 'download_file')


class Peer:
    """A connection to the port for MessagePack workers."""

    def __init__(self, port, name='w1', password=None, headers=None):
        self.socket = socket.create_connection(('127.0.0.1', port), 30)
        login = base64.b64encode(f'{name}:{password or "pass-" + name}'.encode()).decode()
        lines = ['GET / HTTP/1.1', f'Host: 127.0.0.1:{port}', 'Upgrade: websocket', 'Connection: Upgrade',
                 f'Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}', 'Sec-WebSocket-Version: 13']
        lines += [f'{key}: {value}' for key, value in (headers or {'Authorization': f'Basic {login}'}).items()]
        self.socket.sendall(('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1'))
        self.rest = b''
        while b'\r\n\r\n' not in self.rest:
            more = self.socket.recv(4096)
            if not more:
                break
            self.rest += more
        head, _, self.rest = self.rest.partition(b'\r\n\r\n')
        self.status = int(head.split(b' ', 2)[1]) if head else 0
        self.number = 0

    def send_bytes(self, data, opcode=2):
        """One masked frame; the mask is zero, which is as good as any."""
        self.socket.sendall(frame_head(len(data), opcode) + data)

    def send(self, **message):
        self.send_bytes(pack(message))

    def receive(self):
        """The next message; `None` when the connection is closed."""
        while True:
            head = self.take(2)
            if head is None:
                return None
            length = head[1] & 0x7f
            if length == 126:
                length, = struct.unpack('>H', self.take(2))
            elif length == 127:
                length, = struct.unpack('>Q', self.take(8))
            data = self.take(length)
            if data is None or head[0] & 0x0f == 8:
                return None
            if head[0] & 0x0f == 9:
                self.send_bytes(data, 10)
            elif head[0] & 0x0f == 2:
                return unpack(data)

    def take(self, count):
        try:
            while len(self.rest) < count:
                more = self.socket.recv(65536)
                if not more:
                    return None
                self.rest += more
        except ConnectionError:
            return None
        data, self.rest = self.rest[:count], self.rest[count:]
        return data

    def work_until(self, command_name):
        """Does what a worker does, until that command is started; returns its id."""
        while True:
            message = self.receive()
            if message is None:
                raise RuntimeError('the master closed the connection')
            if message['op'] == 'response':
                continue
            result = None
            if message['op'] == 'get_worker_info':
                result = {'basedir': '/nowhere', 'system': 'posix', 'version': '4.3.0', 'environ': {}, 'numcpus': 1,
                          'worker_commands': {name: '3.3' for name in COMMANDS},
                          'delete_leftover_dirs': False}
            self.send(op='response', seq_number=message['seq_number'], result=result)
            if message['op'] == 'start_command':
                if message['command_name'] == command_name:
                    return message['command_id']
                self.complete(message['command_id'])

    def update(self, command, pairs):
        self.request(op='update', command_id=command, args=pairs)

    def complete(self, command):
        self.update(command, [['files', []], ['rc', 0]])
        self.request(op='complete', command_id=command, args=None)

    def request(self, **message):
        self.number += 1
        self.send(**message, seq_number=self.number)

    def is_closed(self):
        """Whether the master ends the connection within a while."""
        try:
            while self.receive() is not None:
                pass
        except ConnectionError:
            return True  # at the answer to a ping
        except OSError:
            return False
        return True

    def close(self):
        self.socket.close()


def frame_head(length, opcode=2):
    head = bytes([0x80 | opcode])
    if length < 126:
        head += bytes([0x80 | length])
    elif length < 65536:
        head += bytes([0xfe]) + struct.pack('>H', length)
    else:
        head += bytes([0xff]) + struct.pack('>Q', length)
    return head + bytes(4)


def pack(value):
    if value is None:
        return b'\xc0'
    if isinstance(value, bool):
        return b'\xc3' if value else b'\xc2'
    if isinstance(value, int):
        return bytes([value]) if 0 <= value < 128 else b'\xd3' + struct.pack('>q', value)
    if isinstance(value, float):
        return b'\xcb' + struct.pack('>d', value)
    if isinstance(value, str):
        data = value.encode()
        return b'\xdb' + struct.pack('>I', len(data)) + data
    if isinstance(value, bytes):
        return b'\xc6' + struct.pack('>I', len(value)) + value
    if isinstance(value, list):
        return b'\xdd' + struct.pack('>I', len(value)) + b''.join(map(pack, value))
    if isinstance(value, dict):
        return b'\xdf' + struct.pack('>I', len(value)) + b''.join(pack(k) + pack(v) for k, v in value.items())
    raise TypeError(type(value))


def unpack(data):
    return read(data, 0)[0]


NUMBERS = {0xca: '>f', 0xcb: '>d', 0xcc: '>B', 0xcd: '>H', 0xce: '>I', 0xcf: '>Q', 0xd0: '>b', 0xd1: '>h', 0xd2: '>i', 0xd3: '>q'}
SIZES = {0xc4: ('B', bytes), 0xc5: ('H', bytes), 0xc6: ('I', bytes), 0xd9: ('B', str), 0xda: ('H', str), 0xdb: ('I', str),
         0xdc: ('H', list), 0xdd: ('I', list), 0xde: ('H', dict), 0xdf: ('I', dict)}


def read(data, at):
    """A value and where it ends."""
    kind = data[at]
    at += 1
    if kind < 0x80:
        return kind, at
    if kind >= 0xe0:
        return kind - 256, at
    if kind in (0xc0, 0xc2, 0xc3):
        return {0xc0: None, 0xc2: False, 0xc3: True}[kind], at
    if kind in NUMBERS:
        size = struct.calcsize(NUMBERS[kind])
        return struct.unpack_from(NUMBERS[kind], data, at)[0], at + size
    if kind < 0xc0:
        count, of = (kind & 0x1f, str) if kind >= 0xa0 else (kind & 0x0f, list if kind >= 0x90 else dict)
    else:
        letter, of = SIZES[kind]
        count, = struct.unpack_from('>' + letter, data, at)
        at += struct.calcsize('>' + letter)
    if of in (bytes, str):
        taken = data[at:at + count]
        return (taken.decode() if of is str else bytes(taken)), at + count
    items = []
    for _ in range(count * (2 if of is dict else 1)):
        item, at = read(data, at)
        items.append(item)
    return (items if of is list else dict(zip(items[::2], items[1::2]))), at
