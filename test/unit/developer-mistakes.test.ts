// Mistakes in the markup or the options of a page, and how the element reacts to them.
import { expect } from '@open-wc/testing';
import type { AxeResults } from 'axe-core';
import type { MoneriumConnect } from '../../src/index.js';
import { english, walletEnglish } from '../../src/core/texts.js';
import {
  ATTRIBUTES,
  CLIENT_ID,
  IDENTITY,
  RESPONSE,
  answer,
  closePages,
  defer,
  find,
  openPage,
  read,
  settle,
  settleIdle,
  stopClock,
  until,
  type Page,
  type View,
} from './fixture.js';

const LABEL = english.connect;
const ICON = '<img slot="icon" alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">';

afterEach(closePages);

function render(attributes: Record<string, string>, content = ''): string {
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
  return `<monerium-connect ${written.join(' ')}>${content}</monerium-connect>`;
}

/** Opens a page with this markup, and waits until its element has logged its notes. */
async function openMarkup(
  html: string,
  options: Parameters<typeof openPage>[0] = {},
): Promise<Page> {
  const page = await openPage({
    attributes: false,
    ...options,
    prepare(view) {
      view.document.body.innerHTML = html;
      options.prepare?.(view);
    },
  });
  const element = page.document.querySelector('monerium-connect')!;
  await element.updateComplete;
  await settleIdle(page.view);
  return { ...page, element };
}

async function listAxeViolations({ view, document }: Page): Promise<string[]> {
  const script = document.createElement('script');
  script.src = '/node_modules/axe-core/axe.min.js';
  const loaded = new Promise((resolve) => script.addEventListener('load', resolve));
  document.head.append(script);
  await loaded;
  const { axe } = view as unknown as { axe: { run(context: Node): Promise<AxeResults> } };
  const { violations } = await axe.run(document.querySelector('monerium-connect')!);
  return violations.map(({ id }) => id);
}

