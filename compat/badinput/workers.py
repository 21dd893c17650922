"""Workers that may not come in, and workers that go in the middle of a build."""
import os
import re
import signal
import time

from .bench import CONFIG, results_of, wait
from .peer import Peer

SECRET = 'not-the-pass'


def refused(bench):
    """Wrong names, wrong passwords, and a second worker of one name."""
    master = bench.master().start()
    port = master.values['msgpack']
    for label, peer, status, reason in [
        ('wrong password', {'name': 'w1', 'password': SECRET}, 401, r'refused.*w1.*password'),
        ('wrong name', {'name': 'w77', 'password': SECRET}, 401, r'refused.*w77'),
        ('empty name', {'name': '', 'password': SECRET}, 401, r'refused'),
        ('name of control characters', {'name': 'w\n2 evil line\x1b[2J', 'password': SECRET}, 401, r'refused.*evil'),
        ('name without end', {'name': 'w' * 3000, 'password': SECRET}, 401, r'refused.*www'),
        ('no login', {'headers': {'X-Nothing': '1'}}, 401, r'refused'),
        ('login that is none', {'headers': {'Authorization': 'Basic §§§'}}, 400, r'refused'),
        ('login of another kind', {'headers': {'Authorization': 'Bearer x'}}, 400, r'refused'),
    ]:
        before = len(master.log())
        answer = Peer(port, **peer)
        new = wait_log(master, before, 'refused')
        bench.check(f'MessagePack, {label}', answer.status == status, f'status {answer.status}')
        lines = [line for line in new.splitlines() if re.search(reason, line)]
        bench.check(f'MessagePack, {label}: one line with the reason',
                    len(lines) == 1 and new.count('\n') == 1 and '\x1b' not in new and len(new) < 1000, repr(new))
        answer.close()
    for protocol in ('msgpack_experimental_v7', 'pb'):
        for label, name in [('wrong password', 'w1'), ('wrong name', 'w78')]:
            before = len(master.log())
            process = master.worker(name, stock=True, protocol=protocol, password=SECRET, attached=False,
                                    folder=f'{protocol}-{label}')
            new = wait_log(master, before, 'refused')
            process.send_signal(signal.SIGTERM)
            process.wait()
            # It tries again every second or so: the first line counts.
            lines = [line for line in new.splitlines() if 'refused' in line]
            bench.check(f'stock worker, {protocol}, {label}: refused with the reason', lines and name in lines[0], new)
    bench.check('no password is in the log', SECRET not in master.log() and 'pass-w' not in master.log())
    for stock, protocol in [(False, 'msgpack_experimental_v7'), (True, 'pb')]:
        kind = 'stock worker over PB' if stock else 'our worker'
        first = master.worker('w2', stock=stock, protocol=protocol, folder=f'first-{protocol}')
        before = len(master.log())
        second = master.worker('w2', stock=stock, protocol=protocol, attached=False, folder=f'second-{protocol}')
        new = wait_log(master, before, 'already connected|duplicate')
        bench.check(f'{kind}: the second of one name is refused, the first stays',
                    master.connected('w2') and re.search(r'w2.*(already|duplicate)', new), new)
        second.send_signal(signal.SIGTERM)
        second.wait()
        bench.check(f'{kind}: nobody waits for the second', 'is away' not in master.log()[before:], master.log()[before:])
        request = master.force('quick')
        bench.check(f'{kind}: the first still builds', results_of(master.wait_done(request)) == [0])
        first.send_signal(signal.SIGTERM)
        first.wait()
        master.wait_worker('w2', connected=False)
    bench.check('the master lives', master.alive())


def wait_log(master, before, pattern):
    """What came after a position, when the pattern is in it and the line is whole."""
    try:
        wait(pattern, lambda: re.search(f'(?:{pattern}).*\n', master.log()[before:]), 20)
    except RuntimeError:
        pass
    time.sleep(0.1)  # a second line would be an error, give it a chance
    return master.log()[before:]


