// The message that signs a customer in, before judges that nobody here wrote: MetaMask's detection
// and origin check, the parser that siwe's authors maintain, and viem.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ParsedMessage } from '@signinwithethereum/siwe-parser';
import fc from 'fast-check';
import { stringToHex } from 'viem';
import { parseSiweMessage } from 'viem/siwe';
import { requirePackage, skipWithout } from '../../scripts/setup/folders.mjs';
import { addChecksum } from '../../src/wallet/checksum.js';
import { Failure } from '../../src/wallet/failure.js';
import {
  buildSignInMessage,
  createNonce,
  readSignInOptions,
  type SignInMoment,
} from '../../src/wallet/message.js';
import { runs, seed } from '../helpers/runs.js';

const REDIRECT_URI = 'https://shop.example/callback';
const HOST = {
  wallet: 'sign-in',
  appName: 'AppName',
  privacyUrl: 'https://shop.example/privacy-policy',
  termsUrl: 'https://shop.example/terms-of-service',
};
const NOW = Date.UTC(2024, 7, 22, 10, 2, 0, 999);
const MOMENT: SignInMoment = {
  domain: 'shop.example',
  address: '0x5DA1EFC8dB7E32614d7ffb0B8b6bd86e85Ecc743',
  chainId: 100,
  now: NOW,
};

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const MARKS = "-._~:/?#[]@!$&'()*+,;=";

/** Text of these characters. */
const textOf = (characters: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });

const names = textOf(`${LETTERS}${MARKS} `, 1, 100);
const hosts = fc.oneof(
  fc.domain(),
  fc.constantFrom('localhost:4010', '127.0.0.1:4010', 'xn--mnchen-3ya.example', '[::1]:4010'),
  fc
    .tuple(fc.domain(), fc.integer({ min: 1, max: 65535 }))
    .map(([host, port]) => `${host}:${port}`),
);
const tails = fc
  .array(fc.oneof(textOf(`${LETTERS}-._~!$&'()*+,;=:@`, 0, 12), fc.constant('%C3%BC')), {
    maxLength: 4,
  })
  .map((segments) => segments.map((segment) => `/${segment}`).join(''));
const queries = fc.oneof(
  fc.constant(''),
  textOf(`${LETTERS}-._~/?`, 0, 20).map((q) => `?${q}`),
);
const urls = fc
  .tuple(fc.domain(), tails, queries)
  .map(([host, tail, query]) => `https://${host}${tail}${query}`);
const addresses = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => addChecksum(`0x${Buffer.from(bytes).toString('hex')}`));

const allowed = fc.record({
  appName: names,
  privacyUrl: urls,
  termsUrl: urls,
  redirectUri: urls,
  domain: hosts,
  address: addresses,
  chainId: fc.integer({ min: 1, max: 2 ** 31 }),
  now: fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2090, 0) }),
});

function build(setting: {
  appName: string;
  privacyUrl: string;
  termsUrl: string;
  redirectUri: string;
}) {
  return readSignInOptions({ ...setting, wallet: 'sign-in' }, setting.redirectUri);
}

/** The attribute that a configuration is refused for. */
function refusalOf(host: object, redirectUri = REDIRECT_URI): string {
  try {
    readSignInOptions({ ...HOST, ...host }, redirectUri);
  } catch (reason) {
    assert.ok(reason instanceof Failure, String(reason));
    assert.equal(reason.code, 'invalid_config');
    assert.equal(reason.phase, 'start');
    return reason.hint.split(' ')[0] ?? '';
  }
  return 'accepted';
}

const skip = skipWithout('test/others');

/** What MetaMask finds wrong. */
function judgeAsMetaMask(message: string, { domain, address }: SignInMoment): string[] {
  const metaMask = requirePackage('@metamask/controller-utils', 'test/others');
  const faults: string[] = [];
  const detected = metaMask.detectSIWE({ data: stringToHex(message) });
  if (!detected.isSIWEMessage) faults.push('MetaMask does not recognise it');
  const request = { from: address, origin: `https://${domain}`, siwe: detected };
  if (!metaMask.isValidSIWEOrigin(request)) faults.push('MetaMask warns of another origin');
  return faults;
}

