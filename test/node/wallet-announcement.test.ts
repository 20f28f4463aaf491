import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isProvider, readAnnouncement } from '../../src/wallet/discovery.js';
import { runs, seed } from '../helpers/runs.js';

const ICON = 'data:image/svg+xml,<svg/>';
const provider = { request: async () => null };
const info = { uuid: 'u', name: 'Wallet', icon: ICON, rdns: 'io.wallet' };

const read = (changed: object) => readAnnouncement({ info: { ...info, ...changed }, provider });

/** An object whose every property throws. */
const throwing: unknown = new Proxy(
  {},
  {
    get() {
      throw new Error('hostile');
    },
  },
);

describe('an announcement', () => {
  it('is read, also when it is frozen', () => {
    const frozen = Object.freeze({ info: Object.freeze(info), provider: Object.freeze(provider) });
    const { uuid, name, icon, rdns } = info;
    assert.deepEqual(readAnnouncement(frozen), { uuid, name, icon, rdns, provider });
  });

  for (const [label, detail] of [
    ['null', null],
    ['nothing', undefined],
    ['a text', 'wallet'],
    ['no info', { provider }],
    ['no provider', { info }],
    ['a provider without request', { info, provider: {} }],
    ['a provider whose request is no function', { info, provider: { request: 1 } }],
    ['a provider that throws', { info, provider: throwing }],
    ['an info that throws', { info: throwing, provider }],
    ['a detail that throws', throwing],
    ['a name that is a number', { info: { ...info, name: 7 }, provider }],
    ['an empty name', { info: { ...info, name: ' \u202e\n ' }, provider }],
    ['a uuid that is an object', { info: { ...info, uuid: {} }, provider }],
  ] as const) {
    it(`#110 is skipped with ${label}`, () => {
      assert.equal(readAnnouncement(detail), undefined);
    });
  }

  for (const [name, shown] of [
    ['Meta\nMask', 'Meta Mask'],
    ['  Two   words ', 'Two words'],
    ['safe\u202eksaMateM', 'safeksaMateM'],
    ['a\u0000b\u200bc\u2066d', 'abcd'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['x'.repeat(1_000_000), 'x'.repeat(40)],
    ['🙂'.repeat(100), '🙂'.repeat(40)],
    ['\ud800lone', 'lone'],
  ] as const) {
    it(`#110 has the name ${JSON.stringify(shown)} for ${JSON.stringify(name.slice(0, 40))}`, () => {
      assert.equal(read({ name })?.name, shown);
    });
  }

  it('#110 has no domain that is not one', () => {
    for (const rdns of ['a b', '<b>', 'x'.repeat(81), '\u202e', 7, null, undefined, '']) {
      assert.equal(read({ rdns })?.rdns, '');
    }
  });

  for (const icon of [
    'javascript:alert(1)',
    'https://tracker.example/i.png',
    'data:text/html,<script>',
    '//x/i.png',
    'data:image',
    'blob:https://x/1',
    ' data:image/png;base64,AA',
    '',
    7,
    null,
    {},
    `data:image/png;base64,${'A'.repeat(65_536)}`,
  ]) {
    it(`#111 has no icon for ${JSON.stringify(icon)?.slice(0, 50)}`, () => {
      assert.equal(read({ icon })?.icon, '');
    });
  }

  it('#111 keeps an image, also one that holds a script: an <img> runs none', () => {
    for (const icon of [
      'data:image/png;base64,AA',
      'data:image/svg+xml;utf8,<svg><script/></svg>',
    ]) {
      assert.equal(read({ icon })?.icon, icon);
    }
  });

  /** Draws ten times what the one before draws ten times, and so on: 2.8 kB, a billion shapes. */
  const bomb = (reference: (to: number) => string) => {
    const groups = Array.from({ length: 9 }, (_, at) => {
      return `<g id="g${at + 1}">${reference(at).repeat(10)}</g>`;
    });
    return `<svg xmlns="http://www.w3.org/2000/svg"><defs><path id="g0" d="M0 0h1v1z"/>${groups.join('')}</defs>${reference(9)}</svg>`;
  };
  const uses = bomb((to) => `<use href="#g${to}"/>`);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  for (const [label, icon] of [
    ['nested uses', `data:image/svg+xml,${uses}`],
    ['nested uses, percent-encoded', `data:image/svg+xml,${encodeURIComponent(uses)}`],
    [
      'nested uses, each letter percent-encoded',
      `data:image/svg+xml,${uses.replaceAll('use', '%75%73%65')}`,
    ],
    ['nested uses, in base64', `data:image/svg+xml;base64,${base64(uses)}`],
    [
      'nested uses, in base64 that is percent-encoded',
      `DATA:image/SVG+xml;base64,${base64(uses).replaceAll('P', '%50')}`,
    ],
    ['nested uses behind a prefix', `data:image/svg+xml,${uses.replaceAll('<use', '<s:use')}`],
    ['nested uses with a line break', `data:image/svg+xml,${uses.replaceAll('use', 'u\nse')}`],
    ['nested uses in another charset', `data:image/svg+xml;charset=utf-16,${uses}`],
    ['nested uses behind a parameter', `data:image/svg+xml;a=b;base64,${base64(uses)}`],
    [
      'nested uses in UTF-16',
      `data:image/svg+xml;base64,${Buffer.from(`\ufeff${uses}`, 'utf16le').toString('base64')}`,
    ],
    ['nested masks', `data:image/svg+xml,${bomb((to) => `<g mask="url(#g${to})"/>`)}`],
    ['entities', 'data:image/svg+xml,<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "x">]><svg/>'],
    ['an image within it', 'data:image/svg+xml,<svg><image href="data:image/svg+xml,..."/></svg>'],
    ['a million dashes', 'data:image/svg+xml,<svg><path stroke-dasharray="0.001"/></svg>'],
    ['more than 16 kB', `data:image/svg+xml,<svg>${' '.repeat(16_384)}</svg>`],
    ['no base64', 'data:image/svg+xml;base64,<svg>'],
  ] as const) {
    it(`#189 has no SVG icon with ${label}, and keeps the wallet`, () => {
      assert.equal(read({ icon })?.icon, '');
    });
  }

  it('#189 keeps an SVG icon of the usual kind, and any raster image', () => {
    const text =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>Used</title><defs>' +
      '<linearGradient id="a"><stop/></linearGradient><clipPath id="b"><path d="M0 0h9v9z"/>' +
      '</clipPath></defs><g clip-path="url(#b)"><path fill="url(#a)" d="M1 1h7v7z"/></g></svg>';
    for (const icon of [
      `data:image/svg+xml,${encodeURIComponent(text)}`,
      `data:image/svg+xml;base64,${base64(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`)}`,
      `data:image/svg+xml;charset=utf-8,${text}`,
      `data:image/png;base64,${'A'.repeat(60_000)}`,
      'data:image/webp;base64,AAAA',
    ]) {
      assert.equal(read({ icon })?.icon, icon);
    }
  });

  it('#110 never throws and has one short line as its name, for any value', () => {
    const property = fc.property(
      fc.anything(),
      fc.anything(),
      fc.string({ unit: 'binary' }),
      (a, b, name) => {
        readAnnouncement(a);
        readAnnouncement({ info: b, provider });
        const wallet = readAnnouncement({ info: { ...info, name, rdns: a, icon: b }, provider });
        if (!wallet) return;
        assert.match(wallet.name, /^[^\p{C}\n\r\u2028\u2029]{1,40}$/u);
      },
    );
    fc.assert(property, { numRuns: runs(20_000), seed: seed() });
  });
});

describe('a provider', () => {
  it('#139 has a method request, as a class with private fields or a Proxy as well', () => {
    class Private {
      #result = 1;
      request() {
        return this.#result;
      }
    }
    for (const value of [provider, new Private(), new Proxy(provider, {})]) {
      assert.equal(isProvider(value), true);
    }
    for (const value of [null, undefined, 7, 'x', {}, { request: {} }, throwing]) {
      assert.equal(isProvider(value), false);
    }
  });
});
