import type { BackendResponse } from './backend-response.js';
import { assertThat } from './clause.js';
import { CookieJar, cookiesOf, type SetCookie } from './cookies.js';
import { Violation, type Harness } from './harness.js';

export type Query = Readonly<Record<string, string>>;

/** Where a page of the site is to be shown afterwards. */
export const PLACE = '/a-place?of=the%20page';

/** How many pages of Monerium may be between. */
const MAX_STEPS = 5;

/** What the server has sent to begin a flow. */
export interface Begun {
  readonly answer: BackendResponse;
  /** The address at Monerium. */
  readonly auth: URL;
  /** The cookies of this flow. */
  readonly given: readonly SetCookie[];
}

/** Where a redirect leads, as a browser reads it. `undefined` for any other response. */
export function placeOf(harness: Harness, { status, headers }: BackendResponse): URL | undefined {
  const location = headers.get('location');
  if (![302, 303].includes(status) || location === null) return undefined;
  const { redirectUri } = harness.backend;
  return URL.canParse(location, redirectUri) ? new URL(location, redirectUri) : undefined;
}

/** @throws Violation unless it leads back to the site with this result */
export function assertResult(harness: Harness, answer: BackendResponse, result: string): URL {
  const place = placeOf(harness, answer);
  assertThat(place !== undefined, `answered ${answer.status}, not 303 to the site`);
  const seen = place.searchParams.getAll('monerium_result').join(', ') || 'nothing';
  assertThat(seen === result, `said monerium_result=${seen}, not ${result}`);
  return place;
}

/** @throws Violation when a code was sent to Monerium */
export function assertNothingSent({ exchanges: { length } }: Harness): void {
  assertThat(length === 0, `sent ${length} token requests, not 0`);
}

/** A browser that goes through the flow which the server starts. It keeps the cookies. */
export class StartVisitor {
  readonly jar = new CookieJar();
  readonly harness: Harness;

  constructor(harness: Harness) {
    this.harness = harness;
  }

  /** Opens an address of the backend, without following a redirect. */
  async open(
    path: string,
    query: Query = {},
    changes: Record<string, string> = {},
    method = 'GET',
  ): Promise<BackendResponse> {
    const { own, backend } = this.harness;
    const jar = changes.cookie === undefined ? this.jar : new CookieJar(changes.cookie);
    const all = { ...backend.headers, ...changes, cookie: own.with(jar) };
    const headers = new Headers(Object.entries(all).filter(([, value]) => value !== ''));
    const answer = await this.harness.send({ method, headers }, { ...query }, path);
    for (const set of cookiesOf(answer)) if (!own.has(set.name)) this.jar.take(set);
    return answer;
  }

  /** @throws Violation when it is not led to Monerium */
  async begin(query: Query = { return_to: PLACE }): Promise<Begun> {
    const answer = await this.open('/start', query);
    const auth = placeOf(this.harness, answer);
    const { url } = this.harness.emulator;
    const seen = auth ? `to ${auth.origin}${auth.pathname}` : `with ${answer.status}`;
    const isLed = auth !== undefined && auth.origin + auth.pathname === `${url}/auth`;
    assertThat(isLed, `answered start ${seen}, not with 303 to ${url}/auth`);
    return { answer, auth, given: cookiesOf(answer) };
  }

  /**
   * What Monerium answers for the customer, by the emulator's switch `decision`.
   * @throws Violation when Monerium does not take the request
   */
  async decide(auth: URL): Promise<Query> {
    const { redirectUri } = this.harness.backend;
    let next = auth;
    for (let step = 0; step < MAX_STEPS; step += 1) {
      const { headers } = await fetch(next, { redirect: 'manual' });
      const location = headers.get('location');
      if (location === null) break;
      next = new URL(location, next);
      if (location.startsWith(`${redirectUri}?`)) return Object.fromEntries(next.searchParams);
    }
    throw new Violation('Monerium did not take the address of /auth');
  }

  callback(response: Query, changes?: Record<string, string>): Promise<BackendResponse> {
    return this.open('/callback', response, changes);
  }

  /** Begins a flow, and goes as far as Monerium's response. */
  async approach(query?: Query): Promise<Begun & { readonly response: Query }> {
    const begun = await this.begin(query);
    return { ...begun, response: await this.decide(begun.auth) };
  }

  /** @throws Violation when the whole flow does not connect */
  async connect(query?: Query): Promise<BackendResponse> {
    const { response } = await this.approach(query);
    const answer = await this.callback(response);
    assertResult(this.harness, answer, 'connected');
    return answer;
  }

  /** Ends a session that the site's own login has from an earlier clause. */
  async endSession(): Promise<void> {
    const { origin } = new URL(this.harness.backend.redirectUri);
    await this.session({ origin }, 'DELETE');
  }

  /** Asks who is connected, as a page of the site does. */
  session(changes: Record<string, string> = {}, method = 'GET'): Promise<BackendResponse> {
    const headers = { 'sec-fetch-site': 'same-origin', accept: 'application/json', ...changes };
    return this.open('/session', {}, headers, method);
  }
}
