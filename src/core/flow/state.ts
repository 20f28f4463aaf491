// The machine of a flow: its states, the events that change them, and the resources they hold. It
// is pure and runs anywhere. What is not in the table below changes nothing.
import type { Connection, ConnectionStatus } from '../connection.js';
import type { ConnectError } from '../errors.js';
import type { Identity } from '../oauth/identity.js';
import type { PopupWindow } from '../browser/popup-window.js';
import type { Resource } from '../browser/window.js';
import type { Session } from './session.js';
import type { FlowView } from './view.js';

/** The element that was clicked, or its `id` when the click was on an earlier page. */
export type Clicked = FlowView | string | undefined;

/** What is under way, from a click or a response to its end. */
export interface Attempt extends Resource {
  /** Aborts when the attempt has ended. The reason is its failure, if it has one. */
  readonly signal: AbortSignal;
  /** What `connect()` returns. */
  readonly promise: Promise<void>;
  /** The failure that was announced last. */
  readonly failure: ConnectError | undefined;
  readonly clicked: Clicked;
  settle(failure?: ConnectError): void;
}

interface Shown<S extends ConnectionStatus> {
  /** What the views show. */
  readonly connection: Extract<Connection, { readonly status: S }>;
}

/** Nothing is under way. */
export interface Idle extends Shown<'idle'> {
  readonly step: 'idle';
}

/** The last attempt ended badly. */
export interface Ended extends Shown<'failed'> {
  readonly step: 'failed';
  readonly lost?: undefined;
}

/** The popup is lost, or has an error that proves nothing: its response may still come. */
export interface Lost extends Shown<'failed'> {
  readonly step: 'failed';
  readonly lost: Attempt;
  readonly popup: PopupWindow;
  readonly listener: Resource;
}

export type Failed = Ended | Lost;

interface Begun {
  readonly step: 'starting';
  readonly attempt: Attempt;
  /** Of a response that waits to be claimed in this attempt, or of its own record. */
  readonly oauthState?: string | undefined;
  readonly before: Idle | Ended;
  /** An empty one that was opened in the task of the click, while the secrets are made. */
  readonly popup?: PopupWindow;
}

/** Asked to start; the page has not decided, or a wallet or the secrets are not ready. */
export interface Asked extends Begun, Shown<'idle' | 'failed' | 'signing'> {
  readonly onClick?: undefined;
}

/** A signature waits for the next click, which opens the window. */
export interface Signed extends Begun, Shown<'signed'> {
  readonly onClick: () => void;
}

export type Starting = Asked | Signed;

/** The page is leaving for Monerium. */
export interface Redirecting extends Shown<'redirecting'> {
  readonly step: 'redirecting';
  readonly attempt: Attempt;
  readonly oauthState: string;
  readonly timer: Resource;
}

/** The customer is at Monerium, in a popup or in the system's browser. */
export interface Waiting extends Shown<'waiting'> {
  readonly step: 'waiting';
  readonly attempt: Attempt;
  readonly oauthState: string;
  readonly popup: PopupWindow;
  readonly listener: Resource;
  readonly timer: Resource;
}

/** A response is here; the lock that guards its code is not yet granted. */
export interface Claiming extends Shown<'idle' | 'failed' | 'waiting'> {
  readonly step: 'claiming';
  readonly attempt: Attempt;
  readonly before: Idle | Failed | Waiting;
}

/** The code is being exchanged. */
export interface Exchanging extends Shown<'exchanging'> {
  readonly step: 'exchanging';
  readonly attempt: Attempt;
  readonly timer: Resource;
}

export interface Connected extends Shown<'connected'> {
  readonly step: 'connected';
  readonly session?: Session | undefined;
}

export type FlowState =
  Idle | Failed | Starting | Redirecting | Waiting | Claiming | Exchanging | Connected;

export type FlowEvent =
  /** A click, or `connect()`. */
  | {
      readonly type: 'start';
      readonly attempt: Attempt;
      readonly oauthState?: string | undefined;
    }
  /** A wallet is asked. */
  | ({ readonly type: 'sign'; readonly attempt: Attempt } & Shown<'signing'>)
  /** It has signed, too long after the click for a window to open. */
  | { readonly type: 'signed'; readonly attempt: Attempt; readonly onClick: () => void }
  | { readonly type: 'open'; readonly attempt: Attempt; readonly popup: PopupWindow }
  /** Its record is written. */
  | { readonly type: 'store'; readonly attempt: Attempt; readonly oauthState: string }
  | {
      readonly type: 'redirect';
      readonly attempt: Attempt;
      readonly oauthState: string;
      readonly timer: Resource;
    }
  | {
      readonly type: 'wait';
      readonly attempt: Attempt;
      readonly oauthState: string;
      readonly popup: PopupWindow;
      readonly listener: Resource;
      readonly timer: Resource;
    }
  /** A response is here. */
  | { readonly type: 'claim'; readonly attempt: Attempt }
  /** The page did not allow the start, or another window has claimed the response. */
  | { readonly type: 'withdraw'; readonly attempt: Attempt }
  | { readonly type: 'exchange'; readonly attempt: Attempt; readonly timer: Resource }
  | {
      readonly type: 'connect';
      readonly attempt: Attempt;
      readonly identity: Identity;
      readonly session?: Session | undefined;
    }
  /** The popup is lost, or has an error that proves nothing: its response may still come. */
  | { readonly type: 'lose'; readonly attempt: Attempt; readonly error: ConnectError }
  | { readonly type: 'fail'; readonly attempt: Attempt; readonly error: ConnectError }
  /** The page is still here after a navigation, or its last element is gone. */
  | { readonly type: 'reset' }
  /** The customer is signed out, or an ending that no element could announce is dropped. */
  | { readonly type: 'forget' };

