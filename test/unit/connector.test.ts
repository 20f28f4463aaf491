// The flow without an element: the state, the events and the options of a connector.
import { expect } from '@open-wc/testing';
import {
  ConnectError,
  createConnector,
  type Connector,
  type ConnectorEvent,
  type ConnectorOptions,
} from '../../src/core.js';
import type * as Core from '../../src/core.js';
import {
  ATTRIBUTES,
  BACKEND_URL,
  CLIENT_ID,
  IDENTITY,
  RECORD_PREFIX,
  RESPONSE,
  answer,
  createRecord,
  createState,
  defer,
  openPage,
  settle,
  settleIdle,
  until,
} from './fixture.js';
import { catchError, prepareStarts } from './start-fixture.js';

const OPTIONS: ConnectorOptions = { clientId: CLIENT_ID, backendUrl: BACKEND_URL };
const OTHER = { profile: 'profile-2', userId: 'user-2' };
const SIGNED = { authentication_method: 'siwe', message: 'the message', signature: '0x5f' };

const created: Connector[] = [];

afterEach(async () => {
  for (const connector of created.splice(0)) {
    connector.setOptions(OPTIONS);
    connector.cancel();
    await connector.disconnect();
    connector.end();
  }
  await settle();
});

// After the hook above: a cancelled navigation of this page stays held until then.
const { add, replace, getUrls, listRecords } = prepareStarts();

/** Collects the events that the connector fires from now on. */
function listen(connector: Connector): ConnectorEvent[] {
  const heard: ConnectorEvent[] = [];
  connector.subscribe((event) => heard.push(event));
  return heard;
}

/** The type of an event, or both statuses of a change. */
const nameEvent = (event: ConnectorEvent) =>
  event.type === 'status' ? `${event.previous.status}>${event.connection.status}` : event.type;

const name = (heard: readonly ConnectorEvent[]) => heard.map(nameEvent);

/** Creates a connector on this page, and collects its events. */
async function create(options: Partial<ConnectorOptions> = {}) {
  const connector = createConnector({ ...OPTIONS, ...options });
  created.push(connector);
  const heard = listen(connector);
  await settleIdle();
  return { connector, heard, set: (next: object) => connector.setOptions({ ...OPTIONS, ...next }) };
}

type PageOptions = NonNullable<Parameters<typeof openPage>[0]>;

/** Opens a new page for connectors. */
async function open(pageOptions: PageOptions = {}) {
  const page = await openPage({ attributes: false, ...pageOptions });
  const core = (await page.view.load('/src/core.ts')) as unknown as typeof Core;
  return {
    ...page,
    core,
    create: (options: Partial<ConnectorOptions> = {}) =>
      core.createConnector({ ...OPTIONS, ...options }),
  };
}

/** Stores a pending popup flow, and returns its callback URL. */
function openResponse({ location }: Window): string {
  const state = createState();
  const record = JSON.stringify(createRecord(ATTRIBUTES, { mode: 'popup' }));
  localStorage.setItem(RECORD_PREFIX + state, record);
  return `${location.origin}${location.pathname}?code=the-code&state=${state}`;
}

const readQuery = (at = 0) => Object.fromEntries(new URL(getUrls()[at] ?? '').searchParams);

const isEnding = ({ type }: ConnectorEvent) => type === 'connected' || type === 'error';

