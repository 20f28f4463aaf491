// The element with features of the page: commands, a trigger button, forms, performance marks.
import { expect } from '@open-wc/testing';
import '../../src/index.js';
import {
  ATTRIBUTES,
  CLIENT_ID,
  IDENTITY,
  RESPONSE,
  addHere,
  closePages,
  defer,
  find,
  holdNavigations,
  listenToConsole,
  listenToEvents,
  openPage,
  read,
  settle,
  until,
} from './fixture.js';

type MoneriumConnect = HTMLElementTagNameMap['monerium-connect'];

let spoken: ReturnType<typeof listenToConsole>;
let navigations: ReturnType<typeof holdNavigations>;
const { open } = window;

beforeEach(() => {
  spoken = listenToConsole(window);
  navigations = holdNavigations();
});

afterEach(async () => {
  document.querySelectorAll('monerium-connect').forEach((element) => {
    element.cancel();
    element.remove();
  });
  document.querySelectorAll('form').forEach((form) => form.remove());
  window.open = open;
  await settle();
  await closePages();
  navigations.release();
  spoken.restore();
});

/** Dispatches the event of a button with `commandfor`, which not all engines support yet. */
function command(element: Element, name: string): void {
  element.dispatchEvent(Object.assign(new Event('command'), { command: name }));
}

function addTrigger(element: Element, tag = 'button'): HTMLElement {
  const trigger = document.createElement(tag);
  trigger.slot = 'trigger';
  trigger.textContent = 'Link my account';
  element.append(trigger);
  return trigger;
}

/** An element in a form. */
async function addToForm(attributes: Record<string, string>) {
  const element = await addHere(attributes);
  const form = document.createElement('form');
  document.body.append(form);
  form.append(element);
  await settle();
  return { element, form };
}

/** The accessible name of the button: its visible text and the text for screen readers. */
function nameOf(element: Element): string {
  const rows = [...(element.shadowRoot?.querySelectorAll<HTMLElement>('.row') ?? [])];
  const shown = rows.find((row) => getComputedStyle(row).visibility === 'visible');
  const slotted = shown?.querySelector<HTMLSlotElement>('slot:not([name])')?.assignedNodes() ?? [];
  const own = slotted.map(({ textContent }) => textContent).join('');
  return `${own} ${shown?.innerText ?? ''}`.trim().replace(/\s+/g, ' ');
}

describe('commands of the page', () => {
  it('--connect starts the flow', async () => {
    const element = await addHere();
    command(element, '--connect');
    await until(() => navigations.urls.length);
    expect(element.status).to.equal('redirecting');
  });

  it('--cancel cancels the flow', async () => {
    const element = await addHere();
    command(element, '--connect');
    await until(() => element.status === 'redirecting');
    command(element, '--cancel');
    expect(element.status).to.equal('idle');
  });

  it('--disconnect disconnects the customer', async () => {
    const element = await addHere({}, IDENTITY);
    expect(element.status).to.equal('connected');
    command(element, '--disconnect');
    await until(() => element.status === 'idle');
    expect(element.profile).to.equal(undefined);
  });

  it('--disconnect that the backend does not confirm is logged', async () => {
    const attributes = { ...ATTRIBUTES, 'stay-connected': '', 'backend-url': '/missing/backend' };
    const { element, list } = await openPage({
      attributes,
      fetch: (_, { method }) =>
        Promise.resolve(
          method === 'DELETE'
            ? new Response('', { status: 500 })
            : new Response(JSON.stringify(IDENTITY), {
                headers: { 'content-type': 'application/json' },
              }),
        ),
    });
    await until(() => element.status === 'connected');
    command(element, '--disconnect');
    await until(() => list('warn').some((line) => line.includes('disconnect_failed')));
    expect(element.status).to.equal('connected');
  });

  it('--disconnect with a fault in the attributes is logged, and changes nothing', async () => {
    const sent: (string | undefined)[] = [];
    const { element, list } = await openPage({
      attributes: { ...ATTRIBUTES, 'stay-connected': '' },
      fetch: async (_, { method }) => {
        sent.push(method);
        return new Response(JSON.stringify(IDENTITY), {
          headers: { 'content-type': 'application/json' },
        });
      },
    });
    await until(() => element.status === 'connected');
    element.setAttribute('mode', 'tab');
    command(element, '--disconnect');
    await until(() => list('warn').some((line) => /disconnect_failed: .*mode needs/.test(line)));
    expect(element.status).to.equal('connected');
    expect(sent).to.deep.equal(['GET']);
  });

  it('another command does nothing', async () => {
    const element = await addHere();
    for (const name of ['connect', '--proveWallet', 'constructor', '']) command(element, name);
    await settle();
    expect(element.status).to.equal('idle');
    expect(navigations.urls).to.deep.equal([]);
  });

  it('a button with commandfor connects, where the browser has commands', async function () {
    if (!('commandForElement' in HTMLButtonElement.prototype)) this.skip();
    const element = await addHere();
    const button = document.createElement('button');
    button.setAttribute('command', '--connect');
    Object.assign(button, { commandForElement: element });
    element.after(button);
    button.click();
    await until(() => navigations.urls.length);
    button.remove();
  });
});

