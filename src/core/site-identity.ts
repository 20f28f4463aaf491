import type { ConnectAttributes, ParsedOptions } from './options.js';
import { isRunning, type Connection } from './connection.js';
import { createError } from './errors.js';
import { askSession, type KeptSession } from './flow/kept-session.js';
import { isProven } from './browser/received-response.js';
import { page } from './browser/page.js';
import { whenSeenAgain, type Resource } from './browser/window.js';
import { UNCHECKED, UNSET, answer, ask, read, type SiteIdentity } from './identity.js';

/** What a site sets. The connector also writes the ids of a connected customer here. */
export interface SiteOptions extends ConnectAttributes {
  profile: string | null | undefined;
  userId: string | null | undefined;
}

/** A response of the backend that is older than this is fetched again when the page is shown. */
const MAX_AGE_MS = 60_000;

const NOBODY = { profile: undefined, userId: undefined };

/**
 * Brings what a site says of its customer to the machine: what its attributes say, and with
 * `stayConnected` what its backend answers.
 */
export class IdentityOfSite {
  readonly #host: { readonly options: SiteOptions };
  state: SiteIdentity = UNSET;
  /** The identity in the attributes that is known already. */
  #written: Pick<SiteOptions, 'profile' | 'userId'> = NOBODY;
  /** When the backend was asked, in milliseconds since the epoch. */
  #askedAt = 0;
  #seenAgain: Resource | undefined;

  constructor(host: { readonly options: SiteOptions }) {
    this.#host = host;
  }

  /**
   * Reads the two ids; returns whether they have changed since the element wrote them. Values that
   * the element wrote do not come from the site: if a DOM morph removes them, they are written
   * again.
   */
  read(shown: Connection): boolean {
    const { profile, userId } = this.#host.options;
    if (profile === this.#written.profile && userId === this.#written.userId) return false;
    this.#written = { profile, userId };
    this.state = read(this.state, this.#written, shown);
    return true;
  }

  /** Writes who is connected into the attributes, or removes them. */
  write(connection: Connection): void {
    const { profile, userId } = connection.status === 'connected' ? connection : NOBODY;
    this.#written = { profile, userId };
    Object.assign(this.#host.options, this.#written);
  }

  // The site's backend

  /** From the first frame on, so that no button flashes up. A response of a flow goes first. */
  beginCheck(): void {
    if (!this.#host.options.stayConnected || (page.received && isProven(page.received))) return;
    this.state = UNCHECKED;
  }

  /**
   * With a fault in the attributes the backend cannot be asked, and would sign the customer in
   * again.
   * @throws ConnectError `disconnect_failed`
   */
  requireReadable({ fault }: ParsedOptions): void {
    if (!fault || !this.#host.options.stayConnected) return;
    throw createError('disconnect_failed', { hint: fault.message });
  }

  /** The session that `stay-connected` is about. Only a backend exchange has one. */
  findSession({ configuration }: ParsedOptions): KeptSession | undefined {
    const { exchange, timeout = 0 } = configuration ?? {};
    if (!this.#host.options.stayConnected || exchange?.kind !== 'backend') return undefined;
    return { backend: exchange, timeout };
  }

  /**
   * Asks the backend; returns whether its response counts.
   * @param readFlow the state of the flow: one that is running counts for more than the response
   */
  async ask(parsed: ParsedOptions, readFlow: () => Connection): Promise<boolean> {
    const isAllowed = !this.state.isBySite && !isRunning(readFlow());
    const session = isAllowed ? this.findSession(parsed) : undefined;
    const asked = (this.state = ask(this.state, session !== undefined));
    this.#askedAt = Date.now();
    const answered = session && (await askSession(session));
    if (asked !== this.state) return false;
    this.state = answer(asked, isRunning(readFlow()) ? undefined : answered);
    return true;
  }

  /** Calls back when it is time to ask again, until `end()`. */
  repeat(ask: () => void): void {
    this.end();
    if (!this.#host.options.stayConnected) return;
    this.#seenAgain = whenSeenAgain((isRestored) => {
      const isOld = Date.now() - this.#askedAt > MAX_AGE_MS;
      if (isRestored || isOld) ask();
    });
  }

  end(): void {
    this.#seenAgain?.end();
  }
}