describe('the connection of a connector', () => {
  it('is the same object until it changes', async () => {
    const { connector, set } = await create();
    const before = connector.connection;
    set({ email: 'customer@shop.example' });
    await settle();
    expect(connector.connection).to.equal(before);
    void connector.connect();
    const after = connector.connection;
    expect(after).to.deep.equal({ status: 'redirecting' });
    set({ email: 'other@shop.example' });
    await settle();
    expect(connector.connection).to.equal(after);
  });

  it('is the same object when the site sets an equal identity', async () => {
    const { connector, heard, set } = await create({ identity: IDENTITY });
    const before = connector.connection;
    set({ identity: { ...IDENTITY } });
    expect(connector.connection).to.equal(before);
    expect(heard).to.deep.equal([]);
  });

  it('is the same object after its listeners are replaced', async () => {
    const connector = createConnector({ ...OPTIONS, identity: IDENTITY });
    created.push(connector);
    const remove = connector.subscribe(() => {});
    await settleIdle();
    const before = connector.connection;
    remove();
    const heard = listen(connector);
    await settleIdle();
    expect(connector.connection).to.equal(before);
    expect(heard).to.deep.equal([]);
  });

  it('is up to date for a listener that subscribes late, without an event', async () => {
    const { create, view } = await open();
    const [late, other] = [create(), create()];
    const remove = late.subscribe(() => {});
    await settleIdle();
    remove();
    const told = listen(other);
    other.resume(openResponse(view));
    await until(() => told.some(isEnding));
    const heard = listen(late);
    expect(late.connection).to.deep.equal({ status: 'connected', ...IDENTITY });
    await settleIdle();
    await late.disconnect();
    expect(name(heard)).to.deep.equal(['connected>idle', 'disconnected']);
  });

  it('is available before a listener subscribes', () => {
    const connector = createConnector({ ...OPTIONS, identity: IDENTITY });
    expect(connector.connection).to.deep.equal({ status: 'connected', ...IDENTITY });
    expect(createConnector(OPTIONS).connection).to.deep.equal({ status: 'idle' });
    expect(createConnector({ ...OPTIONS, stayConnected: true }).connection).to.deep.equal({
      status: 'checking',
    });
  });
});

describe('the listeners of a connector', () => {
  it('receive each change of status, and then the connected event with its data', async () => {
    const { create, view, sent } = await open({ search: RESPONSE });
    const heard = listen(create());
    await until(() => heard.some(isEnding));
    const [idle, exchanging, connected] = [
      { status: 'idle' },
      { status: 'exchanging' },
      { status: 'connected', ...IDENTITY },
    ];
    const returnTo = `${view.location.origin}/test/unit/page.html?from=start`;
    expect(heard).to.deep.equal([
      { type: 'status', previous: idle, connection: exchanging },
      { type: 'status', previous: exchanging, connection: connected },
      { type: 'connected', identity: IDENTITY, returnTo },
    ]);
    expect(sent).to.have.length(1);
    expect(view.location.search).to.equal('');
  });

  it('receive the error of a failed flow', async () => {
    const { create } = await open({
      search: RESPONSE,
      fetch: async () => answer({}, 503),
    });
    const connector = create();
    const heard = listen(connector);
    await until(() => heard.some(isEnding));
    expect(name(heard)).to.deep.equal(['idle>exchanging', 'exchanging>failed', 'error']);
    const { connection } = connector;
    const error = connection.status === 'failed' && connection.error;
    expect(heard[2]).to.deep.equal({ type: 'error', error });
    expect(error).to.include({ name: 'ConnectError', code: 'server_unavailable', status: 503 });
  });

  it('have to navigate themselves: the connector does not', async () => {
    const { create, urls } = await open({ search: RESPONSE });
    const heard = listen(create());
    await until(() => heard.some(isEnding));
    await settleIdle();
    expect(urls).to.deep.equal([]);
  });

  it('receive a disconnected event after disconnect()', async () => {
    const { connector, heard } = await create({ identity: IDENTITY });
    await connector.disconnect();
    expect(name(heard)).to.deep.equal(['connected>idle', 'disconnected']);
  });

  it('receive nothing after their removal, even by another listener during an event', async () => {
    const { connector, heard } = await create();
    const late: ConnectorEvent[] = [];
    const removals: (() => void)[] = [];
    connector.subscribe(() => removals.forEach((remove) => remove()));
    removals.push(connector.subscribe((event) => late.push(event)));
    void connector.connect();
    expect(name(heard)).to.deep.equal(['idle>redirecting']);
    expect(late).to.deep.equal([]);
  });

  it('that subscribe during an event receive the next events', async () => {
    const { connector } = await create();
    const late: ConnectorEvent[] = [];
    const remove = connector.subscribe(() => {
      remove();
      connector.subscribe((event) => late.push(event));
    });
    void connector.connect();
    expect(late).to.deep.equal([]);
    connector.cancel();
    expect(name(late)).to.deep.equal(['redirecting>idle', 'error']);
  });

  it('may unsubscribe twice, and during an event', async () => {
    const { connector, heard } = await create();
    let count = 0;
    const remove = connector.subscribe(() => {
      count += 1;
      remove();
      remove();
    });
    void connector.connect();
    connector.cancel();
    expect(count).to.equal(1);
    expect(name(heard)).to.deep.equal(['idle>redirecting', 'redirecting>idle', 'error']);
  });

  it('may throw: the others still receive the event, and the window fires error', async () => {
    const { create, view } = await open();
    const thrown: string[] = [];
    view.addEventListener('error', (event) => {
      event.preventDefault();
      thrown.push(event.message);
    });
    const connector = create({ identity: IDENTITY });
    connector.subscribe(() => {
      throw new Error('thrown by a listener');
    });
    const heard = listen(connector);
    await connector.disconnect();
    expect(name(heard)).to.deep.equal(['connected>idle', 'disconnected']);
    await settle();
    expect(thrown).to.have.length(2);
    expect(thrown[0]).to.match(/thrown by a listener/);
  });

  it('receive all events in order, including those that a listener causes', async () => {
    const connector = createConnector(OPTIONS);
    created.push(connector);
    connector.subscribe((event) => {
      if (nameEvent(event) === 'idle>redirecting') connector.cancel();
    });
    const heard = listen(connector);
    await settleIdle();
    const error = await catchError(connector.connect());
    expect(error.code).to.equal('aborted');
    expect(name(heard)).to.deep.equal(['idle>redirecting', 'redirecting>idle', 'error']);
  });
});

