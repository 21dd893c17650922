"""Workers that send what they were not asked for, to where it does not belong; and peers that never read."""
import io
import socket
import tarfile
import time

from .bench import CONFIG, memory, results_of
from .noise import KILOBYTES_MAX, still_served
from .peer import Peer, frame_head, pack

# A worker whose build ends with an exception is left alone for a while, so that each case has its own.
MORE = '''
def uploads(name, *steps_):
    c['builders'].append(util.BuilderConfig(name=name, workernames=[name.split('-')[1]], factory=factory(*steps_)))
for number in range(30):
    c['workers'].append(worker.Worker('x%%d' %% number, 'pass-x%%d' %% number))
    uploads('tree-x%%d' %% number, steps.DirectoryUpload(workersrc='d', masterdest='%(folder)s/public/tree'))
    uploads('glob-x%%d' %% number, steps.MultipleFileUpload(workersrcs=['*'], glob=True, masterdest='%(folder)s/public/many'))
uploads('file-w1', steps.FileUpload(workersrc='f', masterdest='%(folder)s/public/file'))
uploads('file-w3', steps.FileUpload(workersrc='f', masterdest='%(folder)s/public/other'))
uploads('text-w1', steps.StringDownload('x' * 30000000, workerdest='d', blocksize=10000000))
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=[b.name for b in c['builders']])]
'''


def strange(bench):
    master = bench.master(config=CONFIG + MORE).start()
    (master.folder / 'public').mkdir()
    (master.folder / 'secret').write_text('secret')
    master.worker('w2')
    trees(bench, master)
    globs(bench, master)
    others(bench, master)
    still_served(bench, master, 'uploads that lead elsewhere')
    deaf(bench, master)
    bench.check('no panic is in the log', 'panicked' not in master.log())


def entry(name, content=b'', **more):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in more.items():
        setattr(info, key, value)
    return info, content


def archive(*entries):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode='w') as tar:
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
    return file.getvalue()


def link(name, target, kind=tarfile.SYMTYPE):
    return entry(name, type=kind, linkname=target)


def trees(bench, master):
    """Archives whose entries lead out of `masterdest`."""
    evil = str(master.folder / 'evil')
    for number, (label, data, good) in enumerate([
        ('an honest one', archive(entry('a/b', b'x', mode=0o644), link('l', 'a/b')), True),
        ('a path that climbs', archive(entry('../evil', b'x')), False),
        ('a path that climbs in the middle', archive(entry('a/../../evil', b'x')), False),
        ('an absolute path', archive(entry(evil, b'x')), False),
        ('through a symbolic link', archive(link('up', '..'), entry('up/evil', b'x')), False),
        ('through an absolute link', archive(link('root', str(master.folder)), entry('root/evil', b'x')), False),
        ('through a link and a link', archive(link('a', '.'), link('a/b', '../..'), entry('b/evil', b'x')), False),
        ('a hard link to a secret', archive(link('s', '../../secret', tarfile.LNKTYPE)), False),
        ('a device', archive(entry('null', type=tarfile.CHRTYPE, devmajor=1, devminor=3)), False),
        ('noise', b'\x01' * 5000, False),
        ('cut off', archive(entry('long', b'x' * 5000))[:2000], False),
    ]):
        before = len(master.log())
        builds = built(master, f'tree-x{number}', 'upload_directory', lambda peer, command: (
            peer.request(op='update_upload_directory_write', command_id=command, args=data),
            peer.request(op='update_upload_directory_unpack', command_id=command)))
        outside = [path.name for path in master.folder.iterdir() if path.name == 'evil']
        leaks = [path for path in (master.folder / 'public').rglob('*') if path.is_file() and 'secret' in path.read_text(errors='replace')]
        results = results_of(builds)
        bench.check(f'tree, {label}: {"taken" if good else "refused"}', (results == [0]) == good and not outside and not leaks,
                    (results, outside, leaks, master.log()[before:]))
        if not good:
            said = said_of(master, builds[0])
            bench.check(f'tree, {label}: the reason is told', 'archive' in said or 'tar' in said, said + master.log()[before:])
    taken = sorted(str(path.relative_to(master.folder / 'public')) for path in (master.folder / 'public').rglob('*'))
    bench.check('tree: the honest one is there', {'tree/a/b', 'tree/l'} <= set(taken), taken)


def said_of(master, build):
    """The texts of all logs of a build's steps."""
    texts = []
    for step in master.steps_of(build):
        for log in master.logs_of(step):
            chunks = master.get(f'logs/{log["logid"]}/contents')['logchunks']
            texts += [chunk['content'] for chunk in chunks]
        texts.append(step['state_string'])
    return '\n'.join(texts)


def globs(bench, master):
    """A worker may say what it has; it may not say where that goes."""
    many = master.folder / 'public/many'
    for number, name in enumerate(['../evil', str(master.folder / 'evil'), 'd/../../evil', '..', '/', '', 'a\0b', '../public/other']):
        builds = built(master, f'glob-x{number + 15}', 'glob', lambda peer, command: peer.update(command, [['files', [name]]]), goes_on=True)
        here = [path.name for path in master.folder.iterdir()]
        stored = [path.name for path in many.iterdir()] if many.exists() else []
        inside = all(stored_name and '/' not in stored_name for stored_name in stored)
        bench.check(f'glob, {name!r}: contained', 'evil' not in here and inside and builds[0]['complete'], (here, stored))


