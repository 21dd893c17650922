#!/usr/bin/env python3
"""Benchmark a Buildbot master, or a drop-in replacement, from the outside.

    bench.py --buildbot VENV/bin/buildbot dispatch logs rest

Every run creates a fresh base directory with `--create-cmd`, copies a config from
configs/ to its master.cfg, starts the master with `--start-cmd` and drives it through its
REST API, its change hook and its MessagePack worker port. Results go to `--out` as JSON
and to stdout as tables (median, min and max over `--repeat` runs).
"""

import argparse
import datetime
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from benchlib import (HERE, BenchError, Master, Noise, Sampler, Swarm, cpu_seconds, http_load, machine,
                      percentile, rss_mb, stop_process, summarize, table, wait_for)

# -- W1 --------------------------------------------------------------------------------


def dispatch(target):
    """W1: drain a queue of short builds."""
    builders, steps, builds = target.builders, 3, target.builds
    with Master(target, 'dispatch.cfg', {'BENCH_BUILDERS': builders}) as master:
        master.start(f'b{builders - 1}')
        start, queued = time.monotonic(), 0
        while queued < builds:
            queued += master.force()
        enqueue = time.monotonic() - start
        db_cpu = cpu_seconds(target.db_pid) if target.db_pid else 0
        with Sampler(master.pid) as sample, Swarm(target, builders) as swarm:
            stats = swarm.wait_shell(queued * steps, target.timeout)
            wait_for(lambda: not master.incomplete_requests(), 60, 'all requests complete')
            swarm_cpu = cpu_seconds(swarm.process.pid)
        drain = stats['last_complete_ack_t'] - stats['first_shell_t']
        if master.count_builds(queued) != queued:
            raise BenchError('not all builds succeeded')
        result = {
            'builds_per_s': queued / drain,
            'commands_per_s': queued * steps / drain,
            'master_cpu_ms_per_build': sample.cpu_s / queued * 1000,
            'master_cpu_utilization': sample.cpu_s / sample.wall_s,
            'master_system_share_of_cpu': sample.system_s / sample.cpu_s,
            'peak_rss_mb': sample.peak_rss_mb,
            'step_turnaround_p50_ms': stats['turnaround']['p50_ms'],
            'step_turnaround_p99_ms': stats['turnaround']['p99_ms'],
            'enqueue_requests_per_s': queued / enqueue,
            'swarm_cpu_ms_per_build': swarm_cpu / queued * 1000,
        }
        if target.db_pid:
            result['db_cpu_ms_per_build'] = (cpu_seconds(target.db_pid) - db_cpu) / queued * 1000
        return result


# -- W2 --------------------------------------------------------------------------------


def ingest(target, workers, megabytes):
    size = megabytes * 1_000_000
    env = {'BENCH_BUILDERS': workers, 'BENCH_LOG_BYTES': size}
    with Master(target, 'logs.cfg', env) as master:
        master.start(f'b{workers - 1}')
        with Swarm(target, workers) as swarm:
            swarm.wait_attached(60)
            base = rss_mb(master.pid)
            with Sampler(master.pid) as sample:
                master.force()
                # The command's own acknowledgement comes early; the log is stored when the
                # build request is complete.
                swarm.wait_shell(workers, target.timeout)
                wait_for(lambda: not master.incomplete_requests(), target.timeout, 'builds', 0.1)
                end = time.time()
            stats = swarm.stats()
        lines = sum(
            log['num_lines']
            for build in range(1, workers + 1)
            for log in master.get(f'/api/v2/builds/{build}/steps/1/logs')[1]['logs'])
        if lines * 90 < stats['log_bytes']:
            raise BenchError(f'only {lines} lines stored')
        seconds = end - stats['first_shell_t']
        sent = stats['log_bytes'] / 1e6
        return {
            'mb_per_s': sent / seconds,
            'lines_per_s': lines / seconds,
            'master_cpu_s_per_mb': sample.cpu_s / sent,
            'rss_before_mb': base,
            'peak_rss_mb': sample.peak_rss_mb,
            'update_ack_p50_ms': stats['update_ack']['p50_ms'],
            'update_ack_p99_ms': stats['update_ack']['p99_ms'],
            'db_mb_per_log_mb': db_size(master) / sent,
            'server_log_mb_per_log_mb': tree_size(master.basedir.glob('twistd.log*')) / sent,
        }


