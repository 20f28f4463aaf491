import type { ConnectionStatus } from '../../../src/core/connection.js';
import { FORGED } from './windows.js';
import { TIMEOUT_MS } from './setting.js';
import type { World } from './world.js';

const POLL_MS = 500;
const LEAVING_MS = 10_000;
const OFFLINE_MS = 20_000;
const SECOND_MS = 1000;
const UNDELIVERED_MS = 30_000;

const AT_REST: readonly ConnectionStatus[] = ['idle', 'failed', 'connected'];
/** A success may follow these, since the popup may still hand over its response. */
const REVISED = [
  ...['popup_closed', 'popup_timeout', 'embedding_blocked'],
  ...['access_denied', 'authorization_unavailable', 'authorization_error'],
];

/** What a state that is shown may hold. */
interface Allowed {
  /** The delays of one repeated timer; `undefined`: none. */
  readonly timers: readonly (number | undefined)[];
  /** How many lines to a popup. */
  readonly lines: readonly number[];
}

const ALLOWED: Partial<Record<ConnectionStatus, Allowed>> = {
  idle: { timers: [undefined], lines: [0] },
  failed: { timers: [undefined], lines: [0, 1] },
  redirecting: { timers: [LEAVING_MS], lines: [0] },
  waiting: { timers: [POLL_MS], lines: [1] },
  exchanging: { timers: [TIMEOUT_MS, OFFLINE_MS], lines: [0] },
  connected: { timers: [undefined], lines: [0] },
};

/** What is alive in the browser. */
function countLive({ browser }: World) {
  const { clock, windows, locks, network } = browser;
  const once = clock.delays(false);
  const countOnce = (delay: number) => once.filter((other) => other === delay).length;
  return {
    repeated: clock.delays(true),
    seconds: countOnce(SECOND_MS),
    undelivered: countOnce(UNDELIVERED_MS),
    others: once.filter((delay) => delay !== SECOND_MS && delay !== UNDELIVERED_MS),
    channels: windows.channels.size,
    messages: windows.countListeners('message'),
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

function checkResources(world: World, live: Live): string[] {
  const { setting, flow } = world;
  const { status } = flow.connection;
  const { timers, lines } = ALLOWED[status] ?? { timers: [], lines: [] };
  const isWorking = status === 'exchanging' && live.requests + live.onlines > 0;
  // The failure is known: its second has taken the place of the deadline.
  const isHeldBack = status === 'exchanging' && !isWorking;
  return listBroken({
    'a state has its timer, and only that': isHeldBack
      ? live.repeated.length === 0
      : live.repeated.length <= 1 && timers.includes(live.repeated[0]),
    'a repeated timer also listens to the cache': live.restores === live.repeated.length,
    'a popup is listened to while it is waited for': lines.includes(live.messages),
    'a channel is open as long as messages count':
      live.channels === (setting.hasChannels ? live.messages : 0),
    'only an exchange without network waits for it':
      live.onlines === (live.repeated.includes(OFFLINE_MS) ? 1 : 0),
    'only an exchange has a request': live.requests <= (status === 'exchanging' ? 1 : 0),
    'a lock is held for an exchange and a second':
      !setting.hasLocks || live.locks === live.seconds + (isWorking ? 1 : 0),
    'an exchange has a request, waits for the network, or waits for the page to be left':
      status !== 'exchanging' || isWorking || live.seconds > 0,
    'an ending waits for an element only where there is none':
      live.undelivered <= (world.hasElements ? 0 : 1),
    'no other timer is left': live.others.length === 0,
  });
}

function checkState(world: World, live: Live): string[] {
  const { flow, elements, browser } = world;
  const { status } = flow.connection;
  const isClaiming = browser.locks.requested.length > 0;
  const isShown = world.hasElements || isClaiming;
  const isStarting = browser.digests > 0 || isClaiming || live.locks > 0;
  return listBroken({
    'who waits for the customer has an element, or claims a response':
      isShown || (status !== 'waiting' && status !== 'redirecting'),
    'without an element only a claim or an exchange goes on':
      isShown || status === 'exchanging' || world.pendingCalls === 0,
    'a call at rest waits for the secrets, or for a lock':
      !AT_REST.includes(status) || world.pendingCalls === 0 || isStarting,
    'every element shows the state of its flow': elements.every(
      (element) => !element.flow || element.shown === flow.connection,
    ),
    'one attempt is under way': world.pendingCalls <= 1,
  });
}

function checkAnnounced(world: World, live: Live): string[] {
  const { announced, flow, browser } = world;
  const { endings } = announced;
  const [first = '', second] = endings;
  const isRevised = REVISED.includes(first) && second === 'connected';
  const { connection } = flow;
  const code = connection.status === 'failed' ? connection.error.code : undefined;
  const isLost = world.isLost && (code === 'popup_closed' || code === 'popup_timeout');
  const isOver = endings.length > 0 && AT_REST.includes(connection.status) && live.messages === 0;
  const popups = browser.windows.popups.slice(announced.popups);
  const isFinal = isOver && !REVISED.includes(first);
  // A claim spends the record when it gets its lock, also where it was cancelled before.
  const isClaiming = browser.locks.requested.length + browser.locks.heldElsewhere.size > 0;
  const pending = isFinal && !isClaiming && browser.findPending();
  return listBroken({
    [`a flow ends once: ${endings.join()}`]:
      endings.length <= 1 || (endings.length === 2 && isRevised),
    'an interruption is announced once': world.interruptions <= 1,
    'a lost popup may still hand over its response':
      !isLost || !world.hasElements || live.messages === 1,
    'a popup is open only while its flow waits for it':
      world.pendingCalls > 0 || live.messages > 0 || popups.every(({ closed }) => closed),
    'a flow that has ended has no record':
      !pending || !popups.some(({ oauthState }) => pending.has(oauthState)),
    'a blank popup is only open while a flow starts':
      world.pendingCalls > 0 || popups.every(({ closed, oauthState }) => closed || oauthState),
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

async function checkTokens({ flow }: World): Promise<string[]> {
  if (flow.connection.status === 'connected') return [];
  const token = await flow.session?.getAccessToken().catch(() => undefined);
  return listBroken({ 'a token is readable only while connected': token === undefined });
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
    ...checkResources(world, live),
    ...checkState(world, live),
    ...checkAnnounced(world, live),
    ...checkPosts(world),
    ...(await checkTokens(world)),
  ];
}

/** Every rule that does not hold when all has had its time. */
export function checkEnd(world: World): string[] {
  const { status } = world.flow.connection;
  return listBroken({
    [`a flow comes to an end, not to ${status}`]: AT_REST.includes(status),
    'every call of connect() settles': world.pendingCalls === 0,
  }).concat(checkLogs(world.browser));
}

/** What is alive though nothing shows the flow any more. */
export function listLeft(world: World): string[] {
  return Object.entries(countLive(world)).flatMap(([name, value]) =>
    (typeof value === 'number' ? value : value.length) === 0 ? [] : [`${name} left`],
  );
}
