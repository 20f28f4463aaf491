import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { apiError } from './api-error.js';
import { faultResponse } from './fault-response.js';
import { findRepeated, isForm } from './form.js';
import { TokenError, type TokenPair } from './grants.js';
import type { Switches } from './switches.js';
import type { Store } from './store.js';

const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

export function tokenRoutes(store: Store): Hono<{ Bindings: Partial<HttpBindings> }> {
  const routes = new Hono<{ Bindings: Partial<HttpBindings> }>();
  routes.post('/auth/token', async (c) => {
    const { switches } = store;
    if (switches.token !== 'none') return faultResponse(switches.token, switches, c.env);
    if (!isForm(c.req.header('content-type'))) return apiError(415, 'The request must be a form');
    const hasCredentials = Boolean(c.req.header('authorization'));
    const response = hasCredentials
      ? authenticationError(switches)
      : respondToGrant(store, new URLSearchParams(await c.req.text()));
    response.headers.set('Cache-Control', 'no-store');
    if (switches.delayMs > 0) await wait(switches.delayMs);
    return response;
  });
  return routes;
}

/** A long delay must not keep a process alive after the emulator is closed. */
function wait(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer: Partial<NodeJS.Timeout> | number = setTimeout(resolve, delayMs);
    // Only Node's timers keep anything alive.
    if (typeof timer === 'object') timer.unref?.();
  });
}

function respondToGrant(store: Store, fields: URLSearchParams): Response {
  try {
    return Response.json(tokenBody(grantTokens(store, fields), store.switches));
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return tokenErrorResponse(error, store.switches);
  }
}

/** The clients of this flow are public: none has a secret, so none authenticates. */
function authenticationError(switches: Switches): Response {
  const error = new TokenError('invalid_client', 'Authorization', 'The client is public');
  const response = tokenErrorResponse(error, switches, 401);
  // Required after an attempt with this header: RFC 6749, section 5.2.
  response.headers.set('WWW-Authenticate', 'Basic realm="Monerium"');
  return response;
}

function refuseCredentials(fields: URLSearchParams): void {
  for (const name of ['client_secret', 'client_assertion']) {
    if (fields.has(name)) throw new TokenError('invalid_client', name, 'The client is public');
  }
}

function refuseRepeated(fields: URLSearchParams): void {
  const name = findRepeated(fields);
  if (name !== undefined) throw new TokenError('invalid_request', name, 'It occurs more than once');
}

function grantTokens(store: Store, fields: URLSearchParams): TokenPair {
  refuseRepeated(fields);
  refuseCredentials(fields);
  const grantType = required(fields, 'grant_type');
  const clientId = required(fields, 'client_id');
  if (!store.clients.has(clientId)) {
    throw new TokenError('invalid_client', 'client_id', 'The client is not known');
  }
  switch (grantType) {
    case 'authorization_code':
      return redeemCode(store, clientId, fields);
    case 'refresh_token':
      return store.grants.refresh(clientId, required(fields, 'refresh_token'));
    default:
      throw new TokenError(
        'unsupported_grant_type',
        'grant_type',
        'The grant type is not supported',
      );
  }
}

function redeemCode(store: Store, clientId: string, fields: URLSearchParams): TokenPair {
  const codeVerifier = required(fields, 'code_verifier');
  if (!VERIFIER.test(codeVerifier)) {
    throw new TokenError('invalid_request', 'code_verifier', 'It is not 43 to 128 safe characters');
  }
  return store.grants.redeemCode({
    clientId,
    code: required(fields, 'code'),
    redirectUri: required(fields, 'redirect_uri'),
    codeVerifier,
    lifetimeMs: store.switches.codeLifetimeMs,
  });
}

function required(fields: URLSearchParams, name: string): string {
  const value = fields.get(name);
  if (!value) throw new TokenError('invalid_request', name, 'It is missing');
  return value;
}

function tokenBody(
  { accessToken, refreshToken, customer }: TokenPair,
  { expiresIn, idsInToken }: Switches,
) {
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    ...(expiresIn !== null && { expires_in: expiresIn }),
    refresh_token: refreshToken,
    ...(idsInToken && { profile: customer.profile, userId: customer.userId }),
  };
}

function tokenErrorResponse(
  { error, field, message }: TokenError,
  { oauthErrors }: Switches,
  status = 400,
): Response {
  if (!oauthErrors) return apiError(status, 'The request was refused', { [field]: message });
  const body = { error, error_description: `${field}: ${message}` };
  return Response.json(body, { status });
}
