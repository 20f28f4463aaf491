// Walks every reachable state of a flow with every event. The arrows below are written by hand, a
// second time: a change of the machine has to be meant.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectError } from '../../src/core/errors.js';
import {
  IDLE,
  attemptOf,
  failed,
  machine,
  resourcesOf,
  transition,
  type Attempt,
  type FlowEvent,
  type FlowState,
} from '../../src/core/flow/state.js';
import type { Session } from '../../src/core/flow/session.js';
import type { PopupWindow } from '../../src/core/browser/popup-window.js';
import type { Resource } from '../../src/core/browser/window.js';

type Step = FlowState['step'];
type EventType = FlowEvent['type'];

/** Where each event leads; what is missing changes nothing. */
const ARROWS: Record<Step, Partial<Record<EventType, string>>> = {
  idle: { start: 'starting', claim: 'claiming' },
  failed: { start: 'starting', claim: 'claiming', reset: 'failed', forget: 'idle' },
  starting: {
    open: 'starting',
    store: 'starting',
    sign: 'starting',
    signed: 'starting',
    redirect: 'redirecting',
    wait: 'waiting',
    claim: 'claiming',
    withdraw: 'before',
    fail: 'failed',
    reset: 'before',
  },
  redirecting: { fail: 'failed', reset: 'idle' },
  waiting: {
    claim: 'claiming',
    connect: 'connected',
    lose: 'failed',
    fail: 'failed',
    reset: 'idle',
  },
  claiming: { withdraw: 'before', exchange: 'exchanging', connect: 'connected', fail: 'failed' },
  exchanging: { exchange: 'exchanging', connect: 'connected', fail: 'failed' },
  connected: { forget: 'idle' },
};

const SHOWN: Record<Step, string> = {
  idle: 'idle',
  failed: 'failed',
  starting: 'before',
  redirecting: 'redirecting',
  waiting: 'waiting',
  claiming: 'before',
  exchanging: 'exchanging',
  connected: 'connected',
};

const HELD: Record<Step, string> = {
  idle: '',
  failed: '',
  starting: 'attempt',
  redirecting: 'attempt timer',
  waiting: 'attempt timer listener popup',
  claiming: 'attempt',
  exchanging: 'attempt timer',
  connected: 'session',
};

/** As counted by the walk: a state by its step, what it holds and what it shows. */
const SHAPES = 24;
const CHANGES = 196;

const AT_REST: readonly Step[] = ['idle', 'failed', 'connected'];

/** A resource that only has a name. */
function createResource(name: string): Resource & { name: string } {
  return { name, end() {} };
}

function createAttempt(name = 'attempt'): Attempt {
  return {
    ...createResource(name),
    signal: new AbortController().signal,
    promise: Promise.resolve(),
    failure: undefined,
    clicked: undefined,
    settle() {},
  };
}

const createPopup = () => createResource('popup') as unknown as PopupWindow;
const aborted = new ConnectError('aborted');
const denied = new ConnectError('access_denied');

/** Every event, for an attempt of its own or the one that is given. */
function listEvents(attempt: Attempt): FlowEvent[] {
  const [oauthState, popup] = ['s', createPopup()];
  const [timer, listener] = [createResource('timer'), createResource('listener')];
  const session = createResource('session') as unknown as Session;
  const identity = { profile: 'p', userId: 'u' };
  return [
    { type: 'start', attempt },
    { type: 'sign', attempt, connection: { status: 'signing' } },
    { type: 'signed', attempt, onClick: () => {} },
    { type: 'open', attempt, popup },
    { type: 'store', attempt, oauthState },
    { type: 'redirect', attempt, oauthState, timer },
    { type: 'wait', attempt, oauthState, popup, listener, timer },
    { type: 'claim', attempt },
    { type: 'withdraw', attempt },
    { type: 'exchange', attempt, timer },
    { type: 'connect', attempt, identity, session },
    { type: 'connect', attempt, identity },
    { type: 'lose', attempt, error: denied },
    { type: 'fail', attempt, error: denied },
    { type: 'fail', attempt, error: aborted },
    { type: 'reset' },
    { type: 'forget' },
  ];
}

/** What a state holds, by name. */
function namesOf(state: FlowState): string[] {
  const held = resourcesOf(state) as (Resource & { name: string })[];
  return [...new Set(held.map(({ name }) => name))].sort();
}

/** What two states have in common that differ in their resources only. */
function shapeOf(state: FlowState): string {
  const before = 'before' in state ? ` after ${shapeOf(state.before)}` : '';
  const names = namesOf(state);
  const click = 'onClick' in state && state.onClick ? ' on click' : '';
  const held = names.sort().join(' ');
  return `${state.step}${click} [${held}]${before} shows ${state.connection.status}`;
}

function expectedHeld(state: FlowState): string[] {
  const own = HELD[state.step].split(' ').filter(Boolean);
  if (state.step === 'connected') return state.session ? own : [];
  if (state.step === 'failed') return state.lost ? ['attempt', 'listener', 'popup'] : [];
  if (state.step === 'starting' && state.popup) return [...own, 'popup'];
  return state.step === 'claiming' ? [...new Set([...own, ...expectedHeld(state.before)])] : own;
}

function expectedStatus(state: FlowState): string {
  const status = SHOWN[state.step];
  // A wallet is asked while a flow starts. Only a signature that waits has something to click.
  if (state.step === 'starting' && state.onClick) return 'signed';
  if (state.step === 'starting' && state.connection.status === 'signing') return 'signing';
  return status === 'before' && 'before' in state ? expectedStatus(state.before) : status;
}

