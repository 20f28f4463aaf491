import type { ExchangeRequest } from '../../../src/core/oauth/exchange.js';
import type { Identity } from '../../../src/core/oauth/identity.js';
import type { ScriptedClock } from './clock.js';

export const IDENTITY: Identity = { profile: 'profile-1', userId: 'user-1' };

export const ANSWERS = [
  '200',
  '200 without ids',
  '400',
  '429',
  '500',
  'html',
  'no network',
] as const;
export type Answer = (typeof ANSWERS)[number];

interface Request {
  readonly url: string;
  readonly isCustom: boolean;
  readonly isRefresh: boolean;
  resolve(value: Response | Identity): void;
  reject(reason: unknown): void;
}

/** What a request with a code has sent. */
export interface Post {
  readonly code: string;
  readonly codeVerifier: string;
  readonly at: number;
}

const STATUS = {
  '200': 200,
  '200 without ids': 200,
  '400': 400,
  '429': 429,
  '500': 500,
  html: 200,
};

/** Every request waits here until a step responds to it, or its signal aborts it. */
export class ScriptedNetwork {
  readonly posts: Post[] = [];
  #requests = new Set<Request>();
  #tokens = 0;

  get requests(): number {
    return this.#requests.size;
  }

  /** How many requests of an exchange have no response yet. */
  get exchanges(): number {
    return [...this.#requests].filter(({ isRefresh }) => !isRefresh).length;
  }

  readonly fetch = (url: string, { body, signal }: RequestInit): Promise<Response> => {
    const isJson = typeof body === 'string';
    const fields = new Map(
      isJson ? Object.entries(JSON.parse(body) as Record<string, string>) : (body as never),
    );
    const [code, codeVerifier] = [fields.get('code'), fields.get('code_verifier')];
    if (code && codeVerifier) this.posts.push({ code, codeVerifier, at: Date.now() });
    const isRefresh = fields.get('grant_type') === 'refresh_token';
    return this.#add(url, { isCustom: false, isRefresh }, signal) as Promise<Response>;
  };

  /** The exchange function of a page. */
  readonly exchange = ({ code, codeVerifier }: ExchangeRequest, signal: AbortSignal) => {
    this.posts.push({ code, codeVerifier, at: Date.now() });
    const kind = { isCustom: true, isRefresh: false };
    return this.#add('', kind, signal) as Promise<Identity>;
  };

  /** Responds to the oldest request. */
  answer(answer: Answer): void {
    const [request] = this.#requests;
    if (!request) return;
    this.#requests.delete(request);
    if (answer === 'no network') request.reject(new TypeError('Failed to fetch'));
    else if (!request.isCustom) request.resolve(this.#respond(request.url, answer));
    else if (STATUS[answer] === 200)
      request.resolve(answer === '200' ? IDENTITY : ({} as Identity));
    else request.reject(new Error('the function of the page failed'));
  }

  /** The page is left: no request gets a response any more. */
  clear(): void {
    this.#requests.clear();
  }

  #add(
    url: string,
    kind: Pick<Request, 'isCustom' | 'isRefresh'>,
    signal: AbortSignal | null | undefined,
  ): Promise<Response | Identity> {
    return new Promise((resolve, reject) => {
      const request: Request = { url, ...kind, resolve, reject };
      const abort = () => {
        // A page's own function may ignore the signal, and never settle.
        if (this.#requests.delete(request) && !kind.isCustom) reject(signal?.reason);
      };
      if (signal?.aborted) reject(signal.reason);
      else this.#requests.add(request);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  #respond(url: string, answer: Exclude<Answer, 'no network'>): Response {
    const status = STATUS[answer];
    if (answer === 'html') return new Response('<p>Hello', { status });
    if (status !== 200) return Response.json({ error: 'invalid_grant' }, { status });
    const isToken = url.endsWith('/auth/token');
    const tokens = isToken && {
      access_token: `token-${(this.#tokens += 1)}`,
      refresh_token: `refresh-${this.#tokens}`,
      token_type: 'Bearer',
      expires_in: 90,
    };
    return Response.json({ ...tokens, ...(answer === '200' && IDENTITY) });
  }
}

/** Aborts after a time, as `AbortSignal.timeout()` does. */
export function createTimeoutSignal(clock: ScriptedClock, delay: number): AbortSignal {
  const controller = new AbortController();
  clock.after(delay, () => controller.abort(new DOMException('timeout', 'TimeoutError')));
  return controller.signal;
}
