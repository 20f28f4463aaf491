// The model of many processes: fast-check chooses the order of all steps of three processes that
// share a store, when one of them crashes, and what fails. It is a separate program, because the
// test runner tracks every promise, which makes it three times as slow.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import fc from 'fast-check';
import sinon from 'sinon';
import {
  ConnectionEndedError,
  createConnections,
  createExchangeHandler,
} from '../../src/server/index.js';
import { seed } from '../helpers/runs.js';
import {
  API,
  MAX_SKEW_MS,
  Process,
  World,
  type MoneriumFault,
  type StoreFault,
} from './model-world.js';

const RUNS = Number(process.argv[2]);
const ORIGIN = 'https://shop.example';
const CUSTOMERS = ['anna', 'ben'];

type Kind = 'token' | 'refused' | 'post' | 'disconnect';

interface Plan {
  readonly tasks: readonly { kind: Kind; process: number; customer: number; at: number }[];
  readonly crashes: readonly { process: number; at: number }[];
  readonly jumps: readonly { ms: number; at: number }[];
  readonly storeFaults: StoreFault[];
  readonly moneriumFaults: MoneriumFault[];
  readonly isExpired: boolean;
  /** How far the clock of each process is ahead of the store's, if the store returns its time. */
  readonly skews: readonly number[] | undefined;
}

const step = fc.nat(40);
const MINUTE = 60_000;
const apart = [61_000, 10 * MINUTE, 60 * MINUTE].flatMap((ms) => [ms, -ms]);
const threeClocks = fc.array(fc.constantFrom(0, 0, ...apart), { minLength: 3, maxLength: 3 });
const plans: fc.Arbitrary<Plan> = fc.record({
  tasks: fc.array(
    fc.record({
      kind: fc.constantFrom<Kind>('token', 'token', 'token', 'refused', 'post', 'disconnect'),
      process: fc.nat(2),
      customer: fc.nat(CUSTOMERS.length - 1),
      at: fc.oneof(fc.constant(0), step),
    }),
    { minLength: 2, maxLength: 6 },
  ),
  crashes: fc.array(fc.record({ process: fc.nat(2), at: step }), { maxLength: 2 }),
  jumps: fc.array(fc.record({ ms: fc.constantFrom(500, 16_000, 61_000), at: step }), {
    maxLength: 3,
  }),
  storeFaults: fc.array(
    fc.constantFrom<StoreFault>('none', 'none', 'none', 'none', 'fails', 'loses the answer'),
    { maxLength: 12 },
  ),
  moneriumFaults: fc.array(
    fc.constantFrom<MoneriumFault>(
      ...(['none', 'none', 'busy', 'down', 'loses the answer', 'refuses'] as const),
      ...(['a proxy answers', 'is silent'] as const),
    ),
    { maxLength: 3 },
  ),
  isExpired: fc.boolean(),
  skews: fc.option(threeClocks, { nil: undefined }),
});

const START = 1_700_000_000_000;
const clock = sinon.useFakeTimers({
  now: START,
  toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'],
});
/** The process whose clock the running code reads. */
const inside = new AsyncLocalStorage<Process>();
Date.now = () => clock.now + (inside.getStore()?.skewMs ?? 0);
const reached = new Set<string>();

/** One process of a site: the handler and the connections over the shared store. */
function startProcess(world: World, name: string, skewMs: number) {
  const process = new Process(name, skewMs);
  const common = { apiUrl: API, fetch: world.fetchOf(process) };
  const observe = ({ type }: { type: string }) => void reached.add(type);
  const connections = createConnections({ ...common, store: world.storeOf(process), observe });
  const kept = new AbortController();
  const createHandler = () =>
    createExchangeHandler<string>({
      ...common,
      clientId: 'client',
      redirectUris: [`${ORIGIN}/connect`],
      store: world.codeStoreOf(process),
      onConnected: async (details) => {
        await connections.connect(details.context, details, kept.signal);
        const isWritten = world.written.has(details.tokens.accessToken);
        if (!process.isDead) world.demand(isWritten, '2: told connected, and not stored');
      },
      onError: () => undefined,
      observe,
    });
  return { process, connections, createHandler };
}

type Site = ReturnType<typeof startProcess>;

async function post({ createHandler }: Site, id: string): Promise<void> {
  const fields = { code: `code of ${id}`, code_verifier: 'v'.repeat(43), client_id: 'client' };
  const body = JSON.stringify({ ...fields, redirect_uri: `${ORIGIN}/connect` });
  const headers = { origin: ORIGIN, 'content-type': 'application/json' };
  await createHandler()(new Request(`${ORIGIN}/api`, { method: 'POST', headers, body }), id);
}

async function ask(world: World, site: Site, id: string, refused?: string): Promise<void> {
  try {
    const token = await site.connections.getAccessToken(id, { refused });
    if (!site.process.isDead) world.demand(world.written.has(token), '4: told, and not stored');
  } catch {
    reached.add('no token');
  }
}

