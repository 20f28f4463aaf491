import { describe, it } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import { isLoopback, readConfiguration, type ConnectAttributes } from '../../src/core/options.js';
import { ConnectError } from '../../src/core/errors.js';
import { catchConnectError } from '../helpers/connect-error.js';
import { runs, seed } from '../helpers/runs.js';

const RUNS = runs(50_000);

const CLIENT_ID = '6e5b4a1c-0000-4000-8000-00000000000a';
const PAGE = {
  href: 'https://shop.example/checkout/?cart=1#pay',
  base: 'https://shop.example/checkout/?cart=1',
};
const LOCAL_PAGE = { href: 'http://localhost:5173/', base: 'http://localhost:5173/' };
const NAMES = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri'];

/** What the attributes resolve to. */
interface Urls {
  readonly 'api-url': string;
  readonly 'backend-url': string;
  readonly 'redirect-uri': string;
}
type Attribute = keyof Urls;

const ATTRIBUTES = ['api-url', 'backend-url', 'redirect-uri'] as const;

function resolve(attribute: Attribute, value: string, page = PAGE): string {
  const property = attribute.replace(/-(.)/, (_match, letter: string) => letter.toUpperCase());
  const attributes: ConnectAttributes = { clientId: CLIENT_ID, [property]: value };
  const { apiUrl, exchange, redirectUri } = readConfiguration(attributes, page).binding;
  return { 'api-url': apiUrl, 'backend-url': exchange, 'redirect-uri': redirectUri }[attribute];
}

async function refuse(attribute: Attribute, value: string, page = PAGE): Promise<void> {
  const error = await catchConnectError(() => resolve(attribute, value, page));
  expect(error).to.include({ code: 'invalid_config', phase: 'start', kind: 'setup' });
  expect(error.message).to.contain(attribute);
  if (value.includes('secret')) expect(error.message).not.to.contain('secret');
}

/** Refused as every URL attribute. */
const TRICKS = [
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  'javascript://shop.example/%0aalert(1)',
  'java\nscript:alert(1)',
  '\tjavascript:alert(1)',
  ' javascript:alert(1)',
  'vbscript:x',
  'data:text/html,<script>alert(1)</script>',
  'blob:https://shop.example/uuid',
  'about:blank',
  'file:///etc/passwd',
  'file://shop.example/cb',
  'ftp://shop.example/',
  'ws://shop.example/',
  'wss://shop.example/',
  'mailto:a@shop.example',
  'view-source:https://shop.example/',
  '/\\evil.example',
  '\\\\evil.example',
  '/\\/evil.example',
  'https:\\\\shop.example\\cb',
  '/\t/evil.example',
  '/\n/evil.example',
  '/cb\r',
  'https://shop.example/c\tb',
  '/c b',
  '\0/cb',
  '/cb\0',
  '\ufeff ',
  ' /cb',
  '/cb ',
  ' ',
  '',
  '\u0001https://shop.example/',
  'https://user@shop.example/cb',
  'https://user:secret@shop.example/',
  '//user@shop.example/',
  'https://:secret@shop.example/',
  'https://shop.example@evil.example/',
  '//:x@shop.example',
  'http://shop.example/cb',
  'http://evil.example/',
  'HTTP://SHOP.EXAMPLE/',
  'http:/evil.example',
  'https://',
  'https://[',
  'https://shop.example:99999/',
  'https://%/',
  'https://a..b:x/',
  '//',
];

/** Fine for a server elsewhere, never for the way back to this page. */
// prettier-ignore
const ELSEWHERE = [
  '//evil.example', '//evil.example/cb', '///evil.example/cb', 'https://evil.example/',
  'https://www.shop.example/checkout/', 'https://shop.example:8443/', 'https://shop.example./',
  'https://shop.example.evil.example/', 'https://evil.example/https://shop.example/',
  'https://xn--shp-sna.example/', 'https://SHOP.example:444/', 'http://localhost/cb',
];