def dying(bench):
    """A worker dies in a build: RETRY, built again when it is back, nobody else is disturbed."""
    master = bench.master().start()
    master.worker('w2')
    other = master.force('wait2')
    master.wait_running(other)
    for label, stock, protocol in [('our worker, killed', False, 'msgpack_experimental_v7'),
                                   ('stock worker, killed', True, 'msgpack_experimental_v7'),
                                   ('stock worker over PB, killed', True, 'pb'),
                                   ('our worker, stopped and killed', False, 'msgpack_experimental_v7')]:
        folder = f'{protocol}-{"stock" if stock else "own"}'
        process = master.worker('w1', stock=stock, protocol=protocol, folder=folder)
        request = master.force('wait1')
        build = master.wait_running(request)
        if 'stopped' in label:
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.5)
        process.kill()
        process.wait()
        retried(bench, master, label, request, build)
        master.worker('w1', stock=stock, protocol=protocol, folder=folder)
        master.wait_running(request, 2)
        finish_again(bench, master, label, request)
    for label, rubbish in [
        ('noise', lambda peer, command: peer.send_bytes(os.urandom(4000))),
        ('noise that is no frame', lambda peer, command: peer.socket.sendall(os.urandom(4000))),
        ('text', lambda peer, command: peer.send_bytes(b'hello', 1)),
        ('a frame too long', lambda peer, command: peer.socket.sendall(b'\x82\xff\x7f' + b'\xff' * 7 + bytes(4) + b'x' * 100)),
        ('a frame cut off', lambda peer, command: (peer.socket.sendall(b'\x82\xfe\x10\x00' + bytes(4) + b'x'), peer.close())),
        ('a map without end', lambda peer, command: peer.send_bytes(b'\xdf\xff\xff\xff\xff' + b'\xa1a\xc0' * 10)),
        ('a bomb of lists', lambda peer, command: peer.send_bytes(b'\x91' * 1_000_000)),
    ]:
        peer = Peer(master.values['msgpack'])
        request = master.force('wait1')
        command = peer.work_until('shell')
        build = master.wait_running(request)
        peer.update(command, [['stdout', ['some\n', [4], [1.0]]]])
        rubbish(peer, command)
        retried(bench, master, f'scripted worker, {label}', request, build)
        peer.close()
        master.worker('w1')
        master.wait_running(request, 2)
        finish_again(bench, master, f'scripted worker, {label}', request)
    odd_updates(bench, master)
    bench.check('the other build has not noticed', results_of(master.builds_of(other)) == [None])
    master.go('wait2')
    bench.check('the other build ends well', results_of(master.wait_done(other)) == [0], master.builds_of(other))
    bench.check('the master lives', master.alive())


def retried(bench, master, label, request, build):
    ended = wait(f'{label}: the end of the build', lambda: master.builds_of(request)[0]['complete'])
    first = master.builds_of(request)[0]
    steps = master.steps_of(build)
    bench.check(f'{label}: RETRY', ended and first['results'] == 5 and all(step['complete'] for step in steps), (first, steps))
    row = master.get(f'buildrequests/{request}')['buildrequests'][0]
    bench.check(f'{label}: the request waits', not row['complete'], row)


def finish_again(bench, master, label, request):
    """Ends the second build of wait1 by its own file."""
    master.go('wait1')
    builds = master.wait_done(request)
    numbers = [build['number'] for build in builds]
    bench.check(f'{label}: built again', results_of(builds) == [5, 0] and len(set(numbers)) == 2, builds)
    master.hold('wait1')
    master.end_worker('w1')


def odd_updates(bench, master):
    """Messages that are well formed and make no sense: an answer each, and the build can still end."""
    peer = Peer(master.values['msgpack'])
    request = master.force('wait1')
    command = peer.work_until('shell')
    for message in [
        {'op': 'update', 'command_id': 'nobody', 'args': [['rc', 0]]},
        {'op': 'update', 'command_id': command, 'args': 7},
        {'op': 'update', 'command_id': command, 'args': [7, None, [], ['rc'], [['rc'], 0]]},
        {'op': 'update', 'command_id': command, 'args': [['stdout', 7], ['stdout', ['x', 7, 7]], ['stdout', ['x\n', [99], []]]]},
        {'op': 'update', 'command_id': command, 'args': [['log', ['../../etc', ['x\n', [1], [1.0]]]], ['log', None]]},
        {'op': 'update', 'command_id': command},
        {'op': 'complete'},
        {'op': 'update_upload_file_write', 'command_id': command, 'args': b'x' * 100},
        {'op': 'update_read_file', 'command_id': command, 'length': -5},
        {'op': 'no_such_operation', 'command_id': command},
        {'op': 'complete', 'command_id': 'nobody', 'args': None},
    ]:
        peer.request(**message)
    peer.send(op='response', seq_number=999999, result=None)
    peer.update(command, [['stdout', ['the end\n', [7], [1.0]]], ['rc', 0]])
    peer.request(op='complete', command_id=command, args=None)
    builds = master.wait_done(request)
    bench.check('scripted worker, odd messages: the build ends', len(builds) == 1 and builds[0]['complete'], builds)
    peer.close()
    master.wait_worker('w1', connected=False)


