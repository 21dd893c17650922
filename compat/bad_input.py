#!/usr/bin/env python3
"""Bad input, of every kind that users, peers and machines make: the program says what is wrong, and goes on.

Chapters (`--only` names some): each has masters of its own and runs the real program. One check per line.
"""
import sys

from badinput import bench, configs, crash, logs, mail, noise, outlive, rest, surroundings, trees, uploads, users, workers

CHAPTERS = {  # the longest first
    'outliving': outlive.kills,
    'network': outlive.network,
    'kills': crash.kills,
    'logs': logs.odd,
    'log encodings': logs.encodings,
    'configuration': configs.broken,
    'reconfig': configs.reconfig,
    'refused workers': workers.refused,
    'dying workers': workers.dying,
    'old workers': workers.old,
    'encodings': workers.encodings,
    'uploads': uploads.strange,
    'runaways': trees.runaways,
    'mail': mail.servers,
    'users': users.administrators,
    'noise': noise.ports,
    'requests': rest.requests,
    'ports': surroundings.ports,
    'moved ports': surroundings.moved_ports,
    'directories': surroundings.directories,
    'databases': surroundings.databases,
    'no git': surroundings.no_git,
}
AT_ONCE = 3  # chapters wait for processes most of the time


if __name__ == '__main__':
    sys.exit(bench.main(__doc__, CHAPTERS, AT_ONCE))
