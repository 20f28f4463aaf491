// Five tabs of one browser have loaded one callback URL, and claim it at the same moment. Who wins
// is not decided by the order in which tabs come: the element is put on the page when a barrier in
// the site opens, and that holds all five until all five have asked.
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
  /** Where every flow begins. It stays in front: a tab that nobody sees has slower timers. */
  readonly starter: Page;
  readonly tabs: readonly Page[];
}

/** Serves the page of the return, and opens the tabs. `before` stands in front of the script. */
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
    // Chromium asks for an address once at a time, so each tab has a parameter of its own.
    await tab.goto(`${url}&tab=${at}`);
    await tab.waitForSelector('monerium-connect');
    await settleTasks(tab);
    // Comes to the server after everything that the page has sent before.
    await tab.evaluate(() => fetch('/sentinel'));
  });
  await Promise.all(race);
}

/** How many requests each of the codes was sent with. */
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

// The proof that the tabs of the test above do race. It goes on until they have, and a deep run to
// the end.
test('#7 the race shows itself as soon as the lock is taken out', options, async (t) => {
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

// The tab that began the flow is one of the five here. Each puts the element on its page at a time
// of its own, up to a fifth of a second after the barrier opened.
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
