import { describe } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import { stripAuthorizationResponse } from '../../src/core/oauth/oauth.js';
import { itHolds } from './property.js';
import { NAMES, stripsOf } from './strip-fixture.js';

const PAGE = 'https://shop.example/cb';

const itStrips = stripsOf(stripAuthorizationResponse, PAGE);

describe('stripAuthorizationResponse', () => {
  itStrips('#45 cuts the six parameters wherever they stand', [
    ['?code=a', ''],
    ['?code=a&state=b&iss=c&error=d&error_description=e&error_uri=f', ''],
    ['?a=1&code=x&b=2', '?a=1&b=2'],
    ['?code=x&a=1', '?a=1'],
    ['?a=1&code=x', '?a=1'],
    ['?code&state=&a=1', '?a=1'],
    ['?code=x&code=y&a=1', '?a=1'],
    ['/?code=a', '/'],
  ]);

  itStrips('#45 keeps every other byte and the order', [
    ['?a=b%20c&x', '?a=b%20c&x'],
    ['?z=%7e&code=x&a=+%2B&y=%zz&é=💶', '?z=%7e&a=+%2B&y=%zz&é=💶'],
    ['?a=1&&code=x&b==2&=3', '?a=1&&b==2&=3'],
    ['?a=?code=x', '?a=?code=x'],
    ['??code=x', '??code=x'],
    ['?a=1;code=x', '?a=1;code=x'],
  ]);

  itStrips('#45 keeps names that only resemble the six', [
    ['?codes=1&Code=2&xstate=3&error_=4&iss.=5', '?codes=1&Code=2&xstate=3&error_=4&iss.=5'],
    ['?code%20=1&+code=2&code[]=3', '?code%20=1&+code=2&code[]=3'],
    ['?a=code&b=state', '?a=code&b=state'],
    ['?%63%6F=1&%2563ode=2', '?%63%6F=1&%2563ode=2'],
  ]);

  itStrips('#45 cuts encoded names, since every parser reads them as the plain ones', [
    ['?c%6Fde=x&a=1', '?a=1'],
    ['?%63%6f%64%65=x&a=1', '?a=1'],
    ['?error%5Fdescription=x&a=1', '?a=1'],
    ['?st%61te=x', ''],
  ]);

  itStrips('#44 leaves the fragment alone', [
    ['?code=a#/route', '#/route'],
    ['?code=a&b=1#/cb?code=x&state=y', '?b=1#/cb?code=x&state=y'],
    ['#/cb?code=x&state=y', '#/cb?code=x&state=y'],
    ['?code=a#', '#'],
    ['#?code=a', '#?code=a'],
    ['?a=1#b#code=x', '?a=1#b#code=x'],
  ]);

  itStrips('does nothing without a query', [
    ['', ''],
    ['/', '/'],
    ['#code=a', '#code=a'],
    ['/code=a&state=b', '/code=a&state=b'],
  ]);
});

const text = (excluded: RegExp) =>
  fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 4 }),
        fc.constantFrom(
          '%',
          '%20',
          '%2B',
          '+',
          '=',
          '?',
          '/',
          '%zz',
          '\ud800',
          '💶',
          'code',
          'state',
        ),
      ),
      { maxLength: 4 },
    )
    .map((pieces) => pieces.join('').replace(excluded, ''));

/** A name as a server may write it: any of its characters may be encoded. */
const responseName = fc
  .tuple(fc.constantFrom(...NAMES), fc.array(fc.constantFrom('', '%', '%u'), { maxLength: 17 }))
  .map(([name, marks]) =>
    [...name]
      .map((character, index) => {
        const hex = character.charCodeAt(0).toString(16);
        const mark = marks[index] ?? '';
        if (mark === '') return character;
        return mark === '%' ? `%${hex}` : `%${hex.toUpperCase()}`;
      })
      .join(''),
  );
const responsePair = fc
  .tuple(responseName, text(/[&#]/g))
  .map(([name, rest]) => (rest ? `${name}=${rest.replace(/^=/, '')}` : name));

function isOfResponse(pair: string): boolean {
  return NAMES.some((name) => new URLSearchParams(`?${pair}`).has(name));
}

const otherPair = text(/[&#]/g).filter((pair) => !isOfResponse(pair));
const path = text(/[?#]/g).map((tail) => `https://shop.example/${tail}`);
const fragment = fc.oneof(
  fc.constantFrom('', '#', '#/cb?code=x&state=y'),
  text(/^$/).map((tail) => `#${tail}`),
);

/** Anything, up to 100 kB of it. */
const anyUrl = fc
  .tuple(
    fc.array(fc.oneof(text(/^$/), fc.constantFrom('?', '#', '&', 'code=', '&c%6Fde=a', '&iss'))),
    fc.oneof({ weight: 99, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 5000 })),
  )
  .map(([pieces, times]) => pieces.join('').repeat(times).slice(0, 1e5));
const injected = fc.array(fc.tuple(responsePair, fc.nat()), { maxLength: 6 });
/** An empty query is the one thing that is not given back. */
const keptPairs = fc
  .array(otherPair, { maxLength: 5 })
  .filter((list) => list.join('&') !== '' || list.length === 0);
const mixedPairs = fc.array(fc.oneof(otherPair, responsePair, fc.constant('')), { maxLength: 8 });

describe('stripAuthorizationResponse, by properties', () => {
  itHolds(
    '#45 gives back every URL into which a response was put',
    100_000,
    fc.property(path, keptPairs, fragment, injected, (start, kept, end, response) => {
      const mixed = [...kept];
      for (const [pair, place] of response) mixed.splice(place % (mixed.length + 1), 0, pair);
      const write = (list: string[]) => start + (list.length > 0 ? `?${list.join('&')}` : '') + end;
      expect(stripAuthorizationResponse(write(mixed))).to.equal(write(kept));
    }),
  );

  itHolds(
    '#45 is idempotent and keeps every other pair of any URL',
    100_000,
    fc.property(path, mixedPairs, fragment, (start, mixed, end) => {
      const stripped = stripAuthorizationResponse(`${start}?${mixed.join('&')}${end}`);
      expect(stripAuthorizationResponse(stripped)).to.equal(stripped);
      expect(stripped.startsWith(start) && stripped.endsWith(end)).to.equal(true);
      const query = stripped.slice(start.length, stripped.length - end.length);
      const kept = mixed.filter((pair) => !isOfResponse(pair));
      expect(query.replace(/^\?/, '')).to.equal(kept.join('&'));
    }),
  );

  itHolds(
    '#45 leaves nothing that the reader would find, nor throws, whatever the URL',
    100_000,
    fc.property(anyUrl, (url) => {
      const stripped = stripAuthorizationResponse(url);
      const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(stripped) ?? [];
      const names = [...new URLSearchParams(`?${query}`).keys()];
      expect(names.filter((name) => NAMES.includes(name))).to.deep.equal([]);
      expect(stripAuthorizationResponse(stripped)).to.equal(stripped);
    }),
  );
});