describe('the identity of a site', () => {
  it('connects with ids, and disconnects with null', async () => {
    const { connector, heard, set } = await create({ identity: IDENTITY });
    expect(connector.connection).to.deep.equal({ status: 'connected', ...IDENTITY });
    set({ identity: null });
    expect(connector.connection).to.deep.equal({ status: 'idle' });
    set({ identity: OTHER });
    expect(connector.connection).to.deep.equal({ status: 'connected', ...OTHER });
    expect(name(heard)).to.deep.equal(['connected>idle', 'idle>connected']);
  });

  it('disconnects when it changes to undefined', async () => {
    const { connector, set } = await create({ identity: IDENTITY });
    set({ identity: undefined });
    expect(connector.connection).to.deep.equal({ status: 'idle' });
  });

  it('ends the connection of a flow when it is null, but not when it is undefined', async () => {
    const { create } = await open({ search: RESPONSE });
    const connector = create();
    const heard = listen(connector);
    await until(() => heard.some(isEnding));
    connector.setOptions({ ...OPTIONS, identity: undefined });
    expect(connector.connection.status).to.equal('connected');
    connector.setOptions({ ...OPTIONS, identity: null });
    expect(connector.connection.status).to.equal('idle');
  });

  it('does not connect again after disconnect() when the site repeats it', async () => {
    const { connector, heard, set } = await create({ identity: IDENTITY });
    await connector.disconnect();
    heard.length = 0;
    set({ identity: { ...IDENTITY } });
    set({ identity: { ...IDENTITY }, email: 'customer@shop.example' });
    expect(connector.connection).to.deep.equal({ status: 'idle' });
    expect(heard).to.deep.equal([]);
    set({ identity: OTHER });
    expect(connector.connection).to.deep.equal({ status: 'connected', ...OTHER });
  });
});