/** The text of the label that is rendered. */
function readLabel(element: MoneriumConnect): string {
  const label = find(element, '[part=label]')!;
  const { document } = element.ownerDocument.defaultView as View;
  const walker = document.createTreeWalker(label, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const texts: string[] = [];
  while (walker.nextNode()) {
    range.selectNodeContents(walker.currentNode);
    if (range.getClientRects().length > 0) texts.push(walker.currentNode.textContent ?? '');
  }
  return texts.join('').trim();
}

describe('white space in the tag', () => {
  for (const [name, content] of [
    ['nothing', ''],
    ['a line break', '\n'],
    ['an icon on lines of its own', `\n  ${ICON}\n`],
    ['a comment between', '\n  <!-- label -->\n'],
    ['a fallback child', '\n  <a slot="fallback" href="/connect">Connect</a>\n'],
  ]) {
    it(`#160 keeps the default label: ${name}`, async () => {
      const page = await openMarkup(`<main>${render(ATTRIBUTES, content)}</main>`);
      expect(readLabel(page.element)).to.equal(LABEL);
      expect(find(page.element, '[part=label]')!.getBoundingClientRect().width).above(100);
      expect(await listAxeViolations(page)).to.deep.equal([]);
    });
  }

  it('#160 is ignored around a label of the page', async () => {
    const page = await openMarkup(render(ATTRIBUTES, `\n ${ICON}\n <b>Pay</b>\n`));
    expect(readLabel(page.element)).to.equal('');
    expect(page.element.querySelector('b')!.getBoundingClientRect().width).above(10);
  });

  it('#160 is no label, also after the page has changed its label', async () => {
    const page = await openMarkup(render(ATTRIBUTES, '\n'));
    page.element.append('Pay');
    await settle();
    expect(readLabel(page.element)).to.equal('');
    page.element.replaceChildren(' ');
    await settle();
    expect(readLabel(page.element)).to.equal(LABEL);
  });
});

describe('an unknown attribute', () => {
  for (const [written, meant] of [
    ['backend_url', 'backend-url'],
    ['backendurl', 'backend-url'],
    ['backend-uri', 'backend-url'],
    ['clientid', 'client-id'],
    ['client_id', 'client-id'],
    ['redirect-url', 'redirect-uri'],
    ['redirecturi', 'redirect-uri'],
    ['enviroment', 'environment'],
  ] as const) {
    it(`#161 logs a warning with the probable name: ${written}`, async () => {
      const attributes = { 'client-id': CLIENT_ID, [written]: 'https://backend.example/x' };
      const page = await openMarkup(render(attributes) + render(attributes));
      await until(() => page.list('warn').length);
      const warnings = page.list('warn').filter((text) => text.includes(written));
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.contain(`probably ${meant} was meant`);
      expect(warnings[0]).not.to.contain('backend.example');
    });
  }

  it('#161 logs nothing when it is a global attribute or one of a framework', async () => {
    const html = render({
      ...ATTRIBUTES,
      id: 'a',
      class: 'b',
      style: 'c',
      title: 'd',
      lang: 'en',
      slot: '',
      part: 'e',
      'data-client-id': 'f',
      'aria-label': 'g',
      onclick: '',
      'x-on:click': '',
      'v-if': '',
      '@click': '',
      ':mode': '',
      '_ngcontent-abc-c1': '',
      'hx-boost': '',
      itemid: '',
    });
    const page = await openMarkup(html);
    expect(page.list('warn')).to.deep.equal([]);
  });

  for (const [name, attributes, way] of [
    ['a backend', ATTRIBUTES, 'posted to https://backend.example/exchange'],
    ['none', { 'client-id': CLIENT_ID, backend_url: '/x' }, 'in this page, without backend-url'],
  ] as const) {
    it(`#161 in the sandbox, the log says how the code is exchanged, with ${name}`, async () => {
      const page = await openMarkup(render(attributes));
      await until(() => page.list('info').length);
      const lines = page.list('info').filter((text) => text.includes('the code is'));
      expect(lines).to.have.length(1);
      expect(lines[0]).to.contain(way);
    });
  }

  it('#161 the log of the exchange contains no query', async () => {
    const attributes = { ...ATTRIBUTES, 'backend-url': 'https://backend.example/x?canary' };
    const page = await openMarkup(render(attributes));
    await until(() => page.list('info').length);
    expect(page.list('info').join()).to.contain('backend.example').and.not.contain('canary');
  });
});

describe('a doubtful value', () => {
  for (const [name, attributes, said] of [
    ['timeout="20s"', { timeout: '20s' }, 'timeout is read as 20000 ms'],
    ['timeout in seconds', { timeout: '20' }, 'timeout is read as 1000 ms'],
    ['a timeout of an hour', { timeout: '3600000' }, 'timeout is read as 120000 ms'],
    ['a lone profile', { profile: 'p' }, 'user-id'],
    ['a lone user-id', { 'user-id': 'u' }, 'user-id'],
  ] as const) {
    it(`#165 is one warning: ${name}`, async () => {
      const html = render({ ...ATTRIBUTES, ...attributes });
      const page = await openMarkup(html + html);
      await until(() => page.list('warn').length);
      expect(page.list('warn')).to.have.length(1);
      expect(page.list('warn')[0]).to.contain(said);
      expect(page.element.status).to.equal('idle');
    });
  }

  it('#165 is one warning: an unknown key of strings', async () => {
    const strings = { ...english, ...walletEnglish, conect: 'Go' };
    const page = await openMarkup(render(ATTRIBUTES), {
      prepare({ document }) {
        Object.assign(document.querySelector('monerium-connect')!, { strings });
      },
    });
    await until(() => page.list('warn').length);
    expect(page.list('warn')).to.have.length(1);
    expect(page.list('warn')[0]).to.contain('strings.conect is unknown');
  });

  it('#165 icon-only without an icon shows the label, until there is one', async () => {
    const page = await openMarkup(render({ ...ATTRIBUTES, 'icon-only': '' }));
    const isWide = () => find(page.element, 'button')!.getBoundingClientRect().width > 100;
    expect(isWide()).to.equal(true);
    page.element.innerHTML = ICON;
    await until(() => !isWide());
  });

  it('#165 is no warning for a timeout that a framework sets as text', async () => {
    const page = await openMarkup(render(ATTRIBUTES), {
      prepare({ document }) {
        Object.assign(document.querySelector('monerium-connect')!, { timeout: '5000' });
      },
    });
    await until(() => page.list('info').length);
    expect(page.list('warn')).to.deep.equal([]);
  });

  it('#165 a client ID with white space is invalid_config, logged before the click', async () => {
    const page = await openMarkup(render({ ...ATTRIBUTES, 'client-id': ` ${CLIENT_ID} ` }));
    expect(page.list('error')).to.have.length(1);
    expect(page.list('error')[0]).to.match(/invalid_config.*client-id.*white space/);
    const code = await page.element.connect().catch((error: { code: string }) => error.code);
    expect(code).to.equal('invalid_config');
  });

  it('#165 a timeout that is not a number becomes 20 seconds', async () => {
    let clock: ReturnType<typeof stopClock> | undefined;
    const never = defer<Response>();
    const page = await openPage({
      search: RESPONSE,
      attributes: { ...ATTRIBUTES, timeout: '20s' },
      fetch: () => never.promise,
      prepare: (view) => (clock = stopClock(view)),
    });
    await clock!.reach(() => page.element.status === 'exchanging');
    await clock!.advance(19_999);
    expect(page.element.status).to.equal('exchanging');
    await clock!.advance(1);
    expect(page.element.connection).to.have.nested.property('error.code', 'exchange_timeout');
  });
});

describe('a blocked or closed popup', () => {
  it('#165 is logged with a link to the documentation of popup_blocked', async () => {
    const page = await openMarkup(render({ ...ATTRIBUTES, mode: 'popup' }), {
      prepare: (view) => (view.open = () => null),
    });
    await Promise.resolve();
    const code = await page.element.connect().catch((error: { code: string }) => error.code);
    expect(code).to.equal('popup_blocked');
    expect(page.list('error')).to.deep.equal([]);
    expect(page.list('warn')).to.have.length(1);
    expect(page.list('warn')[0]).to.match(/popup_blocked: https:.*errors\.md#popup_blocked$/);
  });

  it('#165 can be opened again when it was closed in its first three seconds', async () => {
    let clock: ReturnType<typeof stopClock> | undefined;
    const popups: { closed: boolean }[] = [];
    const page = await openPage({
      attributes: { ...ATTRIBUTES, mode: 'popup' },
      prepare: (view) => {
        clock = stopClock(view);
        view.open = () => {
          const location = { replace() {} };
          const popup = { closed: false, close() {}, focus() {}, location };
          popups.push(popup);
          return popup as unknown as Window;
        };
      },
    });
    await clock!.advance(1000);
    page.element.connect().catch(() => {});
    await clock!.reach(() => page.element.status === 'waiting');
    popups[0]!.closed = true;
    await clock!.advance(60_000);
    expect(page.element.status).to.equal('waiting');
    const reopen = find(page.element, '[part=reopen]')!;
    expect(read(page.element, '[part=reopen]')).to.equal(english.reopen);
    reopen.click();
    expect(popups).to.have.length(2);
    expect(read(page.element, '[part=cancel]')).to.equal(english.cancel);
  });
});

describe('a page before and without the script', () => {
  const FALLBACK = '<a slot="fallback" href="/connect">Connect without a script</a>';

  it('#166 shows the fallback child until the script has run, and never after', async () => {
    let before = 0;
    const width = (document: Document) =>
      document.querySelector('[slot=fallback]')!.getBoundingClientRect().width;
    const page = await openMarkup(render(ATTRIBUTES, `\n${FALLBACK}\n`), {
      search: RESPONSE,
      prepare: ({ document }) => (before = width(document)),
    });
    expect(before).above(50);
    const shown = new Set([width(page.document)]);
    page.element.addEventListener('monerium-status', () => shown.add(width(page.document)));
    await until(() => page.element.status === 'connected');
    await page.element.updateComplete;
    shown.add(width(page.document));
    expect([...shown]).to.deep.equal([0]);
  });

  it('#166 replaces the content of a shadow root that already exists', async () => {
    const page = await openMarkup(render(ATTRIBUTES), {
      prepare: ({ document }) => {
        const root = document.querySelector('monerium-connect')!.attachShadow({ mode: 'open' });
        root.innerHTML = '<button>Connect</button><style>button { color: red }</style>';
      },
    });
    const buttons = page.element.shadowRoot!.querySelectorAll('button');
    expect([...buttons].map((button) => button.getAttribute('part'))).to.deep.equal(['button']);
    expect(page.element.shadowRoot!.querySelector('style')).to.equal(null);
    expect(readLabel(page.element)).to.equal(LABEL);
  });
});

describe('an is attribute on the tag', () => {
  it('#206 does not prevent the element from connecting, as a form control or not', async () => {
    const thrown: string[] = [];
    const html = `<form>${render({ ...ATTRIBUTES, is: 'x', required: '' })}</form>`;
    const page = await openMarkup(html, {
      prepare: (view) => view.addEventListener('error', ({ message }) => thrown.push(message)),
    });
    const { element } = page;
    // Chromium refuses `attachInternals()` there, the other engines do not.
    const form = page.document.querySelector('form')!;
    const isControl = element.matches(':invalid');
    expect(form.checkValidity()).to.equal(!isControl);
    find(element, 'button')!.click();
    await until(() => page.urls.length);
    expect(element.status).to.equal('redirecting');
    element.cancel();
    expect(thrown).to.deep.equal([]);
  });
});

describe('a disabled fieldset', () => {
  it('#170 keeps the element from starting, as it does with a native button', async () => {
    const page = await openMarkup(
      `<fieldset disabled>${render(ATTRIBUTES)}<button>native</button></fieldset>`,
    );
    const button = find(page.element, 'button')!;
    button.click();
    page.element.click();
    const code = await page.element.connect().catch((error: { code: string }) => error.code);
    await settle();
    expect(code).to.equal('aborted');
    expect(button.matches(':disabled')).to.be.true;
    expect(page.heard).to.deep.equal([]);
    expect(page.urls).to.deep.equal([]);
    expect(page.list('error')).to.deep.equal([]);
    page.document.querySelector('fieldset')!.disabled = false;
    await page.element.updateComplete;
    button.click();
    await until(() => page.urls.length);
  });

  it('#170 keeps an element that is moved into it from starting', async () => {
    const page = await openMarkup(`${render(ATTRIBUTES)}<fieldset disabled></fieldset>`);
    page.document.querySelector('fieldset')!.append(page.element);
    await page.element.updateComplete;
    find(page.element, 'button')!.click();
    await settle();
    expect(page.urls).to.deep.equal([]);
    page.document.body.append(page.element);
    await page.element.updateComplete;
    find(page.element, 'button')!.click();
    await until(() => page.urls.length);
  });
});

describe('the height of the page', () => {
  it('#172 does not grow with the text for screen readers', async () => {
    const end = defer<Response>();
    const page = await openPage({ search: RESPONSE, fetch: () => end.promise, attributes: false });
    const { document } = page;
    document.body.style.margin = '0';
    document.body.innerHTML = '<div style="height: 3000px"></div>';
    const element = page.add();
    await until(() => element.status === 'exchanging');
    await element.updateComplete;
    const text = find(element, '[part=status]')!;
    expect(text.textContent).to.contain('Connecting');
    const bottomOf = (found: Element) =>
      found.getBoundingClientRect().bottom + document.defaultView!.scrollY;
    const { scrollHeight } = document.scrollingElement!;
    // Firefox rounds fractions of a pixel up.
    expect(scrollHeight).to.be.at.most(Math.ceil(bottomOf(document.body)) + 1);
    end.resolve(answer(IDENTITY));
    await until(() => element.status === 'connected');
  });
});

describe('an element that is moved into the document of a frame, and back', () => {
  it('#173 looks as before, in both documents', async () => {
    const page = await openMarkup(`${render(ATTRIBUTES)}<iframe></iframe>`);
    const { element, document } = page;
    const look = () => {
      const { borderRadius, display, padding, backgroundColor } = getComputedStyle(
        find(element, 'button')!,
      );
      return [borderRadius, display, padding, backgroundColor];
    };
    const before = look();
    expect(before[0]).to.equal('8px');
    const frame = document.querySelector('iframe')!;
    frame.contentDocument!.body.append(element);
    await element.updateComplete;
    await settle();
    expect(look()).to.deep.equal(before);
    document.body.append(element);
    await element.updateComplete;
    await settle();
    expect(look()).to.deep.equal(before);
    element.click();
    await until(() => page.urls.length);
  });
});
