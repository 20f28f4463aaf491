import { SCRIPT_TAG } from './page-template.js';

const PATH = '/barrier';
const READING_MS = 50;

/** Lets several tabs claim one response at the same moment. It is open until it is closed. */
export class Barrier {
  #missing = 0;
  #open = () => {};
  #opened = Promise.resolve();

  /** Holds those who come, until so many have come. */
  close(count: number): void {
    this.#missing = count;
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  async pass(): Promise<string> {
    this.#missing -= 1;
    if (this.#missing <= 0) this.#open();
    await this.#opened;
    return '';
  }

  /** Serves the place where the tabs wait. */
  serveOn(site: { serve(path: string, answer: () => Promise<string>): void }): void {
    site.serve(PATH, () => this.pass());
  }
}

/**
 * The element's script, and one that puts elements on the page behind the barrier. From then on
 * reading the storage takes a while: between looking and taking there is time for the others.
 */
export function scriptsBehindBarrier(elements: string): string {
  return `${SCRIPT_TAG}<script type="module">
    await fetch('${PATH}', { cache: 'no-store', referrerPolicy: 'no-referrer' });
    const { getItem } = Storage.prototype;
    Storage.prototype.getItem = function (key) {
      const found = getItem.call(this, key);
      for (const end = performance.now() + ${READING_MS}; performance.now() < end; );
      return found;
    };
    document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(elements)});
  </script>`;
}
