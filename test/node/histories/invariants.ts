import type { Connection, ConnectionStatus } from '../../../src/core/connection.js';
import type { ScriptedConnector } from './connectors.js';
import { FORGED } from './windows.js';
import { TIMEOUT_MS } from './setting.js';
import type { World } from './world.js';

const POLL_MS = 500;
const LEAVING_MS = 10_000;
const OFFLINE_MS = 20_000;
const SECOND_MS = 1000;
/** After that a response that nobody takes is said to the developer. */
const UNCLAIMED_MS = 5000;

const AT_REST: readonly ConnectionStatus[] = ['idle', 'failed', 'connected'];
/** A success may follow these, since the popup may still hand over its response. */
const REVISED = [
  'popup_closed',
  'popup_timeout',
  'embedding_blocked',
  'access_denied',
  'authorization_unavailable',
  'authorization_error',
];

/** What a state that is shown may have alive in the browser. */
interface Allowed {
  /** The delays of one repeated timer; `undefined`: none. */
  readonly timers: readonly (number | undefined)[];
  /** How many listeners to a popup. */
  readonly listeners: readonly number[];
}

const ALLOWED: Partial<Record<ConnectionStatus, Allowed>> = {
  idle: { timers: [undefined], listeners: [0] },
  failed: { timers: [undefined], listeners: [0, 1] },
  signing: { timers: [undefined], listeners: [0] },
  signed: { timers: [undefined], listeners: [0] },
  redirecting: { timers: [LEAVING_MS], listeners: [0] },
  waiting: { timers: [POLL_MS], listeners: [1] },
  exchanging: { timers: [TIMEOUT_MS, OFFLINE_MS], listeners: [0] },
  connected: { timers: [undefined], listeners: [0] },
};

const ONCE = [SECOND_MS, UNCLAIMED_MS];

/** What is alive in the browser, without what a page does before it is ready. */
function countLive({ browser, isHandingOver, setting }: World) {
  const { clock, windows, locks, network } = browser;
  const once = clock.delays(false);
  const countOnce = (delay: number) => once.filter((other) => other === delay).length;
  const handingOver = isHandingOver ? 1 : 0;
  return {
    repeated: clock.delays(true),
    seconds: countOnce(SECOND_MS) - handingOver,
    others: once.filter((delay) => !ONCE.includes(delay)),
    channels: windows.channels.size - (setting.hasChannels ? handingOver : 0),
    messages: windows.countListeners('message') - handingOver,
    restores: windows.countListeners('pageshow'),
    onlines: windows.countListeners('online'),
    locks: locks.held,
    requests: network.exchanges,
  };
}

type Live = ReturnType<typeof countLive>;

/** The names of the rules that do not hold. */
function listBroken(rules: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [rule]));
}

function checkTimers(world: World, live: Live): string[] {
  const { setting, connection } = world;
  const { status } = connection;
  const { timers, listeners } = ALLOWED[status] ?? { timers: [], listeners: [] };
  // The failure is known: its second has taken the place of the deadline.
  const isHeldBack = status === 'exchanging' && live.requests + live.onlines === 0;
  const fitting = isHeldBack ? [SECOND_MS] : timers;
  return listBroken({
    'a state has its timer, and only that':
      live.repeated.length <= 1 && fitting.includes(live.repeated[0]),
    'a repeated timer also listens to the cache': live.restores === live.repeated.length,
    'a popup is listened to while it is waited for': listeners.includes(live.messages),
    'a channel is open as long as messages count':
      live.channels === (setting.hasChannels ? live.messages : 0),
    'only an exchange without network waits for it':
      live.onlines === (live.repeated.includes(OFFLINE_MS) ? 1 : 0),
    'only an exchange has a request': live.requests <= (status === 'exchanging' ? 1 : 0),
    'no other timer is left': live.others.length === 0,
  });
}

function checkLocks(world: World, live: Live): string[] {
  const { setting, connection } = world;
  const expected = live.seconds + (connection.status === 'exchanging' ? 1 : 0);
  return listBroken({
    'a lock is held for an exchange and a second': !setting.hasLocks || live.locks === expected,
  });
}

/** Whether a connector shows the flow, or stays idle since another has begun what is running. */
function isRightlyShown({ connectors }: World, view: ScriptedConnector, connection: Connection) {
  const isSame = (shown: Connection) =>
    shown.status === 'failed' ? shown === connection : shown.status === connection.status;
  if (isSame(view.shown)) return true;
  const isHeld = view.shown.status === 'idle' && !AT_REST.includes(connection.status);
  return isHeld && connectors.some(({ isShown, shown }) => isShown && isSame(shown));
}

