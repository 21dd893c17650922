"""Builds on a Ferrobot worker outlive the master and the network: they go on where they were, and no command runs twice."""
import random
import socket
import threading
import time
from pathlib import Path

from .bench import CONFIG, PATIENCE, results_of, wait

KILLS = 50
SEED = 90125
BUILDERS = 4
LINES = 150
TOKEN = 'hunter2'
WORDS = 400_000  # of a file that is sent there and back

STEPS = '''
c['collapseRequests'] = False
from buildbot.plugins import secrets
c['secretsProviders'] = [secrets.SecretInAFile(dirname='%(folder)s/secrets')]
def ran(name):
    return 'echo ran >> %(folder)s/ran-%%(prop:buildername)s-%%(prop:buildnumber)s-' + name + '; '
def script(name, text):
    return util.Interpolate(ran(name) + text)
LOOP = 'i=0; while [ $i -lt ''' + str(LINES) + ''' ]; do i=$((i+1)); echo "WHAT $i"; sleep 0.01; done'
c['builders'] += [util.BuilderConfig(name='long%%d' %% number, workernames=['w1'], factory=factory(
    steps.ShellCommand(name='print', command=script('print', LOOP.replace('WHAT', 'line %%(secret:token)s'))),
    steps.SetPropertyFromCommand(name='ask', property='answer', command=script('ask', 'sleep 0.1; echo answer-%%(prop:buildnumber)s')),
    steps.Compile(name='compile', command=script('compile', 'what=warning; ' + LOOP.replace('WHAT', 'a.c:1: $what: number'))),
    steps.ShellSequence(name='sequence', commands=[
        util.ShellArg(command=script('one', 'echo one; sleep 0.1'), logname='first'),
        util.ShellArg(command=script('two', 'printf two; sleep 0.1'), logname='second')]),
    steps.ShellCommand(name='fail', command=script('fail', 'sleep 0.05; echo failing >&2; exit 7'), warnOnFailure=True, flunkOnFailure=False),
    steps.StringDownload(name='give', s=util.Interpolate('%%(prop:buildnumber)s ' + 'sent ' * ''' + str(WORDS) + '''), workerdest='given', blocksize=8192),
    steps.FileUpload(name='take', workersrc='given', blocksize=8192,
                     masterdest=util.Interpolate('%(folder)s/taken-%%(prop:buildername)s-%%(prop:buildnumber)s')),
    steps.Trigger(name='children', schedulerNames=['children'], waitForFinish=True),
    steps.ShellCommand(name='last', command=script('last', 'printf %%(prop:answer)s')))) for number in range(''' + str(BUILDERS) + ''')]
c['builders'].append(util.BuilderConfig(name='child', workernames=['w1'], factory=factory(
    steps.ShellCommand(name='work', command='sleep 0.5'))))
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=[b.name for b in c['builders']]),
                   schedulers.Triggerable(name='children', builderNames=['child'])]
c['workers'][0] = worker.Worker('w1', 'pass-w1', max_builds=''' + str(BUILDERS + 1) + ''')
'''
COMMANDS = ['print', 'ask', 'compile', 'one', 'two', 'fail', 'last']


def site(bench):
    master = bench.master(config=CONFIG + STEPS)
    (master.folder / 'secrets').mkdir(mode=0o700)
    (master.folder / 'secrets/token').touch(0o600)
    (master.folder / 'secrets/token').write_text(TOKEN)
    return master


def kills(bench):
    master = site(bench)
    chance = random.Random(SEED)
    requests = []
    master.start()
    worker = master.worker('w1')
    interrupted = 0
    for kill in range(KILLS):
        if kill:
            master.start()
        busy = {request['builderid'] for request in master.get('buildrequests?complete=false')['buildrequests']}
        idle = [builder['name'] for builder in master.get('builders')['builders']
                if builder['name'].startswith('long') and builder['builderid'] not in busy]
        requests += [master.force(name) for name in idle]
        time.sleep(chance.uniform(0, 2.5))
        interrupted += bool(master.get('builds?complete=false&limit=1')['builds'])
        master.kill()
    master.start()
    wait('all builds to end', lambda: not master.get('buildrequests?complete=false')['buildrequests'], 2 * PATIENCE)
    bench.check('builds were under way at the kills', interrupted > KILLS / 2, interrupted)
    bench.check('the worker lived through all of it', worker.poll() is None)
    for request in requests:
        judge(bench, master, request)
    bench.check('no panic is in the log', 'panicked' not in master.log())
    bench.check('the secret is in no file of the master', not [file for file in master.folder.iterdir() if file.is_file() and TOKEN.encode() in file.read_bytes()])
    restart_politely(bench, master)
    go_back(bench, master)


