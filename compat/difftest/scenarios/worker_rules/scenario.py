"""What the definition of a worker says: properties, max_builds, machine, quarantine; and a worker in the master."""
import time

WORKERS = ['w1', 'w2']


def setup(ctx):
    pass


def drive(ctx):
    ctx.force_builder('props', wait=True)
    ctx.force_builder('here', wait=True)
    # so many builds at a time, whichever builders they are of
    for name in ('full1', 'full2', 'full3'):
        ctx.force_builder(name)
        if name != 'full3':
            ctx.wait(lambda: ctx.builds(name), 20, f'a build of {name}')
    time.sleep(1.5)
    ctx.record('builds at a time', [len(ctx.builds(name)) for name in ('full1', 'full2', 'full3')])
    (ctx.base / 'out' / 'go').write_text('x')
    ctx.wait_idle()
    # a worker whose build ends with an exception is left alone for 10 seconds, then for 20
    for _ in range(2):
        ctx.force_builder('bad')
    first, second = ctx.wait_builds('bad', 2, 60)
    pause = second['started_at'] - first['complete_at']
    ctx.record('the first quarantine', 9 <= pause <= 13 or pause)
    ctx.force_builder('good')
    time.sleep(11)
    ctx.record('builds in the second quarantine', len(ctx.builds('good')))
    # unpausing ends it
    ctx.record('unpause', ctx.rpc(f'workers/{ctx.worker("w2")["workerid"]}', 'unpause', {}))
    ctx.wait_builds('good', 1, 5)
    # and a build that ends well makes the next one short again
    ctx.force_builder('bad')
    third = ctx.wait_builds('bad', 3, 20)[-1]
    ctx.force_builder('good')
    good = ctx.wait_builds('good', 2, 30)[-1]
    pause = good['started_at'] - third['complete_at']
    ctx.record('the quarantine after a good build', 9 <= pause <= 13 or pause)
