"""Ports, directories, databases and programs that are not as they should be: one clear sentence, and the right status."""
import os
import shutil
import socket
import sqlite3
import subprocess
import threading
import time

from .bench import results_of, wait

POLLER = '''
c['change_source'] = [changes.GitPoller('%s', branches=True, pollInterval=2, pollAtLaunch=True, workdir='poll')]
c['builders'].append(util.BuilderConfig(name='git', workernames=['w2'], factory=factory(
    steps.Git(repourl='%s', mode='incremental'))))
c['schedulers'][0] = schedulers.ForceScheduler(name='force', builderNames=[b.name for b in c['builders']])
'''


def refuses(bench, label, master, *words, before=(), env=None):
    """A start in the foreground ends with one sentence that has the words, and says it in the log, too."""
    started = time.monotonic()
    try:
        status, out = bench.call('start', '--nodaemon', master.folder, before=before, env=env)
    except subprocess.TimeoutExpired as error:
        return bench.check(label, False, f'still running after {error.timeout} s: {master.log()[-1000:]}')
    lacking = [word for word in words if word not in out]
    short = len(out.strip().splitlines()) <= 2 and len(out) < 700
    took = time.monotonic() - started
    return bench.check(label, status == 1 and not lacking and short and 'panicked' not in out,
                       f'exit {status} after {took:.1f} s, lacks {lacking}: {out}')


def ports(bench):
    master = bench.master()
    for port, key in [('www', "c['www']"), ('msgpack', "c['protocols']"), ('pb', "c['protocols']")]:
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(('127.0.0.1', master.values[port]))
            taken.listen()
            refuses(bench, f'the port {port} is taken', master, str(master.values[port]), key)
    master.start()
    status, out = bench.call('start', '--nodaemon', master.folder)
    bench.check('a second master in the directory', status == 1 and 'already' in out and str(master.process.pid) in out, out)
    bench.check('the first goes on', master.alive())
    status, out = bench.call('stop', bench.folder / 'nowhere')
    bench.check('stop where no master is', status == 1 and 'nowhere' in out, out)
    master.kill()
    (master.folder / 'twistd.pid').write_text('no number')
    master.start()
    bench.check('a pid file that is none', master.alive())


def moved_ports(bench):
    """A port that moves to fewer addresses and back: the old one makes room; one that another program has does not."""
    master = bench.master('moving').start()
    port, text = master.values['msgpack'], master.config_text
    here = text.replace(f"{{'port': {port}}}", f"{{'port': 'tcp:{port}:interface=127.0.0.1'}}")
    bench.check('the configuration can be changed', here != text, text)
    for label, config in [('fewer addresses', here), ('all addresses again', text)]:
        master.config_text = config
        master.configure()
        status, out = bench.call('reconfig', master.folder)
        bench.check(f'{label}: in force', status == 0, out)
        master.worker('w2')
        bench.check(f'{label}: builds', results_of(master.wait_done(master.force('quick'))) == [0])
        master.end_worker('w2')
    with socket.create_server(('127.0.0.1', 0)) as other:
        taken = other.getsockname()[1]
        master.config_text = text.replace(f"{{'port': {port}}}", f"{{'port': {taken}}}")
        master.configure()
        status, out = bench.call('reconfig', master.folder)
        bench.check('a port of another program: refused by name', status != 0 and f'{taken}' in out and 'taken' in out, out)
        master.worker('w2')
        bench.check('the old port goes on', master.connected('w2'))


def directories(bench):
    folder = bench.folder / 'closed'
    folder.mkdir()
    status, out = bench.call('create-master', '-q', folder / 'm', before=read_only(folder))
    bench.check('create-master in a closed directory', status == 1 and str(folder / 'm') in out and one_line(out), out)
    (folder / 'file').write_text('')
    status, out = bench.call('create-master', '-q', folder / 'file')
    bench.check('create-master where a file is', status == 1 and 'file' in out and one_line(out), out)
    status, out = bench.call('start', folder / 'file')
    bench.check('start where a file is', status == 1 and 'file' in out, out)
    master = bench.master()
    refuses(bench, 'start in a closed directory', master, str(master.folder), before=read_only(master.folder))
    (master.folder / 'twistd.log').mkdir()
    refuses(bench, 'a log that cannot be written', master, 'twistd.log')
    status, out = bench.call('start', master.folder)
    bench.check('a daemon says it, too', status == 1 and 'open the log' in out, out)
    (master.folder / 'twistd.log').rmdir()
    refuses(bench, 'no Python', master, 'Python', env={'PATH': str(folder), 'VIRTUAL_ENV': ''})
    text = (master.folder / 'buildbot.tac').read_text()
    (master.folder / 'buildbot.tac').write_text('nothing of ours')
    refuses(bench, 'a buildbot.tac that is none', master, 'buildbot.tac')
    (master.folder / 'buildbot.tac').write_text(text)
    master.start(env={'XDG_CACHE_HOME': str(folder / 'file'), 'HOME': str(folder / 'file')})
    bench.check('then it starts, even without a place for its cache', master.alive())


