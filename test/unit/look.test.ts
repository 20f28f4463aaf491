// What an element looks like, measured: contrast, sizes, widths. `test/look/pictures` shows it.
import { expect } from '@open-wc/testing';
import type { AxeResults, RunOptions } from 'axe-core';
import type { MoneriumConnect } from '../../src/index.js';
import fc from 'fast-check';
import { seed } from '../helpers/runs.js';
import { measure } from '../helpers/contrast.js';
import {
  ATTRIBUTES,
  CLIENT_ID,
  IDENTITY,
  closePages,
  find,
  openPage,
  until,
  type Page,
} from './fixture.js';

const STATES = ['idle', 'redirecting', 'failed', 'connected'] as const;
type State = (typeof STATES)[number] | 'waiting';
const APPEARANCES = ['filled', 'outlined', 'plain'] as const;
const HEIGHTS = { small: 24, medium: 44, large: 52 } as const;
/** Background and text, and whether the page says that it is dark. */
const THEMES = {
  light: ['#ffffff', '#1c1c1c', 'light'],
  dark: ['#14161a', '#eeeeee', 'dark'],
  'dark without color-scheme': ['#14161a', '#eeeeee', 'normal'],
} as const;

let count = 0;

/** A window that stays open. */
function createPopup(): Window {
  const location = { replace: () => {} };
  return { closed: false, close() {}, focus() {}, location } as unknown as Window;
}

async function addIn(page: Page, state: State, attributes: Record<string, string> = {}) {
  const { add, view } = page;
  // A flow of its own for each element.
  const own = { 'client-id': `${CLIENT_ID}${(count += 1)}`, ...attributes };
  const mode = { mode: state === 'failed' ? 'popup' : 'redirect' };
  view.open = () => (state === 'waiting' ? createPopup() : null);
  const identity = state === 'connected' ? IDENTITY : {};
  const element = add({ ...ATTRIBUTES, ...mode, ...own }, identity);
  if (/redirecting|failed|waiting/.test(state)) element.connect().catch(() => {});
  await until(() => element.status === state);
  await element.updateComplete;
  return element;
}

async function openSheet([background, color, scheme]: readonly [string, string, string]) {
  const page = await openPage({ attributes: false });
  const { style } = page.document.documentElement;
  Object.assign(style, { background, color, colorScheme: scheme });
  Object.assign(page.document.body.style, { background, color });
  return page;
}

const toRgb = (hex: string) => (hex.match(/\w\w/g) ?? []).map((part) => parseInt(part, 16));

function listShort(elements: MoneriumConnect[], background: string): string[] {
  return elements.flatMap((element) =>
    measure(element, toRgb(background))
      .filter(({ ratio, least }) => ratio < least)
      .map(({ what, ratio }) => `${element.appearance} ${element.status} ${what} ${ratio}`),
  );
}

type Axe = { run(context: Document, options: RunOptions): Promise<AxeResults> };

