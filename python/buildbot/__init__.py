"""The package `buildbot` that a configuration imports: it records what is constructed, and the master acts on the record.

Few modules are files. The rest are made from `_names`, when they are imported, by `_modules`.
"""

from buildbot import _modules

version = __version__ = '4.3.0'

_modules.install()
