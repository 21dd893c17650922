"""Programs and their output."""

import subprocess

from twisted.internet.threads import deferToThread


def _run(executable, args, env, path, stderr):
    # As in Twisted, the environment is empty unless it is given.
    return subprocess.run([executable, *args], env=env, cwd=path, stdout=subprocess.PIPE, stderr=stderr,
                          stdin=subprocess.DEVNULL, check=False)


def getProcessOutput(executable, args=(), env={}, path=None, reactor=None, errortoo=0):
    """What it writes."""
    return deferToThread(lambda: _run(executable, args, env, path,
                                      subprocess.STDOUT if errortoo else subprocess.PIPE).stdout)


def getProcessValue(executable, args=(), env={}, path=None, reactor=None):
    """Its exit status."""
    return deferToThread(lambda: _run(executable, args, env, path, subprocess.PIPE).returncode)


def getProcessOutputAndValue(executable, args=(), env={}, path=None, reactor=None, stdinBytes=None):
    """Output, error output and exit status."""
    def run():
        done = _run(executable, args, env, path, subprocess.PIPE)
        return done.stdout, done.stderr, done.returncode
    return deferToThread(run)
