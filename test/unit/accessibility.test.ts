import { expect } from '@open-wc/testing';
import { executeServerCommand, sendKeys, sendMouse } from '@web/test-runner-commands';
import type { AxeResults, RunOptions } from 'axe-core';
import '../../src/index.js';
import {
  ATTRIBUTES,
  IDENTITY,
  RESPONSE,
  addHere,
  closePages,
  defer,
  find,
  holdNavigations,
  listenToConsole,
  openPage,
  read,
  readShown,
  settle,
  until,
  type Page,
  type View,
} from './fixture.js';

type Axe = { run(context: Element, options: RunOptions): Promise<AxeResults> };
type Situation = 'idle' | 'disabled' | 'exchanging' | 'connected' | 'failed' | 'unusable';

const SITUATIONS: Situation[] = [
  'idle',
  'disabled',
  'exchanging',
  'connected',
  'failed',
  'unusable',
];

let spoken: ReturnType<typeof listenToConsole>;
let navigations: ReturnType<typeof holdNavigations>;

/** A page whose element is in the given situation, and the end of its exchange. */
async function openIn(situation: Situation) {
  const end = defer<typeof IDENTITY>();
  const waits = situation !== 'idle' && situation !== 'disabled';
  const page = await openPage({
    ...(waits && { search: RESPONSE }),
    properties: { exchange: () => end.promise, disabled: situation === 'disabled' },
  });
  if (waits) await until(() => page.element.status === 'exchanging');
  const { ConnectError } = page.entry;
  if (situation === 'connected') end.resolve(IDENTITY);
  if (situation === 'failed') end.reject(new ConnectError('exchange_rejected'));
  if (situation === 'unusable') end.reject(new ConnectError('embedding_blocked'));
  // A failure is shown a second after it.
  const status = situation === 'unusable' ? 'failed' : situation;
  if (situation !== 'disabled') await until(() => page.element.status === status);
  await settle();
  await page.element.updateComplete;
  return { ...page, end };
}

function findButton(element: Element): HTMLElement {
  const button = find(element, 'button');
  if (!button) throw new Error('There is no button.');
  return button;
}

/** The part of the element that has focus: comparing nodes would print whole windows. */
function nameFocused(element: Element): string | undefined {
  return element.shadowRoot?.activeElement?.getAttribute('part') ?? undefined;
}

