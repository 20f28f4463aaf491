import { createHash, randomBytes } from 'node:crypto';
import type { Emulator, Switches } from '../emulator/emulator.js';

export interface BackendUnderTest {
  /** Where the backend takes the code. */
  url: string;
  /** The origin of the site's pages. */
  origin: string;
  redirectUri: string;
  clientId: string;
  /** How long an answer may take, in milliseconds: the element's own deadline. */
  timeoutMs: number;
  /** Headers of every post, such as a CSRF token and its cookie. */
  headers: Record<string, string>;
}

/** What a page posts, by its wire names. */
export type Fields = Record<string, unknown>;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** What a backend did although the contract says otherwise. The message holds no secret. */
export class Violation extends Error {}

/** The backend on the one side and the emulator, in Monerium's place, on the other. */
export class Bench {
  readonly backend: BackendUnderTest;
  readonly emulator: Emulator;
  /** What earlier clauses have issued: a slow backend may still be sending one of them. */
  readonly #earlier = new Set<string>();
  readonly #issued: string[] = [];

  constructor(backend: BackendUnderTest, emulator: Emulator) {
    this.backend = backend;
    this.emulator = emulator;
  }

  /** Forgets what has been recorded, and sets Monerium up for one clause. */
  prepare(switches: Partial<Switches> = {}): void {
    for (const code of this.#issued.splice(0)) this.#earlier.add(code);
    this.emulator.reset();
    this.emulator.configure(switches);
  }

  /** A fresh code with all that a page posts together with it. */
  createFields(changes: Fields = {}): Fields {
    const { clientId, redirectUri } = this.backend;
    const verifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
    const code = this.emulator.issueCode({ clientId, redirectUri, codeChallenge });
    this.#issued.push(code);
    const fields = { code, code_verifier: verifier, redirect_uri: redirectUri };
    return { ...fields, client_id: clientId, ...changes };
  }

  /** Posts as the element does. A header of `''` is left out. */
  async post(body: Fields | string, changes: Record<string, string> = {}): Promise<Answer> {
    const { origin, headers: own } = this.backend;
    const usual = { origin, 'content-type': 'application/json', accept: 'application/json' };
    const all = new Headers({ ...usual, ...own, ...changes });
    for (const [name, value] of Object.entries(changes)) if (value === '') all.delete(name);
    // As bytes: a text would bring a content type of its own.
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.ask({ method: 'POST', headers: all, body: new TextEncoder().encode(text) });
  }

  /** @throws Violation when there is no answer in time */
  async ask(init: RequestInit): Promise<Answer> {
    const { url, timeoutMs } = this.backend;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(url, { ...init, redirect: 'manual', signal });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (reason) {
      const { name, cause } = reason as Error;
      if (name === 'TimeoutError') throw new Violation(`no answer within ${timeoutMs} ms`);
      const { code = 'no answer' } = Object(cause) as { code?: string };
      throw new Violation(`the connection failed: ${code}`);
    }
  }

  /** The codes that were sent to Monerium since the clause began, with all that came along. */
  get exchanges(): URLSearchParams[] {
    const sent = this.emulator.tokenRequests().map(({ body }) => new URLSearchParams(body));
    return sent.filter((form) => !this.#earlier.has(form.get('code') ?? ''));
  }
}
