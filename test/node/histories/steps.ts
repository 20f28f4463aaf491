import fc from 'fast-check';
import { settled, TASK_MS } from './clock.js';
import { EVENTS } from './connectors.js';
import { ANSWERS, IDENTITY } from './network.js';
import { goOn } from './progress.js';
import { WALLET_ANSWERS } from './wallet.js';
import { FORGERIES, RESPONSES, type ScriptedPopup } from './windows.js';
import { CONNECTORS, REACTIONS, type World } from './world.js';

type Move = (world: World) => unknown;
type Moves = Readonly<Record<string, Move>>;

/** A step by its sentence, so that a history reads as a list of what has happened. */
export type Step = string;

/** Shrinking puts it in the place of a step that does not matter. */
const NOTHING: Step = 'nothing happens';

/** A move for each value. */
function each<T>(values: readonly T[], name: (value: T) => Step, move: (value: T) => Move): Moves {
  return Object.fromEntries(values.map((value) => [name(value), move(value)]));
}

/** Popups are counted from the last one: the older ones matter less. */
const POPUPS = ['the popup', 'the popup before'] as const;

function eachPopup<T>(
  values: readonly T[],
  name: (popup: string, value: T) => Step,
  move: (popup: ScriptedPopup, value: T, world: World) => void,
): Moves {
  const moves = POPUPS.map((label, index) => {
    const act = (value: T) => (world: World) => {
      const popup = world.browser.windows.popups.at(-1 - index);
      if (popup) move(popup, value, world);
    };
    return each(values, (value) => name(label, value), act);
  });
  return Object.assign({}, ...moves) as Moves;
}

const page: Moves = {
  ...each(
    CONNECTORS,
    (i) => `connector ${i} arrives`,
    (i) => (world) => world.attach(i),
  ),
  ...each(
    CONNECTORS,
    (i) => `connector ${i} leaves`,
    (i) => (world) => world.detach(i),
  ),
  ...each(
    CONNECTORS,
    (i) => `connector ${i} is moved`,
    (i) => (world) => world.move(i),
  ),
};

const departures: Moves = { 'all connectors leave': (world) => world.detachAll() };

const clicks: Moves = {
  ...each(
    CONNECTORS,
    (i) => `connector ${i} is clicked`,
    (i) => (world) => world.click(i),
  ),
  ...each(
    CONNECTORS,
    (i) => `connector ${i} arrives and is clicked`,
    (i) => async (world) => {
      world.attach(i);
      await settled();
      world.click(i);
    },
  ),
};

const progress: Moves = { 'what is waited for happens': goOn };

const commands: Moves = {
  'the page cancels': (world) => world.cancel(),
  ...each(
    CONNECTORS,
    (i) => `connector ${i} disconnects`,
    (i) => (world) => world.disconnect(i),
  ),
  ...each(
    CONNECTORS,
    (i) => `connector ${i} gets another client`,
    (i) => (world) => world.changeClient(i),
  ),
  'the page asks for a token': (world) => world.askForToken(),
};

const listeners: Moves = Object.assign(
  {},
  ...EVENTS.map((type) =>
    each(
      REACTIONS,
      (reaction) => `a listener ${reaction} at the next ${type}`,
      (reaction) => (world) => world.react(type, reaction),
    ),
  ),
) as Moves;

const popups: Moves = {
  ...eachPopup(
    RESPONSES,
    (popup, kind) => `${popup} hands over ${kind}`,
    (popup, kind, { browser }) => browser.windows.handOver(popup, kind),
  ),
  ...eachPopup(
    ['is closed', 'goes on by itself'] as const,
    (popup, act) => `${popup} ${act}`,
    (popup, act, world) => (act === 'is closed' ? popup.close() : world.letPopupGoOn(popup)),
  ),
};

const forgeries: Moves = eachPopup(
  FORGERIES,
  (popup, forgery) => `${popup}'s response is forged: ${forgery}`,
  (popup, forgery, { browser }) => browser.windows.forge(popup, forgery),
);

const waits: Moves = {
  'the next lock is granted or refused': ({ browser }) => browser.locks.settleNext(),
  'the secrets are ready': ({ browser }) => browser.finishDigests(),
};

