// Installs the packed package into a small app of every framework, builds the app, and lets a
// customer connect on its pages. Then it does the same with the app's code replaced by that of the
// site's configurator. Needs a fresh `npm run build`.
// `-- --app react` runs one app and can be repeated. With `-- --minutes 15`, an app that would
// probably not end within that time is skipped and listed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findChromium } from '../../scripts/setup/browsers.mjs';
import { npmCommand } from '../../scripts/setup/npm.mjs';
import type { Browser } from '../e2e/support/driver.js';
import { launchPuppeteer } from '../e2e/support/puppeteer.js';
import { App, type Running } from './app.js';
import { travelByCore } from './core-journey.js';
import { travel } from './journey.js';
import { Site } from './site.js';
import { visitSnippets, visitWrong } from './snippet-visit.js';
import { KINDS, SETTING_NAMES, writeFiles, writeWrong } from './snippets.js';

/** The slowest apps are last, because the last ones are skipped when there is no time. */
// prettier-ignore
const APPS = [
  'html', 'tag-manager', 'shop', 'react', 'react-18', 'vue', 'svelte', 'solid', 'core-html',
  'core-react', 'core-react-18', 'core-svelte', 'next', 'angular',
];

/** Apps that use the files of another app, with other versions of its packages. */
const SAME_APP: Record<string, string> = { 'react-18': 'react', 'core-react-18': 'core-react' };

/** Whether an app has its own button instead of the element. */
const isOfCore = (name: string) => name.startsWith('core-');

const { values } = parseArgs({
  options: {
    app: { type: 'string', multiple: true, default: APPS },
    minutes: { type: 'string', default: 'Infinity' },
  },
});
const unknown = values.app.filter((name) => !APPS.includes(name));
if (unknown.length > 0) {
  console.error(`No app ${unknown.join(', ')}; there are ${APPS.join(', ')}.`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-frameworks-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

function pack(): string {
  const npm = npmCommand('pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  const options = { encoding: 'utf8', shell: npm.shell } as const;
  const [{ filename }] = JSON.parse(execFileSync(npm.file, npm.args, options));
  return join(folder, filename);
}

const tarball = pack();

/** Checks the production build of an app, and its development server if it has one. */
async function check(browser: Browser, name: string): Promise<string> {
  const folderOf = (app: string) => fileURLToPath(new URL(app, import.meta.url));
  const app = await App.install(folderOf(name), tarball, folderOf(SAME_APP[name] ?? name));
  const packageFolder = join(app.folder, 'node_modules', 'monerium-connect');
  const isServerRendered = app.has('start');
  const visit = async ({ source, stop }: Running, isDevelopment: boolean) => {
    const site = await Site.start(source);
    try {
      if (isOfCore(name)) await travelByCore(browser, site, isDevelopment);
      else await travel({ browser, site, packageFolder, isServerRendered, isDevelopment });
    } finally {
      await site.close();
      await stop();
    }
  };
  /** Checks the app with its own code, and returns which builds were checked. */
  const checkApp = async () => {
    if (app.has('test')) {
      await app.test(findChromium() ?? '');
      return 'its own tests';
    }
    await visit(await app.build(), false);
    if (!app.has('dev')) return 'as it is';
    await visit(await app.run('dev'), true);
    return 'production, development';
  };
  try {
    const what = await checkApp();
    const count = await checkSnippets(browser, name, app, packageFolder);
    return count > 0 ? `${what}, ${count} snippets` : what;
  } finally {
    await app.remove();
  }
}

/** Checks the app with the code of the configurator. Returns the number of pages. */
async function checkSnippets(
  browser: Browser,
  name: string,
  app: App,
  packageFolder: string,
): Promise<number> {
  const kind = KINDS[name];
  if (!kind) return 0;
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  const integrity = await readFile(join(packageFolder, 'dist/integrity.json'), 'utf8');
  const release = { version, integrity: JSON.parse(integrity) };
  await app.write(writeFiles(kind, release));
  if (kind === 'Script tag') await app.write(writeWrong(release));
  const { source, stop } = await app.build();
  const site = await Site.start(
    source,
    SETTING_NAMES.flatMap((setting) => [`/${setting}`, `/${setting}/`]),
  );
  try {
    await visitSnippets(browser, site);
    if (kind === 'Script tag') await visitWrong(browser, site);
  } finally {
    await site.close();
    await stop();
  }
  return SETTING_NAMES.length;
}

const began = performance.now();
const counts = { passed: 0, failed: 0, skipped: 0 };
const secondsSince = (time: number) => (performance.now() - time) / 1000;
const say = (mark: string, name: string, text: string) =>
  console.log(`${mark.padEnd(9)}${name.padEnd(13)}${text}`);

// Only Chromium reports layout shifts.
const browser = await launchPuppeteer('chromium', {});
let longest = 0;
for (const name of values.app) {
  const started = performance.now();
  if (secondsSince(began) + longest > Number(values.minutes) * 60) {
    counts.skipped += 1;
    say('skipped', name, `does not fit into ${values.minutes} minutes`);
    continue;
  }
  try {
    const what = await check(browser, name);
    counts.passed += 1;
    say('ok', name, `${secondsSince(started).toFixed(1).padStart(6)} s  ${what}`);
  } catch (error) {
    counts.failed += 1;
    say('FAILED', name, `${secondsSince(started).toFixed(1).padStart(6)} s`);
    console.error(error);
  }
  longest = Math.max(longest, secondsSince(started));
}
await browser.close();

const { passed, failed, skipped } = counts;
const ending = skipped > 0 ? `, ${skipped} skipped` : '';
console.log(`\n${passed} passed, ${failed} failed${ending}`);
process.exitCode = failed > 0 ? 1 : 0;
