// In the page of a contact sheet: every appearance and size in every state that a customer sees.
import { simulate, type Simulated } from '../../src/testing/simulate.js';
import type { MoneriumConnect } from '../../src/index.js';
import { measure } from '../helpers/contrast.js';

const APPEARANCES = ['filled', 'outlined', 'plain'];
const SIZES = ['small', 'medium', 'large'];
/** In the order of the columns. */
// prettier-ignore
const STATES = [
  'idle', 'hover', 'focus', 'redirecting', 'exchanging', 'waiting', 'failed', 'connected',
  'disabled', 'icon-only',
];
const SIMULATED = new Set(['redirecting', 'exchanging', 'waiting', 'connected']);
/** These are of a flow in a popup. */
const IN_POPUP = ['waiting', 'failed'];
const LANGUAGE_MS = 10_000;

let count = 0;

export async function addIn(
  state: string,
  attributes: Record<string, string>,
  parent: HTMLElement,
): Promise<MoneriumConnect> {
  const element = document.createElement('monerium-connect');
  // A flow of its own for each element.
  const own = { 'client-id': `client-${(count += 1)}`, 'backend-url': '/backend', ...attributes };
  for (const [name, value] of Object.entries(own)) element.setAttribute(name, value);
  if (state === 'disabled' || state === 'icon-only') element.toggleAttribute(state, true);
  if (state === 'icon-only') {
    element.innerHTML =
      '<svg slot="icon" viewBox="0 0 24 24"><path d="M4 12h16M14 6l6 6-6 6" /></svg>';
  }
  if (IN_POPUP.includes(state)) element.setAttribute('mode', 'popup');
  parent.append(element);
  await element.updateComplete;
  return element;
}

/** Waits until the texts of the page's language are there: they come by a request of their own. */
async function waitForLanguage(element: MoneriumConnect): Promise<void> {
  const end = performance.now() + LANGUAGE_MS;
  const isEnglish = document.documentElement.lang === 'en';
  while (element.shadowRoot?.textContent?.includes('Connect') !== isEnglish) {
    if (performance.now() > end) throw new Error('The texts of the language did not come.');
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Puts an element into the state of its column. Attributes and the browser bring the others. */
export async function enter(
  element: MoneriumConnect,
  state: string,
  failure: Simulated = 'popup_blocked',
): Promise<void> {
  if (state === 'failed') await simulate(element, failure);
  else if (SIMULATED.has(state)) await simulate(element, state as Simulated);
}

export interface Cell {
  /** Appearance, size and state. */
  readonly name: string;
  readonly state: string;
  /** Left, top, width and height, in the page. */
  readonly box: readonly [number, number, number, number];
  /** Of the element: before it entered its state, and in it. */
  readonly widths: readonly [number, number];
  /** Whether all of it lies in its cell. */
  readonly isInside: boolean;
}

interface Row {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly failure: Simulated;
  readonly width?: string;
}

const ROWS: Row[] = [
  ...APPEARANCES.flatMap((appearance) =>
    SIZES.map((size) => ({
      name: `${appearance} ${size}`,
      attributes: { appearance, size },
      // A short text: text is what makes a picture large.
      failure: 'server_unavailable' as const,
    })),
  ),
  // A card of a narrow page, where labels need a second line.
  { name: 'filled in 216 px', attributes: {}, width: '216px', failure: 'popup_blocked' },
];

async function addCell(row: Row, state: string) {
  const cell = document.body.appendChild(document.createElement('div'));
  const element = await addIn(state, row.attributes, cell);
  if (row.width && state !== 'icon-only') element.style.width = row.width;
  return { name: `${row.name} ${state}`, state, failure: row.failure, cell, element };
}

/** Fills the page with a cell for each row and state. */
export async function addSheet(): Promise<Cell[]> {
  const added = [];
  for (const row of ROWS) for (const state of STATES) added.push(await addCell(row, state));
  await Promise.all(added.map(({ element }) => waitForLanguage(element)));
  await document.fonts.ready;
  const idle = added.map(({ element }) => element.getBoundingClientRect().width);
  for (const { element, state, failure } of added) await enter(element, state, failure);
  return added.map(({ name, state, cell, element }, index) => {
    const [outer, inner] = [cell.getBoundingClientRect(), element.getBoundingClientRect()];
    return {
      name,
      state,
      box: [outer.x, outer.y, outer.width, outer.height],
      widths: [idle[index] ?? NaN, inner.width],
      isInside:
        inner.left >= outer.left && inner.right <= outer.right && inner.bottom <= outer.bottom,
    };
  });
}

/** What has too little contrast, by WCAG 2.2, with this accent or the default. */
export function listShort(names: readonly string[], accent = ''): string[] {
  document.documentElement.style.setProperty('--monerium-connect-accent', accent);
  const { backgroundColor } = getComputedStyle(document.documentElement);
  const page = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
  return [...document.querySelectorAll('monerium-connect')].flatMap((element, index) =>
    measure(element, page)
      .filter(({ ratio, least }) => !(ratio >= least))
      .map(({ what, ratio }) => `${names[index]}: ${what} ${ratio.toFixed(2)} ${accent}`),
  );
}
