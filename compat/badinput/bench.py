"""What every chapter works with: checks, processes, and a master with its workers in directories of its own."""
import argparse
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PATIENCE = 90  # seconds that any single stage may take on a busy machine

CONFIG = '''
from buildbot.plugins import changes, schedulers, steps, util, worker
c = BuildmasterConfig = {}
c['title'] = 'Bad input'
c['buildbotURL'] = 'http://127.0.0.1:%(www)d/'
c['buildbotNetUsageData'] = None
c['db'] = {'db_url': 'sqlite:///state.sqlite'}
c['www'] = {'port': 'tcp:%(www)d:interface=127.0.0.1', 'plugins': {}, 'change_hook_dialects': {'base': True}}
c['protocols'] = {'msgpack_experimental_v7': {'port': %(msgpack)d},
                  'pb': {'port': 'tcp:%(pb)d:interface=127.0.0.1'}}
c['workers'] = [worker.Worker(name, 'pass-' + name) for name in ('w1', 'w2', 'w3')]
# Such a build ends when there is a file of its builder.
wait = util.Interpolate('echo begun; while [ ! -e %(folder)s/go-%%(prop:buildername)s ]; do sleep 0.1; done; echo ended')
def factory(*more):
    return util.BuildFactory(list(more))
c['builders'] = [
    util.BuilderConfig(name='wait1', workernames=['w1'], factory=factory(steps.ShellCommand(name='wait', command=wait))),
    util.BuilderConfig(name='wait2', workernames=['w2'], factory=factory(steps.ShellCommand(name='wait', command=wait))),
    util.BuilderConfig(name='quick', workernames=['w2'], factory=factory(steps.ShellCommand(name='say', command='echo hi'))),
]
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=[b.name for b in c['builders']])]
'''


class Tally:
    """Counts checks of chapters that run side by side."""

    def __init__(self):
        self.passed = self.failed = 0
        self.lock = threading.Lock()

    def check(self, what, good, detail=''):
        with self.lock:
            if good:
                self.passed += 1
            else:
                self.failed += 1
            shown = f': {detail}' if detail and not good else ''
            print(('ok      ' if good else 'FAILED  ') + what + shown, flush=True)
        return bool(good)


class Bench:
    """The programs, a folder, and the checks of one chapter."""

    def __init__(self, name, folder, options, tally):
        self.name, self.folder, self.tally = name, folder, tally
        self.candidate, self.reference, self.smtp_python = options.candidate.resolve(), options.reference.resolve(), options.smtp
        self.processes = []
        folder.mkdir()

    def check(self, what, good, detail=''):
        return self.tally.check(f'{self.name}: {what}', good, shortened(str(detail)))

    def call(self, *words, program=None, before=(), env=None):
        """Runs the candidate to its end, by a program `before` it; returns exit status and everything it said."""
        done = subprocess.run([*before, str(program or self.candidate), *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE, env={**os.environ, **(env or {})})
        return done.returncode, done.stdout.decode(errors='replace')

    def spawn(self, *words, env=None):
        with open(self.folder / 'processes.log', 'ab') as log:
            process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       cwd=self.folder, env={**os.environ, **(env or {})})
        self.processes.append(process)
        return process

    def master(self, name='master', **more):
        return Master(self, name, **more)

    @property
    def masters(self):
        """Both masters: a name, and the program for `master`."""
        return [('ours', None), ('real', self.reference / 'buildbot')]

    def stop(self):
        for process in reversed(self.processes):
            end(process)
        self.processes = []


