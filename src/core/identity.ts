// The state machine of who is connected according to the site. The flow has its own machine. It is
// pure and runs anywhere: a function for each event returns the next state.
import { isSameConnection, type Connection } from './connection.js';
import { IDLE as IDLE_FLOW } from './flow/state.js';
import type { Identity } from './oauth/identity.js';

/** Who is connected, as the site itself says, or its backend with `stay-connected`. */
export type SiteIdentity =
  | {
      /** The site has named a customer in its attributes: its backend is not asked any more. */
      readonly isBySite: true;
      readonly who: Said;
    }
  | {
      readonly isBySite: false;
      /**
       * `checking`: the backend is asked for the first time. `unasked`: it could not be asked,
       * since an option was missing or wrong, or a flow was running.
       */
      readonly who: Said | 'checking' | 'unasked';
    };

/** `nobody`: an attribute was emptied, or there is no session. `undefined`: the flow counts. */
type Said = Identity | 'nobody' | undefined;

/** What the attributes say. */
interface Attributes {
  readonly profile: string | null | undefined;
  readonly userId: string | null | undefined;
}

export const UNSET: SiteIdentity = { isBySite: false, who: undefined };

/** With `stay-connected`, from the first frame on. */
export const UNCHECKED: SiteIdentity = { isBySite: false, who: 'checking' };

/** The customer whom the site or its backend has named. */
export function known({ who }: SiteIdentity): Identity | undefined {
  return typeof who === 'object' ? who : undefined;
}

// The events

/** The attributes have changed. `shown` is what stood there before. */
export function read(
  state: SiteIdentity,
  { profile, userId }: Attributes,
  shown: Connection,
): SiteIdentity {
  const isNamed = known(state);
  if (profile && userId) {
    const who = { profile, userId };
    // The flow has connected this customer already: keep the flow's tokens.
    const isOfFlow = !isNamed && isSameConnection(shown, connectedAs(who));
    return { isBySite: true, who: isOfFlow ? undefined : who };
  }
  const isEmptied = profile === '' || userId === '' || (state.isBySite && isNamed);
  return isEmptied ? { ...state, who: 'nobody' } : state;
}

/** The backend is asked, when it can be. A response counts while this is still the state. */
export function ask(state: SiteIdentity, canAsk: boolean): SiteIdentity {
  if (state.who === 'checking' && !canAsk) return { isBySite: false, who: 'unasked' };
  return state.who === 'unasked' && canAsk ? clear(state) : { ...state };
}

/** The backend has responded. `undefined`: the response does not say who is connected. */
export function answer(state: SiteIdentity, answered: Said): SiteIdentity {
  return answered || state.who === 'checking' ? { ...state, who: answered } : state;
}

/** A flow came back, the customer was disconnected, or a click does not wait for the response. */
export function clear(state: SiteIdentity): SiteIdentity {
  return { ...state, who: undefined };
}

/** The session at the backend has ended. */
export function forget(state: SiteIdentity): SiteIdentity {
  return !state.isBySite && known(state) ? clear(state) : state;
}

// What is shown

function connectedAs(identity: Identity): Connection {
  return { status: 'connected', ...identity };
}

const CHECKING: Connection = { status: 'checking' };

/** That of an idle flow itself, so that following one is no change. */
export const IDLE: Connection = IDLE_FLOW.connection;

/** The state of the flow, or what the site itself says. */
export function overlay(connection: Connection, state: SiteIdentity): Connection {
  const identity = known(state);
  if (identity) return connectedAs(identity);
  if (state.who === 'checking' && connection === IDLE) return CHECKING;
  return state.who === 'nobody' && connection.status === 'connected' ? IDLE : connection;
}
