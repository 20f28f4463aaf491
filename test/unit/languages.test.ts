import { expect } from '@open-wc/testing';
import type { MoneriumConnect } from '../../src/index.js';
import { registry } from '../../src/locales/registry.js';
import '../../src/locales/index.js';
import { english, type ConnectTexts } from '../../src/core/texts.js';
import {
  IDENTITY,
  RESPONSE,
  answer,
  closePages,
  defer,
  find,
  openPage,
  read,
  readShown,
  settle,
  settleIdle,
  until,
  type Page,
} from './fixture.js';

const loader = registry.find(([tags]) => tags.includes(' '));
const LANGUAGES = loader?.[0].split(' ') ?? [];

async function loadAll(): Promise<void> {
  if (typeof loader?.[1] !== 'function') throw new Error('There is no loader.');
  for (const tag of LANGUAGES) await loader[1](tag);
}

function textsOf(tag: string): ConnectTexts {
  const entry = registry.findLast(([tags]) => tags === tag);
  return entry?.[1] as ConnectTexts;
}

/** As an application from npm does it: the loader is there before the element. */
function withLoader(page: Page): Promise<unknown> {
  return page.view.load('/src/locales/index.ts');
}

async function openIn(lang: string, options: Parameters<typeof openPage>[0] = {}): Promise<Page> {
  const page = await openPage({
    ...options,
    prepare: ({ document }) => document.documentElement.setAttribute('lang', lang),
  });
  await withLoader(page);
  return page;
}

const label = (element: Element) => {
  const slot = find(element, 'slot:not([name])') as HTMLSlotElement | null;
  const shown = readShown(element, '[part=label]');
  return shown || (slot?.innerText ?? '').trim();
};

async function show(element: MoneriumConnect, text: string): Promise<void> {
  await until(() => element.shadowRoot?.textContent?.includes(text));
}

before(loadAll);
afterEach(closePages);

