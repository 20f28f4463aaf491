import { expect } from '@open-wc/testing';
import fc from 'fast-check';
import { readAuthorizationResponse } from '../../src/oauth.js';

const NAMES = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri'];
const STATE = `mc1.${'s'.repeat(43)}`;
const OTHER_STATE = `mc1.${'t'.repeat(43)}`;

/** A response that is ours by its state and has nothing that could be used. */
const INVALID = { state: STATE };
const ANONYMOUS_ERROR = { oauthError: 'access_denied' };
const ANONYMOUS_INVALID = {};

function code(value: string): object {
  return { state: STATE, code: value };
}

function error(oauthError: string): object {
  return { state: STATE, oauthError };
}

interface Reading {
  readonly state?: string;
  readonly code?: string;
  readonly oauthError?: string;
}

/** What is read from a query, without the keys that are undefined. */
function read(query: string): Reading | undefined {
  const response = readAuthorizationResponse(query);
  return response && (JSON.parse(JSON.stringify(response)) as Reading);
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
    ['?error=access_denied&error=server_error', ANONYMOUS_INVALID],
    ['?error=access_denied&code=abc', ANONYMOUS_INVALID],
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
const debris = fc.constantFrom(
  ...['%', '%E0%A4%A', '%zz', '%00', '\0', '\ud800', '\udfff', '+', ' ', '\ufeff', '💶', '[]', ';'],
  ...['?', '#', '&', '&&', '=', '==', '__proto__', 'constructor', 'hasOwnProperty', STATE, 'mc1.'],
  ...['code=', '&code=a', '&state=mc1.', `&state=${STATE}`, '&error=', 'c%6Fde', 'error_uri'],
);
const anything = fc.oneof(debris, fc.string({ unit: 'binary' }), fc.string());
const anyQuery = fc.array(anything, { maxLength: 12 }).map((pieces) => pieces.join(''));

const value = fc.constantFrom('', 'a', 'b', 'xyz', STATE, STATE, OTHER_STATE, 'access_denied');
const pair = fc.tuple(fc.constantFrom(...NAMES, 'code', 'state', 'page'), value);

describe('readAuthorizationResponse, by properties', () => {
  it('#42 never throws and answers nothing but a code, an error or neither', () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        const response = read(query);
        if (!response) return;
        const { state = STATE, code, oauthError, ...more } = response;
        expect(state).to.match(/^mc1\.[^]{0,124}$/);
        expect(code ?? 'a').to.have.lengthOf.within(1, 2048);
        expect(code && oauthError).to.equal(undefined);
        if (code) expect(response.state).to.be.a('string');
        expect(more).to.deep.equal({});
      }),
      { numRuns: 10_000 },
    );
  });

  it('#42 survives a query of 100 kB', () => {
    const unit = fc.tuple(anything, fc.integer({ min: 1, max: 20_000 }));
    const long = fc
      .tuple(anyQuery, unit, anyQuery)
      .map(([before, [text, times], after]) => before + text.repeat(times).slice(0, 1e5) + after);
    fc.assert(
      fc.property(long, (query) => {
        readAuthorizationResponse(query);
      }),
      { numRuns: 100 },
    );
  });

  it('#41 reads a code or an error only from single parameters that do not conflict', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 8 }), (pairs) => {
        const present = pairs.filter(([, text]) => text !== '');
        const valuesOf = (name: string) => present.filter(([n]) => n === name).map(([, v]) => v);
        const isClean = NAMES.every((name) => valuesOf(name).length <= 1);
        const [[theCode], [theError], states] = [
          valuesOf('code'),
          valuesOf('error'),
          valuesOf('state'),
        ];
        const ours = states.filter((state) => state.startsWith('mc1.'));
        const [state] = ours;
        const response = read(`?${new URLSearchParams(pairs)}`);
        if (states.length > 0 ? ours.length === 0 : !theError) {
          expect(response).to.equal(undefined);
        } else if (isClean && theCode && !theError) {
          expect(response).to.deep.equal({ state, code: theCode });
        } else if (isClean && theError && !theCode) {
          const oauthError = theError === 'access_denied' ? theError : 'other';
          expect(response).to.deep.equal(state ? { state, oauthError } : { oauthError });
        } else {
          expect(response).to.deep.equal(state ? { state } : {});
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
