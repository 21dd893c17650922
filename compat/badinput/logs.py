"""Output that no log viewer likes: stored, shown, and no weight in memory."""
import http.client

from .bench import CONFIG, results_of
from .noise import KILOBYTES_MAX, Watch
from .peer import Peer

LINE_BYTES = 100_000_000
OWN_LINE_BYTES = 30_000_000
STEPS = '''
def sh(name, text, **more):
    return steps.ShellCommand(name=name, command=['sh', '-c', text], **more)
c['builders'] += [
    util.BuilderConfig(name='odd-' + name, workernames=[name], factory=factory(
        sh('utf', r"printf 'gr\\303\\274n \\377\\376 \\303\\n'"),
        sh('nul', r"printf 'a\\000b\\n'; echo end"),
        sh('controls', r"printf '\\033[31mred\\033[0m \\007\\b \\r\\n\\r\\r\\nx'"),
        sh('latin', r"printf 'gr\\374n\\n'", logEncoding='latin-1'),
        sh('unfinished', r"printf 'no newline'; printf 'the same' >&2"),
    )) for name in ('w1', 'w2')]
c['builders'].append(util.BuilderConfig(name='line', workernames=['w1'], factory=factory(
    sh('line', "head -c %d /dev/zero | tr '\\\\0' x", maxTime=300))))
c['schedulers'][0] = schedulers.ForceScheduler(name='force', builderNames=[b.name for b in c['builders']])
''' % LINE_BYTES


def odd(bench):
    master = bench.master()
    master.configure(STEPS)
    master.start()
    master.worker('w1')
    master.worker('w2', stock=True)
    shown = [texts(bench, master, name) for name in ('w1', 'w2')]
    for name, expected in [('utf', 'grün'), ('nul', 'end'), ('unfinished', 'no newline')]:
        for which, got in zip(('our worker', 'stock worker'), shown):
            bench.check(f'{which}, {name}: shown', expected in got[name], repr(got[name]))
    for name in shown[0]:
        bench.check(f'{name}: the same from both workers', shown[0][name] == shown[1][name], shown)
    bench.check('invalid UTF-8 is replaced', '\ufffd' in shown[0]['utf'], repr(shown[0]['utf']))
    bench.check('a NUL is kept', 'a\0b' in shown[0]['nul'], repr(shown[0]['nul']))
    long_line(bench, master)
    unbroken(bench, master)
    bench.check('the master lives', master.alive())


def texts(bench, master, worker):
    """The output of each step, by all three ways to see it."""
    builds = master.wait_done(master.force(f'odd-{worker}'))
    bench.check(f'{worker}: builds well', results_of(builds) == [0], builds)
    found = {}
    for step in master.steps_of(builds[0])[1:]:
        log = master.logs_of(step)[0]
        content = master.text_of(log)
        found[step['name']] = '\n'.join(line for line in content.split('\n') if line[:1] in ('o', 'e'))
        for path in (f'/api/v2/logs/{log["logid"]}/raw', f'/api/v2/logs/{log["logid"]}/raw_inline'):
            status, size, _ = fetch(master, path)
            bench.check(f'{worker}, {step["name"]}: {path.split("/")[-1]}', status == 200 and size > 0)
    return found


def long_line(bench, master):
    watch = Watch(master)
    builds = master.wait_done(master.force('line'))
    bench.check('a line of 100 MB: builds well', results_of(builds) == [0], builds)
    bench.check('a line of 100 MB: memory while it comes', watch.stop() < KILOBYTES_MAX, f'{watch.most} kB')
    step = master.steps_of(builds[0])[-1]
    log = master.logs_of(step)[0]
    see(bench, master, 'a line of 100 MB', log, LINE_BYTES)
    database = sum(file.stat().st_size for file in master.folder.glob('state.sqlite*'))
    bench.check('a line of 100 MB: stored compressed', database < 50_000_000, database)


