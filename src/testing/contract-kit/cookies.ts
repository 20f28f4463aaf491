import type { BackendResponse } from './backend-response.js';

export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** In lower case. */
  readonly attributes: readonly string[];
}

/** The cookies that a response sets. */
export function cookiesOf({ headers }: BackendResponse): SetCookie[] {
  return headers.getSetCookie().map((line) => {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    return { name, value, attributes: attributes.map((text) => text.toLowerCase()) };
  });
}

/** Whether a browser deletes the cookie when it gets this. */
export function isDeletion({ value, attributes }: SetCookie): boolean {
  const read = (name: string) =>
    attributes.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
  const age = read('max-age');
  if (age !== undefined) return Number(age) <= 0;
  return value === '' || Date.parse(read('expires') ?? '') <= Date.now();
}

/** The cookies of one browser for the backend. */
export class CookieJar {
  readonly #values = new Map<string, string>();

  /** @param header a `Cookie` header to begin with */
  constructor(header = '') {
    for (const pair of header.split(';')) {
      const [name = '', value = ''] = pair.trim().split(/=(.*)/s);
      if (name !== '') this.#values.set(name, value);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  get entries(): [name: string, value: string][] {
    return [...this.#values];
  }

  /** As a `Cookie` header has them. */
  get header(): string {
    return this.entries.map(([name, value]) => `${name}=${value}`).join('; ');
  }

  take(cookie: SetCookie): void {
    if (isDeletion(cookie)) this.#values.delete(cookie.name);
    else this.#values.set(cookie.name, cookie.value);
  }

  /** The cookies of both as one header. Where a name is in both, the others' counts. */
  with(others: CookieJar): string {
    return [...new Map([...this.#values, ...others.#values])]
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
  }
}
