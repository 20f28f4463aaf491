import { createError, type ConnectError } from '../errors.js';
import { logOnce } from '../browser/page.js';
import { fetchFromBackend, requireIdentity, type Backend } from '../oauth/exchange.js';
import { browserSend, type Reply } from '../oauth/http.js';
import type { Identity } from '../oauth/identity.js';

/** A session that the site's backend keeps. */
export interface KeptSession {
  readonly backend: Backend;
  readonly timeout: number;
}

function request(method: 'GET' | 'DELETE', { backend, timeout }: KeptSession): Promise<Reply> {
  return fetchFromBackend(browserSend(AbortSignal.timeout(timeout)), method, backend);
}

/** Asks the site's backend who is connected. `undefined` when it does not tell. Never rejects. */
export async function askSession(session: KeptSession): Promise<Identity | 'nobody' | undefined> {
  try {
    const reply = await request('GET', session);
    return reply.status === 204 ? 'nobody' : requireIdentity(reply);
  } catch (reason) {
    const { status, hint } = reason as ConnectError;
    if (status === 401 || status === 404) return 'nobody';
    logOnce('warn', `stay-connected: ${hint}`);
    return undefined;
  }
}

/**
 * Ends the session at the site's backend. One that is not there has ended.
 * @throws ConnectError `disconnect_failed`
 */
export async function endSession(session: KeptSession): Promise<void> {
  try {
    await request('DELETE', session);
  } catch (reason) {
    const { status, hint = '' } = reason as ConnectError;
    // The body of a 2xx does not matter.
    if (status && (status < 300 || status === 404 || status === 410)) return;
    throw createError('disconnect_failed', { status, hint });
  }
}