describe('the start of a connector', () => {
  it('navigates within the task of the click, and resolves', async () => {
    const { connector } = await create({ email: 'customer@shop.example', authMode: 'signup' });
    const started = connector.connect();
    expect(getUrls()).to.have.length(1);
    expect(readQuery()).to.include({ client_id: CLIENT_ID, auth_mode: 'signup' });
    expect(listRecords()).to.deep.equal([RECORD_PREFIX + String(readQuery()['state'])]);
    await started;
  });

  it('uses the mode of the call for this start only', async () => {
    const modes: string[] = [];
    const beforeConnect = (mode: string) => modes.push(mode) < 0;
    const { connector } = await create({ beforeConnect });
    await connector.connect({ mode: 'popup' });
    await connector.connect();
    await connector.connect({});
    expect(modes).to.deep.equal(['popup', 'redirect', 'redirect']);
  });

  it('opens a window in popup mode, and fails when it is blocked', async () => {
    let opened = 0;
    replace(window, 'open', () => {
      opened += 1;
      return null;
    });
    const { connector } = await create();
    const error = await catchError(connector.connect({ mode: 'popup' }));
    expect({ opened, code: error.code }).to.deep.equal({ opened: 1, code: 'popup_blocked' });
    expect(connector.connection).to.deep.equal({ status: 'failed', error });
  });

  it('does nothing when beforeConnect returns false', async () => {
    const { connector, heard } = await create({ beforeConnect: () => false });
    await connector.connect();
    expect(getUrls()).to.deep.equal([]);
    expect(listRecords()).to.deep.equal([]);
    expect(connector.connection).to.deep.equal({ status: 'idle' });
    expect(heard).to.deep.equal([]);
  });

  it('continues when beforeConnect returns anything else', async () => {
    const { connector } = await create({ beforeConnect: (() => {}) as unknown as () => boolean });
    await connector.connect();
    expect(getUrls()).to.have.length(1);
  });

  it('is cancelled by cancel()', async () => {
    const { connector, heard } = await create({ openUrl: () => {} });
    const started = connector.connect();
    expect(connector.connection.status).to.equal('waiting');
    connector.cancel();
    const { code, phase } = await catchError(started);
    expect({ code, phase }).to.deep.equal({ code: 'aborted', phase: 'start' });
    expect(name(heard)).to.deep.equal(['idle>waiting', 'waiting>idle', 'error']);
    connector.cancel();
    expect(heard).to.have.length(3);
  });
});

describe('authorize', () => {
  const rejectWithNothing = () =>
    new Promise<never>((_resolve, reject) => (reject as () => void)());

  it('returns the parameters that are sent to /auth', async () => {
    const { connector, heard } = await create({ authorize: async () => SIGNED });
    await connector.connect();
    expect(readQuery()).to.include({ ...SIGNED, client_id: CLIENT_ID });
    expect(name(heard)).to.deep.equal(['idle>signing', 'signing>redirecting']);
  });

  it('continues without a wallet when it returns no parameters', async () => {
    const { connector } = await create({ authorize: async () => ({}) });
    await connector.connect();
    expect(readQuery()).to.include({ response_type: 'code', client_id: CLIENT_ID });
    expect(readQuery()).not.to.have.property('authentication_method');
  });

  it('ends the start with the error that it throws', async () => {
    const refused = new ConnectError('wallet_rejected', { phase: 'wallet' });
    const { connector, heard } = await create({
      authorize: () => Promise.reject(refused),
    });
    expect(await catchError(connector.connect())).to.equal(refused);
    expect(name(heard)).to.deep.equal(['idle>signing', 'signing>failed', 'error']);
    expect(getUrls()).to.deep.equal([]);
  });

  for (const [what, code, authorize] of [
    ['rejects', 'wallet_error', () => Promise.reject(new Error('secret'))],
    ['rejects with nothing', 'wallet_error', rejectWithNothing],
    [
      'throws at once',
      'wallet_error',
      () => {
        throw new Error('secret');
      },
    ],
    ['gives nothing', 'wallet_error', () => Promise.resolve(null as never)],
    [
      'rejects because the customer said no',
      'wallet_rejected',
      () => Promise.reject(Object.assign(new Error('secret'), { code: 4001 })),
    ],
  ] as const) {
    it(`ends the start with ${code} when it ${what}`, async () => {
      const { connector } = await create({ authorize });
      const error = await catchError(connector.connect());
      expect(error).to.include({ code, phase: 'wallet' });
      expect(error.message).not.to.include('secret');
      expect(connector.connection).to.deep.equal({ status: 'failed', error });
      expect(listRecords()).to.deep.equal([]);
    });
  }

  it('has a signal that aborts when the flow ends', async () => {
    let given: AbortSignal | undefined;
    const asked = defer<void>();
    const { connector } = await create({
      authorize: (signal) => {
        given = signal;
        asked.resolve();
        return new Promise(() => {});
      },
    });
    const started = connector.connect();
    await asked.promise;
    expect(given?.aborted).to.equal(false);
    connector.cancel();
    expect((await catchError(started)).code).to.equal('aborted');
    expect(given?.aborted).to.equal(true);
  });

  it('is called again when its result is too old', async () => {
    const signals: AbortSignal[] = [];
    const { now } = Date;
    let late = 0;
    replace(Date, 'now', () => now() + late);
    const { connector } = await create({
      authorize: async (signal) => {
        signals.push(signal);
        late += signals.length === 1 ? 241_000 : 0;
        return { ...SIGNED, message: `message ${signals.length}` };
      },
    });
    await connector.connect();
    expect(signals).to.have.length(2);
    expect(signals[0]).to.equal(signals[1]);
    expect(readQuery()['message']).to.equal('message 2');
  });
});

