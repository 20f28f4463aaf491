import { Hono, type Context } from 'hono';
import { apiError } from './api-error.js';
import type { Client } from './client.js';
import { findRepeated, isForm } from './form.js';
import { SiweError, verifySiwe } from './siwe.js';
import { authorizationResponseUrl } from './authorization-response.js';
import { createSession, type AuthorizationRequest } from './portal-session.js';
import { verifyWallet, WalletError, type Wallet } from './wallet.js';
import type { Store } from './store.js';

const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** A fault that is reported to the redirect URI (RFC 6749, section 4.1.2.1). */
class InvalidRequest extends Error {
  constructor(
    message: string,
    readonly code: 'invalid_request' | 'unsupported_response_type' = 'invalid_request',
  ) {
    super(message);
  }
}

function refuseUnless(isRight: boolean, message: string): void {
  if (!isRight) throw new InvalidRequest(message);
}

/** Where the response may go. It is checked before anything else. */
interface Destination {
  client: Client;
  redirectUri: string;
}

export function authorizationRoutes(store: Store): Hono {
  const routes = new Hono();
  routes.get('/auth', (c) => authorize(c, store, new URL(c.req.url).searchParams));
  routes.post('/auth', async (c) => {
    if (!isForm(c.req.header('content-type'))) return apiError(415, 'The request must be a form');
    return authorize(c, store, new URLSearchParams(await c.req.text()));
  });
  return routes;
}

async function authorize(c: Context, store: Store, fields: URLSearchParams): Promise<Response> {
  const destination = findDestination(store, fields);
  // An unregistered URI gets no redirect: the customer stays here (RFC 6749, section 4.1.2.1).
  if (destination instanceof Response) return destination;
  try {
    refuseRepeated(fields);
    const method = optional(fields, 'authentication_method');
    if (method === 'siwe') return await signInByWallet(c, store, destination, fields);
    refuseUnless(method === undefined, 'authentication_method must be siwe');
    requireResponseType(optional(fields, 'response_type'));
    const wallet = store.switches.walletStep ? await readWallet(fields) : undefined;
    return showPortal(c, store, { ...readRequest(store, destination, fields), wallet });
  } catch (error) {
    if (!(error instanceof InvalidRequest || error instanceof SiweError)) throw error;
    const target = authorizationResponseUrl(destination.redirectUri, {
      error: error instanceof InvalidRequest ? error.code : 'invalid_request',
      error_description: error.message,
      state: store.switches.stateOnErrors ? optional(fields, 'state') : undefined,
    });
    return c.redirect(target, 302);
  }
}

function findDestination(store: Store, fields: URLSearchParams): Destination | Response {
  const client = store.clients.get(fields.get('client_id') ?? '');
  if (!client) return destinationError('client_id', 'The client is not known');
  const redirectUri = fields.get('redirect_uri') ?? '';
  if (client.redirectUris.includes(redirectUri)) return { client, redirectUri };
  return destinationError('redirect_uri', 'The redirect URI is not registered for this client');
}

function destinationError(field: string, message: string): Response {
  return apiError(400, message, { [field]: message });
}

function showPortal(c: Context, store: Store, request: AuthorizationRequest): Response {
  const session = createSession(request);
  store.sessions.set(session.id, session);
  return c.redirect(`/portal/start?session=${session.id}`, 307);
}

/** A customer who has linked the wallet gets a code at once, without a page of the portal. */
async function signInByWallet(
  c: Context,
  store: Store,
  destination: Destination,
  fields: URLSearchParams,
): Promise<Response> {
  const request = readRequest(store, destination, fields);
  const isMixed = ['address', 'chain'].some((name) => fields.has(name));
  refuseUnless(!isMixed, 'address and chain belong to another request');
  const wallet = await verifySiwe(
    {
      ...destination,
      message: fields.get('message') ?? '',
      signature: fields.get('signature') ?? '',
      now: Date.now() + store.switches.siweSkewMs,
    },
    store.nonces,
  );
  const customer = store.customers.findByWallet(wallet);
  if (!customer) {
    refuseUnless(store.switches.siweUnlinked === 'portal', 'Nobody has linked this wallet');
    return showPortal(c, store, request);
  }
  customer.authMethod = 'siwe';
  const code = store.grants.issueCode(destination.client.clientId, customer, request);
  const { redirectUri, state } = request;
  return c.redirect(authorizationResponseUrl(redirectUri, { code, state }), 302);
}

function readRequest(
  store: Store,
  destination: Destination,
  fields: URLSearchParams,
): AuthorizationRequest {
  return {
    ...destination,
    hasWalletStep: store.switches.walletStep,
    codeChallenge: requireChallenge(fields),
    state: optional(fields, 'state'),
    email: optional(fields, 'email') ?? '',
    firstScreen: readFirstScreen(optional(fields, 'auth_mode')),
    skipKyc: optional(fields, 'skip_kyc') === 'true',
    wallet: undefined,
  };
}

/** An empty parameter counts as a missing one (RFC 6749, section 3.1). */
function optional(fields: URLSearchParams, name: string): string | undefined {
  return fields.get(name) || undefined;
}

function refuseRepeated(fields: URLSearchParams): void {
  const name = findRepeated(fields);
  if (name !== undefined) throw new InvalidRequest(`${name} occurs more than once`);
}

function requireResponseType(responseType: string | undefined): void {
  if (responseType === undefined) throw new InvalidRequest('response_type is missing');
  if (responseType !== 'code') {
    throw new InvalidRequest('response_type must be code', 'unsupported_response_type');
  }
}

function requireChallenge(fields: URLSearchParams): string {
  const challenge = optional(fields, 'code_challenge');
  if (challenge === undefined) throw new InvalidRequest('code_challenge is missing');
  // A missing method means 'plain' (RFC 7636, section 4.3).
  if (optional(fields, 'code_challenge_method') !== 'S256') {
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
  const address = optional(fields, 'address');
  const chain = optional(fields, 'chain');
  const signature = optional(fields, 'signature');
  if (address === undefined && chain === undefined && signature === undefined) return undefined;
  if (address === undefined || chain === undefined || signature === undefined) {
    throw new InvalidRequest('address, chain and signature belong together');
  }
  try {
    return await verifyWallet({ address, chain, signature });
  } catch (error) {
    if (error instanceof WalletError) throw new InvalidRequest(error.message);
    throw error;
  }
}
