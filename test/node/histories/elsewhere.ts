import type { ScriptedBrowser } from './browser.js';

const KEY_PREFIX = 'monerium-connect:';

/** The other windows of the shop that take a response: a second tab, or the popup itself. */
export class OtherWindows {
  /** The verifiers that they have sent. */
  readonly posts: string[] = [];
  readonly #browser: ScriptedBrowser;
  /** The keys of the flows that they exchange. */
  readonly #exchanging = new Set<string>();

  constructor(browser: ScriptedBrowser) {
    this.#browser = browser;
  }

  get isExchanging(): boolean {
    return this.#exchanging.size > 0;
  }

  /** Another tab, or the popup itself, claims the flow under its lock and sends its code. */
  take(state: string): void {
    const { locks } = this.#browser;
    const key = KEY_PREFIX + state;
    if (!locks.isFree(key) || !this.#post(state)) return;
    locks.heldElsewhere.add(key);
    this.#write(key);
  }

  /** All exchanges come to an end; without an outcome the windows were closed. */
  end(outcome?: unknown): void {
    for (const key of this.#exchanging) this.#write(key, outcome);
    this.#exchanging.clear();
    this.#browser.locks.heldElsewhere.clear();
  }

  #post(state: string): boolean {
    const key = KEY_PREFIX + state;
    const codeVerifier = this.#browser.findPending().get(state);
    if (codeVerifier === undefined || this.#exchanging.has(key)) return false;
    this.posts.push(codeVerifier);
    this.#exchanging.add(key);
    return true;
  }

  #write(key: string, outcome?: unknown): void {
    this.#browser.localStorage[key] = JSON.stringify({ v: 1, at: Date.now(), outcome });
  }
}