describe('a trigger of the page', () => {
  it('replaces the built-in button, and a click on it connects', async () => {
    const element = await addHere();
    const trigger = addTrigger(element);
    await settle();
    expect(find(element, '[part=button]')?.getBoundingClientRect().width).to.equal(0);
    trigger.click();
    await until(() => navigations.urls.length);
    expect(element.status).to.equal('redirecting');
    await element.updateComplete;
    expect(trigger.getAttribute('aria-busy')).to.equal('true');
    expect(trigger.getAttribute('aria-disabled')).to.equal('true');
    element.cancel();
    await element.updateComplete;
    expect(trigger.getAttribute('aria-busy')).to.equal('false');
    expect(trigger.getAttribute('aria-disabled')).to.equal('false');
  });

  it('is aria-disabled with the element, and does nothing then', async () => {
    const element = await addHere({ disabled: '' });
    const trigger = addTrigger(element);
    await settle();
    expect(trigger.getAttribute('aria-disabled')).to.equal('true');
    trigger.click();
    await settle();
    expect(element.status).to.equal('idle');
  });

  it('is replaced by the built-in button when it is removed', async () => {
    const element = await addHere({});
    const trigger = addTrigger(element);
    await settle();
    trigger.remove();
    await settle();
    expect(find(element, '[part=button]')?.getBoundingClientRect().width).to.be.above(0);
  });

  it('submits no form and follows no link', async () => {
    const { element, form } = await addToForm({});
    let isSent = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      isSent = true;
    });
    const link = addTrigger(element, 'a');
    link.setAttribute('href', '#elsewhere');
    await settle();
    element.addEventListener('monerium-before-connect', (event) => event.preventDefault());
    link.click();
    link.remove();
    addTrigger(element).click();
    await settle();
    expect(isSent).to.equal(false);
    expect(location.hash).to.equal('');
  });

  it('gets the focus and the click of the element', async () => {
    const element = await addHere();
    const trigger = addTrigger(element);
    await settle();
    element.focus();
    expect(document.activeElement === trigger).to.equal(true);
    element.click();
    await until(() => navigations.urls.length);
  });

  it('moves focus to the status when the customer is connected', async () => {
    const element = await addHere();
    const trigger = addTrigger(element);
    await settle();
    trigger.focus();
    Object.assign(element, IDENTITY);
    await until(() => element.shadowRoot?.activeElement);
    expect(element.shadowRoot?.activeElement?.getAttribute('part')).to.equal('status');
  });
});

describe('the element as a form control', () => {
  it('submits no value', async () => {
    const { element, form } = await addToForm({ name: 'monerium' });
    Object.assign(element, IDENTITY);
    await element.updateComplete;
    expect([...new FormData(form)]).to.deep.equal([]);
  });

  let restore = () => ({}) as object;
  afterEach(() => restore());

  /** Collects the validation messages that the elements set. */
  function listMessages(): (string | undefined)[] {
    const messages: (string | undefined)[] = [];
    const { setValidity } = ElementInternals.prototype;
    const value = function (this: ElementInternals, ...args: Parameters<typeof setValidity>) {
      messages.push(args[1]);
      setValidity.apply(this, args);
    };
    Object.assign(ElementInternals.prototype, { setValidity: value });
    restore = () => Object.assign(ElementInternals.prototype, { setValidity });
    return messages;
  }

  it('is valid before each event, so that a listener can submit the form', async () => {
    const { element, form } = await addToForm({ required: '' });
    const seen: boolean[] = [];
    element.addEventListener('monerium-status', () => seen.push(form.checkValidity()));
    Object.assign(element, IDENTITY);
    await element.updateComplete;
    await element.disconnect();
    expect(seen).to.deep.equal([true, false]);
  });

  it('is invalid while it is required and nobody is connected', async () => {
    const messages = listMessages();
    const { element, form } = await addToForm({ required: '' });
    expect(form.checkValidity()).to.equal(false);
    expect(messages.at(-1)).to.equal('Please connect with Monerium first.');
    expect(element.matches(':invalid')).to.equal(true);
    Object.assign(element, IDENTITY);
    await element.updateComplete;
    expect(form.checkValidity()).to.equal(true);
  });

  it('moves focus to its button when it prevents the submit', async () => {
    const { element, form } = await addToForm({ required: '' });
    form.requestSubmit();
    expect(document.activeElement === element).to.equal(true);
  });

  it('is valid while it is disabled or not required', async () => {
    const { element, form } = await addToForm({ required: '', disabled: '' });
    expect(element.matches(':invalid')).to.equal(false);
    expect(form.checkValidity()).to.equal(true);
    Object.assign(element, { disabled: false, required: false });
    await element.updateComplete;
    expect(form.checkValidity()).to.equal(true);
  });

  it('uses a text of the page as its validation message', async () => {
    const messages = listMessages();
    const { element } = await addToForm({ required: '' });
    element.strings = { required: 'First connect' };
    await element.updateComplete;
    expect(messages.at(-1)).to.equal('First connect');
  });
});

