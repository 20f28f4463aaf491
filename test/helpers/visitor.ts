// A browser without scripts: it keeps cookies as browsers do, and follows redirects.
import assert from 'node:assert/strict';

interface Kept {
  readonly value: string;
  readonly line: string;
}

export type Answer = (request: Request) => Promise<Response>;

/** One step of a navigation. */
export interface Step {
  readonly url: string;
  readonly response: Response;
}

export class Visitor {
  /** By their names. All of them are for the one site. */
  readonly cookies = new Map<string, Kept>();
  readonly steps: Step[] = [];

  /**
   * @param origin of the site, whose cookies are kept
   * @param answer takes the requests to the site in place of the network
   */
  constructor(
    readonly origin: string,
    readonly answer: Answer = (request) => fetch(request, { redirect: 'manual' }),
  ) {}

  /** The `Cookie` header. */
  get header(): string {
    return [...this.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  cookiesLike(pattern: RegExp): string[] {
    return [...this.cookies.keys()].filter((name) => pattern.test(name)).sort();
  }

  /** One request, without following a redirect. */
  async ask(url: string, init: RequestInit = {}): Promise<Response> {
    const target = new URL(url, this.origin);
    const request = new Request(target, { redirect: 'manual', ...init });
    if (target.origin !== this.origin) return fetch(request);
    if (this.header) request.headers.set('cookie', this.header);
    const response = await this.answer(request);
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** Navigates, as far as redirects lead within the site and Monerium. */
  async go(url: string, { until = () => false }: { until?: (url: string) => boolean } = {}) {
    let next = new URL(url, this.origin).href;
    for (let step = 0; step < 10; step++) {
      const response = await this.ask(next);
      this.steps.push({ url: next, response });
      const location = response.headers.get('location');
      if (location === null || until(location)) return { url: location ?? next, response };
      next = new URL(location, next).href;
      // A page of the site: the handler has led the customer away.
      if (next.startsWith(this.origin) && !next.includes('/monerium/'))
        return { url: next, response };
    }
    assert.fail(`redirected without end to ${next}`);
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
    const isSecure = /; Secure(;|$)/i.test(line);
    if (name.startsWith('__Host-')) {
      // A browser drops a cookie whose prefix says what its flags do not.
      const isOfHost = isSecure && /; Path=\/(;|$)/i.test(line) && !/; Domain=/i.test(line);
      assert.ok(isOfHost && this.origin.startsWith('https:'), line);
    }
    assert.ok(`${name}=${value}`.length <= 4096, 'a browser drops a cookie over 4096 bytes');
    if (/; Max-Age=0(;|$)/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, { value, line });
  }
}
