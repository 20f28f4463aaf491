// Values that must not compile: states that mean nothing. `npx tsc` fails when one of them becomes
// possible. Each value is right but for the line below its comment.
import type { Connection } from '../../src/core/connection.js';
import type { SiteIdentity } from '../../src/core/identity.js';
import { ConnectError } from '../../src/core/errors.js';
import type {
  Asked,
  Attempt,
  Claiming,
  Connected,
  Ended,
  Exchanging,
  FlowEvent,
  Idle,
  Lost,
  Redirecting,
  Signed,
  Waiting,
} from '../../src/core/flow/state.js';
import type { PopupWindow } from '../../src/core/browser/popup-window.js';
import type { Resource } from '../../src/core/browser/window.js';

const thing = <T>() => ({}) as T;
const attempt = thing<Attempt>();
const popup = thing<PopupWindow>();
const timer = thing<Resource>();
const listener = thing<Resource>();
const error = new ConnectError('offline');
const identity = { profile: 'p', userId: 'u' };
const failure = { status: 'failed', error } as const;
const before: Idle = { step: 'idle', connection: { status: 'idle' } };

// What is shown belongs to the state

export const idleThatShowsConnected: Idle = {
  step: 'idle',
  // @ts-expect-error Nobody is connected while nothing is running.
  connection: { status: 'connected', ...identity },
};

export const idleThatIsChecking: Idle = {
  step: 'idle',
  // @ts-expect-error Only a connector asks the backend; its flow does not.
  connection: { status: 'checking' },
};

export const failedThatShowsIdle: Ended = {
  step: 'failed',
  // @ts-expect-error A failure is shown.
  connection: { status: 'idle' },
};

export const failedWithoutError: Ended = {
  step: 'failed',
  // @ts-expect-error A failure has a code.
  connection: { status: 'failed' },
};

export const startingThatShowsWaiting: Asked = {
  step: 'starting',
  // @ts-expect-error No window is open yet.
  connection: { status: 'waiting' },
  attempt,
  before,
};

export const signedThatShowsSigning: Signed = {
  step: 'starting',
  // @ts-expect-error The wallet has signed.
  connection: { status: 'signing' },
  attempt,
  before,
  onClick: () => {},
};

export const waitingThatShowsRedirecting: Waiting = {
  step: 'waiting',
  // @ts-expect-error The page stays.
  connection: { status: 'redirecting' },
  attempt,
  oauthState: 's',
  popup,
  listener,
  timer,
};

export const claimingThatShowsExchanging: Claiming = {
  step: 'claiming',
  // @ts-expect-error Another window may have been first.
  connection: { status: 'exchanging' },
  attempt,
  before,
};

// What a state has

// @ts-expect-error It is the popup that is lost.
export const lostWithoutPopup: Lost = {
  step: 'failed',
  connection: failure,
  lost: attempt,
  listener,
};

// @ts-expect-error Its response may still come.
export const lostWithoutListener: Lost = {
  step: 'failed',
  connection: failure,
  lost: attempt,
  popup,
};

// @ts-expect-error A signature waits for a click, which does something.
export const signedWithoutClick: Signed = {
  step: 'starting',
  connection: { status: 'signed' },
  attempt,
  before,
};

export const askedWithClick: Asked = {
  step: 'starting',
  connection: { status: 'signing' },
  attempt,
  before,
  // @ts-expect-error A click has nothing to do while a wallet is asked.
  onClick: () => {},
};

export const startingAfterLost: Asked = {
  step: 'starting',
  connection: { status: 'idle' },
  attempt,
  // @ts-expect-error A start gives a lost popup up.
  before: { step: 'failed', connection: failure, lost: attempt, popup, listener },
};

// @ts-expect-error The page leaves with a flow that is stored.
export const redirectingWithoutState: Redirecting = {
  step: 'redirecting',
  connection: { status: 'redirecting' },
  attempt,
  timer,
};

export const exchangingWithPopup: Exchanging = {
  step: 'exchanging',
  connection: { status: 'exchanging' },
  attempt,
  timer,
  // @ts-expect-error The window has nothing left to do.
  popup,
};

export const connectedWithAttempt: Connected = {
  step: 'connected',
  connection: { status: 'connected', ...identity },
  // @ts-expect-error It has come to its end.
  attempt,
};

export const signingThatCarriesConnected: FlowEvent = {
  type: 'sign',
  attempt,
  // @ts-expect-error A wallet is asked, and who is connected is not known.
  connection: { status: 'connected', ...identity },
};

// What is shown to a site

// @ts-expect-error Only who is connected has ids.
export const idleWithIds: Connection = { status: 'idle', profile: 'p', userId: 'u' };

// @ts-expect-error Both ids are known, or none.
export const connectedWithOneId: Connection = { status: 'connected', userId: 'u' };

// What the site says belongs to the one who can say it

// @ts-expect-error The backend is not asked about a customer whom the site has named.
export const siteThatIsChecked: SiteIdentity = { isBySite: true, who: 'checking' };

// @ts-expect-error Nor is it asked later.
export const siteThatIsAskedLater: SiteIdentity = { isBySite: true, who: 'unasked' };

export const halfACustomer: SiteIdentity = {
  isBySite: false,
  // @ts-expect-error A customer has two ids.
  who: { profile: 'p' },
};