describe('success-url', () => {
  it('is opened after the event, in a later task', async () => {
    const attributes = { ...ATTRIBUTES, 'success-url': '/done?a=1#b' };
    const { urls, document: page } = await openPage({ attributes, search: RESPONSE });
    const urlsAtEvent: string[][] = [];
    page.addEventListener('monerium-connected', () => urlsAtEvent.push([...urls]));
    await until(() => urls.length);
    expect(urlsAtEvent).to.deep.equal([[]]);
    expect(urls).to.deep.equal([`${location.origin}/done?a=1#b`]);
  });

  it('is not opened in a popup that exchanges its code itself', async () => {
    const attributes = { ...ATTRIBUTES, 'success-url': '/done' };
    const { urls, types } = await openPage({
      attributes,
      search: RESPONSE,
      record: { mode: 'popup' },
      prepare: (view) => view.sessionStorage.setItem('monerium-connect:popup', 'mc1.x'),
    });
    await until(() => types().includes('monerium-connected'));
    await settle();
    expect(urls).to.deep.equal([]);
  });

  for (const [name, value] of Object.entries({
    'another origin': 'https://shop.example/done',
    'a relative URL of another origin': '//shop.example/done',
    'no URL': 'java script:alert()',
  })) {
    it(`with ${name} is invalid_config`, async () => {
      const element = await addHere({ 'success-url': value });
      const error = await element.connect().catch((reason: unknown) => reason);
      expect(error).to.include({ code: 'invalid_config' });
      expect(String(error)).to.contain('success-url');
    });
  }

  it('without a backend logs a warning', async () => {
    await addHere({ 'success-url': '/done' }, { exchange: () => Promise.resolve(IDENTITY) });
    await until(() => spoken.list('warn').length);
    expect(spoken.list('warn').join()).to.contain(
      'success-url and stay-connected need backend-url',
    );
  });

  it('is in the same warning as stay-connected, which needs a backend as well', async () => {
    // On a new page, because a page logs each line only once.
    const attributes = { 'client-id': CLIENT_ID, 'stay-connected': '' };
    const { list } = await openPage({ attributes });
    await until(() => list('warn').length);
    expect(list('warn').join()).to.contain('stay-connected need backend-url');
  });
});

describe('a page with an element', () => {
  it('has a performance mark for each change of status', async () => {
    performance.clearMarks();
    const element = await addHere();
    await element.connect();
    element.cancel();
    const marks = performance.getEntriesByType('mark').map(({ name }) => name);
    expect(marks.filter((name) => name.startsWith('monerium-connect:'))).to.deep.equal([
      'monerium-connect:redirecting',
      'monerium-connect:idle',
    ]);
  });

  it('does not show the fallback slot once the element is defined', async () => {
    const element = await addHere();
    element.innerHTML = '<a slot="fallback" href="/connect">Connect</a>';
    await settle();
    expect(element.querySelector('a')?.getBoundingClientRect().width).to.equal(0);
    expect(nameOf(element)).to.equal('Connect with Monerium');
  });
});

