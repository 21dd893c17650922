// A master with a worker in directories of their own, for the page tests.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = process.env.FERROBOT;
/** Any single stage may take so long on a busy machine. */
export const PATIENCE_MS = 60_000;

const config = (www, worker) => `
from buildbot.plugins import schedulers, steps, util, worker
c = BuildmasterConfig = {}
c['title'] = 'Page tests'
c['buildbotURL'] = 'http://127.0.0.1:${www}/'
c['buildbotNetUsageData'] = None
c['www'] = {'port': 'tcp:${www}:interface=127.0.0.1', 'plugins': {}, 'change_hook_dialects': {'base': True}}
c['protocols'] = {'msgpack_experimental_v7': {'port': 'tcp:${worker}:interface=127.0.0.1'}}
c['workers'] = [worker.Worker('w1', 'pass'), worker.Worker('w2', 'pass')]
quick = util.BuildFactory([
    steps.ShellCommand(name='greet', command=['sh', '-c', 'echo hello; printf "\\\\033[31mred\\\\033[0m <b>bold?</b>\\\\n"; echo oops >&2']),
    steps.SetProperty(property='colour', value='blue'),
])
slow = util.BuildFactory([
    steps.ShellCommand(name='count', command=['sh', '-c', 'i=0; while [ $i -lt 600 ]; do i=$((i+1)); echo line $i; sleep 0.1; done']),
])
large = util.BuildFactory([steps.ShellCommand(name='many', command=['seq', '1', '5000'])])
c['builders'] = [
    util.BuilderConfig(name='quick', workernames=['w1'], factory=quick, tags=['fast'], description='A quick one'),
    util.BuilderConfig(name='slow', workernames=['w1'], factory=slow),
    util.BuilderConfig(name='large', workernames=['w1'], factory=large),
    util.BuilderConfig(name='elsewhere', workernames=['w2'], factory=slow),
]
c['schedulers'] = [
    schedulers.ForceScheduler(
        name='force', builderNames=['quick', 'slow', 'large', 'elsewhere'], buttonName='Build it',
        reason=util.StringParameter(name='reason', label='Reason', default='by hand', required=True, size=40),
        properties=[
            util.BooleanParameter(name='clean', label='Clean first', default=False),
            util.ChoiceStringParameter(name='mode', label='Mode', choices=['debug', 'release'], default='debug'),
            util.IntParameter(name='jobs', label='Jobs', default=2),
        ]),
    schedulers.AnyBranchScheduler(name='changes', treeStableTimer=None, builderNames=['quick']),
]
`;

export async function poll(what, condition) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await Promise.resolve(condition()).catch(() => undefined);
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

export class Site {
  children = [];

  static async start() {
    const site = new Site();
    site.folder = mkdtempSync(join(tmpdir(), 'ferrobot-pages-'));
    const [www, worker] = [await freePort(), await freePort()];
    site.url = `http://127.0.0.1:${www}`;
    site.run('create-master', '--quiet', 'master');
    writeFileSync(join(site.folder, 'master/master.cfg'), config(www, worker));
    for (const name of ['w1', 'w2']) {
      site.run('worker', 'create-worker', '--quiet', '--protocol=msgpack_experimental_v7', name, `127.0.0.1:${worker}`, name, 'pass');
    }
    site.spawn('start', '--nodaemon', 'master');
    await poll('the master', () => site.api('masters'));
    for (const name of ['w1', 'w2']) await site.startWorker(name);
    return site;
  }

  run(...words) {
    const done = spawnSync(PROGRAM, words, { cwd: this.folder, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${words.join(' ')}: ${done.stdout}${done.stderr}`);
  }

  spawn(...words) {
    const child = spawn(PROGRAM, words, { cwd: this.folder, stdio: 'ignore' });
    this.children.push(child);
    return child;
  }

  /** Starts a worker, and waits until it is connected; answers with its process. */
  async startWorker(name) {
    const child = this.spawn('worker', 'start', '--nodaemon', name);
    await poll(`worker ${name}`, async () => (await this.api(`workers/${name}`)).workers[0].connected_to.length > 0);
    return child;
  }

  async api(path) {
    const response = await fetch(`${this.url}/api/v2/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  }

  /** Row of a builder. */
  async builder(name) {
    return (await this.api(`builders/${name}`)).builders[0];
  }

  async change(revision) {
    const form = new URLSearchParams({ author: 'Ann <ann@example.org>', revision, branch: 'main', comments: 'A <change>', repository: 'r', files: '["a.c"]' });
    const response = await fetch(`${this.url}/change_hook/base`, { method: 'POST', body: form });
    if (!response.ok) throw new Error(`change hook: ${response.status}`);
  }

  log() {
    return readFileSync(join(this.folder, 'master/twistd.log'), 'utf8').split('\n').slice(-40).join('\n');
  }

  async stop() {
    for (const child of this.children.reverse()) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20_000))]);
        if (child.exitCode === null) child.kill('SIGKILL');
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
