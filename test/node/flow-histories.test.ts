// Random histories of one flow, which three connectors show in a scripted browser. In every order
// of its events no rule is broken, and everything comes to its end.
// HISTORIES sets their number, SEED repeats a run.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ConnectionStatus } from '../../src/core/connection.js';
import { IDLE, type FlowEvent, type FlowState } from '../../src/core/flow/state.js';
import { runs, seed } from '../helpers/runs.js';
import type { Core } from './histories/core.js';
import { History } from './histories/history.js';
import { historyArbitrary, type Step } from './histories/steps.js';
import type { Setting } from './histories/setting.js';

const settingArbitrary: fc.Arbitrary<Setting> = fc.record({
  mode: fc.constantFrom('popup', 'popup', 'redirect', 'auto'),
  exchange: fc.constantFrom('backend', 'direct', 'custom'),
  isFramed: fc.constantFrom(false, false, false, true),
  hasChannels: fc.constantFrom(true, true, false),
  hasLocks: fc.constantFrom(true, true, true, false),
  hasWallet: fc.constantFrom(false, false, false, true),
});

const POPUP: Setting = {
  mode: 'popup',
  exchange: 'backend',
  isFramed: false,
  hasChannels: true,
  hasLocks: true,
  hasWallet: false,
};

const REDIRECT: Setting = { ...POPUP, mode: 'redirect' };

const TO_MONERIUM: readonly Step[] = [
  'connector 0 arrives and is clicked',
  'the secrets are ready',
];
/** A tab that has not begun the flow waits so long under its lock. */
const CLAIM: readonly Step[] = ['the next lock is granted or refused'];

/** Replaces a transition. `original` is undefined if the table has none. */
type Mutant = (
  original: ((state: FlowState, event: FlowEvent) => FlowState) | undefined,
) => ((state: FlowState, event: FlowEvent) => FlowState) | undefined;

interface Example {
  readonly title: string;
  /** The default is a popup. */
  readonly setting?: Setting;
  readonly steps: readonly Step[];
  readonly status: ConnectionStatus;
  readonly endings: readonly string[];
  readonly posts: number;
}

/** An example that fails when one transition of the machine is changed. */
interface GuardedExample extends Example {
  readonly arrow: readonly [FlowState['step'], FlowEvent['type']];
  readonly mutant: Mutant;
}

const GUARDED: readonly GuardedExample[] = [
  {
    title: '#148 connects although the last connector has left between the response and its lock',
    steps: [
      ...TO_MONERIUM,
      'the popup hands over a code',
      'connector 0 leaves',
      ...CLAIM,
      'the request is answered: 200',
      'connector 1 arrives',
    ],
    status: 'connected',
    endings: ['connected'],
    posts: 1,
    arrow: ['claiming', 'reset'],
    mutant: () => () => IDLE,
  },
  {
    title: '#149 removes its listeners when a popup has exchanged its code itself',
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
    // The work of a flow continues when it is `lost`.
    mutant: (original) => (state, event) =>
      ({ ...state, ...original?.(state, event), step: 'lost' }) as unknown as FlowState,
  },
  {
    title: '#150 gives up a start when the last connector leaves before the secrets are ready',
    steps: ['connector 0 arrives and is clicked', 'connector 0 leaves', 'the secrets are ready'],
    status: 'idle',
    endings: [],
    posts: 0,
    arrow: ['starting', 'reset'],
    mutant: () => undefined,
  },
  {
    title: '#150 gives up a redirect when the last connector leaves before the secrets are ready',
    setting: REDIRECT,
    steps: ['connector 0 arrives and is clicked', 'connector 0 leaves', 'the secrets are ready'],
    status: 'idle',
    endings: [],
    posts: 0,
    arrow: ['starting', 'reset'],
    mutant: () => undefined,
  },
];

