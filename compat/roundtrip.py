#!/usr/bin/env python3
"""A master directory goes Buildbot -> Ferrobot -> Buildbot and keeps its history.

Each master in turn runs in the directory that the real `buildbot create-master` made, builds with a stock worker over
MessagePack, and must show everything that was built before it, log contents included, exactly as it was shown then.
"""
import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

CONFIG = '''
from buildbot.plugins import schedulers, steps, util, worker
c = BuildmasterConfig = {}
c['title'] = 'Roundtrip'
c['buildbotURL'] = 'http://127.0.0.1:%(www)d/'
c['buildbotNetUsageData'] = None
c['db'] = {'db_url': 'sqlite:///state.sqlite'}
c['www'] = {'port': 'tcp:%(www)d:interface=127.0.0.1', 'plugins': {}, 'change_hook_dialects': {'base': True}}
c['protocols'] = {'msgpack_experimental_v7': {'port': %(worker)d}}
c['logCompressionMethod'] = '%(compression)s'
c['workers'] = [worker.Worker('w1', 'pass')]
factory = util.BuildFactory([
    steps.SetProperty(property='colour', value='blue'),
    steps.ShellCommand(name='talk', command=['sh', '-c', 'seq 1 3000; echo grüße; echo oops >&2; exit 0']),
    steps.ShellCommand(name='fail', command=['sh', '-c', 'exit 3'], warnOnFailure=True, flunkOnFailure=False),
])
c['builders'] = [util.BuilderConfig(name='b1', workernames=['w1'], factory=factory, tags=['t'], description='one')]
c['schedulers'] = [
    schedulers.ForceScheduler(name='force', builderNames=['b1']),
    schedulers.SingleBranchScheduler(
        name='changes', change_filter=util.ChangeFilter(branch='main'), treeStableTimer=None, builderNames=['b1']),
]
'''
PATIENCE = 90  # seconds that any single stage may take on a busy machine

results = {'passed': 0, 'failed': 0}


