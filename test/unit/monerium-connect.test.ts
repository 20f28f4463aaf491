import { expect } from '@open-wc/testing';
import { ConnectError, type ErrorCode } from '../../src/core/errors.js';
import { chooseText } from '../../src/element/texts.js';
import { english } from '../../src/core/texts.js';
import {
  ATTRIBUTES,
  BACKEND_URL,
  CLIENT_ID,
  IDENTITY,
  RESPONSE,
  closePages,
  defer,
  find,
  openPage,
  read,
  readShown,
  settle,
  stopClock,
  until,
  type Page,
  type View,
} from './fixture.js';
import { KINDS } from '../helpers/error-codes.js';

const CODES = (Object.keys(KINDS) as ErrorCode[]).filter((code) => code !== 'aborted');
const STATES = ['idle', 'redirecting', 'exchanging', 'connected', 'failed'];

/** Attribute, property, a value for both, and the default. */
const STRINGS: [string, string, string, string | undefined][] = [
  ['client-id', 'clientId', CLIENT_ID, undefined],
  ['environment', 'environment', 'production', 'sandbox'],
  ['api-url', 'apiUrl', 'https://api.example', undefined],
  ['redirect-uri', 'redirectUri', '/callback', undefined],
  ['backend-url', 'backendUrl', BACKEND_URL, undefined],
  ['backend-credentials', 'backendCredentials', 'include', 'same-origin'],
  ['mode', 'mode', 'auto', 'redirect'],
  ['email', 'email', 'a@example.org', undefined],
  ['auth-mode', 'authMode', 'signup', undefined],
  ['chain', 'chain', 'ethereum', undefined],
  ['text', 'text', 'pay', 'connect'],
  ['appearance', 'appearance', 'plain', 'filled'],
  ['size', 'size', 'large', 'medium'],
  ['profile', 'profile', 'p', undefined],
  ['user-id', 'userId', 'u', undefined],
];
const BOOLEANS: [string, string][] = [
  ['skip-kyc', 'skipKyc'],
  ['disabled', 'disabled'],
  ['icon-only', 'iconOnly'],
];

function describeFailure(code: ErrorCode): string {
  const texts: Partial<Record<string, string>> = english;
  return (texts[chooseText(new ConnectError(code), true)] ?? '').replace('{code}', code);
}

function listStates(element: Element): string[] {
  return STATES.filter((state) => element.matches(`:state(${state})`));
}

function listParts(element: Element): string[] {
  const parts = element.shadowRoot?.querySelectorAll('[part]') ?? [];
  return [...parts].map((part) => part.getAttribute('part') ?? '').sort();
}

/** The text that a slot shows: the content of the page or the default. */
function readSlot(element: Element, selector: string): string {
  const slot = find(element, selector) as HTMLSlotElement | null;
  const nodes = slot?.assignedNodes({ flatten: true }) ?? [];
  return nodes
    .map(({ textContent }) => textContent)
    .join('')
    .trim();
}

/** A page whose exchange waits for `end`. */
async function openExchanging() {
  const end = defer<typeof IDENTITY>();
  const properties = { exchange: () => end.promise };
  const clocks: ReturnType<typeof stopClock>[] = [];
  const prepare = (view: View) => void clocks.push(stopClock(view));
  const page = await openPage({ search: RESPONSE, properties, prepare });
  const [clock] = clocks as [ReturnType<typeof stopClock>];
  await clock.reach(() => page.element.status === 'exchanging');
  await page.element.updateComplete;
  return { ...page, end, clock };
}

async function openFailed(code: ErrorCode, hint?: string): Promise<Page> {
  const { end, clock, ...page } = await openExchanging();
  end.reject(new page.entry.ConnectError(code, hint ? { hint } : {}));
  // The failure is shown a second later, because a page that is unloading must not show one.
  await clock.advance(1000);
  expect(page.element.status).to.equal('failed');
  await page.element.updateComplete;
  return page;
}

afterEach(closePages);