describe('setOptions()', () => {
  const FAULTS: Record<string, object> = {
    'no client': { clientId: undefined },
    'an unsafe API': { apiUrl: 'http://api.example' },
    'a redirect URI elsewhere': { redirectUri: 'https://other.example/' },
    'an unknown mode': { mode: 'tab' },
    'an unknown environment': { environment: 'staging' },
    'headers that no request may have': { backendHeaders: { 'a b': 'c' } },
  };

  for (const [what, fault] of Object.entries(FAULTS)) {
    it(`does not throw with ${what}: connect() rejects, until it is fixed`, async () => {
      const { connector, set } = await create();
      set(fault);
      expect(connector.connection).to.deep.equal({ status: 'idle' });
      expect((await catchError(connector.connect())).code).to.equal('invalid_config');
      set({});
      await connector.connect();
      expect(getUrls()).to.have.length(1);
    });
  }

  it('replaces all options', async () => {
    const { connector, set } = await create({ email: 'customer@shop.example', skipKyc: true });
    set({ authMode: 'login' });
    await connector.connect();
    expect(readQuery()).to.include({ auth_mode: 'login' });
    expect(readQuery()).not.to.have.any.keys('email', 'skip_kyc');
  });

  it('ignores what a script has added to Object.prototype', async () => {
    Object.assign(Object.prototype, { email: 'added@evil.example' });
    try {
      await (await create()).connector.connect();
    } finally {
      Reflect.deleteProperty(Object.prototype, 'email');
    }
    expect(readQuery()).not.to.have.property('email');
  });

  it('cancels a running flow when the client ID changes', async () => {
    const { connector, heard, set } = await create();
    await connector.connect();
    set({ clientId: CLIENT_ID.replace(/^./, '0') });
    expect(name(heard)).to.deep.equal(['idle>redirecting', 'redirecting>idle', 'error']);
  });
});

