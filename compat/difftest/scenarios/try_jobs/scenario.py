"""Try: `buildbot try` over PB on two ports and by ssh, job files of every format, patches, refusals, a port that goes away."""
import base64
import json
import os
import re

# What depends on the time is not in the output then.
QUIET = ['--quiet']


def setup(ctx):
    ctx.make_repo('app')
    ctx.commit('app', 'first', 0, {'a.txt': 'one\n', 'dir/b.txt': 'b\n'})
    ctx.git('app', 'branch', '-q', 'stable')
    ctx.head = ctx.commit('app', 'second', 1, {'a.txt': 'one\ntwo\n'})
    # the tree of somebody who tries: HEAD, and the change that a test makes
    ctx.git('app', 'clone', '-q', '.', str(ctx.base / 'repo' / 'tree'))
    ssh = ctx.base / 'ssh'
    ssh.write_text('#!/bin/sh\n# ssh HOST BUILDBOT ARGUMENTS\nshift 2\nexec ' + ' '.join(ctx.impl) + ' "$@"\n')
    ssh.chmod(0o755)


def change(ctx, files):
    """The tree has these changes, and no others."""
    ctx.git('tree', 'checkout', '-q', '--', '.')
    for path, text in files.items():
        (ctx.base / 'repo' / 'tree' / path).write_text(text)


def attempt(ctx, label, *args, fails=False):
    """Runs the stock client in the tree; records what it says. One that is refused says so, and hangs for ever."""
    tree = ctx.base / 'repo' / 'tree'
    if not fails:
        code, out = ctx.stock_cli('try', *args, cwd=tree)
        ctx.record(label, [code, out.strip().split('\n')])
        return
    client = ctx.start_stock('try', *args, cwd=tree)
    said = ''
    for line in client.stdout:
        if line.startswith('twisted.'):
            said = line.strip()
            break
    client.kill()
    client.wait()
    ctx.record(label, said)


def pb(ctx, label, *args, user='tess', password='secret', port=None, **more):
    attempt(ctx, label, '--connect=pb', f'--master=127.0.0.1:{port or ctx.pb_port}', f'--username={user}',
            f'--passwd={password}', '--vc=git', *args, **more)


def ssh(ctx, label, *args, **more):
    attempt(ctx, label, '--connect=ssh', f'--ssh={ctx.base}/ssh', '--host=master', '--buildbotbin=buildbot',
            f'--jobdir={ctx.master_dir}/jobdir', '--vc=git', *args, **more)
    # one after the other: the reference takes what has gathered in any order
    new = ctx.master_dir / 'jobdir' / 'new'
    ctx.wait(lambda: not list(new.iterdir()), 60, 'the job taken')
    ctx.wait_idle()


def over_pb(ctx):
    change(ctx, {'a.txt': 'one\nthree\n', 'dir/b.txt': 'bb\n'})
    pb(ctx, 'names', '--get-builder-names')
    pb(ctx, 'one builder', '-b', 'linux', '--wait', *QUIET, '--branch=main', '--who=Tess <tess@here>', '--comment=fix é',
       '--properties=colour=red,level=user')
    pb(ctx, 'all builders', '--wait', *QUIET)
    pb(ctx, 'project', '-b', 'bsd', '--wait', *QUIET, '--branch=stable', '--repository=git://x/y',
       user='tom', password='geheim')
    pb(ctx, 'not waiting', '-b', 'bsd')
    ctx.wait_idle()
    pb(ctx, 'own port', '--wait', *QUIET, '--comment=only a comment', password='other', port=ctx.spare_port)
    pb(ctx, 'own port names', '--get-builder-names', password='other', port=ctx.spare_port)
    pb(ctx, 'foreign builder', '-b', 'private', '--wait', *QUIET)
    pb(ctx, 'one foreign builder of two', '-b', 'linux', '-b', 'private', '--wait', *QUIET)
    pb(ctx, 'foreign builder not waiting', '-b', 'nobody')
    pb(ctx, 'dry run', '-b', 'linux', '--dryrun')
    pb(ctx, 'wrong password', '-b', 'linux', '--wait', *QUIET, password='wrong', fails=True)
    pb(ctx, 'password of the other port', '-b', 'linux', password='other', fails=True)
    pb(ctx, 'unknown user', '-b', 'linux', user='nobody', fails=True)
    pb(ctx, 'wrong password for names', '--get-builder-names', password='wrong', fails=True)
    change(ctx, {})
    pb(ctx, 'no change', '-b', 'linux', '--wait', *QUIET)
    attempt(ctx, 'no version control', '--connect=pb', f'--master=127.0.0.1:{ctx.pb_port}', '--username=tess',
            '--passwd=secret', '--vc=none', '-b', 'linux', '--wait', *QUIET)
    diff = ctx.base / 'out' / 'stale.diff'
    diff.write_text('--- a/gone.txt\n+++ b/gone.txt\n@@ -1 +1 @@\n-x\n+y\n')
    pb(ctx, 'stale patch', '-b', 'linux', '--wait', *QUIET, f'--diff={diff}', '--patchlevel=1', '--repository=r',
       f'--baserev={ctx.head}', '--branch=main')