async function listViolations({ view, document, element }: Page): Promise<string[]> {
  const script = document.createElement('script');
  script.src = '/node_modules/axe-core/axe.min.js';
  const loaded = new Promise((resolve) => script.addEventListener('load', resolve));
  document.head.append(script);
  await loaded;
  const { axe } = view as View & { axe: Axe };
  const { violations, incomplete } = await axe.run(element, { resultTypes: ['violations'] });
  // Of what nobody has to read, such as a tick, the contrast need not be measured.
  const doubts = incomplete.filter(
    ({ id, nodes }) =>
      id === 'color-contrast' && nodes.some(({ html }) => !html.includes('aria-hidden="true"')),
  );
  return [...violations, ...doubts].map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

/** Only the runner of Chromium can change what the system prefers: `undefined` leaves it alone. */
const emulate = /Chrome/.test(navigator.userAgent)
  ? (features: Record<string, string>) =>
      executeServerCommand(
        'emulate-media-everywhere',
        Object.entries(features).map(([name, value]) => ({ name, value })),
      )
  : undefined;
const preferred = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';

beforeEach(() => {
  spoken = listenToConsole(window);
  navigations = holdNavigations();
});

afterEach(async () => {
  await closePages();
  navigations.release();
  spoken.restore();
  await emulate?.({ 'prefers-color-scheme': 'light', 'prefers-reduced-motion': 'no-preference' });
  expect(spoken.list('error', 'warn').join()).to.equal('');
});

describe('the accessibility of <monerium-connect>', () => {
  for (const situation of SITUATIONS) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`#98 has no flaw that axe finds, ${situation}, ${colorScheme}`, async function () {
        if (!emulate && colorScheme !== preferred) this.skip();
        const page = await openIn(situation);
        await emulate?.({ 'prefers-color-scheme': colorScheme });
        const isDark = page.view.matchMedia('(prefers-color-scheme: dark)').matches;
        expect(isDark).to.equal(colorScheme === 'dark');
        expect(await listViolations(page)).to.deep.equal([]);
      });
    }

    it(`#98 has no flaw that axe finds, ${situation}, right to left`, async () => {
      const page = await openIn(situation);
      page.document.dir = 'rtl';
      expect(await listViolations(page)).to.deep.equal([]);
    });
  }

  it('follows the color-scheme of the page rather than of the system', async () => {
    const { element, document, view } = await openIn('idle');
    const before = view.getComputedStyle(findButton(element)).backgroundColor;
    document.documentElement.style.colorScheme = preferred === 'dark' ? 'light' : 'dark';
    expect(view.getComputedStyle(findButton(element)).backgroundColor).not.to.equal(before);
  });

  it('puts the icon on the side where reading begins', async () => {
    const { element, document } = await openIn('idle');
    const icon = document.createElement('img');
    icon.slot = 'icon';
    icon.width = 20;
    element.append(icon);
    const left = (shown: Element | null | undefined) => shown?.getBoundingClientRect().left ?? NaN;
    const label = find(element, '[part=label]');
    expect(left(icon)).to.be.lessThan(left(label));
    document.dir = 'rtl';
    expect(left(icon)).to.be.greaterThan(left(label));
  });

  it('keeps a border and the system colours in forced colours', async function () {
    // WebKit has no forced colours.
    if (!CSS.supports('forced-color-adjust', 'auto')) this.skip();
    const { element, view } = await openIn('idle');
    const button = findButton(element);
    for (const part of [button, ...button.querySelectorAll('*')]) {
      expect(view.getComputedStyle(part).forcedColorAdjust).to.be.oneOf([
        'auto',
        'preserve-parent-color',
      ]);
    }
    expect(view.getComputedStyle(button).borderStyle).to.equal('solid');
  });

  it('#98 moves nothing under reduced motion', async function () {
    if (!emulate) this.skip();
    const { element } = await openIn('exchanging');
    await emulate({ 'prefers-reduced-motion': 'no-preference' });
    const countAnimations = () => element.shadowRoot?.getAnimations().length;
    expect(countAnimations()).to.equal(1);
    await emulate({ 'prefers-reduced-motion': 'reduce' });
    expect(countAnimations()).to.equal(0);
  });

  it('draws the tick in a quarter of a second, and not under reduced motion', async function () {
    if (!emulate) this.skip();
    const { element, view } = await openIn('connected');
    const readStyle = () => view.getComputedStyle(find(element, '[part=tick]')!);
    await emulate({ 'prefers-reduced-motion': 'no-preference' });
    expect(readStyle().animation).to.contain('0.25s').and.contain('show');
    expect(readStyle().strokeDasharray).to.equal('60px');
    await emulate({ 'prefers-reduced-motion': 'reduce' });
    expect(readStyle().animationName).to.equal('none');
    expect(readStyle().strokeDasharray).to.equal('none');
  });

  it('grows with the spacing of its text, and cuts nothing off', async () => {
    const { element } = await openIn('failed');
    element.style.cssText = 'width: 216px; display: block';
    const before = element.getBoundingClientRect().height;
    // WCAG 1.4.12, besides that of paragraphs.
    element.style.cssText += '; line-height: 1.5; letter-spacing: 0.12em; word-spacing: 0.16em';
    for (const part of element.shadowRoot?.querySelectorAll('button, [part=message]') ?? []) {
      expect(part.scrollWidth).to.be.at.most(part.clientWidth);
      expect(part.scrollHeight).to.be.at.most(part.clientHeight);
    }
    expect(element.getBoundingClientRect().height).to.be.above(before);
  });

  it('has a button that a finger can hit', async () => {
    const { element } = await openIn('idle');
    const { width, height } = findButton(element).getBoundingClientRect();
    expect(Math.min(width, height)).to.be.at.least(44);
  });
});

