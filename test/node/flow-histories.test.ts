// Random histories of one flow in a scripted browser: whatever happens, in whatever order, no rule
// is broken on the way, and everything comes to its end. HISTORIES sets their number, SEED repeats
// a run.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ConnectionStatus } from '../../src/core/connection.js';
import { IDLE, machine, type FlowEvent, type FlowState } from '../../src/core/flow/state.js';
import { runs, seed } from '../helpers/runs.js';
import { History } from './histories/history.js';
import { historyArbitrary, type Step } from './histories/steps.js';
import type { Setting } from './histories/setting.js';

const settingArbitrary: fc.Arbitrary<Setting> = fc.record({
  mode: fc.constantFrom('popup', 'popup', 'redirect', 'auto'),
  exchange: fc.constantFrom('backend', 'direct', 'custom'),
  isFramed: fc.constantFrom(false, false, false, true),
  hasChannels: fc.constantFrom(true, true, false),
  hasLocks: fc.constantFrom(true, true, true, false),
});

const POPUP: Setting = {
  mode: 'popup',
  exchange: 'backend',
  isFramed: false,
  hasChannels: true,
  hasLocks: true,
};

const TO_MONERIUM: readonly Step[] = ['element 0 arrives and is clicked', 'the secrets are ready'];

/** Takes the place of an arrow; `original` is absent where the table has none. */
type Mutant = (
  original: ((state: FlowState, event: FlowEvent) => FlowState) | undefined,
) => ((state: FlowState, event: FlowEvent) => FlowState) | undefined;

interface Example {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly status: ConnectionStatus;
  readonly endings: readonly string[];
  readonly posts: number;
}

/** An example that fails as soon as one arrow of the machine is another one. */
interface GuardedExample extends Example {
  readonly arrow: readonly [FlowState['step'], FlowEvent['type']];
  readonly mutant: Mutant;
}

const GUARDED: readonly GuardedExample[] = [
  {
    title: '#148 connects though the last element has left between the response and its lock',
    steps: [
      ...TO_MONERIUM,
      'the popup hands over a code',
      'element 0 leaves',
      'the next lock is granted or refused',
      'the request is answered: 200',
      'element 1 arrives',
    ],
    status: 'connected',
    endings: ['connected'],
    posts: 1,
    arrow: ['claiming', 'reset'],
    mutant: () => () => IDLE,
  },
  {
    title: '#149 listens to nothing more when a popup has exchanged its code by itself',
    steps: [
      ...TO_MONERIUM,
      'the popup goes on by itself',
      'the other window ends with ids',
      '600 ms pass',
    ],
    status: 'connected',
    endings: ['connected'],
    posts: 0,
    arrow: ['waiting', 'connect'],
    // What is held by a state stays alive.
    mutant: (original) => (state, event) =>
      ({ ...state, ...original?.(state, event), attempt: undefined }) as unknown as FlowState,
  },
  {
    title: '#150 gives a start up when the last element leaves before the secrets are ready',
    steps: ['element 0 arrives and is clicked', 'element 0 leaves', 'the secrets are ready'],
    status: 'idle',
    endings: [],
    posts: 0,
    arrow: ['starting', 'reset'],
    mutant: () => undefined,
  },
];

const EXAMPLES: readonly Example[] = [
  {
    title: '#190 closes the window at Monerium when the last element leaves',
    steps: [...TO_MONERIUM, 'element 0 leaves'],
    status: 'idle',
    endings: [],
    posts: 0,
  },
  {
    title: '#190 closes the window at Monerium when the flow is cancelled',
    steps: [...TO_MONERIUM, 'the page cancels'],
    status: 'idle',
    endings: ['aborted'],
    posts: 0,
  },
  {
    title: 'resolves connect() though the popup has closed itself before its response is claimed',
    steps: [
      ...TO_MONERIUM,
      '5000 ms pass',
      'the popup hands over a code',
      '5000 ms pass',
      'the next lock is granted or refused',
      'the request is answered: 200',
    ],
    status: 'connected',
    endings: ['connected'],
    posts: 1,
  },
  {
    title: 'gives a click the call of the exchange that a lost popup has begun',
    steps: [
      ...TO_MONERIUM,
      'half an hour passes',
      'the popup hands over a code',
      'the next lock is granted or refused',
      'element 0 is clicked',
      'the request is answered: 200',
    ],
    status: 'connected',
    endings: ['popup_timeout', 'connected'],
    posts: 1,
  },
  {
    title: 'leaves no timer when it is cancelled while a failure without response is held back',
    steps: [
      ...TO_MONERIUM,
      'the popup hands over a code',
      'the next lock is granted or refused',
      'the request is answered: no network',
      'the page cancels',
    ],
    status: 'idle',
    endings: ['aborted'],
    posts: 1,
  },
  {
    title: 'lets a listener connect again while a sign-out cancels the flow',
    steps: [
      ...TO_MONERIUM,
      'the secrets are ready',
      'a listener connects at the next monerium-error',
      'element 0 disconnects',
      '600 ms pass',
    ],
    status: 'waiting',
    endings: [],
    posts: 0,
  },
];

async function runExample({ steps, status, endings, posts }: Example): Promise<void> {
  const history = new History(POPUP);
  await history.run(steps, () => {
    const { status: found, endings: announced } = history;
    assert.deepEqual([found, announced, history.posts], [status, endings, posts]);
  });
}

/** Runs with another arrow in the table. */
async function withMutant(
  { arrow, mutant }: GuardedExample,
  run: () => Promise<void>,
): Promise<void> {
  const [step, type] = arrow;
  const row = machine[step] as Record<string, ReturnType<Mutant>>;
  const original = row[type];
  try {
    row[type] = mutant(original);
    await run();
  } finally {
    if (original) row[type] = original;
    else delete row[type];
  }
}

describe('the histories of a flow', () => {
  const numRuns = Number(process.env['HISTORIES'] ?? runs(10_000));

  it(`keep every rule and come to an end, in ${numRuns} cases of 40 steps`, async (t) => {
    const counts: Record<string, number> = {};
    const property = fc.asyncProperty(
      settingArbitrary,
      historyArbitrary,
      async (setting, steps) => {
        const history = new History(setting);
        await history.run(steps);
        for (const status of history.reached) counts[status] = (counts[status] ?? 0) + 1;
      },
    );
    await fc.assert(property, { numRuns, seed: seed(), includeErrorInReport: true });
    t.diagnostic(`histories that came through a state: ${JSON.stringify(counts)}`);
    for (const status of ['redirecting', 'waiting', 'exchanging', 'connected', 'failed']) {
      assert.ok((counts[status] ?? 0) > numRuns / 20, `${status} is reached too seldom`);
    }
  });

  for (const example of [...GUARDED, ...EXAMPLES]) {
    it(example.title, () => runExample(example));
  }

  for (const example of GUARDED) {
    it(`notices when ${example.arrow.join(' and ')} are changed for ${example.title}`, () =>
      withMutant(example, async () => {
        await assert.rejects(runExample(example));
      }));
  }
});
