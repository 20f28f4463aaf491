/** `ariaNotify()` is not everywhere yet. https://w3c.github.io/aria/#ARIANotifyMixin */
interface Notifier {
  ariaNotify(text: string): void;
}

function readText(region: Element): string {
  const nodes = region.querySelector('slot')?.assignedNodes({ flatten: true }) ?? [region];
  return nodes.map(({ textContent }) => textContent?.trim()).join(' ');
}

/**
 * Whether the platform announces by `ariaNotify()`. The live region is silent then, or a change
 * would be announced twice.
 */
export function canNotify(host: Element): host is Element & Notifier {
  return 'ariaNotify' in host;
}

/** Announces what the status region says, when that has changed. */
export class Announcer {
  #text: string | undefined;

  /** Called after each update. The first text is not announced. */
  update(host: Element, region: Element | null | undefined): void {
    if (!region) return;
    const text = readText(region);
    const isChanged = this.#text !== undefined && text !== this.#text;
    this.#text = text;
    // Also where the region gets the focus: not every screen reader reads it then.
    if (isChanged && text && canNotify(host)) host.ariaNotify(text);
  }
}
