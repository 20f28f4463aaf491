// Other windows may post anything to a page that waits for its popup. The page ignores it.
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
/** Is replaced by the response that the page waits for. */
const GENUINE = 'GENUINE';
/** Is replaced by a million characters when it is sent, so that a failure prints little. */
const LONG = 'LONG';

/** A frame that posts the messages of its orders, and reports the messages it has received. */
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

/** Without `allow-same-origin` the sandboxed frame has an opaque origin. */
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

/** Lets a frame post. Resolves after that with the messages that the frame has received. */
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
/** Objects that throw when they are read. Only a script of this page can dispatch them. */
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
/** Firefox creates no event with a source of another origin, so such a frame posts itself. */
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

/** Whether the sender may send the response: then it is not an attack. */
function isTrusted(sent: Message): boolean {
  if (sent.way !== 'dispatched') return sent.way === 'popup' || sent.way === 'channel';
  return sent.origin === location.origin && /popup|none/.test(sent.source);
}

/** The data to send. It contains the genuine response only when that is an attack. */
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
    '#28 takes and confirms no message of other senders, and still takes the response',
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
        // All messages have arrived by now.
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
