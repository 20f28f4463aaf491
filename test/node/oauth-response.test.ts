import { describe, it } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import { nameOAuthError, readAuthorizationResponse } from '../../src/core/oauth/oauth.js';
import { itHolds } from './property.js';

const NAMES = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri'];
const STATE = `mc1.${'s'.repeat(43)}`;
const OTHER_STATE = `mc1.${'t'.repeat(43)}`;

/** A response with our state that has nothing that could be used. */
const INVALID = { state: STATE };
const ANONYMOUS_ERROR = { oauthError: 'access_denied' };
/** The codes of RFC 6749 section 4.1.2.1. */
const AUTHORIZATION_ERRORS = [
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
];

function code(value: string): object {
  return { state: STATE, code: value };
}

function error(oauthError: string): object {
  return { state: STATE, oauthError };
}

interface ParsedOptions {
  readonly state?: string;
  readonly code?: string;
  readonly oauthError?: string;
}

/** What is read from a query, without the keys that are undefined. */
function read(query: string): ParsedOptions | undefined {
  const response = readAuthorizationResponse(query);
  return response && (JSON.parse(JSON.stringify(response)) as ParsedOptions);
}

type Row = readonly [query: string, expected: object | undefined];

function itReads(title: string, rows: readonly Row[]): void {
  it(title, () => {
    for (const [query, expected] of rows) {
      expect(read(query), query.slice(0, 200)).to.deep.equal(expected);
    }
  });
}