function run(world: World, site: Site, kind: Kind, id: string): Promise<unknown> {
  return inside.run(site.process, () => runInside(world, site, kind, id));
}

function runInside(world: World, site: Site, kind: Kind, id: string): Promise<unknown> {
  const refused = world.rows.get(id)?.connection.tokens.accessToken;
  if (kind === 'post') return post(site, id);
  if (kind === 'disconnect') return site.connections.disconnect(id).catch(() => undefined);
  return ask(world, site, id, kind === 'refused' ? refused : undefined);
}

/** Releases the steps one by one, until nothing is left to do. */
async function release(
  scheduler: fc.Scheduler,
  isDone: () => boolean,
  atStep: (n: number) => void,
) {
  for (let number = 0, idle = 0; !isDone(); number++) {
    atStep(number);
    await turnOfTheLoop();
    if (scheduler.count() > 0) {
      idle = 0;
      await scheduler.waitNext(1);
    } else if (clock.countTimers() > 0) {
      // Real work such as a digest may be under way, so the clock does not run ahead of it.
      if (++idle > 3) clock.next();
    } else if (++idle > 1000) {
      return;
    }
  }
  await turnOfTheLoop();
}

async function simulate(scheduler: fc.Scheduler, plan: Plan): Promise<World> {
  const turn = (label: string) => scheduler.schedule(Promise.resolve(), label);
  const { skews = [0, MAX_SKEW_MS, 0], storeFaults, moneriumFaults } = plan;
  const now = () => clock.now;
  const world = new World(turn, now, plan.skews !== undefined, storeFaults, moneriumFaults);
  for (const id of CUSTOMERS) connectDirectly(world, id, plan.isExpired);
  const sites = skews.map((skewMs, number) => startProcess(world, `process ${number}`, skewMs));
  const open = new Set<number>(plan.tasks.keys());
  const isOver = () =>
    [...open].every((index) => sites[plan.tasks[index]!.process]!.process.isDead);
  await release(scheduler, isOver, (number) => {
    for (const { process, at } of plan.crashes) {
      if (at === number) sites[process]!.process.isDead = true;
    }
    for (const { ms, at } of plan.jumps) if (at === number) clock.tick(ms);
    for (const [index, { kind, process, customer, at }] of plan.tasks.entries()) {
      if (at !== number) continue;
      const task = run(world, sites[process]!, kind, CUSTOMERS[customer]!);
      void task.finally(() => open.delete(index));
    }
  });
  for (const { process } of sites) process.isDead = true;
  await judgeEnd(scheduler, world);
  return world;
}

function connectDirectly(world: World, id: string, isExpired: boolean): void {
  const tokens = world.issue(undefined, { revoked: false });
  const now = Date.now();
  const times = isExpired ? { expiresAt: now - 1 } : { expiresAt: now + 200_000 };
  const connection = {
    profile: 'p',
    userId: 'u',
    clientId: 'client',
    refreshAt: now - 1,
    tokens: { ...tokens, ...times },
  };
  world.written.add(tokens.accessToken);
  world.rows.set(id, { connection, version: world.next() * 1000 });
}

/** In the end a new process gets a valid token, or the error that the connection has ended. */
async function judgeEnd(scheduler: fc.Scheduler, world: World): Promise<void> {
  world.heal();
  clock.tick(120_000);
  const site = startProcess(world, 'the last process', 0);
  let open = CUSTOMERS.length;
  const judge = async (id: string) => {
    const row = world.rows.get(id);
    try {
      const token = await site.connections.getAccessToken(id);
      if (world.isAlive(token)) return;
      await site.connections.getAccessToken(id, { refused: token });
      world.demand(false, 'a lost connection is not noticed');
    } catch (reason) {
      world.demand(reason instanceof ConnectionEndedError, `the end is ${String(reason)}`);
      if (row && !row.connection.ended) reached.add('loss noticed late');
    } finally {
      open--;
    }
  };
  for (const id of CUSTOMERS) void judge(id);
  await release(
    scheduler,
    () => open === 0,
    () => undefined,
  );
  world.demand(open === 0, 'a call has never ended');
}

function isHarmless({ crashes, jumps, moneriumFaults }: Plan): boolean {
  const isLossless = moneriumFaults.every((fault) => /none|busy|down|proxy|silent/.test(fault));
  return crashes.length === 0 && jumps.every(({ ms }) => ms < 1000) && isLossless;
}

const property = fc.asyncProperty(fc.scheduler(), plans, async (scheduler, plan) => {
  clock.reset();
  clock.setSystemTime(START);
  const world = await simulate(scheduler, plan);
  for (const what of world.reached) reached.add(what);
  assert.deepEqual(world.violations, []);
  if (!isHarmless(plan)) return;
  const ended = [...world.rows.values()].filter(({ connection }) => connection.ended);
  assert.deepEqual(ended, [], 'lost without a crash or a lost answer');
});

await fc.assert(property, { numRuns: RUNS, seed: seed(), includeErrorInReport: true });
console.log([...reached].sort().join('\n'));