class Master:
    """A master directory, its configuration and its workers, whichever `program` runs it."""

    def __init__(self, bench, name, config=CONFIG, program=None, **values):
        self.bench, self.folder, self.program = bench, bench.folder / name, program or bench.candidate
        self.values = {'www': free_port(), 'msgpack': free_port(), 'pb': free_port(), 'folder': self.folder, **values}
        status, text = bench.call('create-master', '-q', self.folder, program=self.program)
        if status:
            raise RuntimeError(f'create-master: {text}')
        self.config_text = config % self.values
        self.configure()
        self.process = None
        self.workers = {}

    def configure(self, more=''):
        (self.folder / 'master.cfg').write_text(self.config_text + more)

    def start(self, env=None):
        self.process = self.bench.spawn(self.program, 'start', '--nodaemon', self.folder, env=env)
        wait('the master', lambda: self.process.poll() is not None or self.get('masters'))
        if self.process.poll() is not None:
            raise RuntimeError(f'the master did not start: {self.log()[-2000:]}')
        return self

    def stop(self):
        end(self.process)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def alive(self):
        return self.process.poll() is None and bool(self.get('masters')['masters'])

    def log(self):
        file = self.folder / 'twistd.log'
        return file.read_text(errors='replace') if file.exists() else ''

    def worker(self, name, stock=False, protocol='msgpack_experimental_v7', password=None, attached=True, folder=None,
               port=None, env=None, edit=None):
        """Starts a worker in a new or its old directory. `edit` changes the text of a new buildbot.tac."""
        folder = self.bench.folder / (folder or f'{self.folder.name}-{name}')
        program = [self.bench.reference / 'buildbot-worker'] if stock else [self.bench.candidate, 'worker']
        if not folder.exists():
            port = port or self.values['pb' if protocol == 'pb' else 'msgpack']
            subprocess.run([*map(str, program), 'create-worker', '-q', f'--protocol={protocol}', '--maxdelay=2', str(folder),
                            f'127.0.0.1:{port}', name, password or f'pass-{name}'], check=True)
            if edit:
                start_file = folder / 'buildbot.tac'
                start_file.write_text(edit(start_file.read_text()))
        process = self.bench.spawn(*program, 'start', '--nodaemon', folder, env=env)
        if attached:
            self.wait_worker(name)
        self.workers[name] = process
        return process

    def end_worker(self, name):
        end(self.workers.pop(name))
        self.wait_worker(name, connected=False)

    def wait_worker(self, name, connected=True):
        wait(f'worker {name} {"to connect" if connected else "to go"}', lambda: self.connected(name) == connected)

    def connected(self, name):
        return bool(self.get(f'workers/{name}')['workers'][0]['connected_to'])

    def url(self, path):
        return f'http://127.0.0.1:{self.values["www"]}/{path}'

    def get(self, path):
        with urllib.request.urlopen(self.url('api/v2/' + path), timeout=30) as answer:
            return json.load(answer)

    def force(self, builder):
        """Forces a build; returns the id of its request."""
        number = self.get(f'builders/{builder}')['builders'][0]['builderid']
        return next(iter(self.control('forceschedulers/force', 'force', builderid=str(number))[1].values()))

    def stop_build(self, number):
        self.control(f'builds/{number}', 'stop', reason='enough')

    def control(self, path, method, **params):
        call = {'id': 1, 'jsonrpc': '2.0', 'method': method, 'params': params}
        request = urllib.request.Request(self.url(f'api/v2/{path}'), json.dumps(call).encode(),
                                         {'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)['result']

    def change(self, **fields):
        form = urllib.parse.urlencode({'author': 'ann', 'branch': 'main', 'comments': 'x', **fields}).encode()
        with urllib.request.urlopen(self.url('change_hook/base'), form, timeout=30) as answer:
            return answer.read().decode()

    def builds_of(self, request):
        return self.get(f'builds?buildrequestid={request}&order=buildid')['builds']

    def steps_of(self, build):
        return self.get(f'builds/{build["buildid"]}/steps?order=number')['steps']

    def logs_of(self, step):
        return self.get(f'steps/{step["stepid"]}/logs')['logs']

    def text_of(self, log):
        return self.get(f'logs/{log["logid"]}/contents')['logchunks'][0]['content']

    def wait_running(self, request, number=1):
        """Waits until the latest of `number` builds of a request is in its command."""
        def running():
            builds = self.builds_of(request)
            if len(builds) != number or builds[-1]['complete']:
                return None
            return any(not step['complete'] and step['name'] == 'wait' for step in self.steps_of(builds[-1])) and builds[-1]
        return wait(f'build {number} of request {request} to run', running)

    def wait_done(self, request):
        """Waits until a request is complete; returns its builds."""
        wait(f'the end of request {request}', lambda: self.get(f'buildrequests/{request}')['buildrequests'][0]['complete'])
        return self.builds_of(request)

    def go(self, builder='wait1'):
        """Lets the builds of a builder end."""
        (self.folder / f'go-{builder}').write_text('')

    def hold(self, builder='wait1'):
        (self.folder / f'go-{builder}').unlink()


def shortened(text):
    return text if len(text) < 2500 else f'{text[:1000]} […] {text[-1500:]}'


def results_of(builds):
    return [build['results'] for build in builds]


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def wait(what, condition, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            value = condition()
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            value = None  # Buildbot often cuts its answers off
        if value:
            return value
        time.sleep(0.05)
    raise RuntimeError(f'waited {patience} s in vain for {what}')


def end(process):
    """Ends a process that we started, politely first."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def memory(pid):
    """Resident kilobytes of a process and all below it."""
    total = 0
    try:
        with open(f'/proc/{pid}/status') as status:
            total = int(re.search(r'VmRSS:\s+(\d+)', status.read()).group(1))
        for task in os.listdir(f'/proc/{pid}/task'):
            with open(f'/proc/{pid}/task/{task}/children') as children:
                total += sum(memory(int(child)) for child in children.read().split())
    except (OSError, AttributeError):
        pass
    return total


def main(description, chapters, at_once=1):
    """The command line of a script that is made of chapters; its exit status."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--reference', type=Path, required=True, help="`bin` folder of the real Buildbot's environment")
    parser.add_argument('--candidate', type=Path, required=True, help='the `ferrobot` program')
    parser.add_argument('--smtp', type=Path, default=sys.executable, help='Python program that has `aiosmtpd`, for mail servers')
    parser.add_argument('--only', action='append', choices=chapters, help='run only this chapter; may be given again')
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix='ferrobot-compat-'))
    tally = Tally()

    def run(name):
        bench = Bench(name, folder / name.replace(' ', '-'), options, tally)
        started = time.monotonic()
        try:
            chapters[name](bench)
        except Exception as error:  # whatever it is, the other chapters go on
            bench.check('the chapter goes on', False, f'{type(error).__name__}: {error}\n{tails(bench.folder)}')
        finally:
            bench.stop()
            print(f'-- {name}: {time.monotonic() - started:.0f} s', flush=True)
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(run, options.only or chapters))
    if not tally.failed or os.environ.get('KEEP') != '1':
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f'kept {folder}')
    print(f'\n{tally.passed} passed, {tally.failed} failed')
    return 1 if tally.failed else 0


def tails(folder):
    logs = [*folder.glob('processes.log'), *folder.glob('*/twistd.log')]
    return '\n'.join(f'-- {log}\n' + '\n'.join(log.read_text(errors='replace').splitlines()[-15:]) for log in logs)