describe('readAuthorizationResponse', () => {
  itReads('reads a code with our state, with and without the question mark', [
    [`?code=abc&state=${STATE}`, code('abc')],
    [`code=abc&state=${STATE}`, code('abc')],
    [`?a=1&state=${STATE}&code=abc&iss=https://api.monerium.dev&b`, code('abc')],
    [`?c%6Fde=abc&st%61te=${STATE}`, code('abc')],
  ]);

  itReads('reads an error with our state', [
    [`?error=access_denied&state=${STATE}`, error('access_denied')],
    [`?state=${STATE}&error=server_error&error_description=x&error_uri=y`, error('server_error')],
    [`?error=invalid_grant&state=${STATE}`, error('invalid_grant')],
  ]);

  itReads('#57 names an unregistered error other', [
    [`?error=%3Cimg+src=x%3E&state=${STATE}`, error('other')],
    [`?error=__proto__&state=${STATE}`, error('other')],
    [`?error=${'e'.repeat(100_000)}&state=${STATE}`, error('other')],
  ]);

  itReads("#37 leaves a stranger's response alone", [
    ['?code=abc&state=xyz', undefined],
    ['?code=abc&state=mc1', undefined],
    [`?code=abc&state=${STATE.toUpperCase()}`, undefined],
    [`?code=abc&state=+${STATE}`, undefined],
    [`?code=abc&state=x${STATE}`, undefined],
    ['?code=abc&code=def&state=xyz', undefined],
    ['?code=abc&state=xyz&state=uvw', undefined],
    ['?error=access_denied&state=xyz', undefined],
    ['?code=abc&error=access_denied&state=xyz', undefined],
    [`?code=abc&State=${STATE}`, undefined],
  ]);

  itReads('#38 leaves a query without a response alone', [
    ['', undefined],
    ['?', undefined],
    ['?a=b&c', undefined],
    ['?Error=x&errors=1&codes=2', undefined],
    ['?error=', undefined],
    ['?iss=https://api.monerium.dev&error_description=x', undefined],
  ]);

  itReads('#39 reads an error without state as one of nobody', [
    ['?error=access_denied', ANONYMOUS_ERROR],
    ['?error=access_denied&error_description=No', ANONYMOUS_ERROR],
    ['?error=access_denied&state=', ANONYMOUS_ERROR],
    ['?error=access_denied&iss=https://api.monerium.dev&a=b', ANONYMOUS_ERROR],
    ...AUTHORIZATION_ERRORS.map((oauthError): Row => [`?error=${oauthError}`, { oauthError }]),
  ]);

  itReads("#39 leaves a page's own error without state alone", [
    ['?error=wrong_password', undefined],
    ['?error=1', undefined],
    ['?error=Access_denied', undefined],
    ['?error=access_denied+', undefined],
    ['?error=other', undefined],
    // Of a token response: RFC 6749 section 5.2.
    ['?error=invalid_grant', undefined],
    ['?error=invalid_client', undefined],
    ['?error=__proto__', undefined],
    ['?error=wrong_password&error=access_denied', undefined],
    ['?error=access_denied&error=wrong_password', undefined],
  ]);

  itReads('#39 #41 leaves an ambiguous error without state alone', [
    ['?error=access_denied&error=server_error', undefined],
    ['?error=access_denied&error=access_denied', undefined],
    ['?error=access_denied&code=abc', undefined],
    ['?error=access_denied&iss=a&iss=b', undefined],
    ['?error=access_denied&error_description=a&error_description=b', undefined],
    ['?error=access_denied&error_uri=a&error_uri=b', undefined],
  ]);

  itReads('#40 never reads a code without state', [
    ['?code=abc', undefined],
    ['?code=abc&state=', undefined],
    ['?code=abc&state', undefined],
    ['?code=abc&iss=https://api.monerium.dev', undefined],
  ]);

  itReads('#41 finds duplicated and conflicting parameters invalid', [
    [`?code=a&code=b&state=${STATE}`, INVALID],
    [`?code=a&code=a&state=${STATE}`, INVALID],
    [`?code=a&c%6Fde=a&state=${STATE}`, INVALID],
    [`?code=a&state=${STATE}&state=${STATE}`, INVALID],
    [`?code=a&state=${STATE}&state=xyz`, INVALID],
    [`?code=a&state=xyz&state=${STATE}`, INVALID],
    [`?code=a&state=${STATE}&state=${OTHER_STATE}`, INVALID],
    [`?error=a&error=b&state=${STATE}`, INVALID],
    [`?code=a&error=access_denied&state=${STATE}`, INVALID],
    [`?code=a&state=${STATE}&iss=a&iss=b`, INVALID],
    [`?error=a&error_description=b&error_description=c&state=${STATE}`, INVALID],
    [`?error=a&error_uri=b&error_uri=c&state=${STATE}`, INVALID],
    [`?state=${STATE}`, INVALID],
  ]);

  itReads('#41 takes an empty parameter for an absent one', [
    [`?code=&state=${STATE}`, INVALID],
    [`?code=a&code=&state=${STATE}`, code('a')],
    [`?code=a&error=&state=${STATE}`, code('a')],
    [`?code=&error=access_denied&state=${STATE}`, error('access_denied')],
    [`?code=a&state=&state=${STATE}&iss=&iss=`, code('a')],
  ]);

  itReads('#42 bounds the code to 2,048 and the state to 128 characters', [
    [`?code=${'c'.repeat(2048)}&state=${STATE}`, code('c'.repeat(2048))],
    [`?code=${'c'.repeat(2049)}&state=${STATE}`, INVALID],
    [`?code=${'c'.repeat(100_000)}&state=${STATE}`, INVALID],
    [`?code=a&state=mc1.${'s'.repeat(125)}`, undefined],
    [`?code=a&state=mc1.${'s'.repeat(100_000)}`, undefined],
    [`?error=access_denied&state=mc1.${'s'.repeat(125)}`, undefined],
  ]);

  it('#42 reads a state of 128 characters', () => {
    const state = `mc1.${'s'.repeat(124)}`;
    expect(read(`?code=a&state=${state}`)).to.deep.equal({ state, code: 'a' });
  });

  itReads('#42 does not mind the length of what is never shown', [
    [`?code=a&state=${STATE}&iss=${'i'.repeat(100_000)}`, code('a')],
    [
      `?error=access_denied&state=${STATE}&error_description=${'d'.repeat(1e6)}`,
      error('access_denied'),
    ],
  ]);

  itReads('#42 decodes as URLSearchParams does, broken encodings included', [
    [`?code=a%2Bb+c&state=${STATE}`, code('a+b c')],
    [`?code=%E0%A4%A&state=${STATE}`, code('\ufffd%A')],
    [`?code=%&state=${STATE}&x=%zz`, code('%')],
    [`?code=a%00b&state=${STATE}`, code('a\0b')],
    [`?code=\ud800&state=${STATE}`, code('\ufffd')],
    [`?code=%F0%9F%92%B6&state=${STATE}`, code('💶')],
  ]);

  itReads('#43 takes no inherited name for a state', [
    ['?code=a&state=__proto__', undefined],
    ['?code=a&state=constructor', undefined],
    ['?code=a&state=toString', undefined],
    ['?__proto__=a&constructor=b&toString=c', undefined],
    [`?__proto__=1&__proto__=2&code=a&state=${STATE}`, code('a')],
  ]);
});