def unbroken(bench, master):
    """A worker that does not keep to the agreed length of lines."""
    master.end_worker('w1')
    watch = Watch(master)
    peer = Peer(master.values['msgpack'])
    request = master.force('wait1')
    command = peer.work_until('shell')
    peer.update(command, [['stdout', ['x' * OWN_LINE_BYTES, [], []]]])
    for _ in range(20):
        peer.update(command, [['stdout', ['x' * (OWN_LINE_BYTES // 20), [], []]]])
    peer.update(command, [['stdout', ['\n', [0], [1.0]]], ['rc', 0]])
    peer.request(op='complete', command_id=command, args=None)
    builds = master.wait_done(request)
    bench.check('a worker with lines too long: builds on', len(builds) == 1 and builds[0]['complete'], builds)
    bench.check('a worker with lines too long: memory', watch.stop() < KILOBYTES_MAX + 200_000, f'{watch.most} kB')
    step = master.steps_of(builds[0])[-1]
    log = master.logs_of(step)[0]
    see(bench, master, 'a worker with lines too long', log, 2 * OWN_LINE_BYTES)
    peer.close()


def see(bench, master, label, log, expected):
    """The log by every way to see it, with an eye on memory."""
    watch = Watch(master)
    status, size, count = fetch(master, f'/api/v2/logs/{log["logid"]}/raw')
    bench.check(f'{label}: complete in raw', status == 200 and count >= expected and count < expected + 1000,
                f'{status}, {count} of {size} bytes')
    first = master.get(f'logs/{log["logid"]}/contents?offset=0&limit=3')['logchunks'][0]
    bench.check(f'{label}: contents by lines', first['firstline'] == 0, str(first)[:200])
    build = master.get('builds?order=-buildid&limit=1')['builds'][0]
    page = f'/builders/{build["builderid"]}/builds/{build["number"]}'
    status, size, _ = fetch(master, page)
    bench.check(f'{label}: the page of the build', status == 200 and size < 5_000_000, f'{status}, {size} bytes')
    status, size, _ = fetch(master, f'{page}/steps/1/logs/stdio')
    bench.check(f'{label}: the page of the log', status == 200 and size < 5_000_000, f'{status}, {size} bytes')
    bench.check(f'{label}: memory while it is shown', watch.stop() < KILOBYTES_MAX, f'{watch.most} kB')


def fetch(master, path):
    """Status, bytes and how many of them are `x`."""
    connection = http.client.HTTPConnection('127.0.0.1', master.values['www'], timeout=120)
    connection.request('GET', path)
    answer = connection.getresponse()
    size = count = 0
    while block := answer.read(1 << 20):
        size += len(block)
        count += block.count(b'x')
    connection.close()
    return answer.status, size, count


ENCODED = r'''
c['logEncoding'] = 'latin-1'
BYTES = r"""printf 'caf\351 \200 \244\n\303\251\n'; sleep 0.2; printf '\344'; sleep 0.2; printf '\342\r'; sleep 0.2; printf '\n'"""
c['builders'] = [util.BuilderConfig(name=name, workernames=['w1'], factory=factory(steps.MasterShellCommand(name='bytes', command=BYTES, **more)))
                 for name, more in [('master', {}), ('step', {'logEncoding': 'iso8859-15'}), ('utf-8', {'logEncoding': 'utf-8'}),
                                    ('ascii', {'logEncoding': 'ascii'})]]
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=[b.name for b in c['builders']])]
'''


def encodings(bench):
    """Bytes become text as `logEncoding` says, of the step or of the master."""
    told = {}
    for name, program in bench.masters:
        master = bench.master(name, config=CONFIG + ENCODED, program=program).start()
        master.worker('w1')
        for builder in master.get('builders')['builders']:
            build, = master.wait_done(master.force(builder['name']))
            step = next(step for step in master.steps_of(build) if step['name'] == 'bytes')
            lines = [line for line in master.text_of(master.logs_of(step)[0]).splitlines() if line.startswith('o')]
            told.setdefault(builder['name'], []).append(lines)
    for builder, (ours, theirs) in told.items():
        bench.check(f'{builder}: {theirs}', ours == theirs, ours)
    bench.check('the encoding of the master is not that of the step', told['master'][1] != told['step'][1])
