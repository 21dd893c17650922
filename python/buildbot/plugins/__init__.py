"""The plugin namespaces: `from buildbot.plugins import steps, util, …`."""

from buildbot._modules import complete
from buildbot.plugins.db import get_plugins

changes = get_plugins('changes')
schedulers = get_plugins('schedulers')
steps = get_plugins('steps')
util = get_plugins('util')
reporters = get_plugins('reporters')
secrets = get_plugins('secrets')
webhooks = get_plugins('webhooks')
worker = get_plugins('worker')

__all__ = ['changes', 'reporters', 'schedulers', 'secrets', 'statistics', 'steps', 'util', 'webhooks', 'worker']

_OTHER = ('machine', 'status', 'buildslave', 'www')

complete(globals())
_named = __getattr__  # noqa: F821


def __getattr__(name):
    if name in _OTHER:
        value = globals()[name] = get_plugins(name)
        return value
    return _named(name)
