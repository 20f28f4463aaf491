import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Emulator, Switches } from '../emulator/emulator.js';
import type { BackendResponse } from './backend-response.js';
import { CookieJar, cookiesOf, isDeletion } from './cookies.js';
import { describeRequest, describeResponse } from './trace.js';

export interface BackendUnderTest {
  /** Where the backend expects the code, or what all routes of a server's own start are below. */
  url: string;
  /** The origin of the site's pages. */
  origin: string;
  redirectUri: string;
  clientId: string;
  /** How long a response may take: the element's own deadline. */
  timeoutMs: number;
  /** Headers of every request of a page, such as a CSRF token and its cookie. In lower case. */
  headers: Record<string, string>;
  /** Whether the page is on another origin than the backend: then CORS is part of the contract. */
  cors: boolean;
}

/** The fields of a page's post, by their names in JSON. */
export type Fields = Record<string, unknown>;

/** What a backend did against the contract. The message contains no secret. */
export class Violation extends Error {}

/** A request and its response in words, without a secret. */
export interface TraceLine {
  readonly sent: string;
  readonly answered: string;
}

/** The longest wait that `Retry-After` can ask for, and the most waits for one request. */
const MAX_PAUSE_S = 60;
const MAX_PAUSES = 3;

/** Sends requests to the backend as a page does, and reads what it sends to the emulator. */
export class Harness {
  readonly backend: BackendUnderTest;
  readonly emulator: Emulator;
  /** The cookies that the site gives to every page of its own. The backend may renew them. */
  readonly own: CookieJar;
  /** What was sent and answered in the running clause. */
  readonly trace: TraceLine[] = [];
  #isMoneriumBusy = false;
  /** The codes of earlier clauses: a slow backend may still be sending one of them. */
  readonly #earlierCodes = new Set<string>();
  readonly #issuedCodes: string[] = [];

  constructor(backend: BackendUnderTest, emulator: Emulator) {
    this.backend = backend;
    this.emulator = emulator;
    this.own = new CookieJar(backend.headers.cookie);
  }

  /** Whether the site's own login may be the session: then there is no second one. */
  get hasLogin(): boolean {
    return Object.keys(this.backend.headers).length > 0;
  }

  /** Clears the record and sets the emulator's switches for one clause. */
  prepare(switches: Partial<Switches> = {}): void {
    for (const code of this.#issuedCodes.splice(0)) this.#earlierCodes.add(code);
    this.emulator.reset();
    this.emulator.configure(switches);
    this.#isMoneriumBusy = switches.token === 'rate-limit';
  }

  /** A fresh code of a customer with the other fields of the post. */
  createFields(changes: Fields = {}, email?: string): Fields {
    const { clientId, redirectUri } = this.backend;
    const verifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
    const bound = { clientId, redirectUri, codeChallenge };
    const code = this.emulator.issueCode(email === undefined ? bound : { ...bound, email });
    this.#issuedCodes.push(code);
    const fields = { code, code_verifier: verifier, redirect_uri: redirectUri };
    return { ...fields, client_id: clientId, ...changes };
  }

  /** Posts as the element does. A header with an empty value is left out. */
  async post(
    body: Fields | string,
    changes: Record<string, string> = {},
  ): Promise<BackendResponse> {
    // As bytes: with a string, `fetch` adds a content type of its own.
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.postBody(new TextEncoder().encode(text), changes);
  }

  async postBody(
    body: Uint8Array<ArrayBuffer> | ReadableStream,
    changes: Record<string, string> = {},
    query?: Record<string, string>,
  ): Promise<BackendResponse> {
    const usual = { origin: this.backend.origin, 'content-type': 'application/json' };
    const headers = this.#headers({ ...usual, accept: 'application/json' }, changes);
    // A stream is sent in chunks. Node requires `duplex` for that.
    const init = { method: 'POST', headers, body, duplex: 'half' };
    return this.#sendOwn(init, query);
  }

  /** Asks as a page of the site does. A header with an empty value is left out. */
  async ask(
    method: 'GET' | 'DELETE',
    changes: Record<string, string> = {},
    query: Record<string, string> = {},
  ): Promise<BackendResponse> {
    return this.#sendOwn({ method, headers: this.#headers(this.#asked(method), changes) }, query);
  }

  /** Keeps what the backend renews of the site's own cookies. */
  async #sendOwn(init: RequestInit, query?: Record<string, string>): Promise<BackendResponse> {
    const answer = await this.send(init, query);
    const renewed = cookiesOf(answer).filter((set) => this.own.has(set.name) && !isDeletion(set));
    for (const set of renewed) this.own.take(set);
    return answer;
  }

