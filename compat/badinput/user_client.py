"""A client of `CommandlineUserManager`, by stock Twisted: `user_client.py PORT PASSWORD CALLS`, CALLS a list in JSON.

The stock `buildbot user` 4.3.0 cannot log in itself: it hands Twisted its password as text. It prints an answer per line, as JSON.
"""
import json
import sys

from twisted.cred.credentials import UsernamePassword
from twisted.internet import defer, reactor
from twisted.spread import pb


@defer.inlineCallbacks
def run(port, password, calls):
    factory = pb.PBClientFactory()
    reactor.connectTCP('127.0.0.1', int(port), factory, timeout=10)
    try:
        remote = yield factory.login(UsernamePassword(b'admin', password.encode()))
        for call in json.loads(calls):
            try:
                answer = yield remote.callRemote('commandline', *call)
            except pb.RemoteError as error:
                answer = {'failed': error.remoteType if isinstance(error.remoteType, str) else error.remoteType.decode()}
            print(json.dumps(answer), flush=True)
    except Exception as error:
        print(json.dumps({'refused': type(error).__name__}), flush=True)
    reactor.stop()


reactor.callWhenRunning(run, *sys.argv[1:])
reactor.run()
