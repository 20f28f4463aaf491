import { createHash, randomBytes } from 'node:crypto';
import { startEmulator, type Emulator } from '../../src/testing/emulator/emulator.js';
import {
  type ConnectedDetails,
  createExchangeHandler,
  type ExchangeError,
  type RequestHandler,
  type ExchangeHandlerOptions,
} from '../../src/server/index.js';

export const CLIENT_ID = '7d3f6f0a-54a4-4b4f-9a8e-2f0f1f0f7a11';
export const ORIGIN = 'https://shop.example';
export const REDIRECT_URI = `${ORIGIN}/connect`;
/** The address of the handler behind a proxy, which is not the address that the page uses. */
const ROUTE = 'http://10.0.0.7:8080/api/monerium';

export type PostBody = Record<'code' | 'code_verifier' | 'redirect_uri' | 'client_id', string>;

/** A site with a handler, and the emulator as Monerium. */
export interface Site {
  readonly emulator: Emulator;
  /** The details that `onConnected` received. */
  readonly connected: ConnectedDetails[];
  /** The errors that `onError` received. */
  readonly failures: ExchangeError[];
  readonly handle: RequestHandler;
  /** Another handler with the same options, except for these. */
  handlerWith(options: Partial<ExchangeHandlerOptions>): RequestHandler;
  /** A POST body with a new code. */
  createPost(): PostBody;
  reset(): void;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const emulator = await startEmulator({
    clients: [{ clientId: CLIENT_ID, name: 'Test shop', redirectUris: [REDIRECT_URI] }],
  });
  const connected: ConnectedDetails[] = [];
  const failures: ExchangeError[] = [];
  const handlerWith = (options: Partial<ExchangeHandlerOptions>) =>
    createExchangeHandler({
      clientId: CLIENT_ID,
      redirectUris: [REDIRECT_URI],
      apiUrl: emulator.url,
      onConnected: (details) => void connected.push(details),
      onError: (failure) => void failures.push(failure),
      ...options,
    });
  return {
    emulator,
    connected,
    failures,
    handle: handlerWith({}),
    handlerWith,
    createPost: () => createPost(emulator),
    reset() {
      emulator.reset();
      connected.length = 0;
      failures.length = 0;
    },
    close: () => emulator.close(),
  };
}

export function createPost(emulator: Emulator): PostBody {
  const verifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  const bound = { clientId: CLIENT_ID, redirectUri: REDIRECT_URI, codeChallenge };
  const code = emulator.issueCode(bound);
  return { code, code_verifier: verifier, redirect_uri: REDIRECT_URI, client_id: CLIENT_ID };
}

/** The POST of the element, with this body and changed headers. `''` removes a header. */
export function post(body: unknown, headers: Record<string, string> = {}): Request {
  const sent = { origin: ORIGIN, 'content-type': 'application/json', ...headers };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = new Request(ROUTE, { method: 'POST', body: text });
  for (const [name, value] of Object.entries(sent)) request.headers.set(name, value);
  for (const [name, value] of Object.entries(sent)) if (!value) request.headers.delete(name);
  return request;
}

/** A request without a body, such as a preflight. */
export function ask(method: string, headers: Record<string, string> = {}): Request {
  return new Request(ROUTE, { method, headers: { origin: ORIGIN, ...headers } });
}

/** A POST whose body is a stream from this source. */
export function postStream(source: UnderlyingDefaultSource<Uint8Array>): Request {
  return new Request(ROUTE, {
    method: 'POST',
    headers: { origin: ORIGIN, 'content-type': 'application/json' },
    body: new ReadableStream(source),
    duplex: 'half',
  } as RequestInit);
}