  /** Asks as a page does that has nothing of the site: no cookie, no header of its own. */
  async askBare(method: 'GET' | 'DELETE', query?: Record<string, string>) {
    return this.send({ method, headers: new Headers(this.#asked(method)) }, query);
  }

  /** A browser sends no `Origin` with a GET of the page's own origin. */
  #asked(method: 'GET' | 'DELETE'): Record<string, string> {
    const { origin, cors } = this.backend;
    const isAtHome = method === 'GET' && !cors;
    return {
      accept: 'application/json',
      ...(isAtHome ? { 'sec-fetch-site': 'same-origin' } : { origin }),
    };
  }

  #headers(usual: Record<string, string>, changes: Record<string, string>): Headers {
    const cookie = this.own.with(new CookieJar(changes.cookie));
    const all = { ...usual, ...this.backend.headers, ...changes, cookie };
    return new Headers(Object.entries(all).filter(([, value]) => value !== ''));
  }

  /**
   * A backend that limits the rate is asked again when it says so.
   * @throws Violation when there is no response in time
   */
  async send(
    init: RequestInit,
    query: Record<string, string> = {},
    path = '',
  ): Promise<BackendResponse> {
    let answer = await this.#sendOnce(init, query, path);
    for (let pauses = 0; answer.status === 429 && !this.#isMoneriumBusy; pauses += 1) {
      const seconds = Number(answer.headers.get('retry-after') ?? '1');
      const isAgain = seconds <= MAX_PAUSE_S && pauses < MAX_PAUSES;
      if (!isAgain || init.body instanceof ReadableStream) {
        throw new Violation('answered 429: raise its limit of requests while you check it');
      }
      await wait(seconds * 1000);
      answer = await this.#sendOnce(init, query, path);
    }
    return answer;
  }

  async #sendOnce(
    init: RequestInit,
    query: Record<string, string>,
    path: string,
  ): Promise<BackendResponse> {
    const { timeoutMs } = this.backend;
    const url = new URL(this.backend.url + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
    // On a connection of its own: a server may close one after a post that it refused half-read.
    const headers = new Headers(init.headers);
    headers.set('connection', 'close');
    const line = {
      sent: describeRequest(
        [init.method ?? 'GET', path].join(' ').trim(),
        headers,
        query,
        init.body,
      ),
      answered: 'nothing',
    };
    this.trace.push(line);
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(url, { ...init, headers, redirect: 'manual', signal });
      const { status } = response;
      const answer = { status, headers: response.headers, text: await response.text() };
      line.answered = describeResponse(answer);
      return answer;
    } catch (reason) {
      const { name, cause } = reason as Error;
      if (name === 'TimeoutError') throw new Violation(`no response within ${timeoutMs} ms`);
      const { code = 'no response' } = Object(cause) as { code?: string };
      throw new Violation(`the connection failed: ${code}`);
    }
  }

  /** The token requests of this clause, as their form fields. */
  get exchanges(): URLSearchParams[] {
    const sent = this.emulator.tokenRequests().map(({ body }) => new URLSearchParams(body));
    return sent.filter((form) => !this.#earlierCodes.has(form.get('code') ?? ''));
  }
}
