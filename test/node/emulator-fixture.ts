// What the tests of the emulator share: one emulator with one client, and the requests to it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, afterEach } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type * as sdk from '@monerium/sdk';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import {
  DEMO_CLIENT_ID,
  startEmulator,
  type Emulator,
} from '../../src/testing/emulator/emulator.js';

export const REDIRECT_URI = 'https://shop.example/back?shop=1';
export const VERIFIER = 'v'.repeat(43);
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
export const STATE = 'mc1.state';
export const OWNERSHIP_SENTENCE = 'I hereby declare that I am the address owner.';
export const CLIENT = {
  clientId: DEMO_CLIENT_ID,
  name: 'The <b>Shop</b>',
  redirectUris: [REDIRECT_URI],
};

/** One for each test file. */
export const emulator = await startEmulator({ clients: [CLIENT] });
afterEach(() => emulator.reset());
after(() => emulator.close());

/** Sends the SDK's requests, which name Monerium's host, to the emulator. */
export const transport: sdk.Transport = async ({ url, method, headers, body }) => {
  const { pathname, search, origin } = new URL(url);
  assert.equal(origin, 'https://api.monerium.dev');
  const response = await fetch(emulator.url + pathname + search, {
    method,
    headers,
    ...(body !== undefined && { body }),
  });
  return { status: response.status, bodyText: await response.text() };
};

export type Fields = Record<string, string>;

export const authFields = (fields: Fields = {}): Fields => ({
  client_id: DEMO_CLIENT_ID,
  redirect_uri: REDIRECT_URI,
  response_type: 'code',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
  state: STATE,
  ...fields,
});

export function authorize(fields?: Fields): Promise<Response> {
  const query = new URLSearchParams(authFields(fields));
  return fetch(`${emulator.url}/auth?${query.toString()}`, { redirect: 'manual' });
}

export const post = (url: string | URL, fields: Fields = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

export const issueCode = (email?: string): string =>
  emulator.issueCode({
    clientId: DEMO_CLIENT_ID,
    redirectUri: REDIRECT_URI,
    codeChallenge: CHALLENGE,
    ...(email && { email }),
  });

export const exchangeFields = (code: string, fields: Fields = {}): Fields => ({
  grant_type: 'authorization_code',
  client_id: DEMO_CLIENT_ID,
  code,
  redirect_uri: REDIRECT_URI,
  code_verifier: VERIFIER,
  ...fields,
});

export const exchange = (code: string, fields?: Fields): Promise<Response> =>
  post(`${emulator.url}/auth/token`, exchangeFields(code, fields));

export const refresh = (refreshToken: string): Promise<Response> =>
  post(`${emulator.url}/auth/token`, {
    grant_type: 'refresh_token',
    client_id: DEMO_CLIENT_ID,
    refresh_token: refreshToken,
  });

export const API_V2 = 'application/vnd.monerium.api-v2+json';

export const get = (path: string, accessToken: string, accept = API_V2): Promise<Response> =>
  fetch(emulator.url + path, {
    headers: { Authorization: `Bearer ${accessToken}`, Accept: accept },
  });

export async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  const body: unknown = await response.json();
  assert.ok(typeof body === 'object' && body !== null, 'no object');
  return Object.fromEntries(Object.entries(body));
}

export const fieldsOf = (errors: unknown): string[] =>
  typeof errors === 'object' && errors !== null ? Object.keys(errors) : [];

export async function tokensOf(response: Response): Promise<{ access: string; refresh: string }> {
  assert.equal(response.status, 200);
  const body = await bodyOf(response);
  return { access: String(body.access_token), refresh: String(body.refresh_token) };
}

/** The response parameters of a redirect to the application. */
export function redirectFields(response: Response): Fields {
  assert.equal(response.status, 302);
  const location = response.headers.get('location') ?? '';
  assert.ok(location.startsWith(`${REDIRECT_URI}&`), location);
  return Object.fromEntries(new URLSearchParams(location.slice(REDIRECT_URI.length + 1)));
}

/** The portal page that a redirect points to. */
export async function pageOf(
  redirect: Response,
): Promise<{ url: URL; step: string; text: string }> {
  const location = redirect.headers.get('location') ?? '';
  const response = await fetch(new URL(location, emulator.url));
  assert.equal(response.status, 200);
  const text = await response.text();
  const [, step = ''] = /<body data-step="(\w+)"/.exec(text) ?? [];
  return { url: new URL(response.url), step, text };
}

export async function signedBy(account: ReturnType<typeof privateKeyToAccount>, chain = 'chiado') {
  const signature = await account.signMessage({ message: OWNERSHIP_SENTENCE });
  return { address: account.address, chain, signature };
}

export const newWallet = (chain?: string) =>
  signedBy(privateKeyToAccount(generatePrivateKey()), chain);

/** Waits until the emulator has received a request for this path. */
export async function received(target: Emulator, path: string) {
  for (;;) {
    const request = target.requests.find((candidate) => candidate.path === path);
    if (request) return request;
    await turn();
  }
}