describe('several connectors', () => {
  it('share a flow with an element of the same binding', async () => {
    const element = await add();
    const [first, second] = [await create(), await create()];
    const started = first.connector.connect();
    const joined = second.connector.connect();
    const pressed = element.connect();
    expect(getUrls()).to.have.length(1);
    expect(listRecords()).to.have.length(1);
    await Promise.all([started, joined, pressed]);
    expect(first.connector.connection.status).to.equal('redirecting');
    expect(second.connector.connection.status).to.equal('idle');
    expect(element.connection.status).to.equal('idle');
  });

  it('exchange a code once, and one of them fires the connected event', async () => {
    const { create, add, sent, types } = await open({ search: RESPONSE });
    const connectors = [create(), create()];
    const heard = connectors.map(listen);
    const element = add();
    await until(() => heard.flat().some(isEnding));
    await settleIdle();
    for (const { connection } of [...connectors, element]) {
      expect(connection).to.deep.equal({ status: 'connected', ...IDENTITY });
    }
    expect(heard.flat().filter(isEnding)).to.have.length(1);
    expect(types()).not.to.include('monerium-connected');
    expect(sent).to.have.length(1);
  });

  it('fire the event on the one that was clicked, which is found by its name', async () => {
    const { create } = await open({ search: RESPONSE, record: { id: 'second' } });
    const heard = ['first', 'second', 'third'].map((name) => listen(create({ name })));
    await until(() => heard.flat().some(isEnding));
    await settleIdle();
    expect(heard.map((events) => events.filter(isEnding).length)).to.deep.equal([0, 1, 0]);
  });

  it('store the name of the one that was clicked', async () => {
    const { connector } = await create({ name: 'checkout' });
    await connector.connect();
    const record = localStorage.getItem(String(listRecords()[0])) ?? '{}';
    expect(JSON.parse(record)).to.include({ id: 'checkout' });
  });

  it('continue when one of them ends', async () => {
    const [first, second] = [await create(), await create()];
    const started = first.connector.connect();
    first.connector.end();
    await settle();
    expect(second.connector.connection.status).to.equal('redirecting');
    expect(name(second.heard)).to.deep.equal(['idle>redirecting']);
    second.connector.cancel();
    await started.catch(() => {});
    expect(first.heard.map(nameEvent)).to.deep.equal(['idle>redirecting']);
  });

  it('end a waiting flow when the last of them ends', async () => {
    const { connector } = await create({ openUrl: () => {} });
    const started = connector.connect().catch(() => {});
    expect(connector.connection.status).to.equal('waiting');
    connector.end();
    await settle();
    await started;
    const { connector: next } = await create();
    expect(next.connection).to.deep.equal({ status: 'idle' });
  });

  it('can have listeners again after end()', async () => {
    const { connector, heard } = await create();
    connector.end();
    const again = listen(connector);
    await settleIdle();
    await connector.connect();
    expect(name(again)).to.deep.equal(['idle>redirecting']);
    expect(heard).to.deep.equal([]);
  });

  it('keep a flow when the only listener is replaced in the same task', async () => {
    const connector = createConnector(OPTIONS);
    created.push(connector);
    const remove = connector.subscribe(() => {});
    await settleIdle();
    await connector.connect();
    remove();
    const heard = listen(connector);
    await settle();
    expect(connector.connection.status).to.equal('redirecting');
    expect(heard).to.deep.equal([]);
    connector.cancel();
    expect(name(heard)).to.deep.equal(['redirecting>idle', 'error']);
  });
});

describe('without a listener', () => {
  it('a response is kept until a listener subscribes', async () => {
    const { create, sent } = await open({ search: RESPONSE });
    const connector = create();
    await settleIdle();
    expect(sent).to.deep.equal([]);
    const heard = listen(connector);
    await until(() => heard.some(isEnding));
    expect(sent).to.have.length(1);
  });
});

describe('stayConnected', () => {
  const options = { stayConnected: true };

  it('shows checking, and then who is connected', async () => {
    const reply = defer<Response>();
    const { create, sent } = await open({ fetch: () => reply.promise });
    const connector = create(options);
    const heard = listen(connector);
    expect(connector.connection).to.deep.equal({ status: 'checking' });
    await until(() => sent.length);
    expect(sent[0]).to.include({ url: BACKEND_URL });
    expect(sent[0]?.init.method).to.equal('GET');
    reply.resolve(answer(IDENTITY));
    await until(() => heard.length);
    expect(name(heard)).to.deep.equal(['checking>connected']);
    expect(connector.connection).to.deep.equal({ status: 'connected', ...IDENTITY });
  });

  it('shows idle when nobody is connected', async () => {
    const { create } = await open({ fetch: async () => new Response(null, { status: 204 }) });
    const connector = create(options);
    const heard = listen(connector);
    await until(() => heard.length);
    expect(name(heard)).to.deep.equal(['checking>idle']);
  });

  it('ends the session at the backend with disconnect()', async () => {
    const { create, sent } = await open({
      fetch: async (_url, { method }) =>
        method === 'GET' ? answer(IDENTITY) : new Response(null, { status: 204 }),
    });
    const connector = create(options);
    const heard = listen(connector);
    await until(() => heard.length);
    await connector.disconnect();
    expect(sent.map(({ init }) => init.method)).to.deep.equal(['GET', 'DELETE']);
    expect(name(heard)).to.deep.equal(['checking>connected', 'connected>idle', 'disconnected']);
  });

  it('stays connected when the backend does not confirm', async () => {
    const { create } = await open({
      fetch: async (_url, { method }) => (method === 'GET' ? answer(IDENTITY) : answer({}, 500)),
    });
    const connector = create(options);
    const heard = listen(connector);
    await until(() => heard.length);
    const reason = await connector.disconnect().catch((error: unknown) => error);
    expect(reason).to.include({ code: 'disconnect_failed', phase: 'token' });
    expect(connector.connection.status).to.equal('connected');
  });
});

