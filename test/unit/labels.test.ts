// What replaces the idle label has room there, in every language: the button keeps its size.
import { expect } from '@open-wc/testing';
import { simulate, type Simulated } from '../../src/testing/simulate.js';
import { CHOOSING } from '../../src/core/flow/state.js';
import { createAttempt } from '../../src/core/flow/attempt.js';
import '../../src/index.js';
import type { MoneriumConnect } from '../../src/index.js';
import { registry } from '../../src/locales/registry.js';
import '../../src/locales/index.js';
import { ATTRIBUTES, closePages, find, settle } from './fixture.js';

const loader = registry.findLast(([tags]) => tags.includes(' '));
const LANGUAGES = ['en', ...(loader?.[0].split(' ') ?? [])];
const TEXTS = ['connect', 'continue', 'sign-in', 'sign-up', 'pay'] as const;
const WALLET = { wallet: 'sign-in', mode: 'popup' };

type Case = readonly [state: Simulated | 'choosing', attributes: Record<string, string>];
const CASES: readonly Case[] = [
  ['redirecting', {}],
  ['exchanging', {}],
  ['connected', {}],
  ['access_denied', {}],
  ['exchange_rejected', {}],
  ['waiting', { mode: 'popup' }],
  ['popup_closed', { mode: 'popup' }],
  ['choosing', WALLET],
  ['signing', WALLET],
  ['signed', WALLET],
];

let count = 0;

function add(attributes: Record<string, string>): MoneriumConnect {
  const element = document.createElement('monerium-connect');
  // A flow of its own.
  const own = { 'client-id': `client-${(count += 1)}` };
  for (const [name, value] of Object.entries({ ...ATTRIBUTES, ...attributes, ...own })) {
    element.setAttribute(name, value);
  }
  const box = document.createElement('div');
  box.append(element);
  document.body.append(box);
  return element;
}

async function enter(element: MoneriumConnect, state: Case[0]): Promise<void> {
  await simulate(element, state === 'choosing' ? 'idle' : state);
  if (state !== 'choosing') return;
  const flow = element.flow!;
  const attempt = createAttempt();
  flow.send({ type: 'start', attempt });
  flow.send({ type: 'sign', attempt, connection: CHOOSING });
}

/** An idle element beside each one that is in a state. */
async function addPairs(size: string) {
  const pairs = CASES.map(([state, attributes]) => {
    const all = { size, ...attributes };
    return { state, idle: add(all), element: add(all) };
  });
  for (const { element, state } of pairs) await enter(element, state);
  return pairs;
}

/** How many lines of text a part of an element has. */
function countLines(element: MoneriumConnect, selector: string): number {
  const part = find(element, selector) as HTMLElement;
  const lineHeight = parseFloat(getComputedStyle(part).lineHeight);
  return Math.round(part.getBoundingClientRect().height / lineHeight);
}

function sizeOf(element: MoneriumConnect): string {
  const box = find(element, '[part=button], [part=status]')!.getBoundingClientRect();
  // Firefox computes in other fractions, left and right.
  return `${box.width.toFixed(1)} × ${box.height.toFixed(1)}`;
}

before(async () => {
  if (typeof loader?.[1] !== 'function') throw new Error('There is no loader.');
  for (const tag of LANGUAGES.slice(1)) await loader[1](tag);
});

afterEach(async () => {
  document.documentElement.lang = 'en';
  document.documentElement.dir = '';
  for (const element of document.querySelectorAll('monerium-connect')) {
    await simulate(element, 'idle');
    element.parentElement?.remove();
  }
  await closePages();
});

describe('the labels of <monerium-connect>', () => {
  for (const size of ['small', 'medium', 'large']) {
    it(`#196 do not wrap, and leave the button its size in every language: ${size}`, async function () {
      this.timeout(100_000);
      const pairs = await addPairs(size);
      const elements = pairs.flatMap(({ idle, element }) => [idle, element]);
      const wrong: string[] = [];
      for (const lang of LANGUAGES) {
        document.documentElement.lang = lang;
        document.documentElement.dir = ['ar', 'he'].includes(lang) ? 'rtl' : 'ltr';
        await settle();
        for (const text of TEXTS) {
          for (const element of elements) element.text = text;
          await Promise.all(elements.map(({ updateComplete }) => updateComplete));
          for (const { state, idle, element } of pairs) {
            const label = state === 'connected' ? '[part=status] > span + span' : '[part=label]';
            const lines = countLines(element, label);
            const sizes = [sizeOf(idle), sizeOf(element)];
            if (lines === 1 && sizes[0] === sizes[1]) continue;
            wrong.push(`${lang} ${text} ${state}: ${lines} lines, ${sizes.join(' and ')}`);
          }
        }
      }
      expect(wrong).to.deep.equal([]);
    });
  }

  for (const [name, own] of [
    ['its label', { textContent: 'Go' }],
    ['its texts', { strings: { connect: 'Go' } }],
  ] as const) {
    it(`#196 have room where the page has ${name}`, async () => {
      const pairs = await addPairs('medium');
      const elements = pairs.flatMap(({ idle, element }) => [idle, element]);
      for (const element of elements) Object.assign(element, own);
      await settle();
      for (const { state, idle, element } of pairs) {
        expect(find(idle, '[part=label]')?.innerText + (idle.innerText ?? '')).to.contain('Go');
        expect(sizeOf(element), state).to.equal(sizeOf(idle));
      }
    });
  }
});