describe('isLoopback', () => {
  for (const host of ['localhost', 'shop.localhost', '127.0.0.1', '[::1]']) {
    it(`takes ${host} for this machine`, () => {
      expect(isLoopback(host)).to.equal(true);
    });
  }

  for (const host of ['127.evil.example', 'evillocalhost', 'localhost.evil.example', '128.0.0.1']) {
    it(`takes ${host} for another one`, () => {
      expect(isLoopback(host)).to.equal(false);
    });
  }
});

describe('URL attributes', () => {
  for (const attribute of ATTRIBUTES) {
    it(`#56 #77 refuses every trick in ${attribute}`, async () => {
      for (const value of TRICKS) await refuse(attribute, value);
    });
  }

  it('#49 #56 refuses every other origin in redirect-uri, and only there', async () => {
    for (const value of ELSEWHERE) {
      await refuse('redirect-uri', value);
      expect(new URL(resolve('api-url', value)).host, value).not.to.equal('shop.example');
      expect(new URL(resolve('backend-url', value)).host, value).not.to.equal('shop.example');
    }
  });

  for (const [value, part] of [
    ['/connect#x', 'no fragment'],
    ['/connect#', 'no fragment'],
    ['https://evil.example/connect#x', 'this origin'],
    ['/connect?code=1', 'no OAuth parameters'],
    ['/connect?a=1&state=', 'no OAuth parameters'],
  ] as const) {
    it(`#209 names what is wrong with redirect-uri="${value}"`, async () => {
      const error = await catchConnectError(() => resolve('redirect-uri', value));
      expect(error.message).to.equal(`invalid_config: redirect-uri needs ${part}`);
    });
  }

  for (const host of [
    'localhost',
    '127.0.0.1',
    '127.8.9.10',
    '[::1]',
    'x.localhost',
    'a.b.localhost',
  ]) {
    it(`takes http: on ${host}`, () => {
      expect(resolve('api-url', `http://${host}:8080`)).to.equal(`http://${host}:8080`);
      expect(resolve('backend-url', `http://${host}/x`)).to.equal(`http://${host}/x`);
      const page = { href: `http://${host}/`, base: `http://${host}/` };
      expect(resolve('redirect-uri', 'cb', page)).to.equal(`http://${host}/cb`);
    });
  }

  for (const host of [
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evillocalhost',
    '127.evil.example',
    '0.0.0.0',
    '192.168.0.1',
    '128.0.0.1',
    '[::2]',
    '[::ffff:192.168.0.1]',
    'localhost.com',
    'evil.example/localhost',
    'evil.example?localhost',
    'evil.example#.localhost',
    'x-localhost',
    'evil.example:80/.localhost/',
    'localhost@evil.example',
    'evil.example/@localhost/',
  ]) {
    it(`#56 #77 refuses http: on ${host}`, async () => {
      for (const attribute of ATTRIBUTES) await refuse(attribute, `http://${host}`, LOCAL_PAGE);
    });
  }

  it('#77 resolves relative URLs against the base of the document', () => {
    const page = { href: 'https://shop.example/a/b', base: 'https://shop.example/odd/base/' };
    expect(resolve('backend-url', 'connect', page)).to.equal(
      'https://shop.example/odd/base/connect',
    );
    expect(resolve('api-url', '/m', page)).to.equal('https://shop.example/m');
    expect(resolve('redirect-uri', 'cb', page)).to.equal('https://shop.example/odd/base/cb');
  });

  it('#77 #103 refuses a relative URL that an odd base makes insecure or foreign', async () => {
    const { href } = PAGE;
    const bases = ['http://shop.example/', 'about:blank', 'https://cdn.example/'];
    bases.push('https://shop.example:8443/', 'https://shop.example.evil.example/');
    for (const attribute of ATTRIBUTES) {
      for (const base of bases) {
        for (const value of ['cb', '/cb', '?x', './cb', 'https:cb', 'https:/cb', 'https:']) {
          await refuse(attribute, value, { href, base });
        }
      }
    }
  });

  it('#77 #103 takes a URL that names its host, with any base', () => {
    const page = { href: PAGE.href, base: 'https://cdn.example/' };
    for (const attribute of ['api-url', 'backend-url'] as const) {
      for (const value of ['https://api.example/m', 'HTTPS://api.example/m', '//api.example/m']) {
        expect(resolve(attribute, value, page)).to.equal('https://api.example/m');
      }
    }
  });
});

