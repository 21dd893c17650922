"""A broken master.cfg: told whole and with its place, and harmless to a master that runs."""
import os
import re

from .bench import results_of, wait

GOOD = '''from buildbot.plugins import *
c = BuildmasterConfig = {}
c['workers'] = [worker.Worker('w1', 'pass')]
c['protocols'] = {'msgpack_experimental_v7': {'port': 19989}}
F = util.BuildFactory([steps.ShellCommand(command='true')])
c['builders'] = [util.BuilderConfig(name='b1', workernames=['w1'], factory=F)]
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=['b1'])]
c['buildbotNetUsageData'] = None
c['db_url'] = 'sqlite:///state.sqlite'
'''
LINE = GOOD.count('\n') + 1  # the first line of what is added to it

# What is added -> what has to be said, each with the line at which it has to be said (0: no place).
BROKEN = {
    'syntax error': ('def broken(:\n', [('invalid syntax', LINE)]),
    'exception': ('def f():\n    raise RuntimeError("custom failure 77")\nf()\n', [('custom failure 77', LINE + 1)]),
    'exception in an imported module': ('import sys, os\nsys.path.insert(0, basedir)\nimport broken_module\n',
                                        [('no_such_name', 2)]),
    'wrong type': ('c["title"] = 3\n', [('title', 0)]),
    'wrong type of an argument': ('c["builders"].append(util.BuilderConfig(name="b2", workernames=["w1"], factory=7))\n',
                                  [('factory', LINE)]),
    'worker of a wrong type': ('c["workers"] = ["w1"]\n', [('worker', 0)]),
    'unknown key': ('c["bogusKey"] = 1\n', [('bogusKey', 0)]),
    'unknown argument': ('F.addStep(steps.ShellCommand(command="x", bogus_arg=1))\n', [('bogus_arg', LINE)]),
    'a MailNotifier as it was long ago': ('c["services"] = [reporters.MailNotifier(fromaddr="a@b.c", builders=[])]\n',
                                          [('unexpected keyword argument', LINE), ('builders', LINE)]),
    'unknown worker': ('c["builders"].append(util.BuilderConfig(name="b2", workernames=["w7"], factory=F))\n',
                       [('w7', LINE)]),
    'duplicate builder': ('c["builders"].append(util.BuilderConfig(name="b1", workernames=["w1"], factory=F))\n',
                          [('b1', LINE)]),
    'duplicate scheduler': ('c["schedulers"].append(schedulers.ForceScheduler(name="force", builderNames=["b1"]))\n',
                            [('force', LINE)]),
    'many at once': ('c["bogusKey"] = 1\n'
                     'c["builders"].append(util.BuilderConfig(name="b2", workernames=["w7"], factory=F))\n'
                     'c["builders"].append(util.BuilderConfig(name="b1", workernames=["w1"], factory=F))\n'
                     'c["schedulers"].append(schedulers.ForceScheduler(name="s2", builderNames=["nob"]))\n',
                     [('bogusKey', 0), ('w7', LINE + 1), ('b1', LINE + 2), ('nob', LINE + 3)]),
    'endless loop': ('def spin():\n    while True: pass\nspin()\n', [('after 2 s', LINE + 1), ('spin', LINE + 1)]),
    'endless sleep': ('import time\ntime.sleep(1000)\n', [('after 2 s', LINE + 1)]),
    'endless recursion': ('def f(): f()\nf()\n', [('recursion', LINE)]),
    'exit': ('import sys\nsys.exit(0)\n', [('exit', LINE + 1)]),
    'abrupt exit': ('import os\nos._exit(0)\n', [('cannot be loaded', 0)]),
    'killed': ('import os\nos.kill(os.getpid(), 9)\n', [('cannot be loaded', 0)]),
    'no dictionary': ('BuildmasterConfig = 7\n', [('BuildmasterConfig', 0)]),
    'empty dictionary': ('c.clear()\n', [('builders', 0), ('workers', 0)]),
    'a value that holds itself': ('c["properties"] = p = {}\np["p"] = p\n', [('contains itself', 0)]),
}
BYTES = {
    'no UTF-8': (GOOD.encode() + b'c["title"] = "\xff\xfe"\n', 'master.cfg'),
    'a NUL': (GOOD.encode() + b'\0\n', 'null'),
    'empty': (b'', 'BuildmasterConfig'),
    'noise': (bytes(range(256)) * 40, 'null bytes'),
}