describe('resume()', () => {
  it('accepts a callback URL from the system, and connects', async () => {
    const { create, view, sent } = await open();
    const connector = create({ openUrl: () => {} });
    const heard = listen(connector);
    const { origin } = view.location;
    const url = openResponse(view);
    expect(connector.resume(`${origin}/orders?page=2`)).to.equal(false);
    expect(connector.resume('no address')).to.equal(false);
    expect(connector.resume(url)).to.equal(true);
    await until(() => heard.some(isEnding));
    expect(name(heard).at(-1)).to.equal('connected');
    expect(connector.resume(url), 'a used one').to.equal(true);
    await settleIdle();
    expect(sent).to.have.length(1);
  });
});

describe('getAccessToken() of a connector', () => {
  const direct = { backendUrl: undefined };
  const tokens = async () =>
    answer({
      access_token: 'access-1',
      refresh_token: 'refresh-1',
      token_type: 'bearer',
      expires_in: 600,
      ...IDENTITY,
    });

  it('returns the token of a direct exchange, and rejects after disconnect()', async () => {
    const { create } = await open({
      search: RESPONSE,
      record: { exchange: 'direct' },
      fetch: tokens,
    });
    const connector = create(direct);
    const heard = listen(connector);
    await until(() => heard.some(isEnding));
    expect(await connector.getAccessToken()).to.equal('access-1');
    await connector.disconnect();
    const reason = await connector.getAccessToken().catch((error: unknown) => error);
    expect(reason).to.include({ code: 'token_unavailable', phase: 'token' });
  });

  it('rejects when the site sets the identity of another customer', async () => {
    const { create } = await open({
      search: RESPONSE,
      record: { exchange: 'direct' },
      fetch: tokens,
    });
    const connector = create(direct);
    const heard = listen(connector);
    await until(() => heard.some(isEnding));
    connector.setOptions({ ...OPTIONS, ...direct, identity: OTHER });
    const reason = await connector.getAccessToken().catch((error: unknown) => error);
    expect(reason).to.include({ code: 'token_unavailable' });
  });

  it('rejects when the connector has a backend', async () => {
    const { connector } = await create({ identity: IDENTITY });
    expect((await catchError(connector.getAccessToken())).code).to.equal('token_unavailable');
  });
});

describe('the notes of a connector for the developer', () => {
  it('name the redirect URI of the sandbox, once for several connectors', async () => {
    const page = await open();
    page.create().subscribe(() => {});
    page.create().subscribe(() => {});
    await until(() => page.list('info').length);
    await settle();
    const { origin, pathname } = page.view.location;
    const lines = page.list('info');
    expect(lines).to.have.length(1);
    expect(lines[0]).to.contain(`redirect_uri to register: ${origin}${pathname} ;`);
  });

  it('log a fault of the options before a click, and then those of the right ones', async () => {
    const page = await open();
    const connector = page.create({ clientId: 'with a space' });
    connector.subscribe(() => {});
    await until(() => page.list('error').length);
    expect(page.list('error')[0]).to.contain('invalid_config');
    connector.setOptions({ ...OPTIONS, timeout: 1 });
    await until(() => page.list('warn').length);
    expect(page.list('warn')[0]).to.contain('timeout is read as 1000 ms');
  });

  it('are not loaded in production when nothing is wrong', async () => {
    const page = await open();
    page.create({ environment: 'production' }).subscribe(() => {});
    await settleIdle(page.view);
    expect(page.list('info', 'warn', 'error')).to.deep.equal([]);
    const { performance } = page.view;
    const loaded = performance.getEntriesByType('resource').map((entry) => entry.name);
    expect(loaded.filter((url) => url.includes('/notes/'))).to.deep.equal([]);
  });
});