describe('api-url', () => {
  for (const [value, expected] of [
    ['https://api.example', 'https://api.example'],
    ['https://api.example/', 'https://api.example'],
    ['https://api.example///', 'https://api.example'],
    ['https://api.example/m/v2/', 'https://api.example/m/v2'],
    ['https://API.example:443/', 'https://api.example'],
  ] as const) {
    it(`reads ${value} without slashes at its end`, () => {
      expect(resolve('api-url', value)).to.equal(expected);
    });
  }

  for (const value of ['/', '/m', '/m/', '/m?x=1#y']) {
    it(`reads ${value} as a path of this page's origin`, () => {
      expect(resolve('api-url', value)).to.match(/^https:\/\/shop\.example(\/m)?$/);
    });
  }

  for (const value of ['m', './m', '../m', 'api.monerium.dev', '?x', 'https:m']) {
    it(`refuses ${value}, which depends on the path of the page`, async () => {
      await refuse('api-url', value);
    });
  }
});

describe('redirect-uri', () => {
  for (const value of [
    'https://shop.example',
    'https://shop.example/cb',
    'https://shop.example/cb/',
    'https://SHOP.example:443/Cb',
    'HTTPS://shop.example/cb',
    'https://shop.example/a/../cb',
    'https://shop.example/cb?x=1&y=%20&z',
    'https://shop.example/é/%c3%a9',
  ]) {
    it(`#49 keeps ${value} byte for byte`, () => {
      expect(resolve('redirect-uri', value)).to.equal(value);
    });
  }

  for (const [value, expected] of [
    ['/cb', 'https://shop.example/cb'],
    ['cb', 'https://shop.example/checkout/cb'],
    ['../cb/', 'https://shop.example/cb/'],
    ['.', 'https://shop.example/checkout/'],
    ['?step=2', 'https://shop.example/checkout/?step=2'],
    ['//shop.example/cb', 'https://shop.example/cb'],
    ['https:cb', 'https://shop.example/checkout/cb'],
  ] as const) {
    it(`#49 resolves ${value}`, () => {
      expect(resolve('redirect-uri', value)).to.equal(expected);
    });
  }

  for (const href of [
    'https://shop.example/checkout/',
    'https://shop.example/checkout/?cart=1',
    'https://shop.example/checkout/#pay?x',
    'https://shop.example/checkout/?code=a&state=b#pay',
    'https://user@shop.example/checkout/',
    'https://user:secret@shop.example/checkout/?cart=1#pay',
  ]) {
    it(`#49 is ${href.slice(8)} without user, query and fragment by default`, () => {
      const page = { href, base: 'https://cdn.example/' };
      const { binding } = readConfiguration({ clientId: CLIENT_ID }, page);
      expect(binding.redirectUri).to.equal('https://shop.example/checkout/');
    });
  }

  for (const value of ['/cb#', '/cb#x', '#x', 'https://shop.example/cb#/route', '/cb?x=1#']) {
    it(`refuses the fragment in ${value}`, async () => {
      await refuse('redirect-uri', value);
    });
  }

  it('refuses the parameters of a response, and takes those that resemble them', async () => {
    for (const name of NAMES) {
      await refuse('redirect-uri', `/cb?${name}=1`);
      await refuse('redirect-uri', `https://shop.example/cb?a=1&${name}`);
    }
    await refuse('redirect-uri', '/cb?c%6Fde=1');
    expect(resolve('redirect-uri', '/cb?codes=1')).to.equal('https://shop.example/cb?codes=1');
  });
});

