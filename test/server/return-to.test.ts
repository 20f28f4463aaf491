// A flow that the server starts redirects to the own origin only.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addResult, readReturnTo } from '../../src/server/return-to.js';
import { runs, seed } from '../helpers/runs.js';

const ORIGIN = 'https://shop.example';
const PATHS = ['/monerium/start', '/monerium/callback', '/monerium/session'];
const read = (value: string | null) => readReturnTo(value, ORIGIN, PATHS);

/** Values that are no path, or lead to another origin in some browser, server or library. */
export const FOREIGN = [
  'https://evil.example/',
  'HTTPS://evil.example/',
  'http://shop.example/',
  'https://shop.example.evil.example/',
  'https://shop.example@evil.example/',
  'https:evil.example',
  'https:/evil.example',
  '//evil.example/',
  '//evil.example\\@shop.example/',
  '///evil.example/',
  '////evil.example/',
  '/\\evil.example/',
  '\\\\evil.example/',
  '\\/evil.example/',
  '/\t/evil.example/',
  '/\n/evil.example/',
  '/\r\n/evil.example/',
  '\t//evil.example/',
  ' //evil.example/',
  '\u0000//evil.example/',
  '/.//evil.example/',
  '/..//evil.example/',
  '/a/..//evil.example/',
  '/%2e//evil.example/',
  '/cart//evil.example',
  '/;@evil.example\\',
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'blob:https://shop.example/1',
  'evil.example',
  './cart',
  '?a=1',
  '#a',
  '@evil.example',
  ':443/',
  '',
  ' ',
];

describe('#245 return_to', () => {
  for (const value of FOREIGN) {
    it(`#245 ignores ${JSON.stringify(value)}`, () => {
      assert.equal(read(value), undefined);
    });
  }

  it('#245 ignores the own origin when it is not a path', () => {
    for (const value of [`${ORIGIN}/cart`, '//shop.example/cart', '/\t/shop.example/cart']) {
      assert.equal(read(value), undefined);
    }
    assert.equal(read(null), undefined);
  });

  it('#245 leads to the own origin, for any text', () => {
    const part = fc.constantFrom(...'/\\.:@?#%;&=\t\n\r 2eEfF\0é'.split(''), '//', 'evil.example');
    const text = fc.array(part, { maxLength: 12 }).map((parts) => `/${parts.join('')}`);
    fc.assert(
      fc.property(text, (value) => {
        const path = read(value);
        if (path === undefined) return;
        const location = ORIGIN + addResult(path, 'connected');
        assert.equal(new URL(location).origin, ORIGIN);
        // Also for a parser that resolves the path alone.
        assert.equal(new URL(addResult(path, 'connected'), ORIGIN).origin, ORIGIN);
        assert.doesNotMatch(location, /[\0-\x20\x7f\\]/);
      }),
      { numRuns: runs(20_000), seed: seed() },
    );
  });

  for (const [value, path] of [
    ['/', '/'],
    ['/cart', '/cart'],
    ['/cart?a=1&b=%20#top', '/cart?a=1&b=%20#top'],
    ['/cart?next=https://evil.example/', '/cart?next=https://evil.example/'],
    ['/a/../b', '/b'],
    ['/%2F%2Fevil.example', '/%2F%2Fevil.example'],
    ['/käse?q=ä b', '/k%C3%A4se?q=%C3%A4%20b'],
    ['/@evil.example', '/@evil.example'],
    ['/cart?', '/cart'],
  ] as const) {
    it(`accepts ${value}`, () => assert.equal(read(value), path));
  }

  it('removes a response, a token and the result of an earlier flow', () => {
    const query = 'code=c&a=1&state=mc1.s&monerium_result=access_denied&error=e&iss=i&b=%C3%A4';
    assert.equal(read(`/cart?${query}`), '/cart?a=1&b=%C3%A4');
    assert.equal(read('/cart?code=c#access_token=t'), '/cart');
    assert.equal(read('/cart?monerium%5Fresult=connected'), '/cart');
  });

  it('#246 ignores the paths of the handler, where a flow would begin again', () => {
    for (const path of PATHS) {
      assert.equal(read(path), undefined);
      assert.equal(read(`${path}?return_to=${path}`), undefined);
      assert.equal(read(`/a/..${path}#a`), undefined);
    }
    assert.equal(read('/monerium/starting'), '/monerium/starting');
  });

  it('ignores what is too long for a cookie', () => {
    const long = 'x'.repeat(2047);
    assert.equal(read(`/${long}`), `/${long}`);
    assert.equal(read(`/${long}x`), undefined);
    assert.equal(read(`/cart?${long}`), '/cart');
    assert.equal(read(`/cart#${long}`), '/cart');
    assert.equal(read(`/${'ä'.repeat(400)}`), undefined);
  });
});

describe('monerium_result', () => {
  for (const [path, expected] of [
    ['/', '/?monerium_result=connected'],
    ['/cart', '/cart?monerium_result=connected'],
    ['/cart?', '/cart?monerium_result=connected'],
    ['/cart?a=%20+&b', '/cart?a=%20+&b&monerium_result=connected'],
    ['/cart#top?x', '/cart?monerium_result=connected#top?x'],
    ['/cart?a=1#top', '/cart?a=1&monerium_result=connected#top'],
    ['/cart?monerium_result=old&a=1', '/cart?a=1&monerium_result=connected'],
    ['/cart?monerium_result=old', '/cart?monerium_result=connected'],
  ] as const) {
    it(`is added to what ${path} has`, () => {
      assert.equal(addResult(path, 'connected'), expected);
    });
  }
});
