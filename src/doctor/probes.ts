// Requests that change nothing: they carry no code and no data of a customer.
import type { Probe, RedirectFacts } from './facts.js';

const TIMEOUT_MS = 10_000;
const MARK = 'monerium-doctor';
/** The tag of the element's script, or an import of it. */
const OUR_SCRIPT =
  /<script\s[^>]*monerium-connect(\.iife)?(\.min)?\.js|\bimport\b[^;]*['"/]monerium-connect\b/i;
/** No other text of a server is shown. */
const MEDIA_TYPE = /^[\w.+-]{1,40}\/[\w.+-]{1,40}$/;

/** `fetch` without cache or `Referer`, and with a time limit. */
function send(url: string, init: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  return fetch(url, { cache: 'no-store', referrerPolicy: 'no-referrer', signal, ...init });
}

/** `undefined` where the request fails or takes too long. */
async function sendSilently(url: string, init: RequestInit): Promise<Response | undefined> {
  return send(url, init).catch(() => undefined);
}

/** Whether anything answers at a URL, readable or not. */
export async function isReachable(url: string): Promise<boolean> {
  return (await sendSilently(url, { mode: 'no-cors', credentials: 'omit' })) !== undefined;
}

async function isJson(response: Response): Promise<boolean> {
  try {
    const value: unknown = await response.json();
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** Sends a request as the element does, and finds out why there is no response. */
export async function probe(url: string, init: RequestInit): Promise<Probe> {
  const response = await sendSilently(url, { redirect: 'manual', ...init });
  if (!response) return { kind: (await isReachable(url)) ? 'cors' : 'unreachable' };
  if (response.type === 'opaqueredirect') return { kind: 'redirect' };
  const [given = ''] = (response.headers.get('content-type') ?? '').split(';');
  const type = MEDIA_TYPE.test(given) ? given : '';
  return { kind: 'answer', status: response.status, type, isJson: await isJson(response) };
}

/** Asks for the redirect URI with a further parameter, and follows redirects of this origin. */
export async function probeRedirect(redirectUri: string): Promise<RedirectFacts | undefined> {
  const url = new URL(redirectUri);
  url.searchParams.set(MARK, '1');
  const init: RequestInit = { credentials: 'same-origin' };
  const response = await sendSilently(url.href, init);
  if (!response) {
    // A page of another origin cannot be read. That there is a redirect can be seen.
    const first = await sendSilently(url.href, { ...init, redirect: 'manual' });
    if (first?.type !== 'opaqueredirect') return undefined;
    const unseen = {
      href: undefined,
      keepsQuery: undefined,
      hasElement: false,
      script: 'none',
    } as const;
    return { redirectUri, status: 0, ...unseen };
  }
  const { origin, pathname, searchParams } = new URL(response.url);
  const text = await response.text().catch(() => '');
  const html = text.replace(/<!--.*?-->/gs, '');
  return {
    redirectUri,
    status: response.status,
    href: origin + pathname,
    keepsQuery: searchParams.has(MARK),
    hasElement: /<monerium-connect[\s>]/i.test(html),
    script: OUR_SCRIPT.test(html) ? 'ours' : /<script\b/i.test(html) ? 'other' : 'none',
  };
}

export interface ServerFacts {
  readonly clockOffset: number | undefined;
  readonly openerPolicy: string;
}

/** Asks for the headers of this page: its server's clock, and its opener policy. */
export async function probeServer(href: string): Promise<ServerFacts> {
  const response = await sendSilently(href, { method: 'HEAD', credentials: 'same-origin' });
  const date = Date.parse(response?.headers.get('date') ?? '');
  // A cache keeps the date of the response, and adds its age. RFC 9111 section 5.1.
  const age = Number(response?.headers.get('age') ?? 0) * 1000 || 0;
  return {
    clockOffset: Number.isNaN(date) ? undefined : Date.now() - date - age,
    openerPolicy: response?.headers.get('cross-origin-opener-policy') ?? '',
  };
}

async function matches(entry: string, bytes: ArrayBuffer): Promise<boolean> {
  const [, size, value] = /^sha(256|384|512)-([\w+/=-]+)/.exec(entry) ?? [];
  if (!size) return false;
  const digest = await crypto.subtle.digest(`SHA-${size}`, bytes);
  return btoa(String.fromCharCode(...new Uint8Array(digest))) === value;
}

/**
 * Whether a script is one of those that its `integrity` names; `undefined` where it cannot be read.
 * @see https://www.w3.org/TR/SRI/
 */
export async function fitsIntegrity(src: string, integrity: string): Promise<boolean | undefined> {
  const response = await sendSilently(src, { credentials: 'same-origin', cache: 'default' });
  if (!response?.ok || !isSecureContext) return undefined;
  const bytes = await response.arrayBuffer();
  const entries = integrity.trim().split(/\s+/);
  const results = await Promise.all(entries.map((entry) => matches(entry, bytes)));
  return results.includes(true);
}