/** Bits and pieces of queries that parsers have stumbled over. */
// prettier-ignore
const debris = fc.constantFrom(
  '%', '%E0%A4%A', '%zz', '%00', '\0', '\ud800', '\udfff', '+', ' ', '\ufeff', '💶', '[]', ';',
  '?', '#', '&', '&&', '=', '==', '__proto__', 'constructor', 'hasOwnProperty', STATE, 'mc1.',
  'code=', '&code=a', '&state=mc1.', `&state=${STATE}`, '&error=', 'c%6Fde', 'error_uri',
);
const anything = fc.oneof(debris, fc.string({ unit: 'binary' }), fc.string());
const rubbish = fc.array(anything, { maxLength: 12 }).map((pieces) => pieces.join(''));

const text = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('', 'a', 'b', 'xyz', 'access_denied', 'server_error') },
  { weight: 8, arbitrary: fc.constantFrom(STATE, STATE, STATE, OTHER_STATE, 'mc1.', 'MC1.x') },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'valueOf') },
  { weight: 2, arbitrary: anything },
);
const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...NAMES, 'code', 'state') },
  { weight: 1, arbitrary: fc.constantFrom('page', '__proto__', 'constructor', 'Code', 'code ') },
);
const response = fc
  .array(fc.tuple(name, text), { maxLength: 8 })
  .map((pairs) => new URLSearchParams(pairs).toString());
const clean = fc
  .tuple(fc.constantFrom('code', 'error'), text, fc.nat({ max: 3 }), rubbish)
  .map(([kind, value, count, more]) => {
    const pairs = [String(new URLSearchParams([[kind, value]])), `state=${STATE}`, more];
    return pairs.slice(0, count + 1).join('&');
  });
/** Up to 100 kB: of the code, of a name, of rubbish. */
const huge = fc
  .tuple(fc.oneof(response, rubbish), anything, fc.integer({ min: 1, max: 1e5 }))
  .map(([start, piece, length]) => start + piece.repeat(length).slice(0, 1e5 - start.length));
const anyQuery = fc.oneof(
  { weight: 40, arbitrary: response },
  { weight: 20, arbitrary: clean },
  { weight: 35, arbitrary: rubbish },
  { weight: 1, arbitrary: huge },
);

/** What RFC 6749 and the bounds of the element make of a query. */
function expected(query: string): ParsedOptions | undefined {
  const pairs = [...new URLSearchParams(query)].filter(([, value]) => value !== '');
  const valuesOf = (wanted: string) =>
    pairs.filter(([key]) => key === wanted).map(([, value]) => value);
  const states = valuesOf('state');
  const state = states.find((value) => value.startsWith('mc1.') && value.length <= 128);
  const [[code], [error]] = [valuesOf('code'), valuesOf('error')];
  const isSingle = NAMES.every((key) => valuesOf(key).length <= 1);
  const isUsable = isSingle && (code === undefined) !== (error === undefined);
  if (states.length === 0) {
    const isError = error !== undefined && AUTHORIZATION_ERRORS.includes(error);
    return isError && isUsable ? { oauthError: error } : undefined;
  }
  if (state === undefined) return undefined;
  if (!isUsable) return { state };
  if (error !== undefined) return { state, oauthError: nameOAuthError(error) };
  return code !== undefined && code.length <= 2048 ? { state, code } : { state };
}

describe('readAuthorizationResponse, by properties', () => {
  itHolds(
    '#40 #41 #42 #43 reads of any query what RFC 6749 says, and never throws',
    100_000,
    fc.property(anyQuery, fc.constantFrom('', '?'), (query, mark) => {
      const found = read(mark + query);
      const wanted = expected(mark + query);
      // Spares the deep comparison of a hundred thousand small objects.
      if (JSON.stringify(found) !== JSON.stringify(wanted)) {
        expect(found).to.deep.equal(wanted);
      }
      if (found?.code !== undefined) expect(found.state).to.match(/^mc1\./);
    }),
  );
});
