"""Starts the config host. Written for every Python there is, so that one that is too old can be told so."""

import os
import sys

if sys.version_info < (3, 9):
    sys.stderr.write('FERROBOT-PYTHON-TOO-OLD %d.%d\n' % sys.version_info[:2])
    sys.exit(3)

directory = os.path.dirname(os.path.abspath(__file__))
if sys.path[:1] != [directory]:
    sys.path.insert(0, directory)

wanted, sys.dont_write_bytecode = sys.dont_write_bytecode, False
from buildbot import _host  # noqa: E402
sys.dont_write_bytecode = wanted
# The package is found; names beside it, such as this file's, are the configuration's own.
sys.path.remove(directory)

_host.main()
