import { expect } from '@open-wc/testing';
import sinon, { useFakeTimers } from 'sinon';
import { page, takeSecrets } from '../../src/core/browser/page.js';
import { english } from '../../src/core/texts.js';
import {
  ATTRIBUTES,
  IDENTITY,
  RECORD_PREFIX,
  addHere,
  answer,
  createRecord,
  createState,
  find,
  openPage,
  read,
  settleIdle,
  until,
} from './fixture.js';
import { catchError, prepareStarts } from './start-fixture.js';

// An app around the page: `openUrl` opens Monerium in the system's browser, and the app passes the
// callback URL to `resume()`.

const { add, replace, getUrls, getHeard, listTypes, listRecords } = prepareStarts();
const undo: (() => void)[] = [];

afterEach(() => {
  for (const step of undo.splice(0)) step();
});

/** An element in an app, which does not navigate the page. */
async function addInApp(attributes = {}, openUrl?: (url: string) => void) {
  const opened: string[] = [];
  const posts: string[] = [];
  replace(window, 'fetch', (_, { body } = {}) => {
    posts.push(typeof body === 'string' ? body : '');
    return Promise.resolve(answer(IDENTITY));
  });
  const element = await add(attributes, { openUrl: openUrl ?? ((url) => opened.push(url)) });
  undo.push(() => void element.disconnect());
  return { element, opened, posts };
}

/** The callback URL that Monerium would redirect to. */
function respond(opened: readonly string[], query = 'code=the-code'): string {
  const { searchParams } = new URL(opened.at(-1) ?? '');
  const { href } = new URL(`?${query}`, searchParams.get('redirect_uri') ?? '');
  return `${href}&state=${searchParams.get('state')}`;
}

const readState = (opened: readonly string[]) => new URL(opened[0] ?? '').searchParams.get('state');

describe('openUrl', () => {
  it('#175 replaces the navigation, and is called in the task of the click', async () => {
    const { element, opened } = await addInApp();
    element.click();
    expect(opened).to.have.length(1);
    expect(opened[0]).to.match(/^https:\/\/api\.monerium\.dev\/auth\?.*code_challenge=/);
    expect(getUrls()).to.deep.equal([]);
    expect(element.status).to.equal('waiting');
    expect(getHeard().map(({ type, detail }) => [type, detail])).to.deep.equal([
      ['monerium-before-connect', { mode: 'redirect' }],
      ['monerium-status', { status: 'waiting', previous: 'idle' }],
    ]);
    const record = JSON.parse(localStorage.getItem(listRecords()[0] ?? '') ?? '{}');
    expect(record).to.include({ mode: 'redirect' });
  });

  it('#175 says that a window opens, and offers to show it and to cancel', async () => {
    const { element, opened } = await addInApp();
    expect(find(element, '[part=button]')?.textContent).to.contain('opens a new window');
    element.click();
    await element.updateComplete;
    expect(read(element)).to.equal(english.waiting);
    find(element, '[part=reopen]')?.click();
    expect(opened).to.have.length(2);
    expect(opened[1]).to.equal(opened[0]);
    expect(element.status).to.equal('waiting');
  });

  it('#176 opens the same URL again at a second click, and starts no other flow', async () => {
    const { element, opened } = await addInApp();
    const first = element.connect();
    const second = element.connect();
    expect(second).to.equal(first);
    element.click();
    expect(new Set(opened).size).to.equal(1);
    expect(opened).to.have.length(3);
    expect(listRecords()).to.have.length(1);
  });

  it('#176 is cancelled by cancel(), and a later response is refused', async () => {
    const { element, opened, posts } = await addInApp();
    element.click();
    element.cancel();
    expect(element.status).to.equal('idle');
    expect(getHeard().find(({ type }) => type === 'monerium-error')?.detail).to.include({
      code: 'aborted',
    });
    expect(element.resume(respond(opened))).to.equal(true);
    await settleIdle();
    expect([element.status, posts]).to.deep.equal(['idle', []]);
  });

  it('#175 ends the flow when it throws, and marks the record as used', async () => {
    const { element } = await addInApp({}, () => {
      throw new Error('no browser');
    });
    expect((await catchError(element.connect())).code).to.equal('authorization_unavailable');
    const [record] = listRecords();
    expect(localStorage.getItem(record ?? '')).to.contain('"outcome":"authorization_unavailable"');
  });

  it('#175 ends the flow when it rejects, and logs that once, without the URL', async () => {
    page.logged.clear();
    const error = sinon.stub(console, 'error');
    undo.push(() => error.restore());
    const { element, opened, posts } = await addInApp({}, (url) => {
      opened.push(url);
      return Promise.reject(new Error(url));
    });
    element.click();
    await until(() => element.status === 'failed');
    expect(error.args).to.deep.equal([['<monerium-connect> openUrl of this page failed']]);
    expect(element.resume(respond(opened))).to.equal(true);
    await settleIdle();
    expect([element.status, posts]).to.deep.equal(['failed', []]);
  });

  it('#175 fails the flow when it throws at the second call, without an uncaught error', async () => {
    const { element, opened } = await addInApp({}, (url) => {
      if (opened.push(url) > 1) throw new Error('no browser');
    });
    element.click();
    element.click();
    await until(() => element.status === 'failed');
    expect(opened).to.have.length(2);
  });

  it('#176 can cancel the flow: a later response is refused', async () => {
    const { element, opened, posts } = await addInApp({}, (url) => {
      opened.push(url);
      element.cancel();
    });
    element.click();
    expect(element.status).to.equal('idle');
    // A click returns before its failure is handled.
    await settleIdle();
    expect(localStorage.getItem(listRecords()[0] ?? '')).to.contain('"outcome":"aborted"');
    expect(element.resume(respond(opened))).to.equal(true);
    await settleIdle();
    expect([element.status, posts]).to.deep.equal(['idle', []]);
  });

  it('#175 is not called in popup mode', async () => {
    const names: string[] = [];
    replace(window, 'open', (_, name) => {
      names.push(String(name));
      return null;
    });
    const { element, opened } = await addInApp({ mode: 'popup' });
    expect((await catchError(element.connect())).code).to.equal('popup_blocked');
    expect([names.length, opened.length]).to.deep.equal([1, 0]);
  });

  it('#176 fails after half an hour, and a success still counts after that', async () => {
    const { element, opened, posts } = await addInApp();
    const clock = useFakeTimers({
      now: Date.now(),
      toFake: ['Date', 'setInterval', 'clearInterval'],
    });
    undo.push(() => clock.restore());
    element.click();
    clock.tick(29 * 60_000);
    expect(element.status).to.equal('waiting');
    clock.tick(2 * 60_000);
    expect(element.status).to.equal('failed');
    expect(element.resume(respond(opened))).to.equal(true);
    await until(() => element.status === 'connected');
    expect(posts).to.have.length(1);
  });
});