def netstrings(*texts):
    raw = [text if isinstance(text, bytes) else text.encode() for text in texts]
    return b''.join(b'%d:%s,' % (len(text), text) for text in raw)


DIFF = '--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+job\n'


def deliver(ctx, name, content):
    """A job file as `tryserver` puts it; waits until the master has taken it."""
    jobdir = ctx.master_dir / 'jobdir'
    (jobdir / 'tmp' / name).write_bytes(content)
    os.rename(jobdir / 'tmp' / name, jobdir / 'new' / name)
    ctx.wait(lambda: not (jobdir / 'new' / name).exists(), 60, f'job {name} taken')
    ctx.record(f'job {name} in cur', (jobdir / 'cur' / name).exists())


def job(**more):
    values = {'jobid': 'id-5', 'branch': 'main', 'baserev': '', 'patch_level': 1, 'patch_body': DIFF, 'repository': 'r',
              'project': 'p', 'who': 'Jo', 'comment': 'why', 'builderNames': ['linux'], 'properties': {'colour': 'blue'}}
    values.update(more)
    return json.dumps({name: value for name, value in values.items() if value is not ...})


def job_files(ctx):
    common = ('main', '', '1', DIFF)
    for name, content in {
        '1': netstrings('1', 'id-1', *common, 'linux', 'bsd'),
        '2': netstrings('2', 'id-2', *common, 'r', 'p', 'linux'),
        '3': netstrings('3', 'id-3', *common, 'r', 'p', 'Jo', 'linux'),
        '4': netstrings('4', 'id-4', *common, 'r', 'p', 'Jo', 'why', 'linux'),
        '5': netstrings('5', job()),
        '5-all': netstrings('5', job(jobid='id-5-all', builderNames=[], branch='', patch_level='1')),
        '5-few': netstrings('5', job(jobid='id-5-few', who=..., comment=..., properties=..., repository=..., project=...)),
        '5-types': netstrings('5', job(jobid='id-5-types', properties={'colour': ['x', 1, None], 'scheduler': 'mine'})),
        '6': netstrings('6', job(jobid='id-6', patch_body=..., patch_body_base64=base64.b64encode(DIFF.encode()).decode())),
        'bad-version': netstrings('99', job()),
        'bad-text': b'this is no job',
        'bad-length': b'1:5,100:short,',
        'bad-json': netstrings('5', '{"jobid": '),
        'bad-fields': netstrings('5', '{"jobid": "x"}'),
        'bad-builder': netstrings('5', job(builderNames=['linux', 'private'])),
        'empty': b'',
    }.items():
        deliver(ctx, name, content)
        ctx.wait_idle()


def drive(ctx):
    over_pb(ctx)
    change(ctx, {'a.txt': 'one\nby ssh\n'})
    ssh(ctx, 'ssh', '-b', 'bsd', '--who=Jo', '--comment=by ssh', '--properties=colour=green')
    ssh(ctx, 'ssh waiting', '-b', 'bsd', '--wait')
    ssh(ctx, 'ssh names', '--get-builder-names')
    names = [path.name for path in (ctx.master_dir / 'jobdir' / 'cur').iterdir()]
    ctx.record('names of job files', all(re.fullmatch(r'\d+\.\d+-[0-9a-f]{32}', name) for name in names))
    job_files(ctx)
    # Nobody logs in for a scheduler that is disabled.
    number = next(s['schedulerid'] for s in ctx.api('schedulers') if s['name'] == 'try')
    for enabled in (False, True):
        ctx.rpc(f'schedulers/{number}', 'enable', {'enabled': enabled})
        ctx.wait(lambda: ctx.one(f'schedulers/{number}')['enabled'] == enabled, 20, 'the scheduler follows')
        pb(ctx, f'names of a scheduler with enabled={enabled}', '--get-builder-names', fails=not enabled)
    # The port of its own goes away with its last user.
    text = (ctx.folder / 'master.cfg').read_text()
    kept = '\n'.join(line for line in text.split('\n') if 'try-own' not in line).replace("'bsd'], port", "'private'], port")
    ctx.reconfig(kept, wait=lambda: [s for s in ctx.api('schedulers') if s['name'] == 'try-own'][0]['master'] is None)
    pb(ctx, 'port that is gone', '--get-builder-names', password='other', port=ctx.spare_port, fails=True)
    pb(ctx, 'names after reconfig', '--get-builder-names')


def normalise(snapshot):
    """The client names its jobs by time and chance."""
    for buildset in snapshot['buildsets'].values():
        if re.fullmatch(r'(T|[\d.]+)-\d+', buildset['external_idstring'] or ''):
            buildset['external_idstring'] = '<RANDOM>'