const EXAMPLES: readonly Example[] = [
  {
    title: '#190 closes the window at Monerium when the last connector leaves',
    steps: [...TO_MONERIUM, 'connector 0 leaves'],
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
    title: 'resolves connect() although the popup has closed itself before its response is claimed',
    steps: [
      ...TO_MONERIUM,
      '5000 ms pass',
      'the popup hands over a code',
      '5000 ms pass',
      ...CLAIM,
      'the request is answered: 200',
    ],
    status: 'connected',
    endings: ['connected'],
    posts: 1,
  },
  {
    title: 'joins a click to the exchange that a lost popup has begun',
    steps: [
      ...TO_MONERIUM,
      'half an hour passes',
      'the popup hands over a code',
      ...CLAIM,
      'connector 0 is clicked',
      'the request is answered: 200',
    ],
    status: 'connected',
    endings: ['popup_timeout', 'connected'],
    posts: 1,
  },
  {
    title: 'ignores a response that has waited for a click when that click is cancelled',
    steps: [
      ...TO_MONERIUM,
      'another tab is opened with a code',
      'connector 2 arrives and is clicked',
      'the page cancels',
      'half an hour passes',
    ],
    status: 'idle',
    endings: ['aborted'],
    posts: 0,
  },
  {
    title: 'leaves no timer when it is cancelled while a failure without response is held back',
    steps: [
      ...TO_MONERIUM,
      'the popup hands over a code',
      ...CLAIM,
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
      'a listener connects at the next error',
      'connector 0 disconnects',
      '600 ms pass',
    ],
    status: 'waiting',
    endings: [],
    posts: 0,
  },
  {
    title: 'keeps an ending without a listener for the next connector, also half an hour later',
    steps: [
      ...TO_MONERIUM,
      'the popup hands over a code',
      ...CLAIM,
      'connector 0 leaves',
      'the request is answered: 400',
      'half an hour passes',
      'connector 1 arrives',
    ],
    status: 'failed',
    endings: ['exchange_rejected'],
    posts: 1,
  },
  {
    title: 'opens the window at the next click when the wallet has signed',
    setting: { ...POPUP, hasWallet: true },
    steps: [...TO_MONERIUM, 'the wallet signs', 'connector 0 is clicked'],
    status: 'waiting',
    endings: [],
    posts: 0,
  },
  {
    title: 'ignores the wallet after the last connector has left',
    setting: { ...POPUP, hasWallet: true },
    steps: [...TO_MONERIUM, 'connector 0 leaves', 'the wallet signs'],
    status: 'idle',
    endings: [],
    posts: 0,
  },
  {
    title: 'does not ask the wallet again when a listener cancels, as its signature is too old',
    setting: { ...POPUP, hasWallet: true },
    steps: [
      'connector 0 arrives and is clicked',
      'half an hour passes',
      'the wallet signs',
      'a listener cancels at the next status',
      'connector 0 is clicked',
    ],
    status: 'idle',
    endings: ['aborted'],
    posts: 0,
  },
  {
    title: 'marks the flow as used when a redirect is cancelled',
    setting: REDIRECT,
    steps: [
      ...TO_MONERIUM,
      'the page cancels',
      'the page is loaded again with a code',
      'connector 0 arrives',
    ],
    status: 'idle',
    endings: [],
    posts: 0,
  },
  {
    title: '#303 marks the flow as used when a redirect fails without a network',
    setting: REDIRECT,
    steps: [
      ...TO_MONERIUM,
      'the network goes',
      '11000 ms pass',
      'the page is loaded again with a code',
      'connector 0 arrives',
    ],
    status: 'idle',
    endings: [],
    posts: 0,
  },
  {
    title: 'shows the flow to a connector that arrives after a listener has removed all others',
    steps: [
      ...TO_MONERIUM,
      'the popup hands over a code',
      ...CLAIM,
      'a listener removes all at the next status',
      'the request is answered: 200',
      'connector 1 arrives',
    ],
    status: 'connected',
    endings: [],
    posts: 1,
  },
  {
    title: 'keeps a customer connected who clicks a connector that has just arrived',
    steps: [
      'connector 0 arrives and is clicked',
      'the secrets are ready',
      'the popup hands over a code',
      ...CLAIM,
      'the request is answered: 200',
      'connector 1 arrives and is clicked',
    ],
    status: 'connected',
    endings: ['connected'],
    posts: 1,
  },
];

type Change = (core: Core) => void;

async function runExample(example: Example, change?: Change): Promise<void> {
  const { setting = POPUP, steps, status, endings, posts } = example;
  const history = new History(setting, change);
  await history.run(steps, () => {
    const { status: found, endings: announced } = history;
    assert.deepEqual([found, announced, history.posts], [status, endings, posts]);
  });
}

/** Replaces a transition in the table of the machine. */
function changeArrow({ arrow: [step, type], mutant }: GuardedExample): Change {
  return ({ machine }) => {
    const row = machine[step] as Record<string, ReturnType<Mutant>>;
    row[type] = mutant(row[type]);
  };
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
    const arrow = example.arrow.join(' and ');
    it(`notices when ${arrow} are changed for ${example.title}`, async () => {
      await assert.rejects(runExample(example, changeArrow(example)));
    });
  }
});
