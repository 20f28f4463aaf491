// In the page of a contact sheet: every appearance and size in every state that a customer sees.
import type { MoneriumConnect } from '../../src/index.js';

export { measure } from '../../test/helpers/contrast.js';

const APPEARANCES = ['filled', 'outlined', 'plain'];
const SIZES = ['small', 'medium', 'large'];
const STATES = ['idle', 'redirecting', 'waiting', 'failed', 'connected', 'disabled', 'icon-only'];

/** A window that stays open, and says nothing. */
const popup = {
  ...{ closed: false, name: '', sessionStorage },
  ...{ location: { replace() {} }, focus() {}, close() {}, postMessage() {} },
};
let isBlocked = false;
let count = 0;
window.open = () => (isBlocked ? null : (popup as unknown as Window));
navigation.addEventListener('navigate', (event) => event.preventDefault());

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
  if (state === 'waiting' || state === 'failed') element.setAttribute('mode', 'popup');
  if (state === 'connected') Object.assign(element, { profile: 'p', userId: 'u' });
  parent.append(element);
  isBlocked = state === 'failed';
  if (/redirecting|waiting|failed/.test(state)) {
    element.connect().catch(() => {});
    while (element.status !== state) await new Promise((resolve) => setTimeout(resolve));
  }
  await element.updateComplete;
  return element;
}

export async function addSheet(): Promise<void> {
  for (const appearance of APPEARANCES) {
    for (const size of SIZES) {
      const row = document.body.appendChild(document.createElement('div'));
      row.className = 'row';
      for (const state of STATES) {
        const cell = row.appendChild(document.createElement('div'));
        cell.dataset.cell = [appearance, size, state].join(' ');
        await addIn(state, { appearance, size }, cell);
      }
    }
  }
}

/** What a site writes, by documented means alone, and its buttons beside ours. */
const SITES = {
  checkout: `<button style="background:#ffc439">PayPal</button>
    <button style="background:#fff;border:1px solid #747775">G Sign in with Google</button>
    <button style="background:#000;color:#fff">Pay with Apple</button>`,
  'a green bank': `<style>.bank monerium-connect {
    --monerium-connect-accent: #00693c; --monerium-connect-radius: 0; }</style>`,
  'a dark pill': `<style>.pill { background: #120b2e; color: #fff; padding: 16px }
    .pill monerium-connect { --monerium-connect-background: linear-gradient(90deg,#6d28d9,#be185d);
    --monerium-connect-color: #fff; --monerium-connect-radius: 99px; }</style>`,
  'a card of 216 px': '<style>.card { width: 216px !important; }</style>',
};

export async function addSites(): Promise<void> {
  for (const [index, [name, html]] of Object.entries(SITES).entries()) {
    const site = document.body.appendChild(document.createElement('section'));
    site.className = `site ${['checkout', 'bank', 'pill', 'card'][index]}`;
    site.innerHTML = `<h3>${name}</h3>${html}`;
    for (const state of ['idle', 'redirecting', 'waiting', 'failed', 'connected']) {
      const element = await addIn(state, {}, site);
      element.className = 'wide';
      if (state === 'idle' && index === 1) element.focus();
    }
  }
}
