import type { ConnectAttributes, Reading } from './options.js';
import type { Connection } from './connection.js';
import { createError } from './errors.js';
import { askSession, type KeptSession } from './flow/kept-session.js';
import { isProven } from './browser/arrival.js';
import { page } from './browser/page.js';
import { whenSeenAgain, type Resource } from './browser/window.js';
import type { Identity } from './oauth/identity.js';
import { isRunning, type SiteIdentity } from './identity.js';

/** What a site sets. It also says here who is connected, and is told here. */
export interface SiteOptions extends ConnectAttributes {
  profile: string | null | undefined;
  userId: string | null | undefined;
}

/** An answer of the backend that is older than this is asked for again when the page is shown. */
const MAX_AGE_MS = 60_000;

/** Whether the two name the same customer; `null` is nobody, `undefined` is not said. */
export function isSameIdentity(
  a: Identity | null | undefined,
  b: Identity | null | undefined,
): boolean {
  return a && b ? a.profile === b.profile && a.userId === b.userId : a === b;
}

const NOBODY = { profile: undefined, userId: undefined };

/**
 * Who is connected by what a site has set, or by the site's backend with `stayConnected`. What the
 * flow says is not known here.
 */
export class IdentityOfSite {
  readonly #host: { readonly options: SiteOptions };
  /** Set by `set()`, and by an answer of the backend. */
  value: SiteIdentity;
  /** The identity in the attributes that is known already. */
  #written: Pick<SiteOptions, 'profile' | 'userId'> = NOBODY;
  /** The page has set the identity itself: then the backend is not asked. */
  #isSetByPage = false;
  /** The question whose answer counts, and when it was asked. Milliseconds since the epoch. */
  #question = { at: 0 };
  /** The question of the start is still to be asked. */
  #isDue = false;
  #seenAgain: Resource | undefined;

  constructor(host: { readonly options: SiteOptions }) {
    this.#host = host;
  }

  /** Sets the identity. An answer of the backend that is still to come counts no more. */
  set(identity: SiteIdentity): void {
    this.#question = { ...this.#question };
    this.#isDue = false;
    this.value = identity;
  }

  /**
   * Reads what the page says; returns whether that is new. What the element has written itself is
   * not the page's word: where a DOM morph has removed it, it is written again.
   */
  read(shown: Connection): boolean {
    const { profile, userId } = this.#host.options;
    if (profile === this.#written.profile && userId === this.#written.userId) return false;
    this.#written = { profile, userId };
    if (profile && userId) {
      const isConnected = shown.status === 'connected';
      const isKnown = isConnected && shown.profile === profile && shown.userId === userId;
      if (!isKnown) this.set({ profile, userId });
      this.#isSetByPage = true;
    } else if (profile === '' || userId === '' || (this.#isSetByPage && this.known)) {
      this.set('nobody');
    }
    return true;
  }

  /** Writes who is connected into the attributes, or removes them. */
  write(connection: Connection): void {
    const { profile, userId } = connection.status === 'connected' ? connection : NOBODY;
    this.#written = { profile, userId };
    Object.assign(this.#host.options, this.#written);
  }

  /** Who is connected, by what the page or the backend has said. */
  get known(): Identity | undefined {
    return typeof this.value === 'object' ? this.value : undefined;
  }

  /** Whether the backend has said who is connected, and not the page. */
  get isOfBackend(): boolean {
    return this.known !== undefined && !this.#isSetByPage;
  }

  // The site's backend

  /** From the first frame on, so that no button flashes up. A response of a flow goes first. */
  beginCheck(): void {
    if (!this.#host.options.stayConnected || (page.arrival && isProven(page.arrival))) return;
    this.value = 'checking';
    this.#isDue = true;
  }

  /**
   * With a fault in the attributes the backend cannot be asked, and would sign the customer in
   * again.
   * @throws ConnectError `disconnect_failed`
   */
  requireReadable({ fault }: Reading): void {
    const { stayConnected, backendUrl, exchange } = this.#host.options;
    if (!fault || !stayConnected || backendUrl == null || exchange) return;
    throw createError('disconnect_failed', { hint: fault.message });
  }

  /** The session that `stay-connected` is about. Only a backend exchange has one. */
  findSession({ configuration }: Reading): KeptSession | undefined {
    const { exchange, timeout = 0 } = configuration ?? {};
    if (!this.#host.options.stayConnected || exchange?.kind !== 'backend') return undefined;
    return { backend: exchange, timeout };
  }

  /** Whether the backend can be asked now: at the start an attribute was missing or wrong. */
  isDue(reading: Reading): boolean {
    return this.#isDue && this.findSession(reading) !== undefined;
  }

  /**
   * Asks the backend; returns whether its answer counts.
   * @param readFlow the state of the flow: one that is running counts for more than the answer
   */
  async ask(reading: Reading, readFlow: () => Connection): Promise<boolean> {
    const isAsked = !this.#isSetByPage && !isRunning(readFlow());
    const session = isAsked ? this.findSession(reading) : undefined;
    if (session) this.#isDue = false;
    const question = (this.#question = { at: Date.now() });
    const answer = session && (await askSession(session));
    if (question !== this.#question) return false;
    const known = isRunning(readFlow()) ? undefined : answer;
    if (known ?? this.value === 'checking') this.value = known;
    return true;
  }

  /** Calls back when it is time to ask again, until `end()`. */
  repeat(ask: () => void): void {
    this.end();
    if (!this.#host.options.stayConnected) return;
    this.#seenAgain = whenSeenAgain((isRestored) => {
      const isOld = Date.now() - this.#question.at > MAX_AGE_MS;
      if (isRestored || isOld) ask();
    });
  }

  end(): void {
    this.#seenAgain?.end();
  }
}
