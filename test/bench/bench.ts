// `npm run bench`: measures the element beside its peers and writes the results as data, as tables
// and as the plot that the README shows. `-- --quick`: three samples of each, into build/bench.
// `-- --paired`: only the ratios beside the nearest neighbours, which are printed.
import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Browser } from 'puppeteer-core';
import { DEMO_CLIENT_ID, startEmulator } from '../../src/testing/emulator/emulator.js';
import { startAuth0 } from './auth0.js';
import { launchBrowser } from './browser.js';
import { NOTES, buildScripts } from './build.js';
import {
  measureButton,
  measureCycles,
  measureFlow,
  measureMany,
  measureWarmButton,
  THROTTLE,
  type Stage,
} from './measure.js';
import { NEIGHBOURS, peers, peersThat, type Peer } from './peers.js';
import { addSample, COUNTS, CYCLES, type Results } from './results.js';
import { compress, startSite } from './site.js';
import { targetTable } from './table.js';
import { writeResults } from './write.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    paired: { type: 'boolean', default: false },
  },
});
const samples = values.quick ? 3 : 25;
// Thousands of elements differ little from one time to the next, and take long.
const rounds = values.quick ? 3 : 5;

const emulator = await startEmulator();
const auth0 = await startAuth0(emulator.url);
const scripts = await buildScripts(emulator.url);
const site = await startSite(scripts);
const apiUrl = (peer: Peer) => (peer.server === 'auth0' ? auth0.url : emulator.url);
const pages = new Map(
  peers.map((peer) => {
    const attributes = { 'client-id': DEMO_CLIENT_ID, 'api-url': apiUrl(peer) };
    return [peer.id, site.serve(peer, attributes)];
  }),
);
const client = { clientId: DEMO_CLIENT_ID, name: 'Shop', redirectUris: [...pages.values()] };
const sizes = new Map([...scripts].map(([name, code]) => [name, compress(code).length]));

/** One round after the other, each with all peers: what disturbs the machine, disturbs them all. */
async function interleave(
  title: string,
  times: number,
  who: readonly Peer[],
  measure: (peer: Peer) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < times; round += 1) {
    process.stdout.write(`\r${title}: ${round + 1} of ${times} `);
    // Nobody is always the first.
    const turned = who.map((_, index) => who[(index + round) % who.length] as Peer);
    for (const peer of turned) await attempt(peer, measure);
  }
  process.stdout.write('\n');
}

/** A visit that the machine has let wait for too long is made once more. */
async function attempt(peer: Peer, measure: (peer: Peer) => Promise<void>): Promise<void> {
  try {
    await measure(peer);
  } catch (error) {
    console.error(`\n${peer.id}, once more: ${String(error)}`);
    await measure(peer);
  }
}

/** Those that a step is measured for. */
const chosen = (step: Parameters<typeof peersThat>[0]): readonly Peer[] =>
  peersThat(step).filter(({ id }) => !values.paired || NEIGHBOURS.includes(id));

async function measureAll(stage: Stage): Promise<Results> {
  const results: Results = {};
  const add = (peer: Peer, name: string, value: number) => addSample(results, peer.id, name, value);

  for (const throttle of [THROTTLE, 1]) {
    await interleave(`button at ${throttle}×`, samples, chosen('button'), async (peer) => {
      add(peer, `button ${throttle}×`, await measureButton(stage, peer, throttle));
    });
    await interleave(`warm visit at ${throttle}×`, samples, chosen('button'), async (peer) => {
      add(peer, `warm ${throttle}×`, await measureWarmButton(stage, peer, throttle));
    });
    await interleave(`flow at ${throttle}×`, samples, chosen('flow'), async (peer) => {
      const flow = await measureFlow(stage, peer, throttle);
      add(peer, `click ${throttle}×`, flow.clickMs);
      add(peer, `one task ${throttle}×`, Number(flow.isOneTask));
      add(peer, `hashing ${throttle}×`, Number(flow.isHashing));
      add(peer, `token ${throttle}×`, flow.tokenMs);
      const weighed = flow.scripts.filter((name) => name !== NOTES);
      const bytes = weighed.map((name) => sizes.get(name) ?? NaN);
      const total = bytes.reduce((sum, size) => sum + size, 0);
      add(peer, 'bytes', total);
    });
  }
  for (const count of values.paired ? [] : COUNTS) {
    await interleave(`${count} on a page`, rounds, peersThat('many'), async (peer) => {
      const many = await measureMany(stage, peer, count);
      add(peer, `ms of ${count}`, many.ms);
      add(peer, `bytes of ${count}`, many.bytes);
      add(peer, `listeners of ${count}`, many.listeners);
    });
  }
  await interleave(`${CYCLES} cycles`, values.paired ? 0 : 3, peersThat('many'), async (peer) => {
    for (const growth of await measureCycles(stage, peer, CYCLES)) add(peer, 'growth', growth);
  });
  // Who has no flow here is weighed as it is.
  for (const peer of peers.filter(({ steps }) => !steps.includes('flow'))) {
    add(peer, 'bytes', sizes.get(peer.id) ?? NaN);
  }
  return results;
}

async function run(browser: Browser): Promise<void> {
  emulator.registerClient(client);
  const pageUrl = ({ id }: Peer) => pages.get(id) ?? '';
  const results = await measureAll({ browser, site, emulator, apiUrl, pageUrl });
  if (values.paired) {
    console.log(targetTable(results));
    return;
  }
  const root = new URL('../../', import.meta.url);
  const folder = new URL(values.quick ? 'build/bench/' : 'test/bench/results/', root);
  await mkdir(folder, { recursive: true });
  const machine = {
    browser: await browser.version(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    samples,
  };
  console.log(await writeResults({ results, machine, folder }));
}

const browser = await launchBrowser();
try {
  await run(browser);
} finally {
  await browser.close();
  await site.close();
  await auth0.close();
  await emulator.close();
}
