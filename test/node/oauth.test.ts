import { KINDS } from '../helpers/error-codes.js';
import { runs, seed } from '../helpers/runs.js';
import { afterEach, describe, it } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  buildRequestUrl,
  computeCodeChallenge,
  createSecrets,
  nameOAuthError,
  toAuthorizationError,
} from '../../src/core/oauth/oauth.js';

const API = 'https://api.monerium.dev';
const UNRESERVED_43 = /^[A-Za-z0-9_-]{43}$/;

const REGISTERED_ERRORS = [
  'access_denied',
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
];

const FOREIGN_ERRORS = [
  '',
  'made_up',
  'ACCESS_DENIED',
  ' access_denied',
  'access_denied ',
  'access_denied\n',
  'xaccess_denied',
  'server_error_2',
  'invalid_',
  '__proto__',
  'constructor',
  '<img src=x onerror=alert(1)>',
  'call +44 20 7946 0000',
  'x'.repeat(100_000),
];

describe('computeCodeChallenge', () => {
  it('#54 answers the challenge of RFC 7636 appendix B', async () => {
    const challenge = await computeCodeChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk');
    expect(challenge).to.equal('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  });

  it('writes 43 characters without padding for every verifier', async () => {
    for (let length = 0; length < 128; length++) {
      expect(await computeCodeChallenge('~'.repeat(length))).to.match(UNRESERVED_43);
    }
  });
});

describe('createSecrets', () => {
  const { random } = Math;

  afterEach(() => {
    Math.random = random;
    Reflect.deleteProperty(crypto, 'subtle');
  });

  it('#54 makes a verifier of 43 unreserved characters and the challenge that belongs to it', async () => {
    const { codeVerifier, codeChallenge } = await createSecrets();
    expect(codeVerifier).to.match(UNRESERVED_43);
    expect(codeChallenge).to.match(UNRESERVED_43);
    expect(codeChallenge).not.to.equal(codeVerifier);
    expect(codeChallenge).to.equal(await computeCodeChallenge(codeVerifier));
  });

  it('#54 makes a state of the prefix and 43 unreserved characters of its own', async () => {
    const { state, codeVerifier } = await createSecrets();
    expect(state).to.match(/^mc1\.[A-Za-z0-9_-]{43}$/);
    expect(state).not.to.contain(codeVerifier);
  });

  it('#54 repeats nothing in 20,000 starts and favours no character', async () => {
    Math.random = () => 0.5;
    const starts = await Promise.all(Array.from({ length: 20_000 }, createSecrets));
    const strings = starts.flatMap(({ state, codeVerifier }) => [state.slice(4), codeVerifier]);
    expect(new Set(strings).size).to.equal(40_000);
    const counts = new Map<string, number>();
    for (const string of strings) {
      // The 43rd character carries four bits only.
      for (const character of string.slice(0, 42)) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    const expected = (40_000 * 42) / 64;
    expect(counts.size).to.equal(64);
    for (const [character, count] of counts) {
      expect(count / expected, character).to.be.within(0.95, 1.05);
    }
  });

  it('#54 rejects without crypto.subtle instead of falling back', async () => {
    Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true });
    const outcome = await createSecrets().then(
      () => 'resolved',
      () => 'rejected',
    );
    expect(outcome).to.equal('rejected');
  });
});

describe('buildRequestUrl', () => {
  it('puts the parameters into the query of /auth in their order', () => {
    const url = buildRequestUrl(`${API}/auth`, {
      client_id: 'a b',
      redirect_uri: 'https://shop.example/cb?x=1&y=ä',
    });
    expect(url).to.equal(
      `${API}/auth?client_id=a+b&redirect_uri=https%3A%2F%2Fshop.example%2Fcb%3Fx%3D1%26y%3D%C3%A4`,
    );
  });

  it('keeps the path of the API', () => {
    const { pathname } = new URL(buildRequestUrl('https://proxy.example/m/v2/auth', { a: '1' }));
    expect(pathname).to.equal('/m/v2/auth');
  });

  it('does not send what is empty, null or undefined', () => {
    const url = buildRequestUrl(`${API}/auth`, { a: '', b: null, c: undefined, d: '0', e: ' ' });
    expect([...new URL(url).searchParams]).to.deep.equal([
      ['d', '0'],
      ['e', ' '],
    ]);
  });

  it('#100 lets no value add, replace or end a parameter', () => {
    const piece = fc.constantFrom('&', '=', '#', '?', '%26', '%', '+', ';', '\0', '\r\n', '"', '<');
    const trick = fc.constantFrom('&redirect_uri=https://evil.example', '#&state=x', '%26code=1');
    const text = fc.oneof(fc.string({ unit: 'binary' }), piece, trick);
    const value = fc.array(text, { maxLength: 6 }).map((texts) => texts.join(''));
    const names = ['client_id', 'redirect_uri', 'state', 'email', 'signature'];
    fc.assert(
      fc.property(fc.array(value, { minLength: 5, maxLength: 5 }), (values) => {
        const sent = names.map((name, index) => [name, values[index] ?? '']);
        const url = new URL(buildRequestUrl(`${API}/auth`, Object.fromEntries(sent)));
        expect(url.origin + url.pathname).to.equal(`${API}/auth`);
        expect(url.hash).to.equal('');
        expect([...url.searchParams]).to.deep.equal(sent.filter(([, text]) => text !== ''));
      }),
      { numRuns: runs(20_000), seed: seed() },
    );
  });
});

describe('nameOAuthError', () => {
  for (const error of REGISTERED_ERRORS) {
    it(`keeps the registered ${error}`, () => {
      expect(nameOAuthError(error)).to.equal(error);
    });
  }

  it('#57 returns other for every text that is not registered', () => {
    for (const error of FOREIGN_ERRORS) {
      expect(nameOAuthError(error), error.slice(0, 40)).to.equal('other');
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (error) => {
        expect(nameOAuthError(error)).to.be.oneOf([...REGISTERED_ERRORS, 'other']);
      }),
    );
  });
});

describe('toAuthorizationError', () => {
  const table = [
    ['access_denied', 'access_denied'],
    ['server_error', 'authorization_unavailable'],
    ['temporarily_unavailable', 'authorization_unavailable'],
    ['invalid_request', 'authorization_error'],
    ['unauthorized_client', 'authorization_error'],
    ['unsupported_response_type', 'authorization_error'],
    ['invalid_scope', 'authorization_error'],
    ['other', 'authorization_error'],
  ] as const;

  for (const [oauthError, code] of table) {
    it(`#39 turns ${oauthError} into ${code}`, () => {
      const error = toAuthorizationError(oauthError);
      expect(error).to.include({ code, oauthError, phase: 'authorize', kind: KINDS[code] });
      expect(error.status).to.equal(undefined);
    });
  }

  it('#57 names the error in the hint if a developer has something to fix', () => {
    expect(toAuthorizationError('invalid_scope').hint).to.contain('invalid_scope');
    expect(toAuthorizationError('access_denied').hint).to.equal(undefined);
  });
});