describe('the language of <monerium-connect>', () => {
  for (const lang of ['de', 'de-AT', 'DE', 'el', 'ar', 'pt-BR', 'no', 'zh', 'en-GB', '']) {
    const tag = lang.toLowerCase().replace(/^(de|en)-.*/, '$1');
    it(`follows lang="${lang}" of the page`, async () => {
      const { element } = await openIn(lang);
      const expected = LANGUAGES.includes(tag) ? textsOf(tag).connect : english.connect;
      await show(element, expected);
      await settle();
      expect(label(element)).to.equal(expected);
    });
  }

  for (const [lang, unknown] of [
    ['zh', ['zh']],
    ['sr-Latn-RS', ['sr']],
    ['en-GB', []],
    ['de-AT', []],
    ['', []],
  ] as const) {
    it(`names the language of lang="${lang}" to the developer only where it is unknown`, async () => {
      const { element, spoken } = await openIn(lang);
      element.requestUpdate();
      await settle();
      const lines = spoken.filter(({ text }) => text.includes('lang='));
      const expected = unknown.map((tag) => `<monerium-connect> lang="${tag}" is unknown`);
      expect(lines.map(({ text }) => text)).to.deep.equal(expected);
    });
  }

  it('marks English on a foreign page for screen readers', async () => {
    const { element } = await openIn('zh');
    await settle();
    const span = find(element, '[part=label] span');
    expect([span?.lang, span?.dir]).to.deep.equal(['en', 'ltr']);
    element.lang = 'en';
    await until(() => find(element, '[part=label] span') === null);
  });

  it('is that of the nearest lang, also through shadow roots', async () => {
    const { element, document } = await openIn('fr');
    await show(element, textsOf('fr').connect);
    const outer = document.body.appendChild(document.createElement('div'));
    outer.lang = 'sv';
    const inner = outer.attachShadow({ mode: 'open' }).appendChild(document.createElement('div'));
    inner.attachShadow({ mode: 'open' }).append(element);
    await show(element, textsOf('sv').connect);
    inner.lang = 'fi';
    await show(element, textsOf('fi').connect);
    inner.removeAttribute('lang');
    await show(element, textsOf('sv').connect);
    outer.lang = 'it';
    await show(element, textsOf('it').connect);
    element.lang = 'pl';
    await show(element, textsOf('pl').connect);
  });

  it('changes in each state, and what is shown stays until the language has come', async () => {
    const end = defer<typeof IDENTITY>();
    const page = await openIn('de', {
      search: RESPONSE,
      properties: { exchange: () => end.promise },
    });
    const { element, document, entry } = page;
    const seen: string[] = [];
    const switchTo = async (tag: string, key: keyof ConnectTexts) => {
      document.documentElement.lang = tag;
      await show(element, textsOf(tag)[key]);
      seen.push(`${element.status} ${tag}`);
    };
    await show(element, textsOf('de').exchanging);
    const observer = new page.view.MutationObserver(() => seen.push(read(element)));
    observer.observe(find(element, '[part=status]') as Node, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    await switchTo('el', 'exchanging');
    expect(seen).not.to.include(english.exchanging);
    observer.disconnect();
    end.reject(new entry.ConnectError('access_denied'));
    await show(element, textsOf('el').declined);
    await switchTo('he', 'declined');
    expect(readShown(element, '[part=label]')).to.equal(textsOf('he').connect);
    Object.assign(element, IDENTITY);
    await switchTo('uk', 'connected');
    element.disconnect();
    await switchTo('hu', 'connect');
    expect(seen.filter((line) => line.includes(' ') && line.length < 16)).to.include.members([
      'exchanging el',
      'failed he',
      'connected uk',
      'idle hu',
    ]);
  });

  it('is no excuse for a broken page when lang is no tag at all', async () => {
    const fetch = async () => answer({}, 429, { 'retry-after': '5' });
    const { element } = await openIn('%&-_', { search: RESPONSE, fetch });
    await until(() => element.status === 'failed');
    await show(element, english.unavailable);
  });

  it('leaves the last word to the page', async () => {
    const { element } = await openIn('de', { properties: { strings: { connect: 'Los' } } });
    await until(() => label(element) === 'Los');
    element.strings = undefined;
    await show(element, textsOf('de').connect);
  });

  it('#201 leaves out what the page gives for a text and is none, with one warning', async () => {
    const strings = { connect: 7, retry: null, cancel: 'No' } as never;
    const page = await openIn('de', { properties: { strings } });
    await show(page.element, textsOf('de').connect);
    page.element.requestUpdate();
    await page.element.updateComplete;
    const list = () => page.list('warn').filter((text) => text.includes('strings'));
    await until(() => list().length === 2);
    await settleIdle(page.view);
    const warned = list();
    expect(warned.join()).to.match(/strings\.connect is no string.*,.*strings\.retry is no/);
    expect(warned).to.have.length(2);
    expect(page.element.texts.cancel).to.equal('No');
    expect(page.element.texts.connect).to.equal(textsOf('de').connect);
  });

  for (const [lang, dir] of [
    ['ar', 'rtl'],
    ['', 'rtl'],
    ['en', 'rtl'],
    ['zh', 'rtl'],
    ['de', 'ltr'],
  ]) {
    it(`#202 writes the code of a failure in its own direction: lang="${lang}", ${dir}`, async () => {
      const { element, document } = await openIn(lang as string, { attributes: {} });
      document.documentElement.dir = dir as string;
      if (lang === 'ar' || lang === 'de') await show(element, textsOf(lang).connect);
      await element.connect().catch(() => {});
      await show(element, 'invalid_config');
      const message = find(element, '[part=message]');
      const code = message?.querySelector('bdi');
      expect(code?.textContent).to.equal('invalid_config');
      const isEnglish = lang !== 'ar' && lang !== 'de';
      const wrapped = message?.querySelector('span');
      expect(wrapped?.dir).to.equal(isEnglish ? 'ltr' : undefined);
      // The full stop is where the text ends.
      const end = document.createRange();
      const last = [...(code?.parentNode?.childNodes ?? [])].findLast(
        ({ nodeValue }) => nodeValue?.includes('.') === true,
      ) as Text;
      const stop = last.data.indexOf('.');
      end.setStart(last, stop);
      end.setEnd(last, stop + 1);
      const isAfter = end.getBoundingClientRect().left >= code!.getBoundingClientRect().right - 1;
      expect(isAfter).to.equal(lang !== 'ar');
    });
  }

  for (const text of ['continue', 'sign-in', 'sign-up', 'pay'] as const) {
    it(`has the ready label ${text} in every language`, async () => {
      const { element } = await openIn('da');
      element.setAttribute('text', text);
      await show(element, textsOf('da')[text]);
      element.textContent = 'Own';
      await element.updateComplete;
      expect(element.innerText.trim()).to.equal('Own');
    });
  }

  it('is asked for once, and a language that does not come is English with one warning', async () => {
    let asked = 0;
    const page = await openPage({
      prepare: ({ document }) => document.documentElement.setAttribute('lang', 'ja'),
    });
    const { view, element, add, spoken } = page;
    const key = Symbol.for('monerium-connect.texts');
    const shared = view as unknown as Record<symbol, typeof registry>;
    shared[key]?.push(['ja', () => Promise.reject(new Error(String((asked += 1))))]);
    add();
    element.requestUpdate();
    await until(() => spoken.some(({ text }) => text.includes('lang="ja": 1')));
    await settle();
    element.requestUpdate();
    await settle();
    expect(asked).to.equal(1);
    const warnings = spoken.filter(({ level }) => level === 'warn').map(({ text }) => text);
    expect(warnings).to.deep.equal(['<monerium-connect> lang="ja": 1']);
    expect(label(element)).to.equal(english.connect);
  });
});

describe('every language in the button', () => {
  let page: Page;

  async function checkFit(text: string): Promise<void> {
    page.element.strings = { connect: text };
    await page.element.updateComplete;
    const button = find(page.element, 'button')?.getBoundingClientRect();
    expect(button?.width, text).to.be.at.most(320);
    const { scrollWidth } = page.document.documentElement;
    expect(scrollWidth, text).to.be.at.most(page.view.innerWidth);
  }

  it('fits at 320 px', async () => {
    page = await openIn('en');
    page.document.body.style.cssText = 'margin: 0; width: 320px';
    for (const tag of ['en', ...LANGUAGES]) {
      page.document.dir = ['ar', 'he'].includes(tag) ? 'rtl' : 'ltr';
      page.document.documentElement.lang = tag;
      const texts = tag === 'en' ? english : textsOf(tag);
      for (const text of Object.values(texts)) await checkFit(text);
    }
  });
});
