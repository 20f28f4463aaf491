import type { BackendResponse } from './backend-response.js';
import { cookiesOf } from './cookies.js';

/** What is shown of a request and of its response: names of fields, never values. */

/** Headers whose values are no secrets, and that decide about a request. */
const SHOWN = ['origin', 'content-type', 'sec-fetch-site', 'access-control-request-method'];
const ANSWERED = ['cache-control', 'access-control-allow-origin', 'access-control-allow-methods'];
/** The headers that every request of the kit has. */
const USUAL = ['accept', 'connection', 'cookie'];

/** A long name may be a secret itself. */
const show = (name: string) => (/^[\w.$-]{1,40}$/.test(name) ? name : '…');

function namesOf(fields: Iterable<string>): string {
  return [...fields].map(show).join(', ');
}

function describeFields(text: string): string {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields !== 'object' || fields === null) return '';
    const { error } = fields as { error?: unknown };
    const code = typeof error === 'string' && /^[a-z_]{3,40}$/.test(error) ? `: ${error}` : '';
    return ` {${namesOf(Object.keys(fields)).replace(/\berror\b/, `error${code}`)}}`;
  } catch {
    return '';
  }
}

/** Such as `DELETE ?userId, Origin: https://shop.example, Cookie: session`. */
export function describeRequest(
  method: string,
  headers: Headers,
  fields: Readonly<Record<string, string>>,
  body: unknown,
): string {
  // A method that is named in the address is no secret.
  const query = Object.entries(fields).map(([name, value]) =>
    /^[A-Z]+$/.test(value) ? `${show(name)}=${value}` : show(name),
  );
  const posted = body instanceof Uint8Array ? describeFields(new TextDecoder().decode(body)) : '';
  const cookies = (headers.get('cookie') ?? '').split(/=[^;]*;?\s*/).filter(Boolean);
  const parts = [...headers].flatMap(([name, value]) => {
    if (USUAL.includes(name)) return [];
    return [SHOWN.includes(name) ? `${name}: ${value}` : name];
  });
  if (cookies.length > 0) parts.push(`cookie: ${namesOf(cookies)}`);
  const target = query.length > 0 ? ` ?${query.join('&')}` : '';
  return [`${method}${target}${posted}`, ...parts].join(', ');
}

/** Such as `200 application/json {profile, userId}, set-cookie: session`. */
export function describeResponse(response: BackendResponse): string {
  const { status, headers, text } = response;
  const type = headers.get('content-type') ?? (text === '' ? '' : 'without a content type');
  const parts = ANSWERED.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [`${name}: ${value}`];
  });
  const cookies = cookiesOf(response).map(({ name }) => name);
  if (cookies.length > 0) parts.push(`set-cookie: ${namesOf(cookies)}`);
  return [`${status}${type && ` ${type}`}${describeFields(text)}`, ...parts].join(', ');
}