function checkState(world: World, live: Live): string[] {
  const { connection, connectors, browser, pendingCalls, isHandingOver } = world;
  const { status } = connection;
  const isAtRest = AT_REST.includes(status);
  const isShown = world.hasConnectors || world.isClaiming;
  const isStarting = browser.digests > 0 || world.isClaiming || live.locks > 0;
  const isPending = pendingCalls.length > 0;
  return listBroken({
    'who waits for the customer has a listener, or claims a response':
      isShown || isAtRest || status === 'exchanging',
    'without a listener only a claim or an exchange goes on':
      isShown || isHandingOver || status === 'exchanging' || !isPending,
    'a call at rest waits for the secrets, or for a claim':
      !isAtRest || !isPending || isStarting || isHandingOver,
    'every connector shows the state of its flow':
      isHandingOver ||
      connectors.every((view) => !view.isShown || isRightlyShown(world, view, connection)),
    'a wallet is only asked for a flow that waits for it':
      !browser.wallet.isAsked || status === 'signing',
    'one attempt is running': pendingCalls.filter(({ isJoined }) => !isJoined).length <= 1,
  });
}

function checkAnnounced(world: World, live: Live): string[] {
  const { announced, connection } = world;
  const { endings } = announced;
  const [first = '', second] = endings;
  const isRevised = REVISED.includes(first) && second === 'connected';
  const code = connection.status === 'failed' ? connection.error.code : undefined;
  const isLost = world.isLost && (code === 'popup_closed' || code === 'popup_timeout');
  return listBroken({
    [`a flow ends once: ${endings.join()}`]:
      endings.length <= 1 || (endings.length === 2 && isRevised),
    'an interruption is announced once': world.interruptions <= 1,
    'a lost popup may still hand over its response':
      !isLost || !world.hasConnectors || live.messages === 1,
  });
}

/** What a flow leaves behind it: its windows, and its record. */
function checkLeavings(world: World, live: Live): string[] {
  const { announced, connection, browser } = world;
  const [first = ''] = announced.endings;
  const isOver = first !== '' && AT_REST.includes(connection.status) && live.messages === 0;
  const isFinal = isOver && !REVISED.includes(first);
  // A claim marks the record when it gets its lock, also where it was cancelled before.
  const isClaimed = world.isClaiming || browser.locks.heldElsewhere.size > 0;
  const pending = isFinal && !isClaimed ? [...browser.findPending().keys()] : [];
  const isPending = world.pendingCalls.length > 0;
  const popups = browser.windows.popups.slice(announced.popups);
  return listBroken({
    'a popup is open only while its flow waits for it':
      isPending || live.messages > 0 || popups.every(({ closed }) => closed),
    'a flow that has ended has no record': pending.every((state) => announced.pending.has(state)),
    'a blank popup is only open while a flow starts':
      isPending || popups.every(({ closed, oauthState }) => closed || oauthState),
  });
}

function checkPosts({ browser, others, setting, earlierPosts }: World): string[] {
  const { clock, locks, network } = browser;
  const { posts } = network;
  const isUnique = (values: readonly string[]) => new Set(values).size === values.length;
  const verifiers = [...posts.map(({ codeVerifier }) => codeVerifier), ...others.posts];
  const isJustPosted = posts.slice(earlierPosts).some(({ at }) => clock.now < at + SECOND_MS);
  return listBroken({
    'a code is posted once': isUnique(posts.map(({ code }) => code)),
    'a flow is claimed once, here or elsewhere': isUnique(verifiers),
    'a forged response is not taken': !posts.some(({ code }) => code.startsWith(FORGED)),
    'a lock is held for a second': !setting.hasLocks || !isJustPosted || locks.held > 0,
  });
}

async function checkTokens({ connection, connectors }: World): Promise<string[]> {
  if (connection.status === 'connected') return [];
  const tokens = connectors.map(({ connector }) =>
    connector.getAccessToken().catch(() => undefined),
  );
  const isReadable = (await Promise.all(tokens)).some((token) => token !== undefined);
  return listBroken({ 'a token is readable only while connected': !isReadable });
}

/** No log line may hold what only this page and Monerium know. */
function checkLogs({ network, logs }: World['browser']): string[] {
  const secrets = network.posts.flatMap(({ code, codeVerifier }) => [code, codeVerifier]);
  const logged = logs.join('\n');
  const isSecret = [...secrets, 'mc1.', 'token-'].some((secret) => logged.includes(secret));
  return listBroken({ 'nothing secret is logged': !isSecret });
}

/** Every rule that does not hold after a step. */
export async function check(world: World): Promise<string[]> {
  const live = countLive(world);
  return [
    ...world.faults.splice(0),
    ...checkTimers(world, live),
    ...checkLocks(world, live),
    ...checkState(world, live),
    ...checkAnnounced(world, live),
    ...checkLeavings(world, live),
    ...checkPosts(world),
    ...(await checkTokens(world)),
  ];
}

/** Every rule that does not hold when all has had its time. */
export function checkEnd(world: World): string[] {
  const { connection, browser, setting } = world;
  const { status } = connection;
  return listBroken({
    [`a flow comes to an end, not to ${status}`]: AT_REST.includes(status),
    'every call of connect() settles': world.pendingCalls.length === 0,
    'a response of ours is cut out of the address':
      setting.isFramed || !browser.href.includes('state=mc1.'),
  }).concat(checkLogs(world.browser));
}

/** What is alive though nothing shows the flow any more. */
export function listLeft(world: World): string[] {
  return Object.entries(countLive(world)).flatMap(([name, value]) =>
    (typeof value === 'number' ? value : value.length) === 0 ? [] : [`${name} left`],
  );
}
