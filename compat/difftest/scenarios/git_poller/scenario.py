"""GitPoller follows a history with merges, tags, a force push and deleted branches."""
import time


def setup(ctx):
    ctx.make_repo('app')
    ctx.commit('app', 'base', 0, {'README': 'hello\n'})
    ctx.commit('app', 'more', 1, {'README': 'hello again\n'})


def polled(ctx):
    """Two looks of the poller: what it may not see cannot be waited for."""
    time.sleep(2.6)


def drive(ctx):
    def git(*args):
        ctx.git('app', *args)
    ctx.wait(lambda: ctx.api('changesources'), 10)
    polled(ctx)
    ctx.commit('app', 'one\n\n  body\n\nmore\n', 10, {'a/b.txt': 'x'})
    ctx.commit('app', 'two', 11, {'c.txt': 'x'})
    polled(ctx)
    git('checkout', '-q', '-b', 'topic')
    ctx.commit('app', 't1', 12, {'t1': '1'})
    ctx.commit('app', 't2', 13, {'t2': '1'}, author='Änne Müller <anne@example.org>')
    polled(ctx)
    git('branch', 'rel-1')                                   # new, but nothing new on it
    polled(ctx)
    git('checkout', '-q', 'main')
    ctx.commit('app', 'm1', 14, {'m1': '1'})
    git('merge', '-q', '--no-ff', '-m', 'merge topic', 'topic')
    polled(ctx)
    git('tag', 'light')
    git('tag', '-a', '-m', 'annotated', 'v1')
    polled(ctx)
    ctx.commit('app', 'm2', 15, {'m2': '1'})
    git('tag', 'v2')
    polled(ctx)
    git('reset', '-q', '--hard', 'HEAD~1')                   # a force push back
    polled(ctx)
    ctx.commit('app', 'm3 after reset', 16, {'m3': '1'})
    polled(ctx)
    git('branch', '-D', 'topic')
    git('checkout', '-q', '-b', 'ignored')
    ctx.commit('app', 'nobody looks', 17, {'i': '1'})
    polled(ctx)
    git('checkout', '-q', 'rel-1')
    git('rm', '-q', 't1')
    ctx.commit('app', 'removes t1', 18, {'t2': 'changed'})
    polled(ctx)
    git('commit', '-q', '--allow-empty', '-m', 'nothing in it')
    polled(ctx)
