import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startEmulator } from '../../src/testing/emulator/emulator.js';
import {
  CLIENT,
  type Fields,
  REDIRECT_URI,
  STATE,
  authFields,
  authorize,
  bodyOf,
  emulator,
  fieldsOf,
  newWallet,
  pageOf,
  post,
  redirectFields,
} from './emulator-fixture.js';

describe('the authorization endpoint', () => {
  const refusedHere: [string, Fields, string][] = [
    ['an unknown client', { client_id: '00000000-0000-0000-0000-000000000000' }, 'client_id'],
    [
      'a redirect URI with one more character',
      { redirect_uri: `${REDIRECT_URI}/` },
      'redirect_uri',
    ],
    ['a missing redirect URI', { redirect_uri: '' }, 'redirect_uri'],
  ];
  for (const [what, fields, field] of refusedHere) {
    it(`returns 400 for ${what} and redirects nowhere`, async () => {
      const response = await authorize(fields);
      assert.equal(response.status, 400);
      assert.equal(response.headers.get('location'), null);
      const body = await bodyOf(response);
      assert.deepEqual(Object.keys(body), ['code', 'status', 'message', 'errors']);
      assert.equal(body.status, 'Bad Request');
      assert.deepEqual(fieldsOf(body.errors), [field]);
    });
  }

  const refusedThere: [string, Fields, string][] = [
    ['a missing code challenge', { code_challenge: '' }, 'invalid_request'],
    ['the plain method', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a missing method', { code_challenge_method: '' }, 'invalid_request'],
    ['a challenge of the wrong length', { code_challenge: 'short' }, 'invalid_request'],
    ['a missing response type', { response_type: '' }, 'invalid_request'],
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown auth mode', { auth_mode: 'register' }, 'invalid_request'],
    ['a wallet without signature', { address: '0x0', chain: 'chiado' }, 'invalid_request'],
  ];
  for (const [what, fields, error] of refusedThere) {
    it(`redirects with an error for ${what}`, async () => {
      const { error_description, ...answer } = redirectFields(await authorize(fields));
      assert.deepEqual(answer, { error, state: STATE });
      assert.ok(error_description, 'no description');
    });
  }

  it('redirects with an error for a repeated parameter', async () => {
    const query = new URLSearchParams(authFields());
    query.append('email', 'a@example.com');
    query.append('email', 'b@example.com');
    const url = `${emulator.url}/auth?${query.toString()}`;
    const { error } = redirectFields(await fetch(url, { redirect: 'manual' }));
    assert.equal(error, 'invalid_request');
  });

  it('leaves the state out of errors when the switch is off', async () => {
    emulator.configure({ stateOnErrors: false });
    const answer = redirectFields(await authorize({ code_challenge: '' }));
    assert.deepEqual(Object.keys(answer), ['error', 'error_description']);
  });

  it('accepts a form post like a query', async () => {
    const response = await post(`${emulator.url}/auth`, authFields({ auth_mode: 'login' }));
    assert.equal(response.status, 307);
    const location = new URL(response.headers.get('location') ?? '', emulator.url);
    const start = await post(location, authFields());
    assert.equal(start.status, 303);
    assert.equal((await pageOf(start)).step, 'login');
  });

  it('starts with the requested screen and e-mail address', async () => {
    const page = await pageOf(await authorize({ auth_mode: 'login', email: '"a"@example.com' }));
    assert.equal(page.step, 'login');
    assert.match(page.text, /value="&quot;a&quot;@example.com"/);
    assert.equal((await pageOf(await authorize())).step, 'signup');
  });

  it("refuses a wallet with another key's signature", async () => {
    const [mine, other] = [await newWallet(), await newWallet()];
    const answer = redirectFields(await authorize({ ...mine, signature: other.signature }));
    assert.equal(answer.error, 'invalid_request');
  });

  it('refuses a malformed signature and an unknown chain', async () => {
    const wallet = await newWallet();
    for (const flaw of [{ signature: '0x00' }, { signature: 'no' }, { chain: 'noble' }]) {
      assert.equal(
        redirectFields(await authorize({ ...wallet, ...flaw })).error,
        'invalid_request',
      );
    }
  });

  it('forbids other pages to frame itself and the portal', async () => {
    const redirect = await authorize();
    const { url } = await pageOf(redirect);
    const end = new URL('/portal/start?session=unknown', url);
    for (const response of [redirect, await fetch(url), await fetch(end), await post(url)]) {
      assert.equal(response.headers.get('x-frame-options'), 'DENY');
      assert.equal(response.headers.get('content-security-policy'), "frame-ancestors 'none'");
    }
  });

  it('sends the opener policy with itself and the portal only when switched on', async () => {
    const policyOf = (response: Response) => response.headers.get('cross-origin-opener-policy');
    assert.equal(policyOf(await authorize()), null);
    emulator.configure({ coop: 'same-origin' });
    const redirect = await authorize();
    assert.equal(policyOf(redirect), 'same-origin');
    const { url } = await pageOf(redirect);
    assert.equal(policyOf(await fetch(url)), 'same-origin');
  });
});

describe('the registration of a client', () => {
  const refused = [
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:text/html,<p>'],
    ['a file', 'file:///back.html'],
    ['a scheme of its own', 'com.example.shop:/back'],
    ['a fragment', 'https://shop.example/back#done'],
    ['an empty fragment', 'https://shop.example/back#'],
    ['a relative URL', '/back'],
    ['an address without scheme', 'shop.example/back'],
    ['credentials', 'https://ann:secret@shop.example/back'],
    ['a wildcard host', 'https://*.shop.example/back'],
    ['white space', ' https://shop.example/back'],
    ['a line break', 'https://shop.example/ba\nck'],
    ['http on a public host', 'http://shop.example/back'],
    ['http on a host that looks local', 'http://localhost.shop.example/back'],
    ['nothing', ''],
  ] as const;
  for (const [what, uri] of refused) {
    it(`refuses a redirect URI with ${what}`, () => {
      const client = { ...CLIENT, clientId: 'new', redirectUris: [REDIRECT_URI, uri] };
      assert.throws(() => emulator.registerClient(client), TypeError);
    });
  }

  it('starts no emulator with such a client', async () => {
    const client = { ...CLIENT, redirectUris: ['javascript:alert(1)'] };
    const starting = startEmulator({ clients: [client] });
    // One that starts all the same would keep the process alive.
    starting.then((started) => started.close()).catch(() => undefined);
    await assert.rejects(starting, TypeError);
  });

  it('accepts https, and http on this machine', () => {
    const hosts = ['localhost', 'localhost:5173', 'shop.localhost', '127.0.0.1:80', '[::1]:80'];
    const local = hosts.map((host) => `http://${host}/back?shop=1`);
    const redirectUris = ['https://shop.example', 'https://shop.example/a?b=%20', ...local];
    emulator.registerClient({ ...CLIENT, clientId: 'new', redirectUris });
  });
});
