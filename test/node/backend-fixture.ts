// What the tests of the demo backend share: the emulator, a database in a folder of its own, and a
// browser that is no more than its cookie.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '@libsql/client/sqlite3';
import { startBackend, type Backend, type BackendOptions } from '../../demo/backend/backend.js';
import { throwawayKey } from '../../demo/backend/key-ring.js';
import { startEmulator, type Emulator } from '../../src/testing/emulator/emulator.js';

export const CLIENT_ID = '7d3f6f0a-54a4-4b4f-9a8e-2f0f1f0f7a11';
export const SITE = 'http://localhost:5173';
export const CALLBACK = `${SITE}/callback.html`;
/** Personal data that the tests search for in logs and files, where it must not be. */
export const EMAIL = 'canary.customer@example.com';
const JSON_HEADERS = { 'Content-Type': 'application/json', Origin: SITE };

/** A backend that can be restarted with the same database, which the tests can read. */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'monerium-connect-backend-'));
  /** Where the backend keeps its data. A test of another database sets it. */
  database = join(this.folder, 'backend.db');
  readonly log: string[] = [];
  key = throwawayKey();
  emulator!: Emulator;
  backend!: Backend;

  async start(): Promise<void> {
    this.emulator = await startEmulator({
      clients: [{ clientId: CLIENT_ID, name: 'Test shop', redirectUris: [CALLBACK] }],
    });
    this.backend = await startBackend(this.options());
  }

  options(): BackendOptions {
    return {
      apiUrl: this.emulator.url,
      clientId: CLIENT_ID,
      redirectUris: [CALLBACK],
      database: this.database,
      key: this.key,
      timeoutMs: 20_000,
      limits: {
        connect: { points: 10_000, seconds: 60 },
        session: { points: 10_000, seconds: 60 },
      },
      log: (line) => this.log.push(line),
    };
  }

  async restart(options: Partial<BackendOptions> = {}): Promise<void> {
    await this.backend.close();
    this.backend = await startBackend({ ...this.options(), ...options });
  }

  /** The same site, whose requests go to another process. */
  at(url: string): Site {
    const backend = { ...this.backend, url };
    return Object.assign(Object.create(this) as Site, { backend });
  }

  async close(): Promise<void> {
    await this.backend.close();
    await this.emulator.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A new code, with the other fields that a page posts. */
  grantBody(redirectUri = CALLBACK): Record<string, string> {
    const verifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
    const bound = { clientId: CLIENT_ID, redirectUri, codeChallenge };
    const code = this.emulator.issueCode({ ...bound, email: EMAIL });
    return { code, code_verifier: verifier, redirect_uri: redirectUri, client_id: CLIENT_ID };
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.backend.url + path, {
      method: 'POST',
      headers: { ...JSON_HEADERS, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  connect(body: unknown = this.grantBody(), headers?: Record<string, string>): Promise<Response> {
    return this.post('/monerium/connect', body, headers);
  }

  /** Connects, and returns the cookie. */
  async signIn(): Promise<string> {
    const response = await this.connect();
    assert.equal(response.status, 200, await response.text());
    return cookieOf(response);
  }

  get(path: '/me' | '/session', Cookie: string): Promise<Response> {
    return fetch(this.backend.url + path, { headers: { Cookie, Origin: SITE } });
  }

  disconnect(Cookie: string): Promise<Response> {
    return this.post('/disconnect', {}, { Cookie });
  }

  /** Opens the same file as another program. */
  async look<T>(use: (client: Client) => Promise<T>): Promise<T> {
    const client = createClient({ url: `file:${this.database}` });
    try {
      return await use(client);
    } finally {
      client.close();
    }
  }

  async rows(): Promise<Record<string, unknown>[]> {
    const sql = 'SELECT * FROM monerium_connection';
    return this.look(async (client) => (await client.execute(sql)).rows);
  }

  /** No other program can write while `use` runs. */
  async lockedWhile(use: () => Promise<void>): Promise<void> {
    await this.look(async (client) => {
      const lock = await client.transaction('write');
      try {
        await use();
      } finally {
        await lock.rollback();
      }
    });
  }
}

/** `name=value`, as the browser sends it back. */
export function cookieOf(response: Response): string {
  const [cookie = ''] = (response.headers.get('Set-Cookie') ?? '').split(';');
  return cookie;
}

export async function assertRefused(
  response: Response,
  status: number,
  error: string,
): Promise<void> {
  assert.equal(response.status, status);
  const body = (await response.json()) as { error: string };
  assert.equal(body.error, error);
}
