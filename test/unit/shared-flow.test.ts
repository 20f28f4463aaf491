import { expect } from '@open-wc/testing';
import { ConnectError } from '../../src/core/errors.js';
import {
  ATTRIBUTES,
  CLIENT_ID,
  IDENTITY,
  RESPONSE,
  answer,
  closePages,
  defer,
  openPage,
  settle,
  stopClock,
  until,
} from './fixture.js';

const DIRECT = { 'client-id': CLIENT_ID };
const TOKENS = { access_token: 'AT', token_type: 'Bearer', expires_in: 3600, ...IDENTITY };
const OTHER_CLIENT = CLIENT_ID.replace(/^./, '7');

/** Opens a page whose exchange ends with `succeed()`. */
async function openExchanging(options: Parameters<typeof openPage>[0] = {}) {
  const end = defer<Response>();
  const page = await openPage({ search: RESPONSE, fetch: () => end.promise, ...options });
  await until(() => page.sent.length);
  return { ...page, succeed: (body: object = IDENTITY) => end.resolve(answer(body)) };
}

async function openConnectedDirectly() {
  const page = await openPage({
    search: RESPONSE,
    attributes: DIRECT,
    fetch: async () => answer(TOKENS),
  });
  await until(() => page.element.status === 'connected');
  await settle();
  page.heard.length = 0;
  return page;
}

afterEach(closePages);

describe('an element that was disabled', () => {
  it('#170 has a button that works as soon as the property is false', async () => {
    const { element } = await openPage({ attributes: { ...ATTRIBUTES, disabled: '' } });
    await element.updateComplete;
    expect(element.shadowRoot?.querySelector('button')?.disabled).to.be.true;
    element.disabled = false;
    await element.updateComplete;
    await settle();
    expect(element.shadowRoot?.querySelector('button')?.disabled).to.be.false;
  });
});

describe('elements that share a flow', () => {
  it('keep their tokens when another one with the same identity is added', async () => {
    const { element, add, heard } = await openConnectedDirectly();
    const second = add({ ...DIRECT, profile: IDENTITY.profile, 'user-id': IDENTITY.userId });
    await settle();
    expect([element.status, second.status]).to.deep.equal(['connected', 'connected']);
    expect(await element.getAccessToken()).to.equal('AT');
    expect(heard.filter(({ target }) => target === element)).to.deep.equal([]);
  });

  it('show the current state of the flow when they are inserted again', async () => {
    const { element, add, document } = await openConnectedDirectly();
    const second = add(DIRECT);
    await settle();
    expect(second.status).to.equal('connected');
    second.remove();
    await settle();
    await element.disconnect();
    document.body.append(second);
    await settle();
    expect(second.status).to.equal('idle');
    expect(second.hasAttribute('profile')).to.be.false;
  });

  it('continue when the attributes of a removed one change', async () => {
    const page = await openExchanging();
    const second = page.add();
    await until(() => second.status === 'exchanging');
    page.element.remove();
    page.element.setAttribute('client-id', OTHER_CLIENT);
    await settle();
    page.succeed();
    await until(() => second.status !== 'exchanging');
    expect(second.status).to.equal('connected');
    expect(page.types()).not.to.include('monerium-error');
  });

  it('have options of their own: those of the clicked one are used', async () => {
    const called: string[] = [];
    const exchange = (name: string) => async () => {
      called.push(name);
      return IDENTITY;
    };
    const page = await openPage({
      search: RESPONSE,
      attributes: { ...DIRECT, id: 'a' },
      properties: { exchange: exchange('a') },
      record: { id: 'b' },
      prepare: (view) => {
        const second = view.document.createElement('monerium-connect');
        second.setAttribute('client-id', CLIENT_ID);
        second.id = 'b';
        second.exchange = exchange('b');
        view.document.body.append(second);
      },
    });
    await until(() => page.element.status === 'connected');
    expect(called).to.deep.equal(['b']);
  });
});

describe('a running flow', () => {
  it('continues when an attribute that it does not depend on becomes invalid', async () => {
    const { element, succeed, types } = await openExchanging();
    element.setAttribute('auth-mode', 'log-in');
    await settle();
    succeed();
    await until(() => element.status !== 'exchanging');
    await settle();
    expect(element.status).to.equal('connected');
    expect(types()).not.to.include('monerium-error');
  });

  it('keeps its connection when such an attribute becomes invalid', async () => {
    const { element, heard } = await openConnectedDirectly();
    element.setAttribute('auth-mode', 'log-in');
    await settle();
    expect(element.status).to.equal('connected');
    expect(await element.getAccessToken()).to.equal('AT');
    expect(heard).to.deep.equal([]);
  });

  it('is aborted when a listener cancels it as the exchange starts', async () => {
    const called: string[] = [];
    let clock: ReturnType<typeof stopClock> | undefined;
    const page = await openPage({
      search: RESPONSE,
      attributes: DIRECT,
      properties: {
        exchange: async () => {
          called.push('exchange');
          return IDENTITY;
        },
      },
      prepare: (view) => {
        clock = stopClock(view);
        view.document.addEventListener('monerium-status', ({ target }) => {
          const element = target as HTMLElementTagNameMap['monerium-connect'];
          if (element.status === 'exchanging') element.cancel();
        });
      },
    });
    await clock?.reach(() => page.types().includes('monerium-error'));
    await clock?.advance(5000);
    expect(called).to.deep.equal(['exchange']);
    expect(page.stored()).to.have.property('outcome', 'aborted');
    expect(page.types().filter((type) => type === 'monerium-connected')).to.deep.equal([]);
    expect(page.element.status).to.equal('idle');
    expect(clock?.timers.size).to.equal(0);
  });

  it('keeps its outcome when the page disconnects at once', async () => {
    const { element, succeed, stored, types } = await openExchanging();
    element.addEventListener('monerium-connected', () => element.disconnect());
    succeed();
    await until(() => types().includes('monerium-disconnected'));
    await settle();
    expect(stored()).to.have.deep.property('outcome', IDENTITY);
  });

  it('fires monerium-connected before the events that a listener causes', async () => {
    const { element, succeed, types } = await openExchanging();
    element.addEventListener('monerium-status', ({ detail }) => {
      if (detail.connection.status === 'connected') element.disconnect();
    });
    succeed();
    await until(() => types().includes('monerium-disconnected'));
    const endings = types().filter((type) => type !== 'monerium-status');
    expect(endings).to.deep.equal(['monerium-connected', 'monerium-disconnected']);
  });

  it('accepts a ConnectError of another copy of the script', async () => {
    // The page has another realm and another copy of the script.
    const page = await openPage({
      search: RESPONSE,
      attributes: DIRECT,
      properties: {
        exchange: async () => {
          throw new ConnectError('rate_limited', { status: 429 });
        },
      },
    });
    await until(() => page.element.status === 'failed');
    expect(page.heard.at(-1)?.detail).to.include({ code: 'rate_limited', status: 429 });
  });
});

describe('an identity that the page has set', () => {
  it('is kept when the start of another element fails', async () => {
    const page = await openPage({
      attributes: { ...ATTRIBUTES, profile: 'p', 'user-id': 'u' },
      framed: true,
    });
    const neighbour = page.add();
    await settle();
    // In a frame every start is refused.
    await neighbour.connect().catch(() => {});
    await settle();
    expect(neighbour.status).to.equal('failed');
    expect(page.element.connection).to.deep.equal({
      status: 'connected',
      profile: 'p',
      userId: 'u',
    });
    expect(page.element.getAttribute('profile')).to.equal('p');
  });
});