/** Everything that the other judges find wrong. */
function judge(message: string, { domain, address, chainId }: SignInMoment): string[] {
  const faults: string[] = [];
  const parsed = new ParsedMessage(message);
  // The parser takes an address whose letters are all of one case for one without checksum.
  const isOneCase = !(/[a-f]/.test(address.slice(2)) && /[A-F]/.test(address));
  if (parsed.warnings.length > 0 && !isOneCase) faults.push(parsed.warnings.join());
  if (parsed.domain !== domain || parsed.chainId !== chainId) faults.push('it names another page');
  // viem knows no host in brackets.
  if (!domain.startsWith('[') && parseSiweMessage(message).address !== address) {
    faults.push('viem reads another address');
  }
  return faults;
}

describe('the message of a sign-in', () => {
  it('is the one that Monerium documents, without a newline at the end', () => {
    const message = buildSignInMessage(readSignInOptions(HOST, REDIRECT_URI), MOMENT);
    const expected = `shop.example wants you to sign in with your Ethereum account:
0x5DA1EFC8dB7E32614d7ffb0B8b6bd86e85Ecc743

Allow AppName to access my data on Monerium

URI: https://shop.example/callback
Version: 1
Chain ID: 100
Nonce: NONCE
Issued At: 2024-08-22T10:00:00Z
Expiration Time: 2024-08-22T10:07:00Z
Resources:
- https://monerium.com/siwe
- https://shop.example/privacy-policy
- https://shop.example/terms-of-service`;
    assert.equal(message.replace(/(?<=Nonce: )[0-9a-f]{32}$/m, 'NONCE'), expected);
  });

  it('#125 #126 is accepted by every judge and keeps every value, for any allowed configuration', () => {
    const property = fc.property(allowed, (setting) => {
      const message = buildSignInMessage(build(setting), setting);
      assert.deepEqual(judge(message, setting), []);
      const parsed = new ParsedMessage(message);
      assert.equal(parsed.address, setting.address);
      assert.equal(parsed.uri, setting.redirectUri);
      assert.equal(parsed.statement, `Allow ${setting.appName} to access my data on Monerium`);
      assert.deepEqual(parsed.resources, [
        'https://monerium.com/siwe',
        setting.privacyUrl,
        setting.termsUrl,
      ]);
    });
    fc.assert(property, { numRuns: runs(10_000), seed: seed() });
  });

  it('#125 #126 is accepted by MetaMask, for any allowed configuration', { skip }, () => {
    const property = fc.property(allowed, (setting) => {
      const message = buildSignInMessage(build(setting), setting);
      assert.deepEqual(judgeAsMetaMask(message, setting), []);
    });
    fc.assert(property, { numRuns: runs(10_000), seed: seed() });
  });

  it('#127 has 128 random bits as its nonce, never the same twice', () => {
    const count = 100_000;
    const nonces = new Set(Array.from({ length: count }, createNonce));
    assert.equal(nonces.size, count);
    for (const nonce of nonces) assert.match(nonce, /^[0-9a-f]{32}$/);
    const message = () => buildSignInMessage(readSignInOptions(HOST, REDIRECT_URI), MOMENT);
    assert.notEqual(message(), message());
  });
});