def databases(bench):
    master = bench.master()
    file = master.folder / 'state.sqlite'
    kept = bench.folder / 'kept.sqlite'
    master.start().stop()
    shutil.copy(file, kept)

    def fresh():
        for name in ('state.sqlite', 'state.sqlite-wal', 'state.sqlite-shm'):
            (master.folder / name).unlink(missing_ok=True)
        shutil.copy(kept, file)

    def changed(statement):
        fresh()
        with sqlite3.connect(file) as database:
            database.execute(statement)
        database.close()

    changed("UPDATE alembic_version SET version_num = '099'")
    refuses(bench, 'a newer database', master, 'state.sqlite', 'newer', '099')
    status, out = bench.call('upgrade-master', master.folder)
    bench.check('upgrade-master, a newer database', status == 1 and 'newer' in out and 'complete' not in out, out)
    changed("UPDATE alembic_version SET version_num = '061'")
    refuses(bench, 'an older database', master, 'state.sqlite', 'older', 'upgrade-master')
    changed('DROP TABLE builds')
    refuses(bench, 'a table is missing', master, 'state.sqlite', 'builds', 'backup')
    fresh()
    file.write_bytes(os.urandom(100_000))
    refuses(bench, 'a database of noise', master, 'state.sqlite', 'not an SQLite database')
    fresh()
    file.write_bytes(kept.read_bytes()[:20_000])
    refuses(bench, 'a database that is cut off', master, 'state.sqlite', 'damaged')
    fresh()
    data = bytearray(kept.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    file.write_bytes(data)
    refuses(bench, 'a database that is damaged inside', master, 'state.sqlite', 'damaged')
    fresh()
    file.write_bytes(b'')
    refuses(bench, 'an empty file', master, 'state.sqlite', 'upgrade-master')
    file.unlink()
    refuses(bench, 'no database', master, 'state.sqlite', 'upgrade-master')
    file.mkdir()
    refuses(bench, 'a directory in its place', master, 'state.sqlite')
    file.rmdir()
    fresh()
    for mode in ('EXCLUSIVE', 'IMMEDIATE'):
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute(f'BEGIN {mode}')
        refuses(bench, f'a database that another program holds, {mode}', master, 'state.sqlite', 'locked')
        holder.close()
    master.start()
    master.worker('w2')
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute('BEGIN IMMEDIATE')
    started = time.monotonic()
    answered = []
    asker = threading.Thread(target=lambda: answered.append(master.force('quick')))
    asker.start()
    time.sleep(2)
    holder.execute('ROLLBACK')
    holder.close()
    asker.join()
    bench.check('locked for two seconds while it runs: nothing is lost',
                answered and results_of(master.wait_done(answered[0])) == [0] and time.monotonic() - started >= 2, answered)
    bench.check('the master lives', master.alive())


def no_git(bench):
    """Neither the master nor the worker has `git`."""
    tools = bench.folder / 'tools'
    tools.mkdir()
    for name in ('python3', 'sh', 'echo', 'sleep'):
        (tools / name).symlink_to(shutil.which(name))
    repository = bench.folder / 'repository'
    subprocess.run(['git', 'init', '-q', str(repository)], check=True)
    master = bench.master()
    master.configure(POLLER % (repository, repository))
    status, out = bench.call('checkconfig', master.folder, env={'PATH': str(tools)})
    bench.check('checkconfig', status == 0, out)
    master.start(env={'PATH': str(tools)})
    said = wait('a word about git', lambda: [line for line in master.log().splitlines() if 'git' in line.lower() and 'not' in line])
    bench.check('the poller says what is missing', any('git' in line and 'install' in line for line in said), said)
    master.worker('w2', env={'PATH': str(tools)})
    request = master.force('git')
    builds = master.wait_done(request)
    log = master.get(f'builds/{builds[0]["buildid"]}/steps/git/logs/stdio/contents')['logchunks'][0]['content']
    bench.check("the step's log says what is missing", builds[0]['results'] == 2 and 'git' in log and 'No such file' in log,
                (builds, log[-1000:]))
    bench.check('other builds go on', results_of(master.wait_done(master.force('quick'))) == [0])
    time.sleep(3)
    lines = [line for line in master.log().splitlines() if 'git' in line.lower() and 'install' in line]
    bench.check('it is not said again and again', len(lines) <= 3, lines)


def read_only(folder):
    """Words that run a program for which the folder cannot be written, root or not."""
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    shut = ['unshare', '-m', 'sh', '-c', script, str(folder)]
    if subprocess.run([*shut, 'true'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
        return shut
    folder.chmod(0o555)
    return []


def one_line(out):
    return len(out.strip().splitlines()) == 1 and len(out) < 500