describe('resume()', () => {
  it('#177 completes the flow with one exchange, and does not change the URL of the page', async () => {
    const { element, opened, posts } = await addInApp();
    const before = location.href;
    const left = element.connect();
    expect(element.resume(respond(opened))).to.equal(true);
    await until(() => element.status === 'connected');
    await left;
    expect(JSON.parse(posts[0] ?? '{}')).to.include({ code: 'the-code' });
    expect(posts).to.have.length(1);
    expect(location.href).to.equal(before);
    const ending = getHeard().find(({ type }) => type === 'monerium-connected');
    expect(ending?.detail).to.deep.equal({ ...IDENTITY, returnTo: before });
  });

  it('#177 refuses a response that is used twice, at once or later', async () => {
    const { element, opened, posts } = await addInApp();
    element.click();
    const url = respond(opened);
    expect([element.resume(url), element.resume(url)]).to.deep.equal([true, true]);
    await until(() => element.status === 'connected');
    expect(element.resume(url)).to.equal(true);
    await settleIdle();
    await element.disconnect();
    expect(element.resume(url)).to.equal(true);
    await settleIdle();
    expect([element.status, posts.length]).to.deep.equal(['idle', 1]);
    expect(listTypes()).not.to.contain('monerium-error');
  });

  it('#178 ignores a URL that is not a response of this flow', async () => {
    const { element, opened, posts } = await addInApp();
    element.click();
    const state = readState(opened);
    const path = location.pathname;
    const types = listTypes();
    for (const url of [
      '',
      'not a URL',
      'shop-app://connect',
      location.href,
      `${location.origin}${path}?code=theirs&state=theirs`,
      `${location.origin}${path}?code=without-state`,
      // Any app and any site can open a URL of an app.
      `${location.origin}${path}?error=access_denied`,
      `${location.origin}/elsewhere?code=c&state=${state}`,
      `https://evil.example${path}?code=c&state=${state}`,
      `https://evil.example${path}?code=c&state=mc1.unknown`,
      `${location.origin}.evil.example${path}?code=c&state=${state}`,
      `shop-app://${location.host}${path}?code=c&state=${state}`,
    ]) {
      expect(element.resume(url), url).to.equal(false);
    }
    await settleIdle();
    expect(element.status).to.equal('waiting');
    expect([posts, listTypes()]).to.deep.equal([[], types]);
    // The real response still counts.
    expect(element.resume(respond(opened))).to.equal(true);
    await until(() => element.status === 'connected');
  });

  it('#178 fails for an unknown state, without a request', async () => {
    const { element, posts } = await addInApp();
    const url = `${location.origin}${location.pathname}?code=c&state=${createState()}`;
    expect(element.resume(url)).to.equal(true);
    await until(() => element.status === 'failed');
    expect(getHeard().find(({ type }) => type === 'monerium-error')?.detail).to.include({
      code: 'transaction_not_found',
      phase: 'authorize',
    });
    expect(posts).to.deep.equal([]);
  });

  it('#178 reports an unknown flow on the element that it was called on', async () => {
    const { element } = await addInApp();
    const other = await addHere({ 'client-id': 'a-third-client' });
    undo.push(() => other.remove());
    const url = `${location.origin}${location.pathname}?code=c&state=${createState()}`;
    expect(other.resume(url)).to.equal(true);
    await until(() => other.status === 'failed');
    expect(element.status).to.equal('idle');
  });

  it('#178 shows a refusal of Monerium', async () => {
    const { element, opened, posts } = await addInApp();
    element.click();
    expect(element.resume(respond(opened, 'error=access_denied'))).to.equal(true);
    await until(() => element.status === 'failed');
    expect(read(element)).to.equal('You chose not to connect. Nothing was shared.');
    expect(posts).to.deep.equal([]);
  });

  it('#177 accepts a response of a flow that was started before the app was closed', async () => {
    const state = createState();
    const redirectUri = location.origin + location.pathname;
    const record = createRecord(ATTRIBUTES, { redirectUri });
    localStorage.setItem(RECORD_PREFIX + state, JSON.stringify(record));
    const { element, posts } = await addInApp();
    expect(element.resume(`${redirectUri}?code=c&state=${state}`)).to.equal(true);
    await until(() => element.status === 'connected');
    expect(posts).to.have.length(1);
  });

  it('#177 connects during a start that is not ready yet, which then opens nothing', async () => {
    const state = createState();
    const redirectUri = location.origin + location.pathname;
    const record = createRecord(ATTRIBUTES, { redirectUri });
    localStorage.setItem(RECORD_PREFIX + state, JSON.stringify(record));
    const { element, opened, posts } = await addInApp();
    // The next start has to create its secrets first.
    takeSecrets();
    const left = element.connect();
    expect(element.resume(`${redirectUri}?code=c&state=${state}`)).to.equal(true);
    await left;
    await settleIdle();
    expect(element.status).to.equal('connected');
    expect([opened, posts.length]).to.deep.equal([[], 1]);
  });

  it('#177 keeps a waiting response when it receives one of an unknown flow', async () => {
    const { element, opened, posts } = await addInApp();
    element.click();
    const { parentElement } = element;
    element.remove();
    const url = `${location.origin}${location.pathname}?code=c&state=${createState()}`;
    expect(element.resume(respond(opened))).to.equal(true);
    expect(element.resume(url)).to.equal(true);
    await settleIdle();
    parentElement?.append(element);
    await until(() => element.status === 'connected');
    expect(posts).to.have.length(1);
  });

  it('#177 parses a URL as the browser does, and never throws', async () => {
    const { element, opened } = await addInApp();
    element.click();
    const url = respond(opened);
    expect(element.resume(undefined as never)).to.equal(false);
    expect(element.resume(url.replace(/^http:/, 'HTTP:'))).to.equal(true);
    await until(() => element.status === 'connected');
  });

  it('#177 waits until the element is on the page', async () => {
    const { element, opened, posts } = await addInApp();
    element.click();
    const { parentElement } = element;
    element.remove();
    expect(element.resume(respond(opened))).to.equal(true);
    await settleIdle();
    expect(posts).to.deep.equal([]);
    parentElement?.append(element);
    await until(() => element.status === 'connected');
    expect(posts).to.have.length(1);
  });

  it('#177 passes the response to the element that started the flow', async () => {
    const { element, opened, posts } = await addInApp();
    const other = await addHere({ 'client-id': 'another-client' });
    undo.push(() => other.remove());
    element.click();
    expect(other.resume(respond(opened))).to.equal(true);
    await until(() => element.status === 'connected');
    expect([other.status, posts.length]).to.deep.equal(['idle', 1]);
  });

  it('#178 returns false in a frame', async () => {
    const { element, view, sent } = await openPage({ framed: true });
    const state = createState();
    const record = createRecord(ATTRIBUTES, {});
    localStorage.setItem(RECORD_PREFIX + state, JSON.stringify(record));
    const url = `${record.redirectUri}?code=c&state=${state}`;
    expect(view.location.origin).to.equal(location.origin);
    expect(element.resume(url)).to.equal(false);
    await settleIdle();
    expect([element.status, sent]).to.deep.equal(['idle', []]);
  });
});