describe('the configuration of a sign-in', () => {
  const EVIL = 'x to access\n\nURI: https://evil.example\nVersion: 1\nChain ID: 1\nNonce: 12345678';

  // prettier-ignore
  for (const appName of [
    '', 'a'.repeat(101), 'a'.repeat(10_000), EVIL, 'Name\r', 'Name\n', '\nName', 'a\u2028b',
    '50 % off', 'say "x"', 'Müller', '🙂', 'a|b', 'a\tb', 'a\\b', 'a<b', '`', '{}', '^',
    undefined, null, 7, ['AppName'], { toString: () => 'AppName' },
  ]) {
    it(`#124 is refused for the name ${JSON.stringify(appName)?.slice(0, 60)}`, () => {
      assert.equal(refusalOf({ appName }), 'app-name');
    });
  }

  for (const url of [
    '',
    'privacy',
    '/privacy',
    '//shop.example/x',
    'http://shop.example/x',
    'ftp://shop.example',
    'javascript:alert(1)',
    'https:shop.example',
    'https:/shop.example',
    'https://',
    'https:///x',
    'https://shop.example/a b',
    'https://shop.example/ü',
    'https://shop.example/a|b',
    ' https://a.b',
    'https://shop.example/\n- https://evil.example',
    'https://shop.example/x\n',
    'https://a.b/\\c',
    'https://shop.example/%',
    'https://shop.example/%zz',
    'https://shop.example/[a]',
    'https://shop.example/#a#b',
    'https://a b/',
    'https://shop.example:99999/',
    'data:text/html,x',
    'https://shop.example/"',
    'https://shop.example/\u2028',
    'https://localhost.evil.example\u0000',
    'http://localhost.evil.example/',
    'http://127.0.0.1.evil.example/',
    'https://[x]/',
    'https://[::1',
    undefined,
    null,
    7,
    {},
  ]) {
    it(`#124 is refused for the URL ${JSON.stringify(url)}`, () => {
      assert.equal(refusalOf({ privacyUrl: url }), 'privacy-url');
      assert.equal(refusalOf({ termsUrl: url }), 'terms-url');
    });
  }

  for (const url of [
    'https://shop.example',
    'https://shop.example/',
    'https://SHOP.example/A?b=c#d',
    'http://localhost:4010/x',
    'http://127.0.0.1/x',
    'http://[::1]:4010/x',
    'https://[::1]/x',
    "https://shop.example/a'(b)*+,;=:@!$&",
    'https://shop.example/%C3%BC',
    'https://shop.example:443/x',
    'https://shop.example/a/../b',
    'https://shop.example/a//b',
    'http://shop.localhost/x',
  ]) {
    it(`#126 keeps the URL ${url} as it was written`, () => {
      const options = readSignInOptions({ ...HOST, privacyUrl: url, termsUrl: url }, REDIRECT_URI);
      const message = buildSignInMessage(options, MOMENT);
      assert.equal(message.endsWith(`- https://monerium.com/siwe\n- ${url}\n- ${url}`), true);
      assert.deepEqual(judge(message, MOMENT), []);
    });
  }

  it('#124 is refused for a redirect URI outside of RFC 3986', () => {
    for (const path of ['a|b', 'a^b', 'a`b', '%', 'a{b}']) {
      assert.equal(refusalOf({}, `https://shop.example/${path}`), 'redirect-uri');
    }
    assert.equal(refusalOf({}, 'http://localhost:4010/callback?x=1'), 'accepted');
  });

  it('#124 never has a line that the page did not mean, for any options', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc
        .array(fc.constantFrom('\n', '\r', ' ', 'URI: ', 'https://a.b', '- ', 'x', '%', '\u2028'))
        .map((parts) => parts.join('')),
    );
    const hostile = fc.record({
      appName: fc.oneof(anything, fc.constant('AppName')),
      privacyUrl: anything.map((text) => `https://shop.example/${text}`),
      termsUrl: fc.constant(HOST.termsUrl),
    });
    const property = fc.property(hostile, (setting) => {
      if (refusalOf(setting) !== 'accepted') return;
      const message = buildSignInMessage(readSignInOptions(setting, REDIRECT_URI), MOMENT);
      assert.equal(message.split(/[\n\r\u2028\u2029\v\f\u0085]/).length, 15);
      assert.deepEqual(judge(message, MOMENT), []);
    });
    fc.assert(property, { numRuns: runs(5_000) * 10, seed: seed() });
  });
});
