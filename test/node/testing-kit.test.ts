import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requirePackage, skipWithout } from '../../scripts/setup/folders.mjs';
import { startEmulator } from '../../src/testing/emulator/emulator.js';
import { moneriumHandlers, type HandlerOptions } from '../../src/testing/msw.js';
import { exchangeDirectly } from '../../src/core/oauth/exchange.js';
import { CLIENT, REDIRECT_URI, authFields } from './emulator-fixture.js';

const REQUEST = {
  code: 'code',
  codeVerifier: 'v'.repeat(43),
  redirectUri: REDIRECT_URI,
  clientId: CLIENT.clientId,
};

const skip = skipWithout('test/others');

async function exchangeWith(options: HandlerOptions, apiUrl = 'https://api.monerium.dev') {
  const { setupServer } = requirePackage('msw/node', 'test/others');
  const server = setupServer(...moneriumHandlers(requirePackage('msw', 'test/others'), options));
  server.listen({ onUnhandledRequest: 'error' });
  try {
    return await exchangeDirectly(fetch, { ...REQUEST, apiUrl });
  } finally {
    server.close();
  }
}

describe('the handlers for Mock Service Worker', { skip }, () => {
  for (const apiUrl of ['https://api.monerium.dev', 'https://api.monerium.app']) {
    it(`connect the customer of the test at ${apiUrl}`, async () => {
      const { identity, tokens } = await exchangeWith({ profile: 'p-1', userId: 'u-1' }, apiUrl);
      assert.deepEqual(identity, { profile: 'p-1', userId: 'u-1' });
      assert.equal(tokens.accessToken, 'test-access-token');
    });
  }

  it('fail with the status of the test', async () => {
    await assert.rejects(exchangeWith({ tokenStatus: 503 }), { code: 'server_unavailable' });
    await assert.rejects(exchangeWith({ tokenStatus: 400 }), { code: 'exchange_rejected' });
  });
});

describe('the emulator of a test', () => {
  it('decides for the customer who is at its portal', async () => {
    const emulator = await startEmulator({ clients: [CLIENT] });
    const decide = async (ending: 'approve' | 'refuse' | 'fail') => {
      const query = new URLSearchParams(authFields()).toString();
      const portal = await fetch(`${emulator.url}/auth?${query}`);
      return new URL(emulator.decide(portal.url, ending)).searchParams;
    };
    const code = (await decide('approve')).get('code') ?? '';
    assert.equal((await decide('refuse')).get('error'), 'access_denied');
    assert.equal((await decide('fail')).get('error'), 'server_error');
    const request = { ...REQUEST, code, apiUrl: emulator.url };
    const { identity } = await exchangeDirectly(fetch, request);
    assert.match(identity.userId, /^[\w-]+$/);
    for (const page of ['login?session=x', 'login']) {
      assert.throws(() => emulator.decide(`${emulator.url}/portal/${page}`, 'approve'));
    }
    await emulator.close();
  });

  it('begins again with its switches and its customer after a reset', async () => {
    const emulator = await startEmulator({ isSeeded: true, switches: { token: 'html' } });
    emulator.configure({ token: 'none' });
    emulator.reset();
    const page = await (await fetch(emulator.url)).text();
    assert.match(page, /customer@example\.com/);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(`${emulator.url}/auth/token`, { method: 'POST', headers });
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    await emulator.close();
  });

  it('refuses a switch that is not there', async () => {
    await assert.rejects(startEmulator({ switches: { tokens: 'html' } as never }), TypeError);
  });
});
