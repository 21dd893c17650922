// The pages in headless Chromium. Ends with a line `N passed, N failed`.

import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

import { PATIENCE_MS, poll, Site } from './site.mjs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

const tests = [];
const test = (name, run) => tests.push({ name, run });

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

async function force(page, site, builder) {
  const { builderid } = await site.builder(builder);
  await page.goto(`${site.url}/builders/${builderid}`);
  await page.getByRole('link', { name: 'Build it' }).click();
  await page.getByRole('button', { name: 'Build it' }).click();
  await page.waitForURL(/\/buildrequests\/\d+/);
  const link = page.getByRole('link', { name: '#' }).first();
  await link.waitFor();
  return link;
}

test('a build is forced with values from the dialog', async ({ page, site }) => {
  const { builderid } = await site.builder('quick');
  await page.goto(`${site.url}/builders/${builderid}/force/force`);
  await page.getByLabel('Reason').fill('because');
  await page.getByLabel('Mode').selectOption('release');
  await page.getByLabel('Jobs').fill('7');
  await page.getByRole('button', { name: 'Build it' }).click();
  await page.getByRole('link', { name: '#1' }).click();
  await page.getByText('build successful').waitFor();
  const { builds } = await site.api('builds?order=-buildid&limit=1&property=*');
  const value = (name) => builds[0].properties[name][0];
  expect(value('mode') === 'release' && value('jobs') === 7, JSON.stringify(builds[0].properties));
  await page.getByText('because').first().waitFor();
  await page.getByRole('cell', { name: 'blue' }).waitFor();
});

test('a wrong value comes back to the dialog with the reason', async ({ page, site }) => {
  const { builderid } = await site.builder('quick');
  await page.goto(`${site.url}/builders/${builderid}/force/force`);
  await page.getByLabel('Jobs').fill('many');
  await page.getByRole('button', { name: 'Build it' }).click();
  await page.getByRole('alert').first().waitFor();
  expect((await page.getByLabel('Jobs').inputValue()) === 'many', 'what was typed is kept');
});

test('a log shows streams, colours and no markup of its own', async ({ page, site }) => {
  const { builderid } = await site.builder('quick');
  await page.goto(`${site.url}/builders/${builderid}/builds/1`);
  await page.getByRole('link', { name: 'stdio' }).first().click();
  await page.getByText('hello', { exact: true }).waitFor();
  expect((await page.locator('li.o span.fg1').textContent()) === 'red', 'red is coloured');
  expect((await page.locator('.log b').count()) === 0, 'markup in a log is text');
  expect((await page.locator('li.e').textContent()).includes('oops'), 'stderr is marked');
});

test('a running build is watched, stopped and rebuilt without a reload', async ({ page, site }) => {
  await (await force(page, site, 'slow')).click();
  await page.getByText('count', { exact: true }).waitFor();
  const build = page.url();
  await page.getByRole('link', { name: 'stdio' }).click();
  await page.getByText('line 1', { exact: true }).waitFor();
  await page.evaluate(() => (window.notReloaded = true));
  await page.getByText('line 30', { exact: true }).waitFor({ timeout: PATIENCE_MS });
  expect(await page.evaluate(() => window.notReloaded), 'the page was reloaded');
  await page.goto(build);
  await page.evaluate(() => (window.notReloaded = true));
  await page.getByLabel('Reason').fill('enough');
  const [stopped] = await Promise.all([page.waitForResponse((response) => response.url().endsWith('/stop')),
    page.getByRole('button', { name: 'Stop' }).click()]);
  expect(stopped.status() === 303, `stop: ${stopped.status()}`);
  await page.locator('h1 .badge.cancelled').waitFor();
  await page.getByRole('button', { name: 'Rebuild' }).click();
  await page.waitForURL(/\/buildrequests\/\d+/);
  await page.locator('h1 .badge.running').waitFor();
  const request = Number(page.url().match(/\d+$/)[0]);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await poll('the request to end', async () => (await site.api(`buildrequests/${request}`)).buildrequests[0].complete);
});

test('the home page shows a new build by itself', async ({ page, site }) => {
  await page.goto(site.url);
  await page.getByText('Nothing runs now').waitFor();
  await page.getByText('live', { exact: false }).last().waitFor();
  const { builderid } = await site.builder('quick');
  const before = (await site.api(`builders/${builderid}/builds`)).builds.length;
  await site.change('a'.repeat(40));
  const row = page.locator('#recent tbody tr', { has: page.locator(`a[href="/builders/${builderid}/builds/${before + 1}"]`) });
  await row.locator('.badge.success').waitFor();
  await page.goto(`${site.url}/changes`);
  await page.getByText('A <change>').waitFor();
});