describe('<monerium-connect> and its attributes', () => {
  it('is defined by the entry, once', async () => {
    const { element, entry, view } = await openPage();
    expect(element instanceof entry.MoneriumConnect).to.be.true;
    expect(view.customElements.get('monerium-connect') === entry.MoneriumConnect).to.be.true;
  });

  it('can be created by a framework before it is in a document', async () => {
    const { document, element } = await openPage();
    const made = document.createElement('monerium-connect');
    expect(made.getAttributeNames()).to.deep.equal([]);
    expect(made.status).to.equal('idle');
    expect(made.constructor === element.constructor).to.be.true;
  });

  it('maps every string attribute to its property', async () => {
    const { element } = await openPage({ attributes: {} });
    for (const [attribute, property, value, initial] of STRINGS) {
      expect(Reflect.get(element, property), property).to.equal(initial);
      element.setAttribute(attribute, value);
      expect(Reflect.get(element, property), property).to.equal(value);
    }
  });

  it('maps every boolean attribute to its property, false by default', async () => {
    const { element } = await openPage();
    for (const [attribute, property] of BOOLEANS) {
      expect(Reflect.get(element, property), property).to.be.false;
      element.toggleAttribute(attribute, true);
      expect(Reflect.get(element, property), property).to.be.true;
      element.toggleAttribute(attribute, false);
      expect(Reflect.get(element, property), property).to.be.false;
    }
  });

  it('reads timeout as a number, 20 s by default', async () => {
    const { element } = await openPage();
    expect(element.timeout).to.equal(20_000);
    element.setAttribute('timeout', '5000');
    expect(element.timeout).to.equal(5000);
  });

  it('has no attribute for backendHeaders and exchange', async () => {
    const { element } = await openPage();
    for (const name of ['backendheaders', 'backend-headers', 'exchange']) {
      element.setAttribute(name, 'x');
    }
    expect(element.backendHeaders).to.be.undefined;
    expect(element.exchange).to.be.undefined;
  });

  it('does not reflect the options that a page sets as properties', async () => {
    const { element } = await openPage({ attributes: {} });
    Object.assign(element, { clientId: CLIENT_ID, email: 'a@example.org', chain: 'chiado' });
    await element.updateComplete;
    expect(element.getAttributeNames()).to.deep.equal([]);
  });

  it('uses properties that were set before the definition', async () => {
    const properties = { clientId: CLIENT_ID, timeout: 5000, ...IDENTITY, disabled: true };
    const { element } = await openPage({ attributes: {}, properties });
    await element.updateComplete;
    const { clientId, timeout, profile, userId, disabled } = element;
    expect({ clientId, timeout, profile, userId, disabled }).to.deep.equal(properties);
    expect(element.connection).to.deep.equal({ status: 'connected', ...IDENTITY });
    element.clientId = 'later';
    expect(Object.hasOwn(element, 'clientId')).to.be.false;
  });

  it('has a connection and a status that cannot be set', async () => {
    const { element } = await openPage();
    expect(() => Object.assign(element, { status: 'connected' })).to.throw(TypeError);
    expect(() => Object.assign(element, { connection: {} })).to.throw(TypeError);
    expect(element.status).to.equal('idle');
  });
});

