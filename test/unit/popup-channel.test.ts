import { expect } from '@open-wc/testing';
import { handToOpener, listenForResponse } from '../../src/core/browser/popup-channel.js';
import type { Resource } from '../../src/core/browser/window.js';
import { Undo } from '../helpers/storage.js';
import { holdClock } from './clock.js';
import { createState, deliver, settle, until } from './fixture.js';

const undo = new Undo();

afterEach(() => undo.run());

/** A frame of this origin. */
async function addFrame(): Promise<Window & typeof globalThis> {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  undo.add(() => frame.remove());
  await settle();
  return frame.contentWindow as Window & typeof globalThis;
}

describe('a popup and its opener', () => {
  const RESPONSE = '?code=c&state=s';
  let name: string;
  let channel: BroadcastChannel;
  let received: unknown[];
  let taken: string[];
  const lines: Resource[] = [];

  beforeEach(() => {
    name = createState();
    received = [];
    taken = [];
    channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => received.push(data);
  });

  afterEach(() => {
    for (const line of lines.splice(0)) line.end();
    channel.close();
  });

  /** An opener that takes only `RESPONSE`, and only once. */
  function listen(isSource = (_source: unknown) => false): Resource {
    const line = listenForResponse(name, isSource, (query) => {
      if (query !== RESPONSE || taken.length > 0) return false;
      taken.push(query);
      return true;
    });
    lines.push(line);
    return line;
  }

  it('#26 send the response through the channel, once, and confirm it', async () => {
    listen();
    expect(await handToOpener(RESPONSE, name, true)).to.equal(true);
    expect(taken).to.deep.equal([RESPONSE]);
    channel.postMessage(RESPONSE);
    await settle();
    expect(taken).to.have.length(1);
  });

  it('#27 stop waiting after a second when nobody takes the response', async () => {
    const clock = holdClock(undo);
    let isTaken: boolean | undefined;
    const handing = handToOpener(RESPONSE, name, true).then(
      (isConfirmed) => (isTaken = isConfirmed),
    );
    await clock.tickAsync(999);
    expect(isTaken).to.equal(undefined);
    await clock.tickAsync(1);
    await handing;
    expect(isTaken).to.equal(false);
  });

  it('do not wait when there is neither an opener nor a flow', async () => {
    const clock = holdClock(undo);
    const handing = handToOpener(RESPONSE, name, false);
    await clock.tickAsync(0);
    expect(await handing).to.equal(false);
    undo.run();
    await settle();
    expect(received).to.deep.equal([]);
  });

  for (const [title, value] of [
    ['#87 continue without BroadcastChannel', undefined],
    [
      '#78 continue where a blocker stops BroadcastChannel',
      class {
        constructor() {
          throw new DOMException('blocked', 'SecurityError');
        }
      },
    ],
  ] as const) {
    it(`${title}, and the opener receives window messages`, async () => {
      undo.replace(window, 'BroadcastChannel', { value });
      listen((source) => source === window);
      expect(await handToOpener(RESPONSE, name, true)).to.equal(false);
      window.postMessage(RESPONSE, location.origin);
      await until(() => taken.length);
      expect(taken).to.deep.equal([RESPONSE]);
    });
  }

  it('#30 use window messages when there is no record, and confirm the response', async () => {
    const opener = await addFrame();
    undo.replace(window, 'opener', { value: opener });
    const posted: { data: unknown; origin: string }[] = [];
    opener.addEventListener('message', ({ data, origin }: MessageEvent) =>
      posted.push({ data, origin }),
    );
    const handing = handToOpener(RESPONSE, name, false);
    await until(() => posted.length);
    expect(posted).to.deep.equal([{ data: RESPONSE, origin: location.origin }]);
    opener.eval(`parent.postMessage('monerium-connect', '*')`);
    expect(await handing).to.equal(true);
  });

  it('#28 accept a confirmation only from the opener, and only the right text', async () => {
    const opener = await addFrame();
    undo.replace(window, 'opener', { value: opener });
    const clock = holdClock(undo);
    let isTaken: boolean | undefined;
    const handing = handToOpener(RESPONSE, name, false).then(
      (isConfirmed) => (isTaken = isConfirmed),
    );
    window.postMessage('monerium-connect', location.origin);
    opener.eval(`parent.postMessage('yes', '*'); parent.postMessage({ data: 1 }, '*')`);
    channel.postMessage('taken');
    await deliver();
    expect(isTaken).to.equal(undefined);
    await clock.tickAsync(1000);
    await handing;
    expect(isTaken).to.equal(false);
  });

  it('#28 post the response only to their own origin', async () => {
    const targets: unknown[] = [];
    undo.replace(window, 'opener', {
      value: { postMessage: (_message: string, target: string) => targets.push(target) },
    });
    await handToOpener(RESPONSE, name, false);
    expect(targets).to.deep.equal([location.origin]);
  });

  it('#28 confirm the response only to the window that has posted it', async () => {
    const frame = await addFrame();
    const confirmations: unknown[] = [];
    frame.addEventListener('message', ({ data }: MessageEvent) => confirmations.push(data));
    listen((source) => source === frame);
    frame.eval(`parent.postMessage('${RESPONSE}', '*')`);
    await until(() => confirmations.length);
    expect(confirmations).to.deep.equal(['monerium-connect']);
    expect(taken).to.deep.equal([RESPONSE]);
    expect(received).to.deep.equal([]);
  });

  it('#28 ignore a window that is not the popup, and a message that is not a string', async () => {
    listen();
    const frame = await addFrame();
    frame.eval(`parent.postMessage('${RESPONSE}', '*')`);
    for (const data of [[RESPONSE], { data: RESPONSE }, null, 1]) channel.postMessage(data);
    await deliver();
    expect(taken).to.deep.equal([]);
    expect(received).to.deep.equal([]);
  });

  it('#28 confirm nothing that was not taken', async () => {
    listen();
    channel.postMessage('?code=other&state=s');
    await deliver();
    expect(received).to.deep.equal([]);
    // The next response is still taken.
    channel.postMessage(RESPONSE);
    await until(() => received.length);
    expect(received).to.deep.equal(['monerium-connect']);
  });

  it('#191 confirm a response that ends its listener in the same task', async () => {
    const line = listenForResponse(
      name,
      () => false,
      () => {
        line.end();
        return true;
      },
    );
    expect(await handToOpener(RESPONSE, name, true)).to.equal(true);
  });

  it('ignore messages after the end of the listener', async () => {
    const line = listen((source) => source === window);
    line.end();
    line.end();
    channel.postMessage(RESPONSE);
    window.postMessage(RESPONSE, location.origin);
    await deliver();
    expect(taken).to.deep.equal([]);
    expect(received).to.deep.equal([]);
  });
});