OLD = '''
every = dict(haltOnFailure=False, flunkOnFailure=False, alwaysRun=True)
c['builders'] = [util.BuilderConfig(name='old', workernames=['w1'], factory=factory(
    steps.FileExists(file='f', **every), steps.MakeDirectory(dir='d', **every), steps.CopyDirectory(src='d', dest='e', **every),
    steps.RemoveDirectory(dir='d', **every), steps.FileUpload(workersrc='f', masterdest='f', **every),
    steps.DirectoryUpload(workersrc='d', masterdest='d', **every),
    steps.MultipleFileUpload(workersrcs=['f'], masterdest='d', **every),
    steps.FileDownload(mastersrc='master.cfg', workerdest='f', **every), steps.StringDownload(s='x', workerdest='f', **every),
    steps.JSONStringDownload(o=[1], workerdest='f', **every), steps.JSONPropertiesDownload(workerdest='f', **every)))]
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=['old'])]
'''
ONLY_SHELL = '''
from buildbot_worker.commands import registry
for name in set(registry.commandRegistry) - {'shell'}:
    del registry.commandRegistry[name]
'''


def old(bench):
    """A worker that lacks commands: each step says which, as the real master says it."""
    told = []
    for name, program in bench.masters:
        master = bench.master(name, config=CONFIG + OLD, program=program).start()
        master.worker('w1', stock=True, protocol='pb', edit=lambda text: text + ONLY_SHELL)
        build, = master.wait_done(master.force('old'))
        told.append([build['results'], build['state_string']] + [
            (step['name'], step['results'], step['state_string'], lacks_of(master, step)) for step in master.steps_of(build)])
        master.stop()
    for ours, real in zip(*told):
        bench.check(f'an old worker: {real}', ours == real, ours)


def lacks_of(master, step):
    """The step's logs: name, and the words that say what went wrong."""
    return [(log['name'], sorted(set(re.findall(r'worker is too old, does not know about \w+', master.text_of(log)))))
            for log in master.logs_of(step)]


SPEAKING = '''
c['builders'] = [util.BuilderConfig(name=name, workernames=[name], factory=factory(
    steps.ShellCommand(name='word', command=['printf', '%%s\\\\n', 'gr\\u00fc\\u00dfe']),
    steps.ShellCommand(name='bytes', command=['sh', '-c', "printf '\\\\374x\\\\n\\\\303\\\\274\\\\n'"]),
    steps.ShellCommand(name='line', command='echo \\u00e4; printf \\u00e4 | od -An -tx1'),
    steps.ShellCommand(name='unknown', command=['printf', '5 \\u20ac']))) for name in ('w1', 'w2')]
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=['w1', 'w2'])]
'''


def encodings(bench):
    """Workers whose programs speak Latin-1: ours reads and writes it as the stock one does."""
    master = bench.master(config=CONFIG + SPEAKING).start()
    for protocol in ['pb', 'msgpack_experimental_v7']:
        told = []
        for name, stock in [('w1', False), ('w2', True)]:
            folder = f'{protocol}-{name}'
            master.worker(name, stock=stock, protocol=protocol, folder=folder, edit=lambda text: text.replace(
                'protocol=protocol', "protocol=protocol, unicode_encoding='latin-1'"))
            text = (bench.folder / folder / 'buildbot.tac').read_text()
            bench.check(f'{protocol}: {name} is told its encoding', 'latin-1' in text, text)
            build, = master.wait_done(master.force(name))
            told.append([(step['name'], step['results'], [
                line[1:] for log in master.logs_of(step) if log['name'] == 'stdio'
                for line in master.text_of(log).splitlines() if line.startswith('o')]) for step in master.steps_of(build)])
            master.end_worker(name)
        for ours, theirs in zip(*told):
            bench.check(f'{protocol}: {theirs}', ours == theirs, ours)