test('a log of many lines is paged', async ({ page, site }) => {
  await (await force(page, site, 'large')).click();
  await page.getByText('build successful').waitFor();
  await page.getByRole('link', { name: 'stdio' }).click();
  await page.getByRole('link', { name: 'Last' }).click();
  await page.getByText('5000', { exact: true }).last().waitFor();
  await page.getByRole('link', { name: 'First' }).click();
  expect((await page.locator('.log li').count()) === 1000, 'a page has 1,000 lines');
});

test('everything works without JavaScript', async ({ browser, site }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const { builderid } = await site.builder('quick');
  await page.goto(`${site.url}/builders/${builderid}/force/force`);
  await page.getByRole('button', { name: 'Build it' }).click();
  await page.waitForURL(/\/buildrequests\/\d+/);
  await poll('the build', async () => {
    await page.reload();
    return page.locator('h1 .badge.success').count();
  });
  await page.getByRole('link', { name: '#' }).first().click();
  await page.getByRole('link', { name: 'stdio' }).first().click();
  await page.getByText('hello', { exact: true }).waitFor();
  await context.close();
});

test("Buildbot's old addresses lead to the pages", async ({ page, site }) => {
  const { builderid } = await site.builder('quick');
  await page.goto(`${site.url}/#/builders/${builderid}/builds/1`);
  await page.waitForURL(`${site.url}/builders/${builderid}/builds/1`);
});

test('a worker is paused and unpaused', async ({ page, site }) => {
  await page.goto(`${site.url}/workers`);
  await page.getByRole('link', { name: 'w1' }).click();
  await page.getByLabel('Reason').fill('new disk');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.locator('h1 .badge', { hasText: 'paused' }).waitFor();
  await page.getByText('It is paused. Reason: new disk').waitFor();
  await page.getByRole('button', { name: 'Unpause' }).click();
  await page.locator('h1 .badge', { hasText: 'connected' }).waitFor();
});

test('a worker is shut down after its build, and in the middle of it', async ({ page, site }) => {
  const { workerid } = (await site.api('workers/w2')).workers[0];
  const processOf = () => site.children.at(-1);
  const state = (text) => page.locator('h1 .badge', { hasText: text }).waitFor();
  const builds = async () => (await site.api(`workers/${workerid}/builds?order=buildid`)).builds;
  const begin = async () => {
    await force(page, site, 'elsewhere');
    await poll('the build', async () => (await builds()).some((build) => !build.complete));
    await page.goto(`${site.url}/workers/${workerid}`);
  };

  await begin();
  const leaving = processOf();
  await page.getByLabel('Why').fill('new disk');
  await page.getByRole('button', { name: 'Finish and shut down' }).click();
  await page.getByText('It finishes its builds and shuts down.').waitFor();
  expect(leaving.exitCode === null, 'it goes on with its build');
  await page.locator('#running').getByRole('link', { name: '#' }).first().click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await poll('the end of the process', () => leaving.exitCode === 0);
  await page.goto(`${site.url}/workers/${workerid}`);
  await state('offline');

  const killed = await site.startWorker('w2');
  await state('connected');
  await begin();
  await page.getByRole('button', { name: 'Shut down now' }).click();
  await poll('the end of the process', () => killed.exitCode === 0);
  await state('offline');
  await page.locator('#builds').getByText('retry').first().waitFor();
});

const pages = async (site) => {
  const { builderid } = await site.builder('quick');
  const build = `/builders/${builderid}/builds/1`;
  return ['/', '/builders', `/builders/${builderid}`, build, `${build}/steps/1/logs/stdio`, `/builders/${builderid}/force/force`,
    '/buildrequests', '/buildrequests/1', '/workers', '/workers/1', '/changes', '/changes/1', '/schedulers', '/about', '/no-such-page'];
};

for (const scheme of ['light', 'dark']) {
  test(`axe finds no violation, ${scheme}`, async ({ browser, site }) => {
    const context = await browser.newContext({ colorScheme: scheme });
    const page = await context.newPage();
    for (const path of await pages(site)) {
      await page.goto(site.url + path);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
      expect(found.length === 0, `${path}: ${found.join('; ')}`);
    }
    await context.close();
  });
}

test("no page is wider than a phone's screen", async ({ browser, site }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  for (const path of await pages(site)) {
    await page.goto(site.url + path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width <= 360, `${path} is ${width} wide`);
  }
  await context.close();
});

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
const site = await Site.start();
let [passed, failed] = [0, 0];
const wanted = process.argv[2];
for (const { name, run } of tests.filter(({ name }) => !wanted || name.includes(wanted))) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const broken = [];
  page.on('pageerror', (error) => broken.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && /Content Security Policy/.test(message.text()) && broken.push(message.text()));
  try {
    await run({ page, browser, site });
    expect(broken.length === 0, broken.join('; '));
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error.message}`);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name.replace(/\W+/g, '-')}.png` });
  }
  await page.close();
}
if (failed) console.log(`-- the master's log\n${site.log()}`);
await site.stop();
await browser.close();
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
