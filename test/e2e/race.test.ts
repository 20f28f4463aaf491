// Five tabs of one browser load one callback URL and claim its response at the same moment. Their
// order does not decide the race: each tab adds its element when a barrier of the site opens, which
// waits for requests of all five tabs.
import assert from 'node:assert/strict';
import { settleTasks, skipIn, useWorld, waitForLocks, type Page } from './support.js';
import { Barrier, scriptsBehindBarrier } from './support/barrier.js';
import { SCRIPT_TAG } from './support/page-template.js';

const TABS = 5;
const MAX_ROUNDS = 40;
/** A round loads five tabs. */
const ROUNDS = 3;
const isDeep = Boolean(process.env['DEEP']);
const options = {
  ...skipIn({ webkit: 'its WebDriver loads one tab after the other' }),
  // A deep run of 200 rounds takes minutes.
  ...(isDeep && { timeout: 1_800_000 }),
};
const world = useWorld();
const { test } = world;
const barrier = new Barrier();

interface Racers {
  /** Where every flow begins. It stays in front because a hidden tab has slower timers. */
  readonly starter: Page;
  readonly tabs: readonly Page[];
}

/** Serves the page of the redirect URI, with `before` before its script, and opens the tabs. */
async function prepareRace(before = ''): Promise<Racers> {
  const attributes = { 'redirect-uri': '/back' };
  const script = scriptsBehindBarrier(world.element(attributes));
  world.servePage('/start', attributes);
  world.servePage('/back', attributes, { before, script, body: '' });
  barrier.serveOn(world.site);
  const visitor = await world.visit();
  const tabs: Page[] = [];
  while (tabs.length < TABS) tabs.push(await visitor.newPage());
  return { starter: await visitor.newPage(), tabs };
}

async function runRound({ starter, tabs }: Racers): Promise<void> {
  await starter.goto(`${world.site.origin}/start`);
  const url = world.callbackUrl(await world.begin(starter));
  barrier.close(TABS);
  const race = tabs.map(async (tab, at) => {
    // Chromium loads an address in one tab at a time, so each tab has a different parameter.
    await tab.goto(`${url}&tab=${at}`);
    await tab.waitForSelector('monerium-connect');
    await settleTasks(tab);
    // Reaches the server after all earlier requests of the page.
    await tab.evaluate(() => fetch('/sentinel'));
  });
  await Promise.all(race);
}

/** The number of requests for each code. */
function countRequests(): number[] {
  const codes = world.site.posts().map(({ body }) => /"code":"([^"]+)"/.exec(body)?.[1]);
  return [...new Set(codes)].map((code) => codes.filter((other) => other === code).length);
}

test('#7 of five tabs that race for one response, exactly one sends it', options, async (t) => {
  const rounds = isDeep ? MAX_ROUNDS : ROUNDS;
  const racers = await prepareRace();
  for (let round = 0; round < rounds; round += 1) await runRound(racers);
  await waitForLocks(racers.tabs[0]!);
  assert.deepEqual(countRequests(), Array<number>(rounds).fill(1));
  t.diagnostic(`${rounds} rounds of ${TABS} tabs: one request in each`);
});

// Proves that the tabs of the test above do race. It ends when a code was sent twice, and a deep
// run does all rounds.
test('#7 without the lock, the tabs send a code twice', options, async (t) => {
  const racers = await prepareRace(`<script>
    Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
  </script>`);
  let rounds = 0;
  let lost = 0;
  while (rounds < MAX_ROUNDS && (isDeep || lost === 0)) {
    await runRound(racers);
    rounds += 1;
    lost = countRequests().filter((count) => count > 1).length;
  }
  t.diagnostic(`${rounds} rounds of ${TABS} tabs without a lock: more than one request in ${lost}`);
  assert.ok(lost > 0, `more than one request in ${lost} of ${rounds} rounds`);
});

// Here one of the five tabs started the flow. Each tab adds its element at a different time, up to
// 200 ms after the barrier opened.
test(
  '#7 of five tabs with the one that began the flow, exactly one sends it',
  options,
  async (t) => {
    const rounds = isDeep ? 200 : ROUNDS;
    const attributes = { 'redirect-uri': '/back' };
    const script = `${SCRIPT_TAG}<script type="module">
    await fetch('/barrier', { cache: 'no-store', referrerPolicy: 'no-referrer' });
    setTimeout(() => {
      document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(world.element(attributes))});
    }, new URL(location.href).searchParams.get('wait'));
  </script>`;
    world.servePage('/start', attributes);
    world.servePage('/back', attributes, { script, body: '' });
    barrier.serveOn(world.site);
    const visitor = await world.visit();
    const tabs: Page[] = [];
    while (tabs.length < TABS) tabs.push(await visitor.newPage());
    for (let round = 0; round < rounds; round += 1) {
      const beginner = tabs[round % TABS]!;
      await beginner.goto(`${world.site.origin}/start`);
      const url = world.callbackUrl(await world.begin(beginner));
      barrier.close(TABS);
      const race = tabs.map(async (tab, at) => {
        const wait = (round * 37 + at * 53) % 200;
        await tab.goto(`${url}&tab=${at}&wait=${wait}`);
        await tab.waitForSelector('monerium-connect');
        await settleTasks(tab);
        await waitForLocks(tab);
      });
      await Promise.all(race);
    }
    assert.deepEqual(countRequests(), Array<number>(rounds).fill(1));
    t.diagnostic(`${rounds} rounds of ${TABS} tabs: one request in each`);
  },
);