def judge(bench, master, request):
    *cut_off, build = master.builds_of(request)
    # Nothing is known yet of a build that is killed before its first step, and nothing has been done for it.
    begun = [step for each in cut_off for step in master.steps_of(each) if step['number'] > 0 or each['results'] != 5]
    if not bench.check(f'request {request} has one build, with warnings', build['results'] == 1 and not begun, (build, cut_off, begun)):
        return
    builder = master.get(f'builders/{build["builderid"]}')['builders'][0]['name']
    ran = {name: (master.folder / f'ran-{builder}-{build["number"]}-{name}') for name in COMMANDS}
    often = {name: len(file.read_text().split()) if file.exists() else 0 for name, file in ran.items()}
    bench.check(f'{builder} {build["number"]} ran each command once', set(often.values()) == {1}, often)
    steps = {step['name']: step for step in master.steps_of(build)}
    wrong = {name: step['results'] for name, step in steps.items()
             if step['results'] != {'compile': 1, 'fail': 2}.get(name, 0) and not step['hidden']}
    bench.check(f'{builder} {build["number"]} has the results of its steps', not wrong and len(steps) == 10, (wrong, list(steps)))
    expected = {
        ('print', 'stdio'): [f'line <token> {n}' for n in range(1, LINES + 1)],
        ('compile', 'stdio'): [f'a.c:1: warning: number {n}' for n in range(1, LINES + 1)],
        ('sequence', 'first'): ['one'], ('sequence', 'second'): ['two'],
        ('last', 'stdio'): [f'answer-{build["number"]}'],
    }
    for (step, name), lines in expected.items():
        logs = master.logs_of(steps[step])
        found = [log for log in logs if log['name'] == name]
        text = master.text_of(found[0]) if len(found) == 1 else str(logs)
        out = [line[1:] for line in text.splitlines() if line.startswith('o')]
        ends = text.count('hprogram finished with exit code 0\n')
        bench.check(f'{builder} {build["number"]}: {step}/{name} is whole', out == lines and ends == 1 and found[0]['complete'],
                    (ends, [line for line in out if line not in lines], len(out), text[:500]))
    taken = master.folder / f'taken-{builder}-{build["number"]}'
    text = taken.read_text() if taken.exists() else ''
    bench.check(f'{builder} {build["number"]} sent a file there and back', text == f'{build["number"]} ' + 'sent ' * WORDS, len(text))
    summary = steps['compile']['state_string']
    children = [child for child in master.get('buildsets')['buildsets'] if child['parent_buildid'] == build['buildid']]
    bench.check(f'{builder} {build["number"]} triggered one child', [child['results'] for child in children] == [0], children)
    counted = master.get(f'builds/{build["buildid"]}/properties')['properties'][0].get('warnings-count', [None])[0]
    bench.check(f'{builder} {build["number"]}: each warning was counted once', counted == LINES, (summary, counted))


def restart_politely(bench, master):
    """The same for a master that is stopped, and for one whose builder changed meanwhile."""
    request = master.force('long0')
    wait('the build', lambda: master.builds_of(request))
    time.sleep(1)
    master.stop()
    master.start()
    master.wait_done(request)
    judge(bench, master, request)
    request = master.force('long0')
    wait('the build', lambda: master.builds_of(request))
    time.sleep(1)
    master.kill()
    master.config_text = master.config_text.replace('sleep 0.05; echo failing', 'echo failing')
    master.configure()
    master.start()
    builds = master.wait_done(request)
    bench.check('changed meanwhile: built again', results_of(builds) == [5, 1], builds)
    bench.check('changed meanwhile: the first build says why', 'configured differently' in builds[0]['state_string'], builds)


def go_back(bench, master):
    """Buildbot takes the directory over while a build is left to its worker: it builds it again."""
    request = master.force('long0')
    wait('the build', lambda: master.builds_of(request))
    time.sleep(1)
    master.stop()
    master.program = bench.reference / 'buildbot'
    master.start()
    wait('Buildbot to build again', lambda: [build['complete'] for build in master.builds_of(request)] == [True, True])
    master.stop()
    master.program = bench.candidate
    master.start()
    bench.check('Buildbot in its place: built again', results_of(master.builds_of(request)) == [5, 1], master.builds_of(request))


def network(bench):
    """The connection breaks, or nothing comes through any more, for a second and for half a minute."""
    master = site(bench).start()
    line = Line(master.values['msgpack'])
    master.worker('w1', port=line.port)
    for state, seconds in [('cut', 1), ('silent', 1), ('cut', 30), ('silent', 33)]:
        request = master.force('long0')
        wait('the build', lambda: master.builds_of(request))
        time.sleep(0.5)
        line.state = state
        time.sleep(seconds)
        line.state = 'up'
        master.wait_done(request)
        print(f'-- network: {state} for {seconds} s', flush=True)
        judge(bench, master, request)
    stop_while_away(bench, master, line)
    bench.check('the worker is there', master.connected('w1'))
    line.close()


def stop_while_away(bench, master, line):
    """Nobody who stops a build waits for a network, and the command ends when the worker is back."""
    request = master.force('wait1')
    build = master.wait_running(request)
    before, line.state = len(master.log()), 'cut'
    wait('the worker to be away', lambda: 'is away' in master.log()[before:])
    master.stop_build(build['buildid'])
    bench.check('stopped while its worker is away: cancelled', results_of(master.wait_done(request)) == [6])
    bench.check('its worker has not heard of it', running(master, 'go-wait1'))
    line.state = 'up'
    wait('the command to end', lambda: not running(master, 'go-wait1'))
    request = master.force('wait1')
    master.go()
    bench.check('it builds again', results_of(master.wait_done(request)) == [0])


def running(master, words):
    """Command lines of programs of this master's builds that have the words."""
    lines = map(command_line, Path('/proc').glob('[0-9]*/cmdline'))
    return [line for line in lines if words in line and str(master.folder) in line]


def command_line(file):
    try:
        return file.read_text()
    except OSError:
        return ''


class Line:
    """A port that leads to another one, while the line is up."""

    def __init__(self, target):
        self.target, self.state = target, 'up'
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.state != 'up':
                near.close()
                continue
            far = socket.create_connection(('127.0.0.1', self.target))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=pair, daemon=True).start()

    def carry(self, source, sink):
        source.settimeout(0.05)
        try:
            while self.state != 'cut':
                if self.state == 'silent':
                    time.sleep(0.05)
                    continue
                try:
                    data = source.recv(65536)
                except TimeoutError:
                    continue
                if not data:
                    break
                sink.sendall(data)
        except OSError:
            pass
        for each in (source, sink):
            each.close()

    def close(self):
        self.listener.close()
        self.state = 'cut'