describe('<monerium-connect> and what it shows', () => {
  it('offers the button while idle', async () => {
    const { element } = await openPage();
    await element.updateComplete;
    expect(listStates(element)).to.deep.equal(['idle']);
    expect(listParts(element)).to.deep.equal(['button', 'icon', 'label', 'status']);
    expect(readSlot(element, 'slot:not([name])')).to.equal(english.connect);
    expect(read(element)).to.equal('');
  });

  it('lets the page replace the label, the icon and the connected text', async () => {
    const { element, document } = await openPage({ search: RESPONSE });
    const own = { '': 'Pay', icon: '€', connected: 'Welcome' };
    for (const [slot, text] of Object.entries(own)) {
      element.append(Object.assign(document.createElement('b'), { slot, textContent: text }));
    }
    await until(() => element.status === 'connected');
    await element.updateComplete;
    expect(readSlot(element, 'slot[name=connected]')).to.equal('Welcome');
    element.disconnect();
    await element.updateComplete;
    expect(readSlot(element, 'slot:not([name])')).to.equal('Pay');
    expect(readSlot(element, 'slot[name=icon]')).to.equal('€');
  });

  it('is busy while it exchanges', async () => {
    const { element, view } = await openExchanging();
    expect(listStates(element)).to.deep.equal(['exchanging']);
    expect(listParts(element)).to.deep.equal(['button', 'icon', 'label', 'spinner', 'status']);
    const icon = find(element, '[part=icon]') as Element;
    expect(view.getComputedStyle(icon).visibility).to.equal('hidden');
    expect(readShown(element, '[part=label]')).to.equal(english.exchanging);
    expect(read(element)).to.equal(english.exchanging);
  });

  it('replaces the button by a status when connected', async () => {
    const { element, end } = await openExchanging();
    end.resolve(IDENTITY);
    await until(() => element.status === 'connected');
    await element.updateComplete;
    expect(listStates(element)).to.deep.equal(['connected']);
    expect(listParts(element)).to.deep.equal(['icon', 'status', 'tick']);
    expect(readSlot(element, 'slot[name=connected]')).to.equal(english.connected);
    // A text search in the page finds it once.
    expect(element.shadowRoot?.textContent?.split(english.connected)).to.have.length(2);
  });

  it('shows the message and a button to try again when failed', async () => {
    const { element } = await openFailed('exchange_rejected');
    expect(listStates(element)).to.deep.equal(['failed']);
    expect(listParts(element)).to.deep.equal(['button', 'icon', 'label', 'message', 'status']);
    expect(readShown(element, '[part=label]')).to.equal(english.retry);
    const described = find(element, '[part=button]')?.getAttribute('aria-describedby') ?? '';
    expect(find(element, `#${described}`)?.getAttribute('part')).to.equal('message');
  });

  for (const code of CODES) {
    it(`has a text for ${code}`, async () => {
      const { element } = await openFailed(code, '<b>canary</b>');
      expect(read(element, '[part=message]')).to.equal(describeFailure(code));
      expect(element.shadowRoot?.innerHTML).not.to.contain('canary');
      expect(element.connection).to.have.nested.property('error.kind', KINDS[code]);
      if (KINDS[code] === 'setup')
        expect(readShown(element, '[part=label]')).not.to.equal(english.retry);
    });
  }

  it('#57 #58 shows no text from a server or the URL', async () => {
    const words = `<img src=x onerror="window.hacked=1">\u202ecall +44 ${'x'.repeat(99_999)}`;
    const text = encodeURIComponent(words.slice(0, 4000));
    const said = `error_description=${text}&error_uri=https%3A%2F%2Fevil.example&error=${text}`;
    const { element, view, heard } = await openPage({ search: `?state=STATE&${said}` });
    await until(() => element.status === 'failed');
    await element.updateComplete;
    expect(read(element)).to.equal(describeFailure('authorization_error'));
    expect(element.shadowRoot?.querySelectorAll('a, img').length).to.equal(0);
    expect(heard.map(({ detail }) => JSON.stringify(detail)).join()).not.to.match(/call|evil|img/);
    expect(heard.at(-1)?.detail).to.include({ oauthError: 'other' });
    expect((view as View & { hacked?: number }).hacked).to.be.undefined;
  });

  it('#57 shows nothing from the body of an error response', async () => {
    const body = { error: 'canary', error_description: 'canary', message: 'canary' };
    const response = () => new Response(JSON.stringify(body), { status: 400 });
    const page = await openPage({ search: RESPONSE, fetch: async () => response() });
    await until(() => page.element.status === 'failed');
    await page.element.updateComplete;
    expect(read(page.element)).to.equal(describeFailure('exchange_rejected'));
    expect(JSON.stringify([page.heard.map(({ detail }) => detail), page.spoken])).not.to.contain(
      'canary',
    );
  });

  it('#100 treats markup in an attribute as text', async () => {
    const markup = '"><img src=x onerror=alert(1)>';
    const attributes = Object.fromEntries(STRINGS.map(([attribute]) => [attribute, markup]));
    const { element } = await openPage({ attributes });
    await settle();
    expect(element.shadowRoot?.querySelectorAll('img').length).to.equal(0);
  });

  it('stays usable without custom states', async () => {
    const prepare = (view: View) => {
      Object.defineProperty(view.ElementInternals.prototype, 'states', { value: undefined });
    };
    const { element } = await openPage({
      attributes: { ...ATTRIBUTES },
      prepare,
      search: RESPONSE,
    });
    await until(() => element.status === 'connected');
    expect(listStates(element)).to.deep.equal([]);
  });
});