def broken(bench):
    """checkconfig, start and upgrade-master refuse; all faults at once."""
    folder = bench.folder / 'master'
    bench.call('create-master', '-q', folder)
    (folder / 'broken_module.py').write_text('x = 1\ny = no_such_name\n')
    file = folder / 'master.cfg'
    for label, (text, said) in BROKEN.items():
        file.write_text(GOOD + text)
        status, out = checkconfig(bench, folder)
        missing = [words for words, line in said if not says(out, words, line)]
        bench.check(f'checkconfig, {label}', status == 1 and not missing and tidy(out), f'exit {status}, lacks {missing}: {out}')
    for label, (text, word) in BYTES.items():
        file.write_bytes(text)
        status, out = checkconfig(bench, folder)
        bench.check(f'checkconfig, {label}', status == 1 and word.lower() in out.lower() and tidy(out), f'exit {status}: {out}')
    file.unlink()
    status, out = checkconfig(bench, folder)
    bench.check('checkconfig, missing file', status == 1 and 'master.cfg' in out and 'not exist' in out, f'exit {status}: {out}')
    file.mkdir()
    status, out = checkconfig(bench, folder)
    bench.check('checkconfig, a directory in its place', status == 1 and 'master.cfg' in out, f'exit {status}: {out}')
    file.rmdir()
    status, out = bench.call('checkconfig', bench.folder / 'nowhere')
    bench.check('checkconfig, no such directory', status == 1 and 'nowhere' in out and tidy(out), f'exit {status}: {out}')
    # Buildbot takes it, and the later one counts.
    file.write_text(GOOD + 'c["workers"].append(worker.Worker("w1", "x"))\n')
    status, out = checkconfig(bench, folder)
    bench.check('checkconfig, duplicate worker', status == 0 and "'w1'" in out and f':{LINE}' in out, f'exit {status}: {out}')
    file.write_text(GOOD)
    status, out = checkconfig(bench, folder)
    bench.check('checkconfig, a good one', status == 0 and 'good' in out, f'exit {status}: {out}')

    file.write_text(GOOD + BROKEN['many at once'][0])
    status, out = bench.call('start', folder)
    log = (folder / 'twistd.log').read_text()
    bench.check('start as a daemon fails', status == 1 and 'startup failed' in out, f'exit {status}: {out}')
    bench.check('start as a daemon shows the reasons', 'w7' in out and 'bogusKey' in out, out)
    bench.check('the log has them, once', log.count('bogusKey') == 1 and 'BuildMaster startup failed' in log, log)
    bench.check('no process is left', not (folder / 'twistd.pid').exists())
    status, out = bench.call('start', '--nodaemon', folder)
    bench.check('start in the foreground says why, once', status == 1 and out.count('bogusKey') == 1 and tidy(out),
                f'exit {status}: {out}')
    status, out = bench.call('upgrade-master', folder)
    bench.check('upgrade-master refuses', status == 1 and 'w7' in out and tidy(out), f'exit {status}: {out}')


def checkconfig(bench, folder):
    return bench.call('checkconfig', folder, env={'FERROBOT_CONFIG_DEADLINE': '2'})


def says(out, words, line):
    """Whether one of the faults has the words and the place."""
    faults = re.split(r'\n(?=  \S)', out)
    place = f':{line})' if line else ''
    return any(words.lower() in fault.lower() and place in fault for fault in faults)


def tidy(out):
    """Nothing of our insides is shown."""
    return not re.search(r'panicked|RUST_BACKTRACE|thread \'|\.rs:\d', out) and len(out) < 4000


def reconfig(bench):
    """A running master keeps its configuration when the new one is broken, and its builds go on."""
    master = bench.master().start(env={'FERROBOT_CONFIG_DEADLINE': '3'})
    master.worker('w1')
    request = master.force('wait1')
    master.wait_running(request)
    paths = ['builders?order=builderid', 'schedulers?order=schedulerid', 'workers?order=workerid',
             'forceschedulers', 'builders/wait1']
    before = [master.get(path) for path in paths]
    for label in ('syntax error', 'exception', 'endless loop', 'killed'):
        master.configure(BROKEN[label][0])
        status, out = bench.call('reconfig', master.folder)
        bench.check(f'{label}: refused', status == 1 and 'failed' in out, f'exit {status}: {out}')
        after = [master.get(path) for path in paths]
        bench.check(f'{label}: nothing has changed', after == before, f'{before} became {after}')
    for label, more, word in [
        ('unknown worker', 'c["builders"].append(util.BuilderConfig(name="b9", workernames=["w9"], factory=factory()))\n', 'w9'),
        ('a port that is taken', f'c["www"]["port"] = "tcp:{master.values["msgpack"]}:interface=127.0.0.1"\n', 'www'),
        ('another port that is taken',
         f'c["protocols"]["pb"]["port"] = "tcp:{master.values["www"]}:interface=127.0.0.1"\n', 'protocols'),
    ]:
        master.configure('c["builders"].pop(2)\nc["schedulers"][0] = schedulers.ForceScheduler(name="f2", builderNames=["wait1", "wait2"])\n' + more)
        status, out = bench.call('reconfig', master.folder)
        bench.check(f'{label}: refused with the reason', status == 1 and word in out, f'exit {status}: {out}')
        after = [master.get(path) for path in paths]
        bench.check(f'{label}: nothing has changed', after == before, f'{before} became {after}')
    (master.folder / 'master.cfg').unlink()
    status, out = bench.call('reconfig', master.folder)
    bench.check('missing file: refused', status == 1 and 'not exist' in out, f'exit {status}: {out}')
    bench.check('the build has gone on', not master.builds_of(request)[0]['complete'])

    master.configure('c["builders"].append(util.BuilderConfig(name="new", workernames=["w1"], factory=factory()))\n'
                     'c["schedulers"].append(schedulers.ForceScheduler(name="new", builderNames=["new"]))\n')
    status, out = bench.call('reconfig', master.folder)
    bench.check('a good one is taken', status == 0, f'exit {status}: {out}')
    bench.check('its builder is there', [b['name'] for b in master.get('builders/new')['builders']] == ['new'])
    bench.check('the build still runs', not master.builds_of(request)[0]['complete'])
    master.go()
    bench.check('the build ends well', results_of(master.wait_done(request)) == [0], master.builds_of(request))
    bench.check('no config host is left over', wait_hosts(master, 1), hosts(master))


def hosts(master):
    """Processes of Python below the master."""
    found = []
    for task in (f'/proc/{master.process.pid}/task/{name}/children' for name in os.listdir(f'/proc/{master.process.pid}/task')):
        try:
            found += open(task).read().split()
        except OSError:
            pass
    return found


def wait_hosts(master, count):
    try:
        return wait('old config hosts to end', lambda: len(hosts(master)) == count, 10)
    except RuntimeError:
        return False
