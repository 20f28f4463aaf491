import type { BackendResponse } from './harness.js';

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
