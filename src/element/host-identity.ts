import type { ConnectAttributes } from '../core/options.js';
import type { Connection } from '../core/connection.js';
import { ConnectError } from '../core/errors.js';
import { askSession, type KeptSession } from '../core/flow/kept-session.js';
import { isProven } from '../core/browser/arrival.js';
import { page } from '../core/browser/page.js';
import type { Reading } from '../core/browser/shared-flow.js';
import { whenSeenAgain, type Resource } from '../core/browser/window.js';
import { isUnderWay, type PageIdentity } from './page-identity.js';

/** Where the page says who is connected, and where the element writes it. */
export interface IdentityHost extends ConnectAttributes {
  profile: string | null | undefined;
  userId: string | null | undefined;
}

/** An answer of the backend that is older than this is asked for again when the page is shown. */
const MAX_AGE_MS = 60_000;

const NOBODY = { profile: undefined, userId: undefined };

/**
 * Who is connected by the attributes of an element, or by the site's backend with
 * `stay-connected`. What the flow of the element says is not known here.
 */
export class HostIdentity {
  readonly #host: IdentityHost;
  /** Set by `set()`, and by an answer of the backend. */
  value: PageIdentity;
  /** The identity in the attributes that is known already. */
  #written: Pick<IdentityHost, 'profile' | 'userId'> = NOBODY;
  /** The page has set the identity itself: then the backend is not asked. */
  #isSetByPage = false;
  /** The question whose answer counts, and when it was asked. Milliseconds since the epoch. */
  #question = { at: 0 };
  /** The question of the start is still to be asked. */
  #isDue = false;
  #seenAgain: Resource | undefined;

  constructor(host: IdentityHost) {
    this.#host = host;
  }

  /** Sets the identity. An answer of the backend that is still to come counts no more. */
  set(identity: PageIdentity): void {
    this.#question = { ...this.#question };
    this.#isDue = false;
    this.value = identity;
  }

  /**
   * Reads what the page says; returns whether that is new. What the element has written itself is
   * not the page's word: where a DOM morph has removed it, it is written again.
   */
  read(shown: Connection): boolean {
    const { profile, userId } = this.#host;
    if (profile === this.#written.profile && userId === this.#written.userId) return false;
    this.#written = { profile, userId };
    if (profile && userId) {
      const isConnected = shown.status === 'connected';
      const isKnown = isConnected && shown.profile === profile && shown.userId === userId;
      if (!isKnown) this.set({ profile, userId });
      this.#isSetByPage = true;
    } else if (profile === '' || userId === '' || (this.#isSetByPage && this.#hasIdentity)) {
      this.set('nobody');
    }
    return true;
  }

  /** Writes who is connected into the attributes, or removes them. */
  write(connection: Connection): void {
    const { profile, userId } = connection.status === 'connected' ? connection : NOBODY;
    this.#written = { profile, userId };
    Object.assign(this.#host, this.#written);
  }

  get #hasIdentity(): boolean {
    return typeof this.value === 'object';
  }

  /** Whether the backend has said who is connected, and not the page. */
  get isOfBackend(): boolean {
    return this.#hasIdentity && !this.#isSetByPage;
  }

  // The site's backend

  /** From the first frame on, so that no button flashes up. A response of a flow goes first. */
  beginCheck(): void {
    if (!this.#host.stayConnected || (page.arrival && isProven(page.arrival))) return;
    this.value = 'checking';
    this.#isDue = true;
  }

  /**
   * With a fault in the attributes the backend cannot be asked, and would sign the customer in
   * again.
   * @throws ConnectError `disconnect_failed`
   */
  requireReadable({ fault }: Reading): void {
    const { stayConnected, backendUrl, exchange } = this.#host;
    if (!fault || !stayConnected || backendUrl == null || exchange) return;
    throw new ConnectError('disconnect_failed', { phase: 'token', hint: fault.message });
  }

  /** The session that `stay-connected` is about. Only a backend exchange has one. */
  findSession({ configuration }: Reading): KeptSession | undefined {
    const { exchange, timeout = 0 } = configuration ?? {};
    if (!this.#host.stayConnected || exchange?.kind !== 'backend') return undefined;
    return { backend: exchange, timeout };
  }

  /** Whether the backend can be asked now: at the start an attribute was missing or wrong. */
  isDue(reading: Reading): boolean {
    return this.#isDue && this.findSession(reading) !== undefined;
  }

  /**
   * Asks the backend; returns whether its answer counts.
   * @param readFlow the state of the flow: one that is under way counts for more than the answer
   */
  async ask(reading: Reading, readFlow: () => Connection): Promise<boolean> {
    const isAsked = !this.#isSetByPage && !isUnderWay(readFlow());
    const session = isAsked ? this.findSession(reading) : undefined;
    if (session) this.#isDue = false;
    const question = (this.#question = { at: Date.now() });
    const answer = session && (await askSession(session));
    if (question !== this.#question) return false;
    const known = isUnderWay(readFlow()) ? undefined : answer;
    if (known ?? this.value === 'checking') this.value = known;
    return true;
  }

  /** Calls back when it is time to ask again, until `end()`. */
  repeat(ask: () => void): void {
    this.end();
    if (!this.#host.stayConnected) return;
    this.#seenAgain = whenSeenAgain((isRestored) => {
      const isOld = Date.now() - this.#question.at > MAX_AGE_MS;
      if (isRestored || isOld) ask();
    });
  }

  end(): void {
    this.#seenAgain?.end();
  }
}
