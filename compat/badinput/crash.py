"""`kill -9` of the master under load: nothing that it has acknowledged is lost, and nothing happens twice."""
import random
import sqlite3
import threading
import time

from .bench import results_of, wait

KILLS = 10
SEED = 4711
CHANGES = '''
c['collapseRequests'] = False
c['builders'] += [util.BuilderConfig(name='built', workernames=['w1', 'w2'], factory=factory(
    steps.ShellCommand(name='say', command='echo hi'), steps.ShellCommand(name='nap', command='sleep 0.2')))]
c['schedulers'] = [
    schedulers.ForceScheduler(name='force', builderNames=[b.name for b in c['builders']]),
    schedulers.SingleBranchScheduler(name='changes', change_filter=util.ChangeFilter(branch='main'),
                                     treeStableTimer=None, builderNames=['built'])]
c['workers'][0] = worker.Worker('w1', 'pass-w1', max_builds=3)
'''


class Load:
    """Posts changes and forces builds until the master is gone; remembers what was acknowledged."""

    def __init__(self, master):
        self.master = master
        self.changes, self.requests, self.ended = [], [], {}
        self.number = 0

    def run(self, seconds):
        until = time.monotonic() + seconds
        jobs = [threading.Thread(target=job, args=(until,)) for job in (self.post, self.force, self.look)]
        for job in jobs:
            job.start()
        time.sleep(seconds)
        self.master.kill()
        for job in jobs:
            job.join()

    def repeat(self, until, pause, act):
        while time.monotonic() < until + 1:
            try:
                act()
            except (OSError, ValueError, KeyError):
                if self.master.process.poll() is not None:
                    return
            time.sleep(pause)

    def post(self, until):
        def act():
            self.number += 1
            revision = f'r{self.number}'
            self.master.change(revision=revision)
            self.changes.append(revision)
        self.repeat(until, 0.05, act)

    def force(self, until):
        self.repeat(until, 0.2, lambda: self.requests.append(self.master.force('built')))

    def look(self, until):
        def act():
            for build in self.master.get('builds?complete=true&order=-buildid&limit=50')['builds']:
                self.ended[build['buildid']] = (build['results'], build['number'], build['complete_at'])
        self.repeat(until, 0.1, act)


def kills(bench):
    master = bench.master()
    master.configure(CHANGES)
    chance = random.Random(SEED)
    load = Load(master)
    for kill in range(KILLS):
        master.start()
        if not kill:
            master.worker('w1')
            master.worker('w2', stock=True)  # whose builds are retried
        load.run(chance.uniform(0.1, 2.0))
    master.start()
    bench.check('there was load', len(load.changes) > 20 and len(load.requests) > 10 and len(load.ended) > 5,
                (len(load.changes), len(load.requests), len(load.ended)))
    changes = [change['revision'] for change in master.get('changes')['changes']]
    lost = set(load.changes) - set(changes)
    bench.check('every acknowledged change is there', not lost, lost)
    bench.check('no change is there twice', len(set(changes)) == len(changes), changes)
    known = {request['buildrequestid'] for request in master.get('buildrequests')['buildrequests']}
    lost = set(load.requests) - known
    bench.check('every acknowledged request is there', not lost, lost)
    builds = {build['buildid']: build for build in master.get('builds')['builds']}
    differing = [number for number, seen in load.ended.items() if number not in builds or
                 (builds[number]['results'], builds[number]['number'], builds[number]['complete_at']) != seen]
    bench.check('every result that was shown is there', not differing, differing)

    def waiting():
        return master.get('buildrequests?complete=false')['buildrequests']
    wait('all requests to be built', lambda: not waiting())
    builds = master.get('builds?order=buildid')['builds']
    bench.check('builds were under way at the kills', any(build['results'] == 5 for build in builds))
    bench.check('a build is a success or was retried', {build['results'] for build in builds} <= {0, 5}, set(results_of(builds)))
    of_request = {}
    for build in builds:
        of_request.setdefault(build['buildrequestid'], []).append(build['results'])
    wrong = {request: results for request, results in of_request.items() if results != [5] * (len(results) - 1) + [0]}
    bench.check('every request was built until it succeeded, once', not wrong, wrong)
    unbuilt = [request['buildrequestid'] for request in master.get('buildrequests')['buildrequests']
               if request['buildrequestid'] not in of_request or request['results'] != 0]
    bench.check('every request was built', not unbuilt, unbuilt)
    numbers = [(build['builderid'], build['number']) for build in builds]
    bench.check('no number is there twice', len(set(numbers)) == len(numbers), numbers)
    sets = master.get('buildsets')['buildsets']
    of_changes = [bset['sourcestamps'][0]['revision'] for bset in sets if bset['reason'].startswith('The SingleBranch')]
    bench.check('every change has one buildset', sorted(of_changes) == sorted(changes),
                (set(changes) - set(of_changes), [r for r in of_changes if of_changes.count(r) > 1]))
    steps = [step for build in builds[-200:] for step in master.steps_of(build)]
    bench.check('no step is left open', all(step['complete'] for step in steps), [s for s in steps if not s['complete']][:3])
    master.stop()
    database = sqlite3.connect(master.folder / 'state.sqlite')
    bench.check('the database is whole', database.execute('PRAGMA integrity_check').fetchall() == [('ok',)])
    bench.check('its references are whole', database.execute('PRAGMA foreign_key_check').fetchall() == [])
    open_logs = database.execute('SELECT count(*) FROM logs WHERE complete = 0').fetchone()[0]
    bench.check('no log is left open', open_logs == 0, open_logs)
    database.close()
