import type { ScriptedBrowser } from './browser.js';

const KEY_PREFIX = 'monerium-connect:';
/** Storage is not coherent between processes: what another tab writes is read here later. */
const COHERENT_MS = 500;

/** The other windows of the shop that take a response: a second tab, or the popup itself. */
export class OtherWindows {
  /** The verifiers that they have sent. */
  readonly posts: string[] = [];
  readonly #browser: ScriptedBrowser;

  constructor(browser: ScriptedBrowser) {
    this.#browser = browser;
  }

  /** Claims a flow, when nobody has claimed it. */
  claim(state: string): void {
    const { clock, locks, navigator } = this.#browser;
    const codeVerifier = this.#browser.findPending().get(state);
    if (codeVerifier === undefined || !locks.isFree(KEY_PREFIX + state)) return;
    this.posts.push(codeVerifier);
    locks.heldElsewhere.add(KEY_PREFIX + state);
    const write = () => {
      if (this.#browser.findPending().has(state)) this.#write(KEY_PREFIX + state);
    };
    if (navigator.locks) clock.after(COHERENT_MS, write);
    else write();
  }

  /** All claims come to an end; without an outcome the windows were closed. */
  end(outcome?: unknown): void {
    const { heldElsewhere } = this.#browser.locks;
    for (const key of heldElsewhere) this.#write(key, outcome);
    heldElsewhere.clear();
  }

  #write(key: string, outcome?: unknown): void {
    this.#browser.localStorage[key] = JSON.stringify({ v: 1, at: Date.now(), outcome });
  }
}
