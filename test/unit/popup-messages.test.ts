// Strangers may post anything to a page that waits for its popup: nothing is taken from them.
import { expect } from '@open-wc/testing';
import fc from 'fast-check';
import type { FlowControl } from '../../src/core/flow/flow-control.js';
import { listenToPopup } from '../../src/core/flow/popup.js';
import type { ReceivedResponse } from '../../src/core/browser/received-response.js';
import { saveTransaction } from '../../src/core/browser/transaction.js';
import { clearStorage } from '../helpers/storage.js';
import { ATTRIBUTES, createRecord, createState } from './fixture.js';
import { itHolds } from './property.js';

const CONFIRMATION = 'monerium-connect';
/** Stands for the response that the page waits for. */
const GENUINE = 'GENUINE';
/** Stands for a million characters, so that a failure can be printed. */
const LONG = 'LONG';

/** A frame that posts what it is ordered to post, and reports what others have posted to it. */
const SCRIPT = `<script>
  const received = [];
  onmessage = ({ data }) => {
    if (!data.orders) { received.push(data); return; }
    for (const order of data.orders) parent.postMessage(order, '*');
    parent.postMessage({ done: data.done, received: received.splice(0) }, '*');
  };
</script>`;

type Place = 'popup' | 'sibling' | 'stranger';
const frames = {} as Record<Place, Window>;
const opened: HTMLIFrameElement[] = [];

/** A stranger is of an origin that nobody else has. */
async function openFrame(place: Place): Promise<void> {
  const frame = document.createElement('iframe');
  if (place === 'stranger') frame.sandbox.add('allow-scripts');
  frame.srcdoc = SCRIPT;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.body.append(frame);
  await loaded;
  opened.push(frame);
  frames[place] = frame.contentWindow as Window;
}

/** Lets a frame post. Resolves with what others have posted to it, when its own posts are here. */
async function post(place: Place, orders: unknown[]): Promise<unknown[]> {
  const done = createState();
  const result = new Promise<unknown[]>((resolve) => {
    const listener = ({ data }: MessageEvent<{ done?: string; received?: unknown[] } | null>) => {
      if (data?.done !== done) return;
      removeEventListener('message', listener);
      resolve(data.received ?? []);
    };
    addEventListener('message', listener);
  });
  frames[place].postMessage({ orders, done }, '*');
  return result;
}

/** Posts on a channel; resolves when it has arrived. */
async function postOn(name: string, orders: unknown[]): Promise<void> {
  const [from, to] = [new BroadcastChannel(name), new BroadcastChannel(name)];
  const arrived = new Promise<void>((resolve) => {
    let count = 0;
    to.onmessage = () => (count += 1) === orders.length && resolve();
  });
  for (const order of orders) from.postMessage(order);
  if (orders.length > 0) await arrived;
  from.close();
  to.close();
}

const text = fc.oneof(
  fc.constantFrom(
    '',
    CONFIRMATION,
    '?',
    'code=c',
    '?code=c&state=',
    '?error=x&state=y',
    '__proto__',
  ),
  fc.constantFrom(GENUINE, `x${GENUINE}`, '?code=c&state=stranger', 'javascript:alert(1)'),
  fc.constant(`?code=c&state=mc1.${'s'.repeat(43)}`),
  fc.constant(LONG),
  fc.string({ unit: 'binary' }),
);
const cloneable = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: text.map((found) => [found]) },
  { weight: 1, arbitrary: text.map((found) => ({ data: found, query: found, toString: found })) },
);
/** What only a script of this page can pass on: objects that do something when they are touched. */
const trap = fc.constantFrom<() => object>(
  () => new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail }),
  () => new Proxy(() => {}, { get: fail, apply: fail }),
  () => Object.defineProperty({}, 'length', { get: fail }),
  () => ({ toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail }),
  () => new String(GENUINE),
);

function fail(): never {
  throw new Error('a message was looked into');
}

type Message =
  | { way: Place | 'self' | 'channel' | 'other channel'; data: unknown }
  | {
      way: 'dispatched';
      data: unknown;
      origin: string;
      source: 'popup' | 'sibling' | 'self' | 'none';
    };

