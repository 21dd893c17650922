#!/usr/bin/env python3
"""Bad input, of every kind that users, peers and machines make: the program says what is wrong, and goes on.

Chapters (`--only` names some): each has masters of its own and runs the real program. One check per line.
"""
import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from badinput import bench, configs, crash, logs, noise, outlive, rest, surroundings, trees, uploads, workers

CHAPTERS = {  # the longest first
    'outliving': outlive.kills,
    'network': outlive.network,
    'kills': crash.kills,
    'logs': logs.odd,
    'configuration': configs.broken,
    'reconfig': configs.reconfig,
    'refused workers': workers.refused,
    'dying workers': workers.dying,
    'uploads': uploads.strange,
    'runaways': trees.runaways,
    'noise': noise.ports,
    'requests': rest.requests,
    'ports': surroundings.ports,
    'directories': surroundings.directories,
    'databases': surroundings.databases,
    'no git': surroundings.no_git,
}
AT_ONCE = 3  # chapters wait for processes most of the time


def run(name, options, folder, tally):
    place = bench.Bench(name, folder / name.replace(' ', '-'), options.candidate.resolve(), options.reference.resolve(), tally)
    started = time.monotonic()
    try:
        CHAPTERS[name](place)
    except Exception as error:  # whatever it is, the other chapters go on
        place.check('the chapter goes on', False, f'{type(error).__name__}: {error}\n{tails(place.folder)}')
    finally:
        place.stop()
        print(f'-- {name}: {time.monotonic() - started:.0f} s', flush=True)


def tails(folder):
    logs = [*folder.glob('processes.log'), *folder.glob('*/twistd.log')]
    return '\n'.join(f'-- {log}\n' + '\n'.join(log.read_text(errors='replace').splitlines()[-15:]) for log in logs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--reference', type=Path, required=True, help="`bin` folder of the real Buildbot's environment")
    parser.add_argument('--candidate', type=Path, required=True, help='the `ferrobot` program')
    parser.add_argument('--only', action='append', choices=CHAPTERS, help='run only this chapter; may be given again')
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix='ferrobot-bad-input-'))
    tally = bench.Tally()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda name: run(name, options, folder, tally), options.only or CHAPTERS))
    if not tally.failed or os.environ.get('KEEP') != '1':
        bench.clear(folder)
    else:
        print(f'kept {folder}')
    print(f'\n{tally.passed} passed, {tally.failed} failed')
    return 1 if tally.failed else 0


if __name__ == '__main__':
    sys.exit(main())