// prettier-ignore
const piece = fc.constantFrom(
  'https:', 'http:', 'HTTPS:', 'javascript:', 'data:', 'blob:', 'file:', 'ftp:', 'wss:', 'a:',
  '//', '/', '\\', '///', '/\\', '..', '.', '@', ':', '?', '#', '&', '%', '%2f', '%40', '=',
  '\t', '\n', '\r', ' ', '\0', '\u00a0', '\u2028', '\u3000', '\ufeff', '\ud800', '。', '／', '＠',
  'shop.example', 'evil.example', 'localhost', '.localhost', '127.0.0.1', '[::1]', '0x7f.1',
  'user', 'user:pw@', ':443', ':80', ':5173', 'code=1', 'state', 'error_uri=', 'cb', 'é', '💶',
);
const tricky = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: piece },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
  ),
  { maxLength: 8 },
);
const wellFormed = fc.webUrl({
  validSchemes: ['https', 'http'],
  withQueryParameters: true,
  withFragments: true,
});
const start = fc.constantFrom('', '', 'https://', 'http://localhost', 'https://shop.example/', '/');
const anyUrl = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(start, tricky).map(([head, tail]) => head + tail.join('')) },
  { weight: 1, arbitrary: wellFormed },
);

function isLocal(hostname: string): boolean {
  const isName = hostname === 'localhost' || hostname.endsWith('.localhost');
  return isName || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The resolved URL, or `undefined` when the value is refused as it should be. */
function resolveFuzzed(attribute: Attribute, value: string, page: typeof PAGE): URL | undefined {
  try {
    return new URL(resolve(attribute, value, page), page.base);
  } catch (reason) {
    if (!(reason instanceof ConnectError) || reason.code !== 'invalid_config') throw reason;
    return undefined;
  }
}

describe('URL attributes, by properties', () => {
  for (const attribute of ATTRIBUTES) {
    it(`#56 never lets ${attribute} resolve to anything but a secure URL`, () => {
      let accepted = 0;
      fc.assert(
        fc.property(anyUrl, fc.constantFrom(PAGE, LOCAL_PAGE), (value, page) => {
          const url = resolveFuzzed(attribute, value, page);
          if (!url) return;
          accepted++;
          expect(url.protocol).to.be.oneOf(['https:', 'http:']);
          if (url.protocol === 'http:') expect(isLocal(url.hostname)).to.equal(true);
          expect(url.username + url.password).to.equal('');
          expect(value).not.to.match(/[\0- \\]/);
        }),
        { numRuns: RUNS, seed: seed() },
      );
      // A fuzz in which nothing gets through says nothing.
      expect(accepted).to.be.greaterThan(RUNS / 25);
    });
  }

  it('#56 keeps every redirect-uri on the origin, without fragment and response parameters', () => {
    fc.assert(
      fc.property(anyUrl, fc.constantFrom(PAGE, LOCAL_PAGE), (value, page) => {
        const url = resolveFuzzed('redirect-uri', value, page);
        if (!url) return;
        expect(url.origin).to.equal(new URL(page.href).origin);
        expect(url.href).not.to.contain('#');
        expect(NAMES.filter((name) => url.searchParams.has(name))).to.deep.equal([]);
      }),
      { numRuns: RUNS, seed: seed() },
    );
  });

  it('#56 keeps every endpoint below the path of api-url', () => {
    fc.assert(
      fc.property(anyUrl, (value) => {
        const url = resolveFuzzed('api-url', value, PAGE);
        if (!url) return;
        const apiUrl = resolve('api-url', value);
        const endpoint = new URL(`${apiUrl}/auth/token`);
        expect(endpoint.origin).to.equal(new URL(value, PAGE.base).origin);
        expect(endpoint.pathname).to.match(/\/auth\/token$/);
        expect(endpoint.search + endpoint.hash).to.equal('');
        expect(apiUrl).not.to.match(/\/$/);
      }),
      { numRuns: RUNS, seed: seed() },
    );
  });
});
