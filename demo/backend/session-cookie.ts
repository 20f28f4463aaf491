import { parse, serialize } from 'hono/utils/cookie';

/** Holds the id of a session. No script can read it, and no other site's post carries it. */
export class SessionCookie {
  readonly #name: string;
  readonly #options;

  /** @param lifetime in seconds */
  constructor(origins: readonly string[], lifetime: number) {
    // Plain http is for this machine only. With `__Host-` no other host can have set the cookie.
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

  /** The `Set-Cookie` header that lets the browser keep the id. */
  set(id: string): string {
    return serialize(this.#name, id, this.#options);
  }

  /** The `Set-Cookie` header that lets the browser forget it. */
  clear(): string {
    return serialize(this.#name, '', { ...this.#options, maxAge: 0 });
  }
}

function isLoopback(origin: string): boolean {
  const { hostname } = new URL(origin);
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}
