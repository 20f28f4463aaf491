// What is cut out of a start URL before it is stored.
import { describe } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import { stripAuthorizationResponse, stripEveryResponse } from '../../src/core/oauth/oauth.js';
import { itHolds } from './property.js';
import { NAMES, stripsOf } from './strip-fixture.js';

const TOKENS = ['access_token', 'id_token', 'refresh_token', 'ACCESS_TOKEN', 'accessToken'];
const PAGE = 'https://shop.example/start';

const itStrips = stripsOf(stripEveryResponse, PAGE);

describe('stripEveryResponse', () => {
  itStrips('keeps a URL without a response byte for byte', [
    ['', ''],
    ['/', '/'],
    ['?a=b%20c&x', '?a=b%20c&x'],
    ['#pay', '#pay'],
    ['#/route', '#/route'],
    ['#!/route?a=1&b=%zz', '#!/route?a=1&b=%zz'],
    ['?a=1#a=1&b=2', '?a=1#a=1&b=2'],
    ['#a#b?c#d', '#a#b?c#d'],
    ['#/a?b=/c?d=e', '#/a?b=/c?d=e'],
    ['#codes=1&/code&Code=2', '#codes=1&/code&Code=2'],
    ['#/code/state', '#/code/state'],
    [`#:~:text=code`, '#:~:text=code'],
  ]);

  for (const name of NAMES) {
    itStrips(`cuts ${name} out of the query, whichever client it is for`, [
      [`?${name}=x`, ''],
      [`?a=1&${name}=x&b=2`, '?a=1&b=2'],
      [`?${name}&a=1#pay`, '?a=1#pay'],
    ]);

    itStrips(`cuts ${name} out of a fragment that is a list`, [
      [`#${name}=x`, ''],
      [`#${name}`, ''],
      [`#${name}=`, ''],
      [`#a=1&${name}=x&b=2`, '#a=1&b=2'],
      [`#${name}=x&a=1`, '#a=1'],
      [`#a=1&${name}=x`, '#a=1'],
      [`?a=1#${name}=x`, '?a=1'],
      [`#%${name.charCodeAt(0).toString(16)}${name.slice(1)}=x&a=1`, '#a=1'],
    ]);

    itStrips(`cuts ${name} out of the query of a route in the fragment`, [
      [`#/cb?${name}=x&a=1`, '#/cb?a=1'],
      [`#/cb?a=1&${name}=x`, '#/cb?a=1'],
      [`#!/cb?a=1&${name}=x&b=2`, '#!/cb?a=1&b=2'],
      [`#?${name}=x&a=1`, '#?a=1'],
      [`#/cb?${name}=x&next=/a?b=1`, '#/cb?next=/a?b=1'],
      [`#/cb?next=/a?${name}=x&b=1`, '#/cb?next=/a?b=1'],
      [`#a=1&${name}=x?b=1`, '#a=1?b=1'],
    ]);
  }

  for (const name of TOKENS) {
    itStrips(`#158 cuts ${name} out of the query`, [
      [`?${name}=x`, ''],
      [`?a=1&${name}=x&b=2#pay`, '?a=1&b=2#pay'],
      [`?%${name.charCodeAt(0).toString(16)}${name.slice(1)}=x&a=1`, '?a=1'],
    ]);

    itStrips(`#158 drops a fragment with ${name}`, [
      [`#${name}=x`, ''],
      [`#${name}=`, ''],
      [`#token_type=bearer&${name}=x&expires_in=600`, ''],
      [`#/cb?${name}=x`, ''],
      [`#/${name}=x&token_type=bearer`, ''],
      [`#!${name}=x`, ''],
      [`?a=1#/cb?a=1&${name}=x`, '?a=1'],
      [`#a#${name}=x`, ''],
    ]);
  }

  itStrips('keeps the names of the site that only resemble those of a token', [
    ['?token=EURe&csrf_token=1&token_type=x', '?token=EURe&csrf_token=1&token_type=x'],
  ]);

  itStrips('drops query and fragment when nothing is left of them', [
    ['?code=a&state=b#code=c&state=d', ''],
    ['?code=a#access_token=x', ''],
    ['#', ''],
  ]);
});

// prettier-ignore
const piece = fc.constantFrom(
  'a=1', 'b', '', '/route', 'next=/x', '%zz', 'codes=1', '💶', 'x=%26code=1', 'token=1',
);
const secret = fc
  .constantFrom(...NAMES, 'c%6Fde', '%73tate', 'error%5Furi')
  .map((name) => `${name}=SECRET`);
const token = fc.constantFrom(...TOKENS).map((name) => `${name}=SECRET`);
const separator = fc.constantFrom('&', '&', '&', '?');
const list = fc
  .array(fc.tuple(fc.oneof(piece, secret), separator), { maxLength: 8 })
  .map((pairs) => pairs.flat().join(''));
const url = fc
  .tuple(list, fc.constantFrom('', '/cb?', '!/cb?', '?'), list)
  .map(([query, route, fragment]) => `${PAGE}?${query}#${route}${fragment}`);
const anyUrl = fc
  .array(
    fc.oneof(piece, secret, token, fc.constantFrom('?', '#', '&'), fc.string({ unit: 'binary' })),
    { maxLength: 12 },
  )
  .map((pieces) => PAGE + pieces.join(''));

/** The names that a hash router or another client could read from a fragment. */
function listNames(fragment: string): string[] {
  return fragment.split('?').flatMap((part) => [...new URLSearchParams(`?${part}`).keys()]);
}

describe('stripEveryResponse, by properties', () => {
  itHolds(
    'leaves no response in the fragment of any URL, and never throws',
    50_000,
    fc.property(fc.oneof(url, anyUrl), (href) => {
      const stripped = stripEveryResponse(href);
      const [, fragment = ''] = /^[^#]*#(.*)$/s.exec(stripped) ?? [];
      const found = listNames(fragment).filter((name) => NAMES.includes(name));
      expect(found, href).to.deep.equal([]);
      const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(stripped) ?? [];
      const tokens = [...new URLSearchParams(`?${query}`).keys()].filter((name) =>
        /^(access|id|refresh)_?token$/i.test(name),
      );
      expect(tokens, href).to.deep.equal([]);
      expect(fragment, href).not.to.match(/(access|id|refresh)_?token=/i);
    }),
  );

  itHolds(
    'does with the query what is done with the address of a return',
    50_000,
    fc.property(url, (href) => {
      const [page] = stripAuthorizationResponse(href).split('#');
      expect(stripEveryResponse(href).split('#')[0]).to.equal(page);
    }),
  );

  itHolds(
    'is idempotent, and adds nothing',
    50_000,
    fc.property(fc.oneof(url, anyUrl), (href) => {
      const stripped = stripEveryResponse(href);
      expect(stripEveryResponse(stripped)).to.equal(stripped);
      expect(stripped.length).to.be.at.most(href.length);
    }),
  );
});
