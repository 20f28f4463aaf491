// The canary scan. After every test it searches all that pages have shown, stored, logged and sent.
import assert from 'node:assert/strict';
import type { Emulator, RecordedRequest } from '../../../src/testing/emulator/emulator.js';
import type { Sighting, Visitor } from './driver.js';
import { readPages, type PageContents } from './page-contents.js';
import type { Site, SiteRequest } from './site.js';

/** The email address of every customer in these tests. Only Monerium may receive it. */
export const CANARY_EMAIL = 'canary.e-mail@shop.example';

const PATTERNS = {
  state: /mc1\.[\w-]{43}/,
  code: /code_[\w-]{43}/,
  token: /(access|refresh)_[\w-]{43}/,
  verifier: /"(codeVerifier|code_verifier)":"(?!")/,
  email: /canary\.e-mail/,
  signature: /0x[\da-f]{130}/i,
  message: /wants.{1,3}you.{1,3}to.{1,3}sign.{1,3}in.{1,3}with/,
};
type Secret = keyof typeof PATTERNS;

const RECORD_KEY = /^monerium-connect:mc1\.[\w-]{43}$/;

export interface Places {
  readonly sites: readonly Site[];
  readonly emulator: Emulator;
  readonly visitor: Visitor;
  /** Secrets that the emulator did not create, so that no pattern matches them. */
  readonly known: Partial<Record<Secret, readonly string[]>>;
  /** Origins that act as Monerium in a test, besides the emulator's. */
  readonly trusted: readonly string[];
}

/** Checks that a text contains no secret except the allowed ones. */
class Watch {
  readonly #known: [Secret, string][];

  constructor(known: Partial<Record<Secret, readonly string[]>>) {
    const all = Object.entries(known) as [Secret, readonly string[]][];
    this.#known = all.flatMap(([name, texts]) =>
      texts.map((text): [Secret, string] => [name, text]),
    );
  }

  check(place: string, text: string, allowed: readonly Secret[] = []): void {
    for (const [name, pattern] of Object.entries(PATTERNS) as [Secret, RegExp][]) {
      if (!allowed.includes(name)) assert.doesNotMatch(text, pattern, `the ${name} in ${place}`);
    }
    for (const [name, secret] of this.#known) {
      const isFound = !allowed.includes(name) && text.includes(secret);
      assert.equal(isFound, false, `the ${name} in ${place}: ${isFound ? text : ''}`);
    }
  }
}

/**
 * Searches the contents of the visitor's pages and all requests. Each secret may be only where the
 * contract allows it.
 */
export async function assertNoSecrets(places: Places): Promise<void> {
  const { sites, emulator, visitor, known } = places;
  const pages = await readPages(visitor, sites);
  const requests = sites.flatMap((site) => site.requests);
  const verifier = [...verifiersSent(requests, emulator), ...pages.flatMap(verifiersKept)];
  const code = [...(known.code ?? []), ...codesReturned(requests)];
  const watch = new Watch({ ...known, verifier, code });
  watch.check('the console', [...visitor.console, ...visitor.errors].join('\n'));
  for (const page of pages) checkPage(watch, page);
  for (const sighting of visitor.sightings) checkSighting(watch, sighting, places);
  for (const request of requests) checkSiteRequest(watch, request);
  for (const request of emulator.requests) checkEmulatorRequest(watch, request);
}

function verifiersSent(requests: SiteRequest[], emulator: Emulator): string[] {
  const posted = requests.map(({ body }) => /"code_verifier":"([\w-]+)"/.exec(body)?.[1]);
  const given = emulator
    .tokenRequests()
    .map(({ body }) => new URLSearchParams(body).get('code_verifier'));
  return [...posted, ...given].filter((verifier) => verifier != null);
}

function verifiersKept({ local }: PageContents): string[] {
  return local.flatMap(([, value]) => /"codeVerifier":"([\w-]+)"/.exec(value)?.[1] ?? []);
}

/** Codes in responses to a flow of the element. A server may use any format for them. */
function codesReturned(requests: SiteRequest[]): string[] {
  const returns = requests.filter(({ query }) => query.get('state')?.startsWith('mc1.'));
  const codes = returns.map(({ query }) => query.get('code') ?? '');
  return codes.filter((code) => code.length >= 20);
}

