import { html, type ReactiveController, type ReactiveControllerHost } from 'lit';
import { registerTexts, registry, type Loader } from '../locales/registry.js';
import { logOnce, page } from '../page/page.js';
import { english, type ConnectTexts } from '../texts.js';

type Host = ReactiveControllerHost & Element;

/** The elements on the page. */
const hosts = new Set<Host>();
/** What was asked of a loader. */
const asked = new Set<string>();

const { push } = registry;
registry.push = (...entries) => {
  const length = push.apply(registry, entries);
  for (const host of hosts) host.requestUpdate();
  return length;
};

/** The element, then each element in whose shadow root the one before stands. */
function listHosts(element: Element): Element[] {
  const root = element.getRootNode();
  return [element, ...(root instanceof ShadowRoot ? listHosts(root.host) : [])];
}

/** Loads a language, once per page. One that does not come counts as empty. */
async function load(tag: string, loader: Loader): Promise<void> {
  if (asked.has(tag)) return;
  asked.add(tag);
  // By then, a script of the page may have brought it.
  await page.ready;
  if (find(tag) !== loader) return;
  await loader(tag).catch(() => {
    logOnce('warn', `the texts for lang="${tag}" did not load: English is shown`);
    registerTexts(tag, {});
  });
}

function find(tag: string): Loader | Partial<ConnectTexts> | undefined {
  const found = registry
    .filter(([tags]) => tags.split(' ').includes(tag))
    .map(([, value]) => value);
  return found.findLast((value) => typeof value === 'object') ?? found[0];
}

/**
 * Finds the texts for the nearest `lang`, watches it, and loads a language that is missing. Until
 * that has come, the texts stay as they are.
 */
export class Language implements ReactiveController {
  /** Of `texts`, in lower case. */
  tag = 'en';
  /** Empty for English, and for a language that does not exist. */
  texts: Partial<ConnectTexts> = {};
  /** Whether the page is in another language than English. */
  isForeign = false;

  readonly #host: Host;
  #observer: MutationObserver | undefined;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    hosts.add(this.#host);
    // It may have been moved.
    this.#host.requestUpdate();
    this.#observer = new MutationObserver(() => this.#host.requestUpdate());
    for (const host of listHosts(this.#host)) {
      // The tree and not each ancestor: those change places as well.
      this.#observer.observe(host.getRootNode(), { subtree: true, attributeFilter: ['lang'] });
    }
  }

  hostDisconnected(): void {
    hosts.delete(this.#host);
    this.#observer?.disconnect();
  }

  /** Reads `lang` anew. */
  update(): void {
    const found = listHosts(this.#host).find((host) => host.closest('[lang]'));
    const wanted = found?.closest('[lang]')?.getAttribute('lang')?.toLowerCase() ?? '';
    this.isForeign = !/^(en\b|$)/.test(wanted);
    this.#choose(wanted);
  }

  /** A text as a string: of the page, in its language, or in English. */
  read(key: keyof ConnectTexts, own?: Partial<ConnectTexts>): string {
    return own?.[key] ?? this.texts[key] ?? (english as Partial<ConnectTexts>)[key] ?? '';
  }

  /**
   * A text of the page, or in its language, or in English.
   * @param value fills the gap in it
   * @param own the page's own texts
   */
  write(key: keyof ConnectTexts, value = '', own?: Partial<ConnectTexts>): unknown {
    const text = this.read(key, own).replace(/{.*}/, () => value);
    const isEnglish = this.isForeign && (own?.[key] ?? this.texts[key]) === undefined;
    return isEnglish ? html`<span lang="en" dir="ltr">${text}</span>` : text;
  }

  #choose(tag: string): void {
    const value = find(tag || 'en') ?? (tag ? undefined : {});
    if (typeof value === 'function') void load(tag, value);
    else if (value) Object.assign(this, { tag: tag || 'en', texts: value });
    // `pt-BR` is also `pt`.
    else this.#choose(tag.replace(/-?[^-]*$/, ''));
  }
}