type Step = FlowState['step'];
type StateOf<S extends Step> = Extract<FlowState, { step: S }>;
type EventOf<T extends FlowEvent['type']> = Extract<FlowEvent, { type: T }>;
type Arrow<S extends Step, T extends FlowEvent['type']> = (
  state: StateOf<S>,
  event: EventOf<T>,
) => FlowState;
type Machine = { [S in Step]: { [T in FlowEvent['type']]?: Arrow<S, T> } };

/** A state whose step has the name of the status that it shows. */
function stateShowing<const C extends Connection>(
  connection: C,
): { step: C['status']; connection: C } {
  return { step: connection.status, connection };
}

export const IDLE: Idle = stateShowing({ status: 'idle' });

/** The same status twice: elements compare the objects, since their texts differ. */
export const CHOOSING = { status: 'signing' } as const;
export const SIGNING = { status: 'signing' } as const;

export function failed(error: ConnectError): Failed {
  return stateShowing({ status: 'failed', error });
}

// The arrows

/** A state at rest, without a popup that may still hand over a response. */
function rest(state: Idle | Failed): Idle | Ended {
  return state.step === 'failed' ? { step: 'failed', connection: state.connection } : state;
}

function start(state: Idle | Failed, { attempt, oauthState }: EventOf<'start'>): Starting {
  const { connection } = state;
  return { step: 'starting', connection, attempt, oauthState, before: rest(state) };
}

function claim(before: Idle | Failed | Waiting, { attempt }: EventOf<'claim'>): Claiming {
  return { step: 'claiming', connection: before.connection, attempt, before };
}

/** A state that holds the fields of its event. */
function stateHolding<const C extends Connection, E extends FlowEvent>(
  connection: C,
  { type: _, ...held }: E,
) {
  return { ...stateShowing(connection), ...held };
}

function exchange(_: FlowState, event: EventOf<'exchange'>): Exchanging {
  return stateHolding({ status: 'exchanging' }, event);
}

function connect(_: FlowState, { identity, session }: EventOf<'connect'>): Connected {
  return { ...stateShowing({ status: 'connected', ...identity }), session };
}

function fail(_: FlowState, { error }: EventOf<'fail'>): Idle | Failed {
  return error.code === 'aborted' ? IDLE : failed(error);
}

const toIdle = () => IDLE;

/** A state per line, an arrow per entry: this is the diagram of the machine. */
export const machine: Machine = {
  idle: { start, claim },
  failed: {
    start,
    claim,
    reset: (state) => (state.lost ? rest(state) : state),
    forget: toIdle,
  },
  starting: {
    sign: (state, { connection }) => ({ ...state, connection, onClick: undefined }),
    signed: (state, { onClick }) => ({ ...state, connection: { status: 'signed' }, onClick }),
    open: (state, { popup }) => ({ ...state, popup }),
    store: (state, { oauthState }) => ({ ...state, oauthState }),
    redirect: (_, event) => stateHolding({ status: 'redirecting' }, event),
    wait: (_, event) => stateHolding({ status: 'waiting' }, event),
    claim: ({ before }, event) => claim(before, event),
    withdraw: ({ before }) => before,
    fail,
    reset: ({ before }) => before,
  },
  redirecting: { fail, reset: toIdle },
  waiting: {
    claim,
    connect,
    lose: ({ attempt, listener, popup }, { error }) => ({
      ...failed(error),
      lost: attempt,
      listener,
      popup,
    }),
    fail,
    reset: toIdle,
  },
  claiming: { withdraw: ({ before }) => before, exchange, connect, fail },
  exchanging: { exchange, connect, fail },
  connected: { forget: toIdle },
};

/** Whether the event belongs to an attempt that is over. */
function isOver(state: FlowState, event: FlowEvent): boolean {
  const current = attemptOf(state);
  const own = 'attempt' in event ? event.attempt : current;
  return current !== undefined && own !== current;
}

/** The next state: the same object when the event changes nothing. */
export function transition(state: FlowState, event: FlowEvent): FlowState {
  if (isOver(state, event)) return state;
  // TypeScript does not see that the entry fits the state and the event it was found by.
  const next = machine[state.step][event.type] as
    ((state: FlowState, event: FlowEvent) => FlowState) | undefined;
  return next ? next(state, event) : state;
}

// The resources

/** What is under way in a state. */
export function attemptOf(state: FlowState): Attempt | undefined {
  return 'attempt' in state ? state.attempt : undefined;
}

function isResource(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && 'end' in value;
}

/**
 * All that a state, or an event, holds: an effect starts with the first state that holds it, and
 * each ends with the last.
 */
export function resourcesOf(holder: FlowState | FlowEvent): Resource[] {
  const held = Object.values(holder).filter(isResource);
  return 'before' in holder ? [...held, ...resourcesOf(holder.before)] : held;
}
