import { describe, it } from 'node:test';
import { expect } from 'chai';
import {
  isSameBinding,
  listDifferences,
  readConfiguration,
  type Binding,
  type Configuration,
  type ConnectAttributes,
} from '../../src/core/options.js';
import { buildRequestUrl } from '../../src/core/oauth/oauth.js';
import { catchConnectError } from '../helpers/connect-error.js';

const CLIENT_ID = '6e5b4a1c-0000-4000-8000-00000000000a';
const PAGE = {
  href: 'https://shop.example/checkout/?cart=1#pay',
  base: 'https://shop.example/checkout/?cart=1',
};

function read(attributes: ConnectAttributes): Configuration {
  return readConfiguration({ clientId: CLIENT_ID, ...attributes }, PAGE);
}

/** The fields of the request to `/auth` that the attributes give. */
function parametersOf(attributes: ConnectAttributes): [string, string][] {
  const { binding, authorization } = read(attributes);
  return [...new URL(buildRequestUrl(`${binding.apiUrl}/auth`, authorization)).searchParams];
}

async function refuse(attribute: RegExp, attributes: ConnectAttributes): Promise<void> {
  const error = await catchConnectError(() => read(attributes));
  expect(error).to.include({ code: 'invalid_config', phase: 'start', kind: 'setup' });
  expect(error.message).to.match(/^invalid_config: /);
  expect(error.message).to.match(attribute);
}

describe('readConfiguration', () => {
  it('reads a client id alone, with every default', () => {
    const configuration = read({});
    expect(configuration).to.include({ mode: 'redirect', timeout: 20_000 });
    expect(configuration.binding).to.deep.equal({
      clientId: CLIENT_ID,
      apiUrl: 'https://api.monerium.dev',
      redirectUri: 'https://shop.example/checkout/',
      exchange: 'direct',
    });
    expect(configuration.exchange).to.deep.equal({ kind: 'direct' });
    expect(parametersOf({})).to.deep.equal([]);
  });

  it('takes null and undefined, as frameworks set them, for absent', () => {
    // prettier-ignore
    const names = [
      'environment', 'apiUrl', 'redirectUri', 'backendUrl', 'backendCredentials', 'timeout',
      'backendHeaders', 'exchange', 'mode', 'email', 'authMode', 'skipKyc',
      'chain',
    ];
    for (const nothing of [null, undefined]) {
      const attributes = Object.fromEntries(names.map((name) => [name, nothing]));
      expect(read(attributes).binding).to.deep.equal(read({}).binding);
      expect(read(attributes).exchange).to.deep.equal({ kind: 'direct' });
      expect(parametersOf(attributes)).to.deep.equal([]);
    }
  });

  for (const clientId of [undefined, null, '']) {
    it(`refuses the client-id ${JSON.stringify(clientId) ?? 'undefined'}`, async () => {
      await refuse(/client-id/, { clientId });
    });
  }

  for (const clientId of [
    ' ',
    `${CLIENT_ID} `,
    ` ${CLIENT_ID}`,
    'a b',
    'a\tb',
    'a\nb',
    'a\u00a0b',
  ]) {
    it(`refuses white space in the client-id ${JSON.stringify(clientId)}`, async () => {
      await refuse(/client-id/, { clientId });
    });
  }

  it('#100 takes a client-id as it is, and lets it add nothing', () => {
    const clientId = `${CLIENT_ID}&redirect_uri=https://evil.example#&state=x`;
    expect(read({ clientId }).binding.clientId).to.equal(clientId);
    const url = new URL(buildRequestUrl('https://api.example/auth', { client_id: clientId }));
    expect([...url.searchParams]).to.deep.equal([['client_id', clientId]]);
  });

  it('takes a client id in capitals, as written', () => {
    const clientId = CLIENT_ID.toUpperCase();
    expect(read({ clientId }).binding.clientId).to.equal(clientId);
  });

  for (const [attribute, property, values] of [
    ['environment', 'environment', ['sandbox', 'production']],
    ['backend-credentials', 'backendCredentials', ['same-origin', 'include', 'omit']],
    ['mode', 'mode', ['redirect', 'popup', 'auto']],
    ['auth-mode', 'authMode', ['login', 'signup']],
  ] as const) {
    it(`takes every value of ${attribute}`, () => {
      for (const value of values) expect(() => read({ [property]: value })).not.to.throw();
    });

    it(`refuses every other value of ${attribute}`, async () => {
      const [value] = values;
      const lookalikes = [value.toUpperCase(), ` ${value}`, `${value} `, `${value},${value}`];
      for (const wrong of [...lookalikes, 'unknown', 'or', '__proto__', 'constructor', 'length']) {
        await refuse(new RegExp(attribute), { [property]: wrong });
      }
    });
  }

  for (const [environment, apiUrl] of [
    [undefined, 'https://api.monerium.dev'],
    ['sandbox', 'https://api.monerium.dev'],
    ['production', 'https://api.monerium.app'],
  ] as const) {
    it(`knows the API of ${environment ?? 'no environment'}`, () => {
      expect(read({ environment }).binding).to.include({ apiUrl });
    });
  }

  it('takes the backend with its credentials and headers', () => {
    const backendHeaders = { 'X-CSRF-Token': 't' };
    const { binding, exchange } = read({
      backendUrl: '/connect',
      backendCredentials: 'include',
      backendHeaders,
    });
    const url = 'https://shop.example/connect';
    expect(binding.exchange).to.equal(url);
    expect(exchange).to.deep.equal({
      kind: 'backend',
      url,
      credentials: 'include',
      headers: backendHeaders,
    });
    expect(read({ backendUrl: '/connect' }).exchange).to.deep.equal({
      kind: 'backend',
      url,
      credentials: 'same-origin',
      headers: {},
    });
  });

  for (const [name, value] of [
    ['x csrf', 't'],
    ['', 't'],
    ['x-csrf:', 't'],
    ['x-csrf', 'a\nb'],
    ['x-csrf', 'a\u0000b'],
    ['x-csrf', '\u20ac'],
  ] as const) {
    it(`refuses the header ${JSON.stringify([name, value])}, without its value`, async () => {
      const whole = /^invalid_config: backendHeaders needs valid headers$/;
      await refuse(whole, { backendHeaders: { [name]: value } });
    });
  }

  it('takes no headers as well as null', () => {
    for (const backendHeaders of [undefined, null, {}]) {
      expect(() => read({ backendHeaders })).not.to.throw();
    }
  });

  it("prefers the page's own exchange function to a backend", () => {
    const exchange = () => Promise.resolve({ profile: 'p', userId: 'u' });
    const configuration = read({ exchange, backendUrl: '/connect' });
    expect(configuration.binding.exchange).to.equal('custom');
    expect(configuration.exchange).to.deep.equal({ kind: 'custom', run: exchange });
  });

  for (const [timeout, expected] of [
    [1000, 1000],
    [30_000, 30_000],
    [120_000, 120_000],
    [999, 1000],
    [1, 1000],
    [-5, 1000],
    [-Infinity, 1000],
    [120_001, 120_000],
    [Infinity, 120_000],
    [NaN, 20_000],
    [null, 20_000],
  ] as const) {
    it(`makes a timeout of ${expected} ms of ${timeout}`, () => {
      expect(read({ timeout }).timeout).to.equal(expected);
    });
  }

  it('clamps a timeout of 0 like every other small one', () => {
    expect(read({ timeout: 0 }).timeout).to.equal(1000);
  });
});

