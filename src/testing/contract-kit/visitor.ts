import { assertIdentity, assertThat, readIdentity } from './clause.js';
import { CookieJar, cookiesOf } from './cookies.js';
import type { BackendResponse } from './backend-response.js';
import type { Fields, Harness } from './harness.js';

type Method = 'GET' | 'DELETE';

export interface Ids {
  readonly profile: string;
  readonly userId: string;
}

/** A customer in a browser of their own, who has connected. */
export class Visitor {
  /** The response to the right post. */
  readonly connected: BackendResponse;
  readonly ids: Ids;
  /** The cookies that the backend gave to this browser, without those of the site. */
  readonly jar: CookieJar;
  /** The session belongs to the headers of the site's pages: there is no second one. */
  readonly isOwn: boolean;
  readonly #harness: Harness;

  private constructor(
    harness: Harness,
    parts: Pick<Visitor, 'connected' | 'ids' | 'jar' | 'isOwn'>,
  ) {
    this.#harness = harness;
    this.connected = parts.connected;
    this.ids = parts.ids;
    this.jar = parts.jar;
    this.isOwn = parts.isOwn;
  }

  /**
   * @param fields of the post; default: with a fresh code of the usual customer
   * @throws Violation when the post does not connect, or nothing can carry a session
   */
  static async connect(harness: Harness, fields: Fields = harness.createFields()) {
    const connected = await harness.post(fields);
    assertIdentity(connected);
    const { profile, userId } = readIdentity(connected);
    const jar = new CookieJar();
    take(harness, jar, connected);
    const hasHeaders = Object.keys(harness.backend.headers).length > 0;
    const hasCarrier = hasHeaders || jar.entries.length > 0;
    assertThat(hasCarrier, 'set no cookie after a right post, and no --header carries a session');
    const isOwn = hasHeaders && (await harness.ask('GET')).status === 200;
    const ids = { profile: String(profile), userId: String(userId) };
    return new Visitor(harness, { connected, ids, jar, isOwn });
  }

  /** Asks as a page of the site does in this browser. */
  async ask(
    method: Method,
    changes: Record<string, string> = {},
    query: Record<string, string> = {},
  ): Promise<BackendResponse> {
    const answer = await this.#harness.ask(method, { cookie: this.jar.header, ...changes }, query);
    take(this.#harness, this.jar, answer);
    return answer;
  }

  /** Posts as a page of the site does in this browser. */
  async post(fields: Fields): Promise<BackendResponse> {
    return this.postBody(new TextEncoder().encode(JSON.stringify(fields)));
  }

  async postBody(
    body: Uint8Array<ArrayBuffer>,
    changes: Record<string, string> = {},
    query?: Record<string, string>,
  ): Promise<BackendResponse> {
    const all = { cookie: this.jar.header, ...changes };
    const answer = await this.#harness.postBody(body, all, query);
    take(this.#harness, this.jar, answer);
    return answer;
  }

  /** Asks without the session's cookie or header, like a client that never connected. */
  async askSignedOut(method: Method, query?: Record<string, string>): Promise<BackendResponse> {
    return this.isOwn ? this.#harness.askBare(method, query) : this.#harness.ask(method, {}, query);
  }

  /** @throws Violation when the session has ended */
  async assertConnected(what: string): Promise<void> {
    const { status } = await this.ask('GET');
    assertThat(status === 200, `${what}: the next GET was answered with ${status}`);
  }
}

/** The cookies of a response, as the browser keeps them. */
function take(harness: Harness, jar: CookieJar, answer: BackendResponse): void {
  for (const set of cookiesOf(answer)) if (!harness.own.has(set.name)) jar.take(set);
}

/** @throws Violation for another status than those that say that nobody is connected */
export function assertNobody({ status }: BackendResponse): void {
  assertThat([204, 401, 404].includes(status), `answered ${status}, not 204`);
}

/**
 * Two customers, each in a browser of their own, who connect one after the other: then the latest
 * session is the second one's. Undefined where there can be only one session.
 */
export async function connectTwo(harness: Harness): Promise<[Visitor, Visitor] | undefined> {
  const first = await Visitor.connect(harness);
  const second = await Visitor.connect(harness, anotherCustomer(harness));
  return first.isOwn || second.isOwn ? undefined : [first, second];
}

/** The fields of a post for another customer than the usual one. */
export function anotherCustomer(harness: Harness): Fields {
  return harness.createFields({}, 'another.customer@example.com');
}
