import { exchangeDirectly, type ExchangeRequest } from '../core/oauth/exchange.js';
import { readIdentity, type Identity } from '../core/oauth/identity.js';
import { claimCode, isCodeRefused, releaseCode } from './claimed-code.js';
import { withDeadline } from './deadline.js';
import { callSite, ExchangeError, nameKind, refuseUnless, toFailure } from './exchange-error.js';
import type { ConnectedDetails, RequestDetails, SharedSettings } from './handler-options.js';
import { serverSend } from './monerium-api.js';

/** Why a code is not sent. */
export const USED_CODE = 'the code was posted before';

/**
 * Everything up to the identity, within one deadline.
 * @param readGrant finds the code and what belongs to it
 */
export function exchange<Context>(
  { own, store, timeoutMs, notify }: SharedSettings<Context>,
  details: RequestDetails<Context>,
  readGrant: (signal: AbortSignal) => Promise<ExchangeRequest>,
): Promise<ConnectedDetails<Context>> {
  return withDeadline(timeoutMs, async (signal) => {
    const grant = await readGrant(signal);
    const isFirst = await claimCode(store, grant.code, signal);
    if (!isFirst) notify({ type: 'replay-refused' });
    refuseUnless(isFirst, 400, 'invalid_grant', USED_CODE);
    try {
      const { identity, tokens } = await exchangeDirectly(serverSend(own, signal), grant);
      return { ...details, ...identity, tokens, clientId: grant.clientId };
    } catch (reason) {
      if (!isCodeRefused(reason)) throw reason;
      await releaseCode(store, grant.code, signal);
      // A claim that is slow to go does not make it a timeout.
      throw toFailure(reason);
    }
  });
}

/**
 * Gives the tokens to the site.
 * @param answer makes the response with the headers of the site, which may be none
 * @throws ExchangeError `500`
 */
export async function tellSite<Context>(
  { own }: SharedSettings<Context>,
  connected: ConnectedDetails<Context>,
  answer: (headers: HeadersInit) => Response,
): Promise<Response> {
  try {
    return answer((await own.onConnected(connected)) ?? {});
  } catch (cause) {
    const fault = `onConnected threw ${nameKind(cause)}`;
    throw new ExchangeError(500, 'server_error', fault, cause);
  }
}

/**
 * Who is connected in this session, according to `onSession`.
 * @throws ExchangeError `503` when the site cannot say, `500` when it has said something else
 */
export async function findSession<Context>(
  { own, timeoutMs }: SharedSettings<Context>,
  details: RequestDetails<Context>,
): Promise<Identity | undefined> {
  const session = await withDeadline(timeoutMs, (signal) =>
    callSite('onSession', signal, async () => {
      const found = await own.onSession?.(details);
      return found && { identity: readIdentity(found) };
    }),
  );
  if (!session) return undefined;
  const fault = 'onSession returned no ids';
  refuseUnless(session.identity !== undefined, 500, 'server_error', fault);
  return session.identity;
}

/** @throws ExchangeError `503` */
export function endSession<Context>(
  { own, timeoutMs }: SharedSettings<Context>,
  details: RequestDetails<Context>,
): Promise<Response> {
  return withDeadline(timeoutMs, (signal) =>
    callSite('onDisconnect', signal, async () => {
      const headers = (await own.onDisconnect?.(details)) ?? {};
      return new Response(null, { status: 204, headers });
    }),
  );
}