const ways = ['stranger', 'sibling', 'popup', 'self', 'channel', 'other channel'] as const;
// prettier-ignore
const origin = fc.constantFrom(
  location.origin, 'null', '', 'https://evil.example', `${location.origin}.evil.example`,
  location.origin.toUpperCase(), `${location.origin}/`, 'http://127.0.0.1',
);
/** Firefox makes no event that names a window of another origin: the stranger posts by itself. */
const source = fc.constantFrom('popup', 'sibling', 'self', 'none');
const genuine = fc.constant(GENUINE);
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ way: fc.constantFrom(...ways), data: genuine }),
  fc.record({ way: fc.constant('dispatched'), data: genuine, origin, source }),
  fc.record({ way: fc.constantFrom(...ways), data: cloneable }),
  fc.record({
    way: fc.constant('dispatched'),
    data: fc.oneof(cloneable, trap),
    origin,
    source,
  }),
);

/** Those who may hand over the response: it is no attack when they do. */
function isTrusted(sent: Message): boolean {
  if (sent.way !== 'dispatched') return sent.way === 'popup' || sent.way === 'channel';
  return sent.origin === location.origin && /popup|none/.test(sent.source);
}

/** What is sent. The genuine response is left out where it would be no attack. */
function fill(sent: Message, genuine: string): unknown {
  const { data } = sent;
  if (typeof data === 'function') return (data as () => unknown)();
  if (typeof data !== 'string') return data;
  const text = data.replace(LONG, 'x'.repeat(1e6));
  return isTrusted(sent) ? text : text.replace(GENUINE, genuine);
}

async function send(sent: Message, state: string, genuine: string): Promise<unknown[]> {
  const data = fill(sent, genuine);
  if (sent.way === 'channel') await postOn(state, [data]);
  else if (sent.way === 'other channel') await postOn(createState(), [data]);
  else if (sent.way === 'self') window.postMessage(data, location.origin);
  else if (sent.way !== 'dispatched') return post(sent.way, [data]);
  else {
    const { origin, source } = sent;
    const from = { ...frames, self: window, none: null }[source];
    dispatchEvent(new MessageEvent('message', { data, origin, source: from }));
  }
  return [];
}

const snapshot = () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]);

describe('a page that waits for its popup', () => {
  before(async () => {
    for (const place of ['popup', 'sibling', 'stranger'] as const) await openFrame(place);
  });

  after(() => {
    for (const frame of opened.splice(0)) frame.remove();
    clearStorage();
  });

  itHolds(
    '#28 takes nothing from strangers, confirms nothing to them, and still takes the response',
    1000,
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 12 }), async (messages) => {
      clearStorage();
      const state = createState();
      const genuine = `?code=c&state=${state}`;
      saveTransaction(state, createRecord(ATTRIBUTES, { mode: 'popup' }));
      const before = snapshot();
      const responses: ReceivedResponse[] = [];
      const none = () => {};
      const isSource = (source: unknown) => source === frames.popup;
      const popup = { go: none, show: none, end: none, isClosed: () => false, isSource };
      const take = (received: ReceivedResponse) => responses.push(received) === 1;
      const flow = { send: none, isStarting: none, finish: none, fail: none, take };
      const waiting = listenToPopup(flow as unknown as FlowControl, popup, state);
      const listener = new BroadcastChannel(state);
      const confirmations: unknown[] = [];
      listener.onmessage = ({ data }) => data === CONFIRMATION && confirmations.push(data);
      try {
        const own = messages.filter((sent) => sent.way === 'channel' && sent.data === CONFIRMATION);
        for (const sent of messages) confirmations.push(...(await send(sent, state, genuine)));
        // Everything that was on its way has come by now.
        confirmations.push(...(await post('sibling', [])), ...(await post('stranger', [])));
        expect(responses).to.deep.equal([]);
        expect(confirmations).to.have.length(own.length);
        expect(snapshot()).to.equal(before);
        confirmations.length = 0;
        await post('popup', [genuine]);
        while (confirmations.length === 0) confirmations.push(...(await post('popup', [])));
        expect(responses.map(({ query }) => query)).to.deep.equal([genuine]);
        expect(confirmations).to.deep.equal([CONFIRMATION]);
      } finally {
        waiting.end();
        listener.close();
      }
    }),
  );
});