def check(what, good, detail=''):
    results['passed' if good else 'failed'] += 1
    print(('ok      ' if good else 'FAILED  ') + what + (f': {detail}' if detail and not good else ''), flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def wait(what, condition):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            value = condition()
        except OSError:
            value = None
        if value:
            return value
        time.sleep(0.1)
    raise RuntimeError(f'waited {PATIENCE} s in vain for {what}')


class Site:
    """One master directory and one worker directory, whoever runs in them."""

    def __init__(self, folder, reference):
        self.folder, self.reference = folder, reference
        self.ports = {'www': free_port(), 'worker': free_port(), 'compression': 'gz'}
        self.processes = []

    def create(self):
        run(self.reference / 'buildbot', 'create-master', '-q', 'master', cwd=self.folder)
        run(self.reference / 'buildbot-worker', 'create-worker', '-q', '--protocol=msgpack_experimental_v7', 'worker',
            f'127.0.0.1:{self.ports["worker"]}', 'w1', 'pass', cwd=self.folder)

    def start(self, program, compression):
        self.ports['compression'] = compression
        (self.folder / 'master/master.cfg').write_text(CONFIG % self.ports)
        self.spawn(program, 'start', '--nodaemon', 'master')
        wait('the master', lambda: self.get('masters'))
        self.spawn(self.reference / 'buildbot-worker', 'start', '--nodaemon', 'worker')
        wait('the worker', lambda: self.get('workers')['workers'][0]['connected_to'])

    def spawn(self, *words):
        log = open(self.folder / 'processes.log', 'ab')
        self.processes.append(subprocess.Popen(
            [str(word) for word in words], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
        self.processes = []

    def get(self, path):
        with urllib.request.urlopen(f'http://127.0.0.1:{self.ports["www"]}/api/v2/{path}', timeout=30) as answer:
            return json.load(answer)

    def force(self):
        builder = self.get('builders')['builders'][0]['builderid']
        call = {'id': 1, 'jsonrpc': '2.0', 'method': 'force', 'params': {'builderid': str(builder), 'reason': 'again'}}
        request = urllib.request.Request(
            f'http://127.0.0.1:{self.ports["www"]}/api/v2/forceschedulers/force', json.dumps(call).encode(),
            {'Content-Type': 'application/json'})
        urllib.request.urlopen(request, timeout=30).read()

    def change(self, revision):
        form = f'author=ann&branch=main&revision={revision}&comments=hello&files=["a.c"]&repository=r&project=p'
        urllib.request.urlopen(
            f'http://127.0.0.1:{self.ports["www"]}/change_hook/base', form.encode(), timeout=30).read()

    def build(self, revision):
        """One forced build and one of a change; returns how many builds there are then."""
        before = len(self.get('builds')['builds'])
        self.force()
        wait('the forced build', lambda: self.done() == before + 1)
        self.change(revision)
        wait('the build of the change', lambda: self.done() == before + 2)
        # Requests and buildsets are complete a moment after their builds.
        wait('the end of all buildsets', self.is_idle)
        return before + 2

    def is_idle(self):
        return all(row['complete'] for kind in ('buildsets', 'buildrequests') for row in self.get(kind)[kind])

    def done(self):
        return sum(build['complete'] for build in self.get('builds')['builds'])

    def history(self):
        """Everything that is shown of finished work."""
        seen = {'builds': {}, 'changes': self.get('changes?order=changeid')['changes'],
                'buildsets': self.get('buildsets?order=bsid')['buildsets'],
                'requests': self.get('buildrequests?order=buildrequestid')['buildrequests']}
        for build in self.get('builds?order=buildid')['builds']:
            number = build['buildid']
            steps = self.get(f'builds/{number}/steps?order=number')['steps']
            logs = {}
            for step in steps:
                for log in self.get(f'steps/{step["stepid"]}/logs')['logs']:
                    contents = self.get(f'logs/{log["logid"]}/contents')['logchunks'][0]['content']
                    logs[f'{step["name"]}/{log["slug"]}'] = [log['num_lines'], log['type'], contents]
            seen['builds'][number] = [build, self.get(f'builds/{number}/properties')['properties'], steps, logs]
        return seen


def run(*words, cwd):
    subprocess.run([str(word) for word in words], cwd=cwd, check=True, stdout=subprocess.DEVNULL)


def same(what, before, after):
    """What was there before is there unchanged."""
    for kind in ('changes', 'buildsets', 'requests'):
        kept = after[kind][:len(before[kind])]
        check(f'{what}: {kind}', kept == before[kind], first_difference(before[kind], kept))
    for number, build in before['builds'].items():
        check(f'{what}: build {number}', after['builds'].get(number) == build,
              first_difference(build, after['builds'].get(number)))


def first_difference(before, after, place=''):
    if type(before) is type(after) and isinstance(before, dict):
        for key in {**before, **after}:
            if before.get(key) != after.get(key):
                return first_difference(before.get(key), after.get(key), f'{place}/{key}')
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after)):
            if one != other:
                return first_difference(one, other, f'{place}/{index}')
    return f'{place}: {str(before)[:200]} became {str(after)[:200]}'


def journey(site, buildbot, ferrobot):
    site.create()
    site.start(buildbot, 'gz')
    check('Buildbot builds', site.build('1' * 40) == 2)
    first = site.history()
    site.stop()

    site.start(ferrobot, 'zstd')
    same('Ferrobot shows what Buildbot built', first, site.history())
    check('Ferrobot builds on', site.build('2' * 40) == 4)
    second = site.history()
    results_seen = [build[0]['results'] for build in second['builds'].values()]
    check('all builds have the same result', len(set(results_seen)) == 1, str(results_seen))
    # What comes of two streams has no order between them.
    for stream, lines in (('o', 3001), ('e', 1)):
        texts = [[line for line in build[3]['talk/stdio'][2].split('\n') if line.startswith(stream)]
                 for build in second['builds'].values()]
        check(f'all builds have the same output in stream {stream}',
              all(text == texts[0] and len(text) == lines for text in texts), str([len(text) for text in texts]))
    site.stop()

    site.start(buildbot, 'gz')
    same('Buildbot shows what both built', second, site.history())
    check('Buildbot builds on', site.build('3' * 40) == 6)
    numbers = [build[0]['number'] for build in site.history()['builds'].values()]
    check('the numbers go on without a gap', numbers == [1, 2, 3, 4, 5, 6], str(numbers))
    site.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--reference', type=Path, required=True, help="`bin` folder of the real Buildbot's environment")
    parser.add_argument('--candidate', type=Path, required=True, help='the `ferrobot` program')
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix='ferrobot-roundtrip-'))
    site = Site(folder, options.reference.resolve())
    try:
        journey(site, site.reference / 'buildbot', options.candidate.resolve())
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        check('the journey goes on', False, str(error))
        for log in ('processes.log', 'master/twistd.log'):
            if (folder / log).exists():
                print(f'-- {log}\n' + '\n'.join((folder / log).read_text(errors='replace').splitlines()[-40:]))
    finally:
        site.stop()
        if not results['failed'] or os.environ.get('KEEP') != '1':
            shutil.rmtree(folder, ignore_errors=True)
    print(f'\n{results["passed"]} passed, {results["failed"]} failed')
    return 1 if results['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())
