"""The parts of a git URL."""

import re
from typing import NamedTuple, Optional

from buildbot._modules import complete

_URL = re.compile(
    r'^(?:(?P<proto>[a-z][a-z+]*)://)?(?:(?P<user>[^/@:]+)(?::(?P<password>[^/@]*))?@)?(?P<domain>[^/:@]+)'
    r'(?::(?P<port>\d+)(?=/))?(?P<separator>[/:])/*(?:(?P<owner>.+)/)?(?P<repo>[^/]+?)(?:\.git)?/?$')


class GitUrl(NamedTuple):
    """See `giturlparse`."""

    proto: str
    user: Optional[str]
    password: Optional[str]
    domain: str
    port: Optional[int]
    owner: Optional[str]
    repo: str


def giturlparse(url):
    """The parts of a URL or of the short form `user@host:path`; None when it is neither."""
    found = _URL.match(url)
    if not found or (found['proto'] is None and found['separator'] != ':'):
        return None
    port = int(found['port']) if found['port'] else None
    return GitUrl(found['proto'] or 'ssh', found['user'], found['password'], found['domain'], port,
                  found['owner'], found['repo'])


complete(globals())