def others(bench, master):
    """The id of another worker's upload, and of a command that is over."""
    one, three = Peer(master.values['msgpack']), Peer(master.values['msgpack'], name='w3')
    requests = master.force('file-w1'), master.force('file-w3')
    first, second = one.work_until('upload_file'), three.work_until('upload_file')
    before = len(master.log())
    foreign = second if second != first else second + 'x'
    for _ in range(200):
        one.request(op='update_upload_file_write', command_id=foreign, args=b'evil')
        one.request(op='complete', command_id=foreign, args=None)
    for peer, command, text in ((one, first, b'one'), (three, second, b'three')):
        peer.request(op='update_upload_file_write', command_id=command, args=text)
        peer.request(op='update_upload_file_close', command_id=command)
        peer.complete(command)
    results = [results_of(master.wait_done(request)) for request in requests]
    files = [(master.folder / 'public' / name).read_bytes() for name in ('file', 'other')]
    bench.check('the upload of another: both files are their own', results == [[0], [0]] and files == [b'one', b'three'], (results, files))
    lines = [line for line in master.log()[before:].splitlines() if 'not given' in line]
    bench.check('the upload of another: one line in the log', len(lines) == 1 and 'w1' in lines[0], lines[:3])
    one.request(op='update_upload_file_write', command_id=first, args=b'late')
    time.sleep(0.5)
    bench.check('a write after the end: the file stays', (master.folder / 'public/file').read_bytes() == b'one')
    for peer in (one, three):
        peer.close()
    for name in ('w1', 'w3'):
        master.wait_worker(name, connected=False)


def deaf(bench, master):
    """Peers that send and never read, and such that do not even send."""
    # The configuration itself is large, and what is sent of it is kept a few times over.
    allowed = memory(master.process.pid) + KILOBYTES_MAX
    for label, builder, wanted in [('in a download', 'text-w1', 'download_file'), ('in a command', 'wait1', 'shell')]:
        request = master.force(builder)
        peer = Peer(master.values['msgpack'])
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        command = peer.work_until(wanted)
        flood(peer, pack({'op': 'update_read_file', 'command_id': command, 'length': 10_000_000, 'seq_number': 7}) if builder == 'text-w1'
              else pack({'op': 'update', 'command_id': command, 'args': [['stdout', ['x\n', [1], [1.0]]]], 'seq_number': 7}))
        used = memory(master.process.pid)
        bench.check(f'deaf {label}: memory stays flat', used < allowed, f'{used} kB')
        still_served(bench, master, f'deaf {label}')
        try:
            master.wait_worker('w1', connected=False)
            closed = True
        except RuntimeError:
            closed = False
        bench.check(f'deaf {label}: it is sent away', closed)
        peer.close()
        master.wait_worker('w1', connected=False)
        bench.check(f'deaf {label}: the build waits for another worker', master.builds_of(request)[0]['results'] == 5,
                    master.builds_of(request))
        master.worker('w1')
        master.go('wait1')
        bench.check(f'deaf {label}: built again', results_of(master.wait_done(request)) == [5, 0])
        master.hold('wait1')
        master.end_worker('w1')
    silent = [deaf_client(master.values[port], data) for port, data in [
        ('www', b'GET /api/v2/builders HTTP/1.1\r\nHost: x\r\n\r\n' * 20000), ('pb', b'\x02\x82pb' + b'\x02\x80\x06\x82nobody\x01\x81' * 100_000)]]
    still_served(bench, master, 'clients that ask and never read')
    bench.check('clients that ask and never read: memory stays flat', memory(master.process.pid) < allowed, memory(master.process.pid))
    for client in silent:
        client.close()


def flood(peer, message, seconds=5):
    """Sends until nothing is taken any more."""
    data = (frame_head(len(message)) + message) * 100
    peer.socket.settimeout(1)
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            peer.socket.sendall(data)
    except OSError:
        pass


def deaf_client(port, data):
    client = socket.create_connection(('127.0.0.1', port), 10)
    client.settimeout(2)
    try:
        client.sendall(data)
    except OSError:
        pass
    return client


def built(master, builder, command_name, act, goes_on=False):
    """Runs a build with a worker that does `act` when it gets that command, and what is asked for after it; its builds."""
    name = builder.split('-')[1]
    request = master.force(builder)
    peer = Peer(master.values['msgpack'], name=name)
    try:
        command = peer.work_until(command_name)
        act(peer, command)
        peer.update(command, [['rc', 0]])
        peer.request(op='complete', command_id=command, args=None)
        if goes_on:
            serve_rest(peer, master, request)
        return master.wait_done(request)
    finally:
        peer.close()
        master.wait_worker(name, connected=False)


def serve_rest(peer, master, request):
    """Answers everything until the build is over: whatever is asked for is a file with a line in it."""
    peer.socket.settimeout(0.5)
    until = time.monotonic() + 20
    while time.monotonic() < until and not master.get(f'buildrequests/{request}')['buildrequests'][0]['complete']:
        try:
            message = peer.receive()
        except OSError:
            continue
        if message is None:
            return
        if message['op'] == 'response':
            continue
        peer.send(op='response', seq_number=message['seq_number'], result=None)
        if message['op'] != 'start_command':
            continue
        command = message['command_id']
        if message['command_name'] == 'stat':
            peer.update(command, [['stat', [0o100644, 1, 1, 1, 0, 0, 1, 1, 1, 1]]])
        if message['command_name'] == 'upload_file':
            peer.request(op='update_upload_file_write', command_id=command, args=b'evil')
            peer.request(op='update_upload_file_close', command_id=command)
        peer.complete(command)