/** What is wrong with a state by itself. */
function checkState(state: FlowState): string[] {
  const faults: string[] = [];
  const names = namesOf(state);
  if (names.sort().join() !== expectedHeld(state).sort().join())
    faults.push(`holds ${names.join()}`);
  const isRunning = attemptOf(state) !== undefined;
  if (isRunning === AT_REST.includes(state.step)) faults.push('has the wrong attempt');
  if (state.connection.status !== expectedStatus(state))
    faults.push(`shows ${state.connection.status}`);
  return faults.map((fault) => `${shapeOf(state)}: ${fault}`);
}

/** What is wrong with one arrow. */
function checkArrow(from: FlowState, event: FlowEvent, to: FlowState): string[] {
  const faults: string[] = [];
  const current = attemptOf(from);
  const isOver = current !== undefined && 'attempt' in event && event.attempt !== current;
  const target = isOver ? undefined : ARROWS[from.step][event.type];
  const isAbort = event.type === 'fail' && event.error.code === 'aborted';
  const expected =
    target === 'before' && 'before' in from
      ? from.before.step
      : isAbort && target
        ? 'idle'
        : target;
  const isSelf = from.step === 'failed' && event.type === 'reset' && !from.lost;
  if (expected === undefined || isSelf) {
    if (to !== from) faults.push('changes the state');
  } else if (to === from || to.step !== expected) {
    faults.push(`leads to ${to.step}, not to ${expected}`);
  }
  if (target === 'before' && 'before' in from && to !== from.before)
    faults.push('is another before');
  const known = [...resourcesOf(from), ...resourcesOf(event)];
  if (resourcesOf(to).some((resource) => !known.includes(resource)))
    faults.push('makes a resource');
  const label = `${shapeOf(from)} + ${event.type}${isOver ? ' (over)' : ''}`;
  return [...faults.map((fault) => `${label} ${fault}`), ...checkState(to)];
}

interface Walk {
  readonly faults: string[];
  readonly shapes: Map<string, FlowState>;
  arrows: number;
  /** Of each shape, those it can lead to. */
  readonly next: Map<string, Set<string>>;
}

function step(walk: Walk, from: FlowState, event: FlowEvent): FlowState {
  const to = transition(from, event);
  walk.faults.push(...checkArrow(from, event, to));
  if (to !== from) {
    walk.arrows += 1;
    walk.next.get(shapeOf(from))?.add(shapeOf(to));
  }
  return to;
}

/** Goes to every state that can be reached, with every event. */
function walkMachine(): Walk {
  const walk: Walk = { faults: [], shapes: new Map(), arrows: 0, next: new Map() };
  const queue: FlowState[] = [IDLE, failed(denied)];
  for (let from = queue.shift(); from; from = queue.shift()) {
    if (walk.shapes.has(shapeOf(from))) continue;
    walk.shapes.set(shapeOf(from), from);
    walk.next.set(shapeOf(from), new Set());
    const own = attemptOf(from) ?? createAttempt();
    const stale = attemptOf(from) ? listEvents(createAttempt('stale')) : [];
    for (const event of [...listEvents(own), ...stale]) queue.push(step(walk, from, event));
  }
  return walk;
}

/** The shapes from which no rest can be reached. */
function listStuck({ shapes, next }: Walk): string[] {
  const restful = new Set(
    [...shapes].filter(([, { step }]) => AT_REST.includes(step)).map(([s]) => s),
  );
  for (let size = -1; size !== restful.size;) {
    size = restful.size;
    for (const [shape, targets] of next) {
      if ([...targets].some((target) => restful.has(target))) restful.add(shape);
    }
  }
  return [...shapes.keys()].filter((shape) => !restful.has(shape));
}

describe('the machine of a flow', () => {
  it('#148 keeps every invariant in every state that can be reached, and none is a dead end', (t) => {
    const walk = walkMachine();
    t.diagnostic(`${walk.shapes.size} shapes, ${walk.arrows} arrows`);
    assert.deepEqual(walk.faults, []);
    assert.deepEqual(listStuck(walk), []);
    assert.equal(walk.shapes.size, SHAPES);
    assert.equal(walk.arrows, CHANGES);
  });

  for (const [from, targets] of Object.entries(ARROWS)) {
    for (const type of Object.keys(targets)) {
      it(`notices when ${type} of ${from} is removed, or leads elsewhere`, () => {
        const row = machine[from as Step] as Record<
          string,
          ((...args: never[]) => FlowState) | undefined
        >;
        const original = row[type];
        assert.ok(original, 'the machine has this arrow');
        const stranger: FlowState =
          type === 'lose' ? IDLE : failed(new ConnectError('interrupted'));
        const elsewhere: FlowState =
          type === 'fail'
            ? { step: 'connected', connection: { status: 'connected', profile: 'p', userId: 'u' } }
            : stranger;
        try {
          for (const mutant of [undefined, () => elsewhere]) {
            row[type] = mutant;
            if (mutant === undefined) delete row[type];
            const walk = walkMachine();
            const isNoticed = walk.faults.length > 0 || walk.shapes.size !== SHAPES;
            assert.ok(isNoticed, `${mutant ? 'leads elsewhere' : 'is removed'}`);
          }
        } finally {
          row[type] = original;
        }
      });
    }
  }

  it('has no arrow that is not in the list', () => {
    for (const [from, row] of Object.entries(machine)) {
      assert.deepEqual(Object.keys(row).sort(), Object.keys(ARROWS[from as Step]).sort());
    }
  });
});