describe('what is passed to /auth', () => {
  it('sends e-mail and first screen by their wire names', () => {
    const parameters = parametersOf({ email: 'a@b.example', authMode: 'signup', chain: 'gnosis' });
    expect(Object.fromEntries(parameters)).to.deep.equal({
      email: 'a@b.example',
      auth_mode: 'signup',
    });
  });

  it('#208 sends skip_kyc in the sandbox only', () => {
    expect(parametersOf({ skipKyc: true })).to.deep.equal([['skip_kyc', 'true']]);
    expect(parametersOf({ skipKyc: false })).to.deep.equal([]);
    expect(parametersOf({ skipKyc: true, environment: 'production' })).to.deep.equal([]);
    const apiUrl = 'https://api.monerium.app';
    expect(parametersOf({ skipKyc: true, apiUrl })).to.deep.equal([]);
  });

  it('#100 keeps an attribute from adding a parameter', () => {
    const email = 'a@b.example&redirect_uri=https://evil.example#&state=x';
    expect(parametersOf({ email })).to.deep.equal([['email', email]]);
  });
});

describe('listDifferences', () => {
  const binding: Binding = {
    clientId: CLIENT_ID,
    apiUrl: 'https://api.monerium.dev',
    redirectUri: 'https://shop.example/cb',
    exchange: 'direct',
  };

  it('#55 finds none between two equal bindings with other options that differ', () => {
    expect(listDifferences(binding, { ...binding })).to.deep.equal([]);
    expect(
      listDifferences(read({}).binding, read({ email: 'x', timeout: 5000 }).binding),
    ).to.deep.equal([]);
  });

  for (const part of ['clientId', 'apiUrl', 'redirectUri', 'exchange'] as const) {
    it(`#55 #101 names a different ${part}`, () => {
      const other = { ...binding, [part]: `${binding[part]}x` };
      expect(listDifferences(binding, other)).to.deep.equal([part]);
      expect(listDifferences(other, binding)).to.deep.equal([part]);
    });
  }

  it('#55 names every difference', () => {
    const other = { clientId: '', apiUrl: '', redirectUri: '', exchange: '' };
    expect(listDifferences(binding, other)).to.have.members(Object.keys(binding));
  });

  it('#55 compares two bindings, and finds no binding equal to an absent one', () => {
    expect(isSameBinding(binding, { ...binding })).to.equal(true);
    expect(isSameBinding(binding, { ...binding, exchange: 'custom' })).to.equal(false);
    expect(isSameBinding(undefined, binding)).to.equal(false);
    expect(isSameBinding(binding, undefined)).to.equal(false);
    expect(isSameBinding(undefined, undefined)).to.equal(false);
  });
});
