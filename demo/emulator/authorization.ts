import { Hono, type Context } from 'hono';
import { apiError } from './api-error.js';
import { isForm } from './form.js';
import { redirectTarget } from './redirect.js';
import { openSession, type AuthorizationRequest } from './session.js';
import { provenWallet, WalletProblem, type Wallet } from './wallets.js';
import type { Client, World } from './world.js';

const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** A fault in the request that the application has to hear of (RFC 6749, section 4.1.2.1). */
class InvalidRequest extends Error {
  constructor(
    message: string,
    readonly error: 'invalid_request' | 'unsupported_response_type' = 'invalid_request',
  ) {
    super(message);
  }
}

/** Where the answer may go: known before anything else is looked at. */
interface Destination {
  client: Client;
  redirectUri: string;
}

export function authorizationRoutes(world: World): Hono {
  const routes = new Hono();
  routes.get('/auth', (c) => authorize(c, world, new URL(c.req.url).searchParams));
  routes.post('/auth', async (c) => {
    if (!isForm(c.req.header('content-type'))) return apiError(415, 'The request must be a form');
    return authorize(c, world, new URLSearchParams(await c.req.text()));
  });
  return routes;
}

async function authorize(c: Context, world: World, fields: URLSearchParams): Promise<Response> {
  const destination = findDestination(world, fields);
  // Nothing may be sent to an address that nobody registered, so the customer stays here.
  if (destination instanceof Response) return destination;
  try {
    const session = openSession(await readRequest(destination, fields));
    world.sessions.set(session.id, session);
    return c.redirect(`/portal/start?session=${session.id}`, 307);
  } catch (problem) {
    if (!(problem instanceof InvalidRequest)) throw problem;
    const target = redirectTarget(destination.redirectUri, {
      error: problem.error,
      error_description: problem.message,
      state: world.switches.stateOnErrors ? given(fields, 'state') : undefined,
    });
    return c.redirect(target, 302);
  }
}

function findDestination(world: World, fields: URLSearchParams): Destination | Response {
  const client = world.clients.get(fields.get('client_id') ?? '');
  if (!client) return unknownDestination('client_id', 'The client is not known');
  const redirectUri = fields.get('redirect_uri') ?? '';
  if (client.redirectUris.includes(redirectUri)) return { client, redirectUri };
  return unknownDestination('redirect_uri', 'The redirect URI is not registered for this client');
}

function unknownDestination(field: string, message: string): Response {
  return apiError(400, message, { [field]: message });
}

async function readRequest(
  destination: Destination,
  fields: URLSearchParams,
): Promise<AuthorizationRequest> {
  refuseRepetition(fields);
  requireResponseType(given(fields, 'response_type'));
  if (given(fields, 'authentication_method') !== undefined) {
    throw new InvalidRequest('authentication_method is not supported here');
  }
  return {
    ...destination,
    codeChallenge: requireChallenge(fields),
    state: given(fields, 'state'),
    email: given(fields, 'email') ?? '',
    firstScreen: readFirstScreen(given(fields, 'auth_mode')),
    skipKyc: given(fields, 'skip_kyc') === 'true',
    wallet: await readWallet(fields),
  };
}

/** An empty parameter counts as one that was left out (RFC 6749, section 3.1). */
function given(fields: URLSearchParams, name: string): string | undefined {
  return fields.get(name) || undefined;
}

function refuseRepetition(fields: URLSearchParams): void {
  const names = [...fields.keys()];
  if (new Set(names).size < names.length) {
    throw new InvalidRequest('A parameter is there more than once');
  }
}

function requireResponseType(responseType: string | undefined): void {
  if (responseType === undefined) throw new InvalidRequest('response_type is missing');
  if (responseType !== 'code') {
    throw new InvalidRequest('response_type must be code', 'unsupported_response_type');
  }
}

function requireChallenge(fields: URLSearchParams): string {
  const challenge = given(fields, 'code_challenge');
  if (challenge === undefined) throw new InvalidRequest('code_challenge is missing');
  // Left out it would mean 'plain' (RFC 7636, section 4.3).
  if (given(fields, 'code_challenge_method') !== 'S256') {
    throw new InvalidRequest('code_challenge_method must be S256');
  }
  if (!CHALLENGE.test(challenge)) throw new InvalidRequest('code_challenge is not a SHA-256 hash');
  return challenge;
}

function readFirstScreen(mode: string | undefined): 'login' | 'signup' {
  if (mode === undefined || mode === 'signup') return 'signup';
  if (mode === 'login') return mode;
  throw new InvalidRequest('auth_mode must be login or signup');
}

async function readWallet(fields: URLSearchParams): Promise<Wallet | undefined> {
  const address = given(fields, 'address');
  const chain = given(fields, 'chain');
  const signature = given(fields, 'signature');
  if (address === undefined && chain === undefined && signature === undefined) return undefined;
  if (address === undefined || chain === undefined || signature === undefined) {
    throw new InvalidRequest('address, chain and signature belong together');
  }
  try {
    return await provenWallet({ address, chain, signature });
  } catch (problem) {
    if (problem instanceof WalletProblem) throw new InvalidRequest(problem.message);
    throw problem;
  }
}