function checkPage(watch: Watch, { local, session, texts }: PageContents): void {
  for (const [place, text] of Object.entries(texts)) watch.check(place, text);
  for (const [key, value] of local) {
    const isRecord = RECORD_KEY.test(key);
    if (!isRecord) watch.check('a key of localStorage', key);
    watch.check('localStorage', isRecord ? withoutVerifier(value) : value);
  }
  for (const [key, value] of session) {
    const isHint = /^monerium-connect:(tab|popup)$/.test(key);
    watch.check('sessionStorage', key + value, isHint ? ['state'] : []);
  }
}

/** A record may contain its verifier only in this property. */
function withoutVerifier(json: string): string {
  const { codeVerifier, ...rest } = JSON.parse(json) as Record<string, unknown>;
  return JSON.stringify(typeof codeVerifier === 'string' ? rest : { codeVerifier, ...rest });
}

function checkSighting(
  watch: Watch,
  sighting: Sighting,
  { sites, emulator, trusted }: Places,
): void {
  const { origin, place, name, text } = sighting;
  // The scan does not check Monerium's own pages.
  if (origin === emulator.url || trusted.includes(origin)) return;
  switch (place) {
    case 'console':
    case 'error':
      return;
    case 'event':
      watch.check(`the detail of ${name}`, text);
      return;
    case 'page':
      watch.check(`${name} of a page that was left`, text);
      return;
    case 'message': {
      // Only a popup may send them to its opener, which has the same origin.
      const isOurs = name === origin;
      watch.check(`a message from ${name}`, text, isOurs ? ['state', 'code'] : []);
      return;
    }
    case 'channel': {
      const isNamedByState = PATTERNS.state.test(name);
      watch.check('the name of a channel', name, ['state']);
      watch.check('a channel', text, isNamedByState ? ['state', 'code'] : []);
      return;
    }
    case 'request': {
      // The servers of the tests record more of a request than the browser reports, such as bodies.
      const { origin: host, port } = new URL(name);
      const isRecorded = sites.some((site) => port === String(site.port)) || host === emulator.url;
      if (!isRecorded && !trusted.includes(host)) watch.check(`a request for ${host}`, text);
    }
  }
}

function checkSiteRequest(watch: Watch, request: SiteRequest): void {
  const { method, host, path, url, headers, body } = request;
  const isDocument = headers['sec-fetch-dest'] === 'document';
  const isReturn = method === 'GET' && isDocument && !host.startsWith('127.');
  watch.check(`a request for ${path}`, url, isReturn ? ['state', 'code'] : []);
  // Firefox requests the icon with the page's first address as the referrer.
  if (path !== '/favicon.ico' || !headers['user-agent']?.includes('Firefox')) {
    watch.check(`a header of ${path}`, JSON.stringify(headers));
  }
  if (path === '/backend') {
    const isExchange = method === 'POST' && headers['content-type'] === 'application/json';
    watch.check('a post to the backend', body, isExchange ? ['code', 'verifier'] : []);
  } else {
    watch.check(`the body for ${path}`, body);
  }
}

function checkEmulatorRequest(watch: Watch, request: RecordedRequest): void {
  const { path, query, body } = request;
  // The scan does not check requests between the customer and Monerium.
  if (path.startsWith('/portal/')) return;
  const { authorization = '', ...headers } = request.headers;
  watch.check(`a header of ${path}`, JSON.stringify(headers));
  if (path === '/auth') {
    watch.check(path, JSON.stringify(query), ['state', 'email', 'signature', 'message']);
    return;
  }
  const isExchange = path === '/auth/token';
  watch.check(`the address of ${path}`, JSON.stringify(query));
  const isLink = path === '/addresses';
  const inBody: Secret[] = isExchange ? ['code', 'verifier', 'token'] : [];
  watch.check(`the body for ${path}`, body, isLink ? ['signature'] : inBody);
  watch.check(`the authorization of ${path}`, authorization, ['token']);
}
