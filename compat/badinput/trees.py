"""Commands whose programs try to outlive them: whoever ends a command ends all that it has started."""
import signal
import time
from pathlib import Path

from .bench import CONFIG, end, results_of, wait

# Each writes its process id: in a session of its own, deaf, without environment, and one that starts its work again.
RUNAWAYS = r'''
(setsid sh -c 'echo $$ >> pids; exec sleep 1000' &)
(setsid sh -c 'trap "" TERM INT HUP; echo $$ >> pids; while :; do sleep 1; done' &)
(env -i /usr/bin/setsid /bin/sh -c 'echo $$ >> pids; exec /bin/sleep 1000' </dev/null >/dev/null 2>&1 &)
(setsid sh -c 'echo $$ >> pids; while :; do sh -c "echo \$\$ >> pids; exec sleep 1000"; done' &)
while [ "$(cat pids | wc -l)" -lt 5 ]; do sleep 0.05; done
echo $$ >> pids
exec sleep 1000
'''
MORE = f'''
for name in ('w1', 'w2', 'w3', 'local'):
    c['builders'].append(util.BuilderConfig(name='run-' + name, workernames=[name], factory=factory(
        steps.ShellCommand(name='wait', command=['rm', '-f', 'pids']), steps.ShellCommand(name='wait', command={RUNAWAYS!r}))))
c['workers'].append(worker.LocalWorker('local'))
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=[b.name for b in c['builders']])]
'''


def runaways(bench):
    master = bench.master(config=CONFIG + MORE.replace('%', '%%')).start()
    processes = {'w1': master.worker('w1'), 'w2': master.worker('w2', protocol='pb')}
    master.wait_worker('local')
    folders = {name: bench.folder / f'master-{name}' for name in processes}
    folders['local'] = master.folder / 'workers/local'
    for name, folder in folders.items():
        request, pids = started(master, name, folder)
        bench.check(f'{name}: six processes run', alive(pids) == pids and len(pids) == 6, pids)
        master.stop_build(master.builds_of(request)[0]['buildid'])
        builds = master.wait_done(request)
        bench.check(f'{name}: the build is cancelled, and nobody is left', results_of(builds) == [6] and not alive(pids), alive(pids))
    for name, process in processes.items():
        _, pids = started(master, name, folders[name])
        process.send_signal(signal.SIGTERM)
        process.wait()
        bench.check(f'{name}: the worker ends, and nobody is left', not alive(pids), alive(pids))
    _, pids = started(master, 'local', folders['local'])
    before = time.monotonic()
    end(master.process)
    bench.check('the master ends, and nobody is left', not alive(pids) and time.monotonic() - before < 10, alive(pids))


def started(master, name, folder):
    """Starts a build of runaways; its request, and the processes."""
    request = master.force(f'run-{name}')
    file = folder / f'run-{name}/build/pids'
    wait(f'runaways of {name}', lambda: file.exists() and len(file.read_text().split()) == 6)
    return request, file.read_text().split()


def alive(pids):
    return [pid for pid in pids if is_alive(pid)]


def is_alive(pid):
    try:
        return ') Z ' not in Path(f'/proc/{pid}/stat').read_text()
    except OSError:
        return False