def tree_size(paths):
    return sum(p.stat().st_size for p in paths) / 1e6


def db_size(master):
    return tree_size(master.basedir.glob('state.sqlite*'))


def logs(target):
    """W2: one command with a large log."""
    return ingest(target, 1, target.log_mb)


def logs_many(target):
    """W2: 20 commands with a log each, at the same time."""
    return ingest(target, 20, max(1, target.log_mb // 10))


def logs_pb(target):
    """W2 over the PB protocol: a real worker process runs `cat` on a file."""
    size = target.log_mb_pb * 1_000_000
    source = Path(target.work_dir).resolve() / 'pb-source.log'
    source.parent.mkdir(parents=True, exist_ok=True)
    with open(source, 'w') as f:
        line = 0
        while f.tell() < size:
            text = f'[{line:>8}] cc -O2 -c src/unit_{line % 977:04x}.c  # {hash((line, 7)):x}'
            f.write(f'{text:<89.89}\n')
            line += 1
    env = {'BENCH_BUILDERS': 1, 'BENCH_LOG_COMMAND': f'cat {source}'}
    with Master(target, 'logs.cfg', env) as master, RealWorkers(target, 1) as workers:
        master.start('b0')
        workers.start(master)
        with Sampler(master.pid) as sample:
            start = time.time()
            master.force()
            wait_for(lambda: not master.incomplete_requests(), target.timeout, 'build', 0.1)
            seconds = time.time() - start
        return {
            'mb_per_s': size / 1e6 / seconds,
            'lines_per_s': line / seconds,
            'master_cpu_s_per_mb': sample.cpu_s / size * 1e6,
            'worker_cpu_s_per_mb': workers.cpu() / size * 1e6,
            'peak_rss_mb': sample.peak_rss_mb,
        }


# -- W3 --------------------------------------------------------------------------------


def rest(target):
    """W3: REST reads on a database with many finished builds."""
    env = {'BENCH_BUILDERS': 50, 'BENCH_WORKERS': 50}
    with Master(target, 'fleet.cfg', env) as master:
        master.start('b49')
        master.stop()
        database = (['--postgres', target.db_psql] if target.db_psql
                    else ['--sqlite', str(master.basedir / 'state.sqlite')])
        out = subprocess.run(
            [sys.executable, HERE / 'filldb.py', *database, '--builds', str(target.rest_builds)],
            text=True, check=True, stdout=subprocess.PIPE).stdout
        ids = {k: f'[{a}-{b}]' for k, (a, b) in json.loads(out).items()}
        endpoints = {
            'builders': '/api/v2/builders',
            'builds_latest_50': '/api/v2/builds?limit=50&order=-buildid',
            'builder_builds_20':
                f'/api/v2/builders/{ids["builders"]}/builds?limit=20&order=-number',
            'build_steps': f'/api/v2/builds/{ids["builds"]}/steps',
            'log_1mb': f'/api/v2/logs/{ids["big_logs"]}/contents',
        }
        master.start('b49')
        for path in endpoints.values():  # warm up with the first id of each range
            status, _ = master.get(re.sub(r'\[(\d+)-\d+\]', r'\1', path))
            if status != 200:
                raise BenchError(f'{path}: {status}')
        result = {}
        for name, path in endpoints.items():
            for connections in (1, 16):
                seconds = target.rest_seconds * (3 if name == 'log_1mb' else 1)
                with Sampler(master.pid) as sample:
                    load = http_load(target, path, connections, seconds)
                if load['http_errors'] or not load['requests']:
                    raise BenchError(f'{path}: {load}')
                key = f'{name}.c{connections}'
                result[f'{key}.rps'] = load['rps']
                result[f'{key}.p50_ms'] = load['latency']['p50_ms']
                result[f'{key}.p99_ms'] = load['latency']['p99_ms']
                result[f'{key}.cpu_ms_per_request'] = sample.cpu_s / load['requests'] * 1000
                result[f'{key}.stalls'] = load['stalls'] + load['socket_errors']
                result[f'{key}.kb_per_response'] = load['bytes'] / load['requests'] / 1000
        result['rss_mb'] = rss_mb(master.pid)
        return result


# -- W4 --------------------------------------------------------------------------------


def fleet(target):
    """W4: many idle workers."""
    workers = target.fleet_workers
    env = {'BENCH_BUILDERS': 100, 'BENCH_WORKERS': workers}
    with Master(target, 'fleet.cfg', env) as master:
        started = master.start('b99')
        rss_empty = rss_mb(master.pid)
        with Swarm(target, workers) as swarm:
            with Sampler(master.pid) as storm:
                stats = swarm.wait_attached(target.timeout)
            time.sleep(3)
            with Sampler(master.pid) as idle:
                time.sleep(target.idle_seconds)
            rss_full = rss_mb(master.pid)
            after = swarm.stats()
            if after['attached'] != workers:
                raise BenchError(f'only {after["attached"]} workers stayed attached')
            return {
                'workers': workers,
                'startup_s': started,
                'storm_s': stats['storm_s'],
                'attaches_per_s': workers / stats['storm_s'],
                'storm_cpu_ms_per_worker': storm.cpu_s / workers * 1000,
                'connect_failures': after['connect_failures'],
                'rss_no_workers_mb': rss_empty,
                'rss_all_workers_mb': rss_full,
                'rss_kb_per_worker': (rss_full - rss_empty) / workers * 1000,
                'idle_cpu_percent': idle.cpu_s / idle.wall_s * 100,
            }


def fleet_pb(target):
    """W4 over Perspective Broker."""
    return fleet(changed(target, swarm_protocol='pb'))


def fleet_large(target):
    """W4 with five times the workers."""
    return fleet(changed(target, fleet_workers=target.fleet_workers * 5))


def fleet_large_pb(target):
    """W4 with five times the workers, over Perspective Broker."""
    return fleet_large(changed(target, swarm_protocol='pb'))


def changed(target, **options):
    return argparse.Namespace(**{**vars(target), **options})


# -- W5 --------------------------------------------------------------------------------


def latency(target):
    """W5: from a change (or a forced build) to the first command on the worker."""

    def measure(master, swarm, trigger):
        times = []
        for i in range(target.samples + 5):
            while not swarm.events.empty():
                swarm.events.get()
            done = swarm.stats()['shell_completed']
            start = time.time()
            trigger(i)
            returned = time.time()
            try:
                event = swarm.events.get(timeout=30)
            except queue.Empty:
                raise BenchError('no command was started') from None
            swarm.wait_shell(done + 3, 30, 0.01)
            wait_for(lambda: not master.incomplete_requests(), 30, 'request complete', 0.02)
            time.sleep(0.05)
            if i >= 5:  # the first few warm up
                times.append(((event['t'] - start) * 1e3, (returned - start) * 1e3))
        first, reply = zip(*times)
        return first, reply

    def change(master, i):
        master.post_change(branch='main', revision=f'{i:040x}', author='bench', comments='x',
                           files=json.dumps(['a.c']), project='bench', repository='r')

    with Master(target, 'dispatch.cfg', {'BENCH_BUILDERS': 10}) as master:
        master.start('b9')
        _, data = master.get('/api/v2/builders/b0')
        builder = data['builders'][0]['builderid']
        with Swarm(target, 10, '--events') as swarm:
            swarm.wait_attached(60)
            change_ms, change_reply = measure(master, swarm, lambda i: change(master, i))
            force_ms, force_reply = measure(
                master, swarm, lambda i: master.force(builderid=str(builder)))
        result = {}
        for name, values in (('change', change_ms), ('change_reply', change_reply),
                             ('force', force_ms), ('force_reply', force_reply)):
            result[f'{name}_p50_ms'] = percentile(values, 0.5)
            result[f'{name}_p99_ms'] = percentile(values, 0.99)
        result['samples'] = len(change_ms)
        return result


# -- W6 --------------------------------------------------------------------------------


def startup(target):
    """W6: start, reconfiguration and checkconfig of a large configuration."""
    builders, workers = target.startup_builders, target.startup_workers
    env = {'BENCH_BUILDERS': builders, 'BENCH_WORKERS': workers}
    last = f'b{builders - 1}'
    with Master(target, 'fleet.cfg', env) as master:
        result = {'checkconfig_s': master.run_command(target.checkconfig_cmd)}
        result['first_start_s'] = master.start(last)
        master.stop()
        result['start_s'] = master.start(last)
        result['start_cpu_s'] = cpu_seconds(master.pid)
        result['rss_mb'] = rss_mb(master.pid)
        result['reconfig_unchanged_s'], result['reconfig_unchanged_cpu_s'] = reconfig(master)
        (master.basedir / 'extra').write_text('1')
        result['reconfig_one_builder_s'], result['reconfig_one_builder_cpu_s'] = reconfig(master)
        status, _ = master.get(f'/api/v2/builders/b{builders}')
        if status != 200:
            raise BenchError('the new builder did not appear')
        return result


def reconfig(master):
    """SIGHUP until the server log reports completion; returns wall and CPU time."""
    offset = master.log_size()
    cpu, start = cpu_seconds(master.pid), time.monotonic()
    os.kill(master.pid, signal.SIGHUP)

    def complete():
        return master.target.reconfig_pattern in master.log_after(offset)

    wait_for(complete, master.target.timeout, 'reconfiguration', 0.01)
    return time.monotonic() - start, cpu_seconds(master.pid) - cpu


# -- W7 --------------------------------------------------------------------------------


class RealWorkers:
    """Real worker processes: `buildbot-worker` over PB, or what the options say."""

    def __init__(self, target, count):
        self.target, self.count, self.processes = target, count, []
        self.dir = Path(target.work_dir).resolve() / 'workers'

    def start(self, master):
        shutil.rmtree(self.dir, ignore_errors=True)
        self.dir.mkdir(parents=True)
        program = [self.target.worker, *self.target.worker_verbs.split()]
        port, options = self.target.pb_port, []
        if self.target.worker_protocol != 'pb':
            port, options = self.target.worker_port, [f'--protocol={self.target.worker_protocol}']
        for i in range(self.count):
            name = f'w{i}'
            subprocess.run(
                [*program, 'create-worker', *options, name, f'127.0.0.1:{port}', name, 'pass'],
                cwd=self.dir, check=True, stdout=subprocess.DEVNULL)
            self.processes.append(subprocess.Popen(
                [*program, 'start', '--nodaemon', name], cwd=self.dir,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

        def connected():
            _, data = master.get('/api/v2/workers?field=connected_to&field=name')
            return sum(bool(w['connected_to']) for w in data['workers']) >= self.count

        wait_for(connected, 120, 'workers connected', 0.2)
        time.sleep(1)

    def cpu(self):
        return sum(cpu_seconds(p.pid) for p in self.processes)

    def rss(self):
        return sum(rss_mb(p.pid) for p in self.processes)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            stop_process(process, 20)


def drain(master, builds, timeout):
    """Force `builds` builds on an idle master with workers; returns seconds until done."""
    start, queued = time.monotonic(), 0
    while queued < builds:
        queued += master.force()
    wait_for(lambda: not master.incomplete_requests(), timeout, 'builds', 0.1)
    return time.monotonic() - start, queued


def machine_workers(target):
    """W7: real worker processes, real `true` processes."""
    count = target.real_workers
    with Master(target, 'dispatch.cfg', {'BENCH_BUILDERS': count}) as master, \
            RealWorkers(target, count) as workers:
        master.start(f'b{count - 1}')
        workers.start(master)
        cpu = workers.cpu()
        with Sampler(master.pid) as sample:
            seconds, queued = drain(master, target.machine_builds, target.timeout)
        return {
            'builds_per_s': queued / seconds,
            'processes_per_s': 3 * queued / seconds,
            'master_cpu_ms_per_build': sample.cpu_s / queued * 1000,
            'workers_cpu_ms_per_build': (workers.cpu() - cpu) / queued * 1000,
            'master_peak_rss_mb': sample.peak_rss_mb,
            'workers_rss_mb': workers.rss(),
        }


def machine_local(target):
    """W7: LocalWorker, the workers living in the master process."""
    count = target.real_workers
    target = changed(target, no_worker_port=True)
    env = {'BENCH_BUILDERS': count, 'BENCH_LOCAL_WORKERS': 1}
    with Master(target, 'dispatch.cfg', env) as master:
        master.start(f'b{count - 1}')
        time.sleep(2)
        with Sampler(master.pid) as sample:
            seconds, queued = drain(master, target.machine_builds, target.timeout)
        return {
            'builds_per_s': queued / seconds,
            'processes_per_s': 3 * queued / seconds,
            'cpu_ms_per_build': sample.cpu_s / queued * 1000,
            'peak_rss_mb': sample.peak_rss_mb,
        }


# -- W8 --------------------------------------------------------------------------------


def flood(target):
    """W8: a worker floods the master with requests, then with output; another asks and builds."""
    result = {}
    for kind, options, command in (('quiet', (), 'true'), ('requests', ('--flood', 1), 'true'),
                                   ('output', (), 'bench-emit 100000000000')):
        env = {'BENCH_FLOOD_COMMAND': command}
        with Master(target, 'flood.cfg', env) as master:
            master.start('calm')
            builders = master.get('/api/v2/builders')[1]['builders']
            with Swarm(target, 1, *options) as noisy, \
                    Swarm(target, 1, '--first', 1, '--ping-ms', 5) as calm:
                noisy.wait_attached(60)
                calm.wait_attached(60)
                for builder in builders:
                    master.force(builderid=str(builder['builderid']))
                time.sleep(1)
                noisy.control('reset')
                calm.control('reset')
                with Sampler(master.pid) as sample:
                    time.sleep(target.flood_seconds)
                    sent, stats = noisy.stats(), calm.stats()
        if stats['ping']['count'] == 0 or stats['shell_started'] == 0:
            raise BenchError('the calm worker got nothing to do')
        for name in ('ping', 'turnaround', 'complete_ack'):
            for key in ('p50_ms', 'p99_ms', 'max_ms'):
                result[f'{kind}.{name}_{key}'] = stats[name][key]
        result[f'{kind}.commands'] = stats['shell_started']
        result[f'{kind}.cpu_utilization'] = sample.cpu_s / sample.wall_s
        result[f'{kind}.peak_rss_mb'] = sample.peak_rss_mb
        if kind == 'requests':
            result[f'{kind}.flooded_per_s'] = sent['flooded'] / sample.wall_s
        if kind == 'output':
            result[f'{kind}.flooded_mb_per_s'] = sent['log_bytes'] / 1e6 / sample.wall_s
    return result


def flood_pb(target):
    """W8 over Perspective Broker."""
    return flood(changed(target, swarm_protocol='pb'))


# -- limits ----------------------------------------------------------------------------


def limits(target):
    """Physical limits: process spawn, SQLite commits, loopback."""
    Path(target.work_dir).mkdir(parents=True, exist_ok=True)
    out = subprocess.run([target.tool('limits'), target.work_dir, '2'], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    return json.loads(out)


# What else the figures depend on; recorded with the results.
SIZES = {
    'dispatch': ['builders', 'builds'], 'logs': ['log_mb'], 'logs_many': ['log_mb'],
    'logs_pb': ['log_mb_pb'], 'rest': ['rest_builds'],
    'fleet': ['fleet_workers', 'swarm_handshakes'],
    'fleet_large': ['fleet_workers', 'swarm_handshakes'],
    'startup': ['startup_builders', 'startup_workers'], 'flood': ['flood_seconds'],
    'machine_workers': ['real_workers', 'machine_builds'],
    'machine_local': ['real_workers', 'machine_builds'],
}
SIZES.update({f'{name}_pb': SIZES[name] for name in ('fleet', 'fleet_large', 'flood')})

WORKLOADS = {
    f.__name__: f
    for f in (limits, dispatch, logs, logs_many, logs_pb, rest, fleet, fleet_pb, fleet_large,
              fleet_large_pb, latency, startup, machine_workers, machine_local, flood, flood_pb)
}


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='workloads:\n' + '\n'.join(
            f'  {name:16} {f.__doc__}' for name, f in WORKLOADS.items()))
    add = parser.add_argument
    release = HERE / 'swarm' / 'target' / 'release'
    add('workloads', nargs='+', choices=[*WORKLOADS, 'all'], metavar='WORKLOAD')
    add('--buildbot', default=os.environ.get('BUILDBOT', 'buildbot'),
        help='executable inserted for {buildbot} in the commands below')
    add('--create-cmd', default='{buildbot} create-master --db={db_url} {basedir}')
    add('--start-cmd', default='{buildbot} start --nodaemon {basedir}',
        help='must stay in the foreground')
    add('--checkconfig-cmd', default='{buildbot} checkconfig {basedir}/master.cfg')
    add('--worker', default=os.environ.get('BUILDBOT_WORKER', 'buildbot-worker'),
        help='real worker executable, for the workloads that use one')
    add('--worker-verbs', default='', help='words between that executable and its verb')
    add('--worker-protocol', default='pb', help='what those workers speak')
    add('--tools', default=os.environ.get('BENCH_TOOLS', str(release)),
        help='directory of the built binaries of swarm/')
    add('--work-dir', default='bench-work')
    add('--http-port', type=int, default=18110)
    add('--worker-port', type=int, default=18111)
    add('--pb-port', type=int, default=18112)
    add('--db-url', help='database URL for the master (default: SQLite in the base directory)')
    add('--db-reset-cmd', help='shell command that empties that database')
    add('--db-psql', help='psql connection string of that database, for filling it')
    add('--db-pid', type=int, help='database server process, to account for its CPU time')
    add('--quiet-msgpack', action='store_true',
        help="turn off real Buildbot's logging of every worker message")
    add('--server-log', default='twistd.log', help='in the base directory')
    add('--ready-pattern', default='BuildMaster is running',
        help='text in the server log at the end of startup')
    add('--reconfig-pattern', default='configuration update complete',
        help='text in the server log at the end of a reconfiguration')
    add('--swarm-threads', type=int, default=1)
    add('--swarm-protocol', choices=['msgpack', 'pb'], default='msgpack',
        help='what the simulated workers speak')
    add('--swarm-handshakes', type=int, default=64,
        help='connections that the swarm opens at the same time')
    add('--repeat', type=int, default=3)
    add('--timeout', type=float, default=400, help='limit for each measured phase, seconds')
    add('--builders', type=int, default=50)
    add('--builds', type=int, default=1000)
    add('--log-mb', type=int, default=100)
    add('--log-mb-pb', type=int, default=20)
    add('--rest-builds', type=int, default=20000)
    add('--rest-seconds', type=int, default=5)
    add('--fleet-workers', type=int, default=1000)
    add('--idle-seconds', type=int, default=20)
    add('--flood-seconds', type=int, default=10)
    add('--samples', type=int, default=60)
    add('--startup-builders', type=int, default=1000)
    add('--startup-workers', type=int, default=200)
    add('--real-workers', type=int, default=8)
    add('--machine-builds', type=int, default=200)
    add('--label', default='master', help='name of the master under test in the results')
    add('--out', help='append results to this file, one JSON object per workload')
    args = parser.parse_args()
    args.no_worker_port = False
    args.tool = lambda name: str(Path(args.tools) / name)
    return args


def main():
    target = parse_args()
    names = list(WORKLOADS) if 'all' in target.workloads else target.workloads
    failed = False
    for name in names:
        runs, noises = [], []
        started = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds')
        for i in range(target.repeat):
            noise = Noise()
            try:
                runs.append(WORKLOADS[name](target))
                noises.append(noise.result())
                print(f'{name} run {i + 1}: others {noises[-1]} CPUs, {json.dumps(runs[-1])}',
                      file=sys.stderr, flush=True)
            except (BenchError, subprocess.CalledProcessError, OSError) as e:
                failed = True
                print(f'{name} run {i + 1}: FAILED: {e}', file=sys.stderr)
        if not runs:
            continue
        summary = summarize(runs)
        record = {
            'workload': name, 'label': target.label, 'time': started, 'machine': machine(),
            'other_cpus_busy': noises, 'quiet_msgpack': target.quiet_msgpack,
            'sizes': {key: getattr(target, key) for key in SIZES.get(name, ())},
            'database': (target.db_url or 'sqlite').partition(':')[0],
            'summary': summary, 'runs': runs,
        }
        if target.out:
            with open(target.out, 'a') as f:
                f.write(json.dumps(record) + '\n')
        print(f'\n## {target.label}: {name} (CPUs kept busy by others: {noises})\n')
        print(table(name, summary), flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
