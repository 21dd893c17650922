#!/usr/bin/env python3
"""A master directory goes Buildbot -> Ferrobot -> Buildbot and keeps its history.

Each master in turn runs in the directory that the real `buildbot create-master` made, builds with a stock worker over
MessagePack, and must show everything that was built before it, log contents included, exactly as it was shown then.
"""
import sys

from badinput.bench import main, wait

CONFIG = '''
from buildbot.plugins import schedulers, steps, util, worker
c = BuildmasterConfig = {}
c['title'] = 'Roundtrip'
c['buildbotURL'] = 'http://127.0.0.1:%(www)d/'
c['buildbotNetUsageData'] = None
c['db'] = {'db_url': 'sqlite:///state.sqlite'}
c['www'] = {'port': 'tcp:%(www)d:interface=127.0.0.1', 'plugins': {}, 'change_hook_dialects': {'base': True}}
c['protocols'] = {'msgpack_experimental_v7': {'port': %(msgpack)d}}
c['workers'] = [worker.Worker('w1', 'pass-w1')]
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


def run(master, program, compression):
    master.program = program
    master.configure(f"c['logCompressionMethod'] = '{compression}'\n")
    master.start()
    master.worker('w1', stock=True)


def build(master, revision):
    """One forced build and one of a change; returns how many builds there are then."""
    before = len(master.get('builds')['builds'])
    master.force('b1')
    wait('the forced build', lambda: done(master) == before + 1)
    master.change(revision=revision, comments='hello', files='["a.c"]', repository='r', project='p')
    wait('the build of the change', lambda: done(master) == before + 2)
    # Requests and buildsets are complete a moment after their builds.
    wait('the end of all buildsets', lambda: all(
        row['complete'] for kind in ('buildsets', 'buildrequests') for row in master.get(kind)[kind]))
    return before + 2


def done(master):
    return sum(build['complete'] for build in master.get('builds')['builds'])


def history(master):
    """Everything that is shown of finished work."""
    seen = {'builds': {}, 'changes': master.get('changes?order=changeid')['changes'],
            'buildsets': master.get('buildsets?order=bsid')['buildsets'],
            'requests': master.get('buildrequests?order=buildrequestid')['buildrequests']}
    for build in master.get('builds?order=buildid')['builds']:
        number = build['buildid']
        steps = master.steps_of(build)
        logs = {}
        for step in steps:
            for log in master.logs_of(step):
                logs[f'{step["name"]}/{log["slug"]}'] = [log['num_lines'], log['type'], master.text_of(log)]
        seen['builds'][number] = [build, master.get(f'builds/{number}/properties')['properties'], steps, logs]
    return seen


def same(bench, what, before, after):
    """What was there before is there unchanged."""
    for kind in ('changes', 'buildsets', 'requests'):
        kept = after[kind][:len(before[kind])]
        bench.check(f'{what}: {kind}', kept == before[kind], first_difference(before[kind], kept))
    for number, build in before['builds'].items():
        bench.check(f'{what}: build {number}', after['builds'].get(number) == build,
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


def journey(bench):
    buildbot, ferrobot = bench.reference / 'buildbot', bench.candidate
    master = bench.master(config=CONFIG, program=buildbot)
    run(master, buildbot, 'gz')
    bench.check('Buildbot builds', build(master, '1' * 40) == 2)
    first = history(master)
    bench.stop()

    run(master, ferrobot, 'zstd')
    same(bench, 'Ferrobot shows what Buildbot built', first, history(master))
    bench.check('Ferrobot builds on', build(master, '2' * 40) == 4)
    second = history(master)
    results = [build[0]['results'] for build in second['builds'].values()]
    bench.check('all builds have the same result', len(set(results)) == 1, results)
    # What comes of two streams has no order between them.
    for stream, lines in (('o', 3001), ('e', 1)):
        texts = [[line for line in build[3]['talk/stdio'][2].split('\n') if line.startswith(stream)]
                 for build in second['builds'].values()]
        bench.check(f'all builds have the same output in stream {stream}',
                    all(text == texts[0] and len(text) == lines for text in texts), [len(text) for text in texts])
    bench.stop()

    run(master, buildbot, 'gz')
    same(bench, 'Buildbot shows what both built', second, history(master))
    bench.check('Buildbot builds on', build(master, '3' * 40) == 6)
    numbers = [build[0]['number'] for build in history(master)['builds'].values()]
    bench.check('the numbers go on without a gap', numbers == [1, 2, 3, 4, 5, 6], numbers)


if __name__ == '__main__':
    sys.exit(main(__doc__, {'roundtrip': journey}))
