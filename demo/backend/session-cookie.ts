import { parse, serialize } from 'hono/utils/cookie';

/** The cookie with the session ID. No script can read it, and no other site's post sends it. */
export class SessionCookie {
  readonly #name: string;
  readonly #options;

  /** @param lifetime in seconds */
  constructor(origins: readonly string[], lifetime: number) {
    // Plain http is for this machine only. `__Host-` excludes cookies that other hosts have set.
    const secure = !origins.every(isLoopback);
    this.#name = secure ? '__Host-session' : 'session';
    this.#options = {
      httpOnly: true,
      sameSite: 'Lax',
      path: '/',
      secure,
      maxAge: lifetime,
    } as const;
  }

  readFrom(headers: Headers): string | undefined {
    return parse(headers.get('Cookie') ?? '', this.#name)[this.#name];
  }

  /** The `Set-Cookie` header with the ID. */
  set(id: string): string {
    return serialize(this.#name, id, this.#options);
  }

  /** The `Set-Cookie` header that deletes the cookie. */
  clear(): string {
    return serialize(this.#name, '', { ...this.#options, maxAge: 0 });
  }
}

function isLoopback(origin: string): boolean {
  const { hostname } = new URL(origin);
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}
