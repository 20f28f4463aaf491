import { createHash, randomBytes } from 'node:crypto';
import type { Emulator, Switches } from '../emulator/emulator.js';

export interface BackendUnderTest {
  /** Where the backend expects the code. */
  url: string;
  /** The origin of the site's pages. */
  origin: string;
  redirectUri: string;
  clientId: string;
  /** How long a response may take: the element's own deadline. */
  timeoutMs: number;
  /** Headers of every post, such as a CSRF token and its cookie. */
  headers: Record<string, string>;
}

/** The fields of a page's post, by their names in JSON. */
export type Fields = Record<string, unknown>;

export interface BackendResponse {
  status: number;
  headers: Headers;
  text: string;
}

/** What a backend did against the contract. The message contains no secret. */
export class Violation extends Error {}

/** Sends posts to the backend as a page does, and reads what it sends to the emulator. */
export class Harness {
  readonly backend: BackendUnderTest;
  readonly emulator: Emulator;
  /** The codes of earlier clauses: a slow backend may still be sending one of them. */
  readonly #earlierCodes = new Set<string>();
  readonly #issuedCodes: string[] = [];

  constructor(backend: BackendUnderTest, emulator: Emulator) {
    this.backend = backend;
    this.emulator = emulator;
  }

  /** Clears the record and sets the emulator's switches for one clause. */
  prepare(switches: Partial<Switches> = {}): void {
    for (const code of this.#issuedCodes.splice(0)) this.#earlierCodes.add(code);
    this.emulator.reset();
    this.emulator.configure(switches);
  }

  /** A fresh code with the other fields of the post. */
  createFields(changes: Fields = {}): Fields {
    const { clientId, redirectUri } = this.backend;
    const verifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
    const code = this.emulator.issueCode({ clientId, redirectUri, codeChallenge });
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
  ): Promise<BackendResponse> {
    const { origin, headers: own } = this.backend;
    const usual = { origin, 'content-type': 'application/json', accept: 'application/json' };
    const all = new Headers({ ...usual, ...own, ...changes });
    for (const [name, value] of Object.entries(changes)) if (value === '') all.delete(name);
    // A stream is sent in chunks. Node requires `duplex` for that.
    const init = { method: 'POST', headers: all, body, duplex: 'half' };
    return this.send(init);
  }

  /** @throws Violation when there is no response in time */
  async send(init: RequestInit, query = ''): Promise<BackendResponse> {
    const { url, timeoutMs } = this.backend;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      // On a connection of its own: a server may close one after a post that it refused half-read.
      const headers = new Headers(init.headers);
      headers.set('connection', 'close');
      const options = { ...init, headers, redirect: 'manual', signal } as const;
      const response = await fetch(url + query, options);
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (reason) {
      const { name, cause } = reason as Error;
      if (name === 'TimeoutError') throw new Violation(`no answer within ${timeoutMs} ms`);
      const { code = 'no answer' } = Object(cause) as { code?: string };
      throw new Violation(`the connection failed: ${code}`);
    }
  }

  /** The token requests of this clause, as their form fields. */
  get exchanges(): URLSearchParams[] {
    const sent = this.emulator.tokenRequests().map(({ body }) => new URLSearchParams(body));
    return sent.filter((form) => !this.#earlierCodes.has(form.get('code') ?? ''));
  }
}