describe('a popup', () => {
  const block = () => {
    window.open = () => null;
  };

  /** An element whose popup was blocked. */
  async function addBlocked(attributes = {}): Promise<MoneriumConnect> {
    block();
    const element = await addHere({ mode: 'popup', ...attributes });
    await element.connect().catch(() => {});
    await element.updateComplete;
    return element;
  }

  it('is announced in the name of the button that opens it', async () => {
    const element = await addHere({ mode: 'popup' });
    expect(nameOf(element)).to.equal('Connect with Monerium (opens a new window)');
    element.mode = 'redirect';
    await element.updateComplete;
    expect(nameOf(element)).to.equal('Connect with Monerium');
    element.mode = 'auto';
    await element.updateComplete;
    expect(nameOf(element)).to.equal('Connect with Monerium');
  });

  it('that was blocked can be tried again, and the button says so', async () => {
    const element = await addBlocked();
    const label = 'Try again – Connect with Monerium (opens a new window)';
    expect(nameOf(element)).to.equal(label);
    element.append('Link my bank');
    await until(() => nameOf(element).includes('Link'));
    expect(nameOf(element)).to.equal('Try again – Link my bank (opens a new window)');
  });

  it('that was blocked offers to continue in this window', async () => {
    const element = await addBlocked();
    const heard = listenToEvents(element);
    const here = find(element, '[part=reopen]');
    expect(here?.innerText).to.equal('Continue in this window');
    here?.focus();
    here?.click();
    await until(() => navigations.urls.length);
    expect(element.status).to.equal('redirecting');
    expect(heard[0]).to.deep.equal({
      type: 'monerium-before-connect',
      detail: { mode: 'redirect' },
    });
    await element.updateComplete;
    expect(find(element, '[part=reopen]') === null).to.equal(true);
    expect(element.shadowRoot?.activeElement?.getAttribute('part')).to.equal('button');
  });

  it('that was blocked does not offer this window while the element is disabled', async () => {
    const element = await addBlocked();
    element.disabled = true;
    await element.updateComplete;
    expect(find(element, '[part=reopen]') === null).to.equal(true);
  });

  it('that was blocked once is opened again by the next click', async () => {
    const element = await addBlocked();
    find(element, '[part=reopen]')?.click();
    await until(() => navigations.urls.length);
    element.cancel();
    const heard = listenToEvents(element);
    await element.connect().catch(() => {});
    expect(heard[0]?.detail).to.deep.equal({ mode: 'popup' });
  });

  it('that was blocked in a frame does not offer this window', async () => {
    const page = await openPage({ framed: true, attributes: { ...ATTRIBUTES, mode: 'auto' } });
    await settle();
    page.view.open = () => null;
    await page.element.connect().catch(() => {});
    await page.element.updateComplete;
    expect(page.element.status).to.equal('failed');
    expect(find(page.element, '[part=reopen]') === null).to.equal(true);
  });
});

describe('an announcement', () => {
  type Notifier = MoneriumConnect & { ariaNotify: (text: string) => void };

  it('is made by ariaNotify once for each change, where the browser supports it', async () => {
    const end = defer<typeof IDENTITY>();
    const texts: string[] = [];
    const { element } = await openPage({
      search: RESPONSE,
      properties: { exchange: () => end.promise },
    });
    (element as Notifier).ariaNotify = (text) => texts.push(text);
    end.resolve(IDENTITY);
    await until(() => element.status === 'connected');
    await settle();
    await element.disconnect();
    await settle();
    expect(texts.filter((text) => text === 'Connected to Monerium')).to.have.length(1);
    expect(texts).not.to.contain('');
    expect(find(element, '[role=status]')?.getAttribute('aria-live')).to.equal('off');
  });

  it('is made by the live region alone in a browser without ariaNotify', async () => {
    const { element } = await openPage({
      attributes: ATTRIBUTES,
      prepare: ({ Element: { prototype } }) => {
        Reflect.deleteProperty(prototype, 'ariaNotify');
      },
    });
    await settle();
    expect('ariaNotify' in element).to.equal(false);
    Object.assign(element, IDENTITY);
    await settle();
    expect(find(element, '[role=status]')?.hasAttribute('aria-live')).to.equal(false);
    expect(read(element)).to.equal('Connected to Monerium');
  });

  it('has the text that the page has put into the slot', async () => {
    const element = await addHere();
    const texts: string[] = [];
    (element as Notifier).ariaNotify = (text) => texts.push(text);
    element.innerHTML = '<b slot="connected">Your bank is linked</b>';
    await settle();
    Object.assign(element, IDENTITY);
    await settle();
    expect(texts).to.deep.equal(['Your bank is linked']);
  });
});