describe('<monerium-connect> and assistive technology', () => {
  it('#98 says that it is busy, and is never disabled then', async () => {
    const { element, end } = await openIn('exchanging');
    const button = findButton(element);
    expect(button.getAttribute('aria-busy')).to.equal('true');
    expect(button.getAttribute('aria-disabled')).to.equal('true');
    expect(button.matches(':disabled')).to.be.false;
    end.reject(new Error());
    await until(() => element.status === 'failed');
    await element.updateComplete;
    expect(findButton(element) === button).to.be.true;
    expect(button.getAttribute('aria-busy')).to.equal('false');
    expect(button.getAttribute('aria-disabled')).to.equal('false');
  });

  it('#98 announces every change once, in one polite region that stays', async () => {
    const end = defer<typeof IDENTITY>();
    const properties = { exchange: () => end.promise };
    const { element, view } = await openPage({ attributes: ATTRIBUTES, properties });
    await settle();
    const region = find(element, '[role=status]');
    const news: string[] = [];
    new view.MutationObserver(() => news.push(read(element))).observe(region as Node, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    Object.assign(element, IDENTITY);
    await settle();
    element.disconnect();
    await settle();
    expect(news).to.have.length(2);
    expect(news[0]).to.contain('Connected');
    expect(news[1]).to.equal('');
    expect(find(element, '[role=status]') === region).to.be.true;
    expect(element.shadowRoot?.querySelectorAll('[role=status], [aria-live]').length).to.equal(1);
  });

  it('#98 announces progress and failure once each', async () => {
    const { element, end, entry, view } = await openIn('exchanging');
    const news = [read(element)];
    new view.MutationObserver(() => news.push(read(element))).observe(
      find(element, '[role=status]') as Node,
      { childList: true, characterData: true, subtree: true },
    );
    end.reject(new entry.ConnectError('exchange_timeout'));
    // A second later: a request also fails without a response when its page is being left.
    await until(() => element.status === 'failed');
    await settle();
    expect(news).to.have.length(2);
    expect(new Set(news)).to.have.length(2);
    expect(news).not.to.contain('');
  });

  it('#98 keeps focus on the button across the states that have one', async () => {
    const { element, end } = await openIn('exchanging');
    element.focus();
    const button = findButton(element);
    expect(nameFocused(element)).to.equal('button');
    end.reject(new Error());
    await until(() => element.status === 'failed');
    await element.updateComplete;
    expect(element.shadowRoot?.activeElement === button).to.be.true;
  });

  it('#98 moves focus to the status when the focused button goes', async () => {
    const { element, end } = await openIn('exchanging');
    element.focus();
    end.resolve(IDENTITY);
    await until(() => element.status === 'connected');
    await element.updateComplete;
    expect(nameFocused(element)).to.equal('status');
  });

  it('#98 keeps focus inside when a focused status ends', async () => {
    const { element } = await openIn('connected');
    element.focus();
    expect(nameFocused(element)).to.equal('status');
    element.disconnect();
    await element.updateComplete;
    expect(nameFocused(element)).to.be.oneOf(['status', 'button']);
  });

  it('takes no focus that it did not have', async () => {
    const { element, document, end } = await openIn('exchanging');
    end.resolve(IDENTITY);
    await until(() => element.status === 'connected');
    await element.updateComplete;
    expect(document.activeElement?.localName).to.equal('body');
  });
});

describe('<monerium-connect> and its button', () => {
  it('passes focus() and click() of the element on to the button', async () => {
    const element = await addHere();
    let begun = 0;
    element.addEventListener('monerium-before-connect', (event) => {
      begun += 1;
      event.preventDefault();
    });
    element.focus();
    expect(nameFocused(element)).to.equal('button');
    element.click();
    // On a page that has just come the secrets may not be ready yet: the start waits for them.
    await until(() => begun);
    await settle();
    expect(begun).to.equal(1);
  });

  it('takes a click before it is on the page, as any element does', () => {
    expect(() => document.createElement('monerium-connect').click()).not.to.throw();
  });

  for (const [name, key] of Object.entries({ Enter: 'Enter', Space: ' ' })) {
    it(`#98 starts by ${name}`, async () => {
      const element = await addHere();
      await sendKeys({ press: 'Tab' });
      expect(document.activeElement === element).to.be.true;
      await sendKeys({ press: key });
      expect(element.status).to.equal('redirecting');
      expect(navigations.urls).to.have.length(1);
    });
  }

  it('starts by a click of the mouse, and stays focused while it leaves', async () => {
    const element = await addHere();
    const { left, top, width, height } = findButton(element).getBoundingClientRect();
    const position: [number, number] = [Math.round(left + width / 2), Math.round(top + height / 2)];
    await sendMouse({ type: 'click', position });
    expect(element.status).to.equal('redirecting');
    await element.updateComplete;
    const button = findButton(element);
    expect(nameFocused(element)).to.equal('button');
    expect(button.getAttribute('aria-busy')).to.equal('true');
    expect(find(element, '[part=spinner]') === null).to.be.false;
    expect(element.matches(':state(redirecting)')).to.be.true;
    expect(element.matches(':state(busy)')).to.be.true;
    expect(read(element)).to.equal(readShown(element, '[part=label]'));
  });

  for (const [situation, isBusy] of [
    ['idle', false],
    ['exchanging', true],
    ['connected', false],
    ['failed', false],
  ] as const) {
    it(`#304 ${isBusy ? 'has' : 'does not have'} :state(busy) while ${situation}`, async () => {
      const { element } = await openIn(situation);
      expect(element.matches(':state(busy)')).to.equal(isBusy);
      expect(element.matches(`:state(${situation})`)).to.be.true;
    });
  }

  it('does nothing on a click while disabled', async () => {
    const element = await addHere({ disabled: '' });
    element.click();
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'Enter' });
    expect(document.activeElement === element).to.be.false;
    expect(element.status).to.equal('idle');
    expect(navigations.urls).to.deep.equal([]);
  });
});
