"""`buildbot.config`: how a configuration reports faults of its own."""

from buildbot._modules import complete
from buildbot.config.errors import ConfigErrors, error

__all__ = ['BuilderConfig', 'ConfigErrors', 'error']

complete(globals())