async function listViolations({ view, document }: Page): Promise<string[]> {
  const script = document.createElement('script');
  script.src = '/node_modules/axe-core/axe.min.js';
  const loaded = new Promise((resolve) => script.addEventListener('load', resolve));
  document.head.append(script);
  await loaded;
  const { axe } = view as typeof view & { axe: Axe };
  // The page of the test has no heading and no landmark.
  const rules = {
    region: { enabled: false },
    'page-has-heading-one': { enabled: false },
    'landmark-one-main': { enabled: false },
  };
  const options = { resultTypes: ['violations' as const], rules };
  const { violations } = await axe.run(document, options);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

afterEach(closePages);

describe('the look of <monerium-connect>', () => {
  for (const [name, theme] of Object.entries(THEMES)) {
    it(`has enough contrast, and no flaw that axe finds: ${name}`, async () => {
      const page = await openSheet(theme);
      const elements: MoneriumConnect[] = [];
      for (const appearance of APPEARANCES) {
        for (const size of Object.keys(HEIGHTS)) {
          for (const state of STATES) {
            elements.push(await addIn(page, state, { appearance, size }));
          }
        }
      }
      expect(listShort(elements, theme[0])).to.deep.equal([]);
      expect(await listViolations(page)).to.deep.equal([]);
    });

    it(`has a readable label on any accent: ${name}`, async () => {
      const page = await openSheet(theme);
      const elements = [];
      for (const appearance of APPEARANCES)
        elements.push(await addIn(page, 'idle', { appearance }));
      const channel = fc.integer({ min: 0, max: 255 });
      const random = fc.sample(fc.tuple(channel, channel, channel), { numRuns: 50, seed: seed() });
      // Blue of this luminance has another lightness in Lab.
      const accents = [...random, [4, 111, 253], [123, 86, 252]];
      for (const accent of accents) {
        page.document.body.style.setProperty('--monerium-connect-accent', `rgb(${accent.join()})`);
        expect(listShort(elements, theme[0]), accent.join()).to.deep.equal([]);
      }
    });
  }

  it('is as high as its size says, and fills a host that is wider', async () => {
    const page = await openSheet(THEMES.light);
    for (const [size, height] of Object.entries(HEIGHTS)) {
      const element = await addIn(page, 'idle', { size });
      const button = find(element, 'button') as HTMLElement;
      expect(button.getBoundingClientRect().height, size).to.be.within(height, height + 2);
      const natural = button.getBoundingClientRect().width;
      element.style.display = 'block';
      element.style.width = '400px';
      expect(button.getBoundingClientRect().width).to.equal(400);
      element.style.cssText = '';
      expect(button.getBoundingClientRect().width).to.equal(natural);
      element.innerHTML = '<svg slot="icon" width="20" height="20"></svg>';
      element.toggleAttribute('icon-only', true);
      await element.updateComplete;
      const square = button.getBoundingClientRect();
      expect(square.width).to.be.closeTo(square.height, 1);
      expect(button.textContent).to.contain('Connect with Monerium');
    }
  });

  for (const lang of ['en', 'de', 'ar', 'fi']) {
    it(`keeps the idle size in every state: ${lang}`, async () => {
      const page = await openSheet(THEMES.light);
      await page.view.load('/src/locales/index.ts');
      page.document.documentElement.lang = lang;
      page.document.documentElement.dir = lang === 'ar' ? 'rtl' : 'ltr';
      for (const [mode, states] of Object.entries({
        redirect: ['idle', 'redirecting', 'connected'] as const,
        popup: ['idle', 'waiting', 'failed', 'connected'] as const,
      })) {
        const sizes = new Set<string>();
        for (const state of states) {
          const element = await addIn(page, state, { mode });
          const isThere = () => /Connect with/.test(element.shadowRoot?.textContent ?? '');
          await until(() => isThere() === (lang === 'en'));
          const first = find(element, '[part=button], [part=status]');
          const { width = 0, height = 0 } = first?.getBoundingClientRect() ?? {};
          // Firefox computes in other fractions, left and right.
          sizes.add(
            `${element.getBoundingClientRect().width.toFixed(2)} ${width.toFixed(2)} ${height}`,
          );
        }
        expect([...sizes].join(), mode).not.to.contain(',');
      }
    });
  }

  it('keeps its width while a flow starts, and when it fails', async () => {
    const page = await openSheet(THEMES.light);
    const element = await addIn(page, 'idle');
    const { width, height } = element.getBoundingClientRect();
    element.connect().catch(() => {});
    await until(() => element.status === 'redirecting');
    await element.updateComplete;
    const busy = element.getBoundingClientRect();
    expect([busy.width, busy.height]).to.deep.equal([width, height]);
    element.cancel();
    element.mode = 'popup';
    await element.updateComplete;
    const popup = element.getBoundingClientRect();
    element.connect().catch(() => {});
    await until(() => element.status === 'failed');
    await element.updateComplete;
    expect(element.getBoundingClientRect().width).to.equal(popup.width);
  });

  it('puts the error on the edge of the button', async () => {
    const page = await openSheet(THEMES.light);
    for (const dir of ['ltr', 'rtl']) {
      page.document.dir = dir;
      const element = await addIn(page, 'failed');
      const edge = dir === 'ltr' ? 'left' : 'right';
      const edgeOf = (selector: string) =>
        find(element, selector)?.getBoundingClientRect()[edge] ?? NaN;
      // An engine may round the two in different ways.
      expect(edgeOf('[part=message]')).to.be.closeTo(edgeOf('[part=button]'), 0.01);
    }
  });

  it('shows where the focus is, in two colours', async function () {
    const page = await openSheet(THEMES.dark);
    const element = await addIn(page, 'idle');
    const button = find(element, 'button') as HTMLElement;
    button.focus({ focusVisible: true });
    // A window that is not in front shows no focus.
    if (!button.matches(':focus-visible')) this.skip();
    const { outlineStyle, outlineWidth, boxShadow } = page.view.getComputedStyle(button);
    expect([outlineStyle, outlineWidth]).to.deep.equal(['solid', '2px']);
    expect(boxShadow).to.contain('2px');
  });

  for (const name of ['appearance', 'size', 'text'] as const) {
    it(`takes an unknown ${name} for a mistake, and shows the default`, async () => {
      const { element, list } = await openPage({ attributes: { ...ATTRIBUTES, [name]: 'huge' } });
      await element.updateComplete;
      expect(list('warn').filter((line) => line.includes(`${name} needs `))).to.have.length(1);
      expect(find(element, 'button')?.getBoundingClientRect().height).to.be.at.least(44);
    });
  }

  for (const [name, value] of Object.entries({ appearance: 'plain', size: 'large', text: 'pay' })) {
    it(`shows the default without a warning when ${name} is removed`, async () => {
      const { element, list } = await openPage({ attributes: { ...ATTRIBUTES, [name]: value } });
      await element.updateComplete;
      element.removeAttribute(name);
      await element.updateComplete;
      expect(list('warn').filter((line) => line.includes(`${name} needs `))).to.deep.equal([]);
    });
  }
});
