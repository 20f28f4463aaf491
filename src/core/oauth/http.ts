import { ConnectError, tryTo, type ErrorCode } from '../errors.js';
import { ownFields, type Fields } from './identity.js';
import { nameOAuthError } from './oauth.js';

/** The longest body that is read, in bytes. */
const MAX_BODY_BYTES = 65_536;
const MAX_RETRY_AFTER_MS = 3_600_000;
const MAX_FIELD_NAMES = 10;
const FIELD_NAME = /^[\w.-]{1,40}$/;
const CONTENT_TYPE = /^[\w.+/-]{1,60}$/;

/** `fetch`, bound to the deadline of the exchange. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** A successful response. `facts` describes it for the developer: no value, no query. */
export interface Reply {
  readonly fields: Fields;
  readonly status: number;
  readonly facts: string;
}

/** `fetch` of this page, ended by the signal. */
export function browserSend(signal: AbortSignal): Send {
  return (url, init) => fetch(url, { ...init, signal });
}

/** How long `Retry-After` asks to wait, in seconds or until a date: RFC 9110 section 10.2.3. */
function readRetryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after') ?? '';
  const seconds = parseFloat(value);
  const wait = isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return isFinite(wait) ? Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS) : undefined;
}

/**
 * The rest of a body as text; `undefined` when it is longer than `limit` bytes. Nothing is canceled
 * then. Rejects when the connection breaks off.
 */
export async function readText(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined,
  limit: number,
): Promise<string | undefined> {
  if (!reader) return '';
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(chunks).text();
    size += value.length;
    if (size > limit) return undefined;
    chunks.push(value);
  }
}

/** The fields of a JSON object, or `undefined`. The text of any other body is dropped. */
export function parseFields(text = ''): Fields | undefined {
  const value = tryTo((): unknown => JSON.parse(text));
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? ownFields(value as unknown) : undefined;
}

/** A URL without what may be secret in it: its query and fragment. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*/s, '');
}

/** Status and content type, and the names of the fields that came. Never a value of the body. */
function describeResponse({ status, headers }: Response, fields: Fields = {}): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  const names = Object.keys(fields).filter((name) => FIELD_NAME.test(name));
  const listed = names.slice(0, MAX_FIELD_NAMES).join(', ');
  return (
    `answered ${status} ${CONTENT_TYPE.test(type) ? type : 'without a type'}` +
    (listed && ` with the fields ${listed}`)
  );
}

function nameFailure(status: number): ErrorCode {
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'server_unavailable';
  return status >= 400 ? 'exchange_rejected' : 'exchange_bad_response';
}

/**
 * Sends one request, once, and reads a JSON object; a response without content counts as an empty
 * one. Nothing is sent again and no redirect is followed: the request may carry a code.
 * @throws ConnectError of the phase `exchange`, with the facts in `hint`
 */
export async function fetchFields(send: Send, url: string, init: RequestInit): Promise<Reply> {
  const request = `${init.method ?? 'GET'} ${withoutQuery(url)}`;
  let response: Response;
  let text: string | undefined;
  try {
    response = await send(url, {
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      ...init,
    });
    // Chromium shows a `no-store` response as canceled when its own stream is read, a copy's not.
    const reader = response.clone().body?.getReader();
    text = await readText(reader, MAX_BODY_BYTES);
    // Both must be canceled before the rest of a body that is too long stops coming.
    if (text === undefined) {
      void reader?.cancel();
      void response.body?.cancel();
    }
  } catch {
    throw new ConnectError('exchange_network', { hint: `${request} got no readable response` });
  }
  const { ok, status, headers } = response;
  const fields = status === 204 ? {} : parseFields(text);
  const facts = `${request} ${describeResponse(response, fields)}`;
  if (ok && fields) return { fields, status, facts };
  const error = fields?.['error'];
  throw new ConnectError(nameFailure(status), {
    hint: facts,
    status,
    oauthError: typeof error === 'string' ? nameOAuthError(error) : undefined,
    retryAfterMs: readRetryAfter(headers),
  });
}