const refusals: Moves = {
  'another tab was first': (world) => {
    const [name] = world.browser.locks.requested;
    if (name) world.others.claim(name.replace('monerium-connect:', ''));
    world.browser.locks.settleNext();
  },
};

const wallets: Moves = each(
  WALLET_ANSWERS,
  (answer) => `the wallet ${answer}`,
  (answer) => (world) => world.browser.wallet.answer(answer),
);

const answers: Moves = each(
  ANSWERS,
  (answer) => `the request is answered: ${answer}`,
  (answer) => (world) => world.browser.network.answer(answer),
);

const elsewhere: Moves = {
  ...each(
    [IDENTITY, 'access_denied', 'exchange_rejected', 'forged', undefined],
    (outcome) =>
      `the other window ends with ${typeof outcome === 'object' ? 'ids' : (outcome ?? 'nothing')}`,
    (outcome) => (world) => world.others.end(outcome),
  ),
};

const time: Moves = {
  ...each(
    [100, 600, 1100, 2000, 5000, 11_000, 16_000, 31_000],
    (duration) => `${duration} ms pass`,
    (duration) => (world) => world.browser.clock.pass(duration),
  ),
};

const surroundings: Moves = {
  'half an hour passes': (world) => world.browser.clock.pass(1_801_000),
  ...each(
    [0, 30_000, 1_860_000],
    (frozen) => `the page comes back from the cache after ${frozen} ms`,
    (frozen) => (world) => world.restore(frozen),
  ),
  'the network goes': (world) => world.setOnline(false),
  'the network comes back': (world) => world.setOnline(true),
  'the tab is hidden': ({ browser }) => {
    browser.document.visibilityState = 'hidden';
    browser.hasFocus = false;
  },
  'the tab is shown': ({ browser }) => {
    browser.document.visibilityState = 'visible';
    browser.hasFocus = true;
  },
  'the storage is full': ({ browser }) => (browser.isStorageFull = true),
  'the storage has room': ({ browser }) => (browser.isStorageFull = false),
  'popups are blocked': ({ browser }) => (browser.windows.isBlocked = true),
  'popups are allowed': ({ browser }) => (browser.windows.isBlocked = false),
};

const loads: Moves = each(
  [...RESPONSES, 'nothing', 'an unknown state'] as const,
  (kind) => `the page is loaded again with ${kind}`,
  (kind) => (world) => world.load(kind),
);

const otherTabs: Moves = {
  ...each(
    RESPONSES,
    (kind) => `another tab is opened with ${kind}`,
    (kind) => (world) => world.loadElsewhere(kind, false),
  ),
  'this tab and another one are opened with a code': (world) => world.loadElsewhere('a code', true),
};

/** How often each kind of step is taken. */
const GROUPS: readonly [weight: number, moves: Moves][] = [
  [1, { [NOTHING]: () => {} }],
  [8, page],
  [3, departures],
  [16, clicks],
  [4, commands],
  [6, listeners],
  [12, popups],
  [30, progress],
  [2, forgeries],
  [16, waits],
  [6, refusals],
  [10, answers],
  [4, wallets],
  [2, elsewhere],
  [8, time],
  [6, surroundings],
  [3, loads],
  [2, otherTabs],
];

const MOVES = new Map(GROUPS.flatMap(([, moves]) => Object.entries(moves)));
const LENGTH = 40;

/** Forty random steps; shrinking leaves fewer. */
export const historyArbitrary: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      { withCrossShrink: true },
      ...GROUPS.map(([weight, moves]) => ({
        weight,
        arbitrary: fc.constantFrom(...Object.keys(moves)),
      })),
    ),
    { minLength: LENGTH, maxLength: LENGTH },
  )
  .map((steps) => steps.filter((step) => step !== NOTHING));

/** Takes a step, and waits for everything that follows from it. */
export async function take(world: World, step: Step): Promise<void> {
  const move = MOVES.get(step);
  if (!move) throw new Error(`No step is called "${step}".`);
  await move(world);
  await settled();
  const { clock } = world.browser;
  do await clock.pass(TASK_MS);
  while (clock.delays(false).includes(0));
  // A failure that nobody shows is over: its popup is not listened to any more.
  world.isLost &&= world.hasConnectors;
}
