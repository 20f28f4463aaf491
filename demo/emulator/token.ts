import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { setTimeout as wait } from 'node:timers/promises';
import { apiError } from './api-error.js';
import { faultAnswer } from './faults.js';
import { isForm } from './form.js';
import { Refusal, type TokenPair } from './grants.js';
import type { Switches } from './switches.js';
import type { World } from './world.js';

const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

export function tokenRoutes(world: World): Hono<{ Bindings: HttpBindings }> {
  const routes = new Hono<{ Bindings: HttpBindings }>();
  routes.post('/auth/token', async (c) => {
    const { switches } = world;
    if (switches.token !== 'none') return faultAnswer(switches.token, switches, c.env);
    if (!isForm(c.req.header('content-type'))) return apiError(415, 'The request must be a form');
    const answer = answerGrant(world, new URLSearchParams(await c.req.text()));
    answer.headers.set('Cache-Control', 'no-store');
    // Without `ref` a long delay does not keep a closed emulator's process alive.
    if (switches.delayMs > 0) await wait(switches.delayMs, undefined, { ref: false });
    return answer;
  });
  return routes;
}

function answerGrant(world: World, fields: URLSearchParams): Response {
  try {
    return Response.json(tokenAnswer(grantTokens(world, fields), world.switches));
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    return refusalAnswer(problem, world.switches);
  }
}

function grantTokens(world: World, fields: URLSearchParams): TokenPair {
  const grantType = required(fields, 'grant_type');
  const clientId = required(fields, 'client_id');
  if (!world.clients.has(clientId)) {
    throw new Refusal('invalid_client', 'client_id', 'The client is not known');
  }
  switch (grantType) {
    case 'authorization_code':
      return redeemCode(world, clientId, fields);
    case 'refresh_token':
      return world.grants.refresh(clientId, required(fields, 'refresh_token'));
    default:
      throw new Refusal('unsupported_grant_type', 'grant_type', 'The grant type is not supported');
  }
}

function redeemCode(world: World, clientId: string, fields: URLSearchParams): TokenPair {
  const codeVerifier = required(fields, 'code_verifier');
  if (!VERIFIER.test(codeVerifier)) {
    throw new Refusal('invalid_request', 'code_verifier', 'It is not 43 to 128 safe characters');
  }
  return world.grants.redeemCode({
    clientId,
    code: required(fields, 'code'),
    redirectUri: required(fields, 'redirect_uri'),
    codeVerifier,
    lifetimeMs: world.switches.codeLifetimeMs,
  });
}

function required(fields: URLSearchParams, name: string): string {
  const [value, ...more] = fields.getAll(name);
  if (!value) throw new Refusal('invalid_request', name, 'It is missing');
  if (more.length > 0) throw new Refusal('invalid_request', name, 'It is there more than once');
  return value;
}

function tokenAnswer(
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

function refusalAnswer({ error, field, message }: Refusal, { oauthErrors }: Switches): Response {
  if (!oauthErrors) return apiError(400, 'The request was refused', { [field]: message });
  const body = { error, error_description: `${field}: ${message}` };
  return Response.json(body, { status: 400 });
}
