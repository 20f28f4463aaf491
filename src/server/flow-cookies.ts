import { hash } from './bytes.js';
import { createSealFor, type Seal } from './seal.js';

/** How many flows a browser can have under way. Each is a cookie with every request of the site. */
const MAX_FLOWS = 4;
const LIFETIME_SECONDS = 86_400;
/** How far the clocks of processes may differ, in milliseconds. */
const MAX_SKEW_MS = 300_000;
const HASH_LENGTH = 16;

/** What a flow needs when the customer comes back. */
export interface Flow {
  readonly state: string;
  readonly codeVerifier: string;
  /** A path of the site. */
  readonly returnTo?: string | undefined;
  /** When it began, in milliseconds since the epoch. */
  readonly at: number;
}

/** A flow whose cookie this browser has. */
export interface PendingFlow extends Flow {
  /** The `Set-Cookie` that deletes it. */
  readonly end: string;
  readonly isExpired: boolean;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
}

/**
 * The flows of a browser, in one cookie each: sealed, so that nobody can read or make one. The name
 * of a cookie has the time and a hash of the `state`: so the oldest and the right one are found
 * without decrypting any.
 */
export class FlowCookies {
  readonly #seal: Seal;
  readonly #purpose: string;
  readonly #prefix: string;
  readonly #flags: string;
  readonly #name: RegExp;

  /**
   * @param binding what a flow belongs to: that of another client does not open
   * @param isSecure `__Host-` keeps out what other hosts have set. On http there is no such thing
   */
  constructor(secret: string | readonly string[], binding: readonly string[], isSecure: boolean) {
    this.#seal = createSealFor('flow', secret);
    this.#purpose = JSON.stringify(binding);
    this.#prefix = `${isSecure ? '__Host-' : ''}monerium-flow-`;
    this.#name = new RegExp(`^${this.#prefix}[0-9a-z]{8}-[\\w-]{${HASH_LENGTH}}$`);
    // `Lax`: the customer comes back from another site.
    this.#flags = `; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  }

  /** The `Set-Cookie` lines of a new flow. The oldest ones go. */
  async begin(headers: Headers, flow: Flow): Promise<string[]> {
    const time = flow.at.toString(36);
    const name = `${this.#prefix}${time}-${await this.#shortHash(flow.state)}`;
    const value = await this.#seal.seal(JSON.stringify(flow), this.#purpose);
    const former = this.#read(headers).slice(MAX_FLOWS - 1);
    const ends = former.map((cookie) => this.#end(cookie.name));
    return [`${name}=${value}; Max-Age=${LIFETIME_SECONDS}${this.#flags}`, ...ends];
  }

  /** The flow of this `state`, which nobody else can have begun in this browser. */
  async find(headers: Headers, state: string): Promise<PendingFlow | undefined> {
    const suffix = `-${await this.#shortHash(state)}`;
    const found = this.#read(headers).filter(({ name }) => name.endsWith(suffix));
    for (const cookie of found) {
      const flow = await this.#open(cookie);
      if (flow?.state === state) return flow;
    }
    return undefined;
  }

  /** The flow that was begun last. */
  async findNewest(headers: Headers): Promise<PendingFlow | undefined> {
    const [newest] = this.#read(headers);
    return newest && this.#open(newest);
  }

  async #shortHash(state: string): Promise<string> {
    return (await hash(state)).slice(0, HASH_LENGTH);
  }

  /** The newest first. */
  #read(headers: Headers): Cookie[] {
    return (headers.get('cookie') ?? '')
      .split(/;\s*/)
      .map((pair) => {
        const name = pair.replace(/=.*/s, '');
        return { name, value: pair.slice(name.length + 1) };
      })
      .filter(({ name }) => this.#name.test(name))
      .sort((a, b) => (a.name < b.name ? 1 : -1));
  }

  async #open({ name, value }: Cookie): Promise<PendingFlow | undefined> {
    const json = await this.#seal.open(value, this.#purpose).catch(() => undefined);
    if (json === undefined) return undefined;
    // Nobody else can have sealed it.
    const flow = JSON.parse(json) as Flow;
    const age = Date.now() - flow.at;
    const isExpired = age > LIFETIME_SECONDS * 1000 || age < -MAX_SKEW_MS;
    return { ...flow, end: this.#end(name), isExpired };
  }

  #end(name: string): string {
    return `${name}=; Max-Age=0${this.#flags}`;
  }
}
