import { html, type ReactiveController, type ReactiveControllerHost } from 'lit';
import { registry, type Loader } from '../locales/registry.js';
import { tryTo } from '../core/errors.js';
import { logOnce, page } from '../core/browser/page.js';
import { english, type ConnectTexts, type ElementText } from '../core/texts.js';

type Host = ReactiveControllerHost & Element;

/** The elements on the page. */
const hosts = new Set<Host>();
/** The loader that was asked for a language. */
const asked = new Map<string, Loader>();
/** For a language that failed to load: English. A loader that is added later is called. */
const NONE: Partial<ConnectTexts> = {};

const { push } = registry;
registry.push = (...entries) => {
  const length = push.apply(registry, entries);
  for (const host of hosts) host.requestUpdate();
  return length;
};

/** The element, then the host of each shadow root around it, from the inside out. */
function listHosts(element: Element): Element[] {
  const root = element.getRootNode();
  return [element, ...(root instanceof ShadowRoot ? listHosts(root.host) : [])];
}

/** Loads a language, once per page. One that does not come is English. */
async function load(tag: string, loader: Loader): Promise<void> {
  if (asked.get(tag) === loader) return;
  asked.set(tag, loader);
  // By then, a script of the page may have brought it.
  await page.ready;
  if (find(tag) !== loader) return;
  await loader(tag).catch((reason: unknown) => {
    logOnce('warn', `lang="${tag}": ${(reason as Error).message}`);
    registry.push([tag, NONE]);
  });
}

function find(tag: string): Loader | Partial<ConnectTexts> | undefined {
  const found = registry
    .filter(([tags]) => tags.split(' ').includes(tag))
    .map(([, value]) => value);
  return found.findLast((value) => typeof value === 'object' && value !== NONE) ?? found.at(-1);
}

/**
 * Finds the texts for the nearest `lang`, watches it, and loads a language that is missing. Until
 * that has come, the texts stay as they are.
 */
export class Language implements ReactiveController {
  /** Empty for English, and for a language that does not exist. */
  texts: Partial<ConnectTexts> = {};
  /** The page's own texts. */
  own: Partial<ConnectTexts> = {};
  /** Whether English is foreign here, by its language or its direction of writing. */
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
      this.#observer.observe(host.getRootNode(), {
        subtree: true,
        attributeFilter: ['lang', 'dir'],
      });
    }
  }

  hostDisconnected(): void {
    hosts.delete(this.#host);
    this.#observer?.disconnect();
  }

  /** Takes the page's own texts. What is no text is left out: the notes warn of it. */
  setOwn(strings: Partial<ConnectTexts> | null | undefined): void {
    const entries = Object.entries(strings ?? {});
    this.own = Object.fromEntries(entries.filter(([, text]) => typeof text === 'string'));
  }

  /** Reads `lang` again. */
  update(): void {
    const found = listHosts(this.#host).find((host) => host.closest('[lang]'));
    const wanted = found?.closest('[lang]')?.getAttribute('lang')?.toLowerCase() ?? '';
    // Engines of before 2024 do not know the pseudo-class.
    const isRightToLeft = tryTo(() => this.#host.matches(':dir(rtl)')) ?? false;
    this.isForeign = isRightToLeft || !/^(en\b|$)/.test(wanted);
    this.#choose(wanted);
  }

  /** Own fields only: a script of the page may have added some to every object. */
  #find(key: ElementText): string | undefined {
    return [this.own, this.texts].find((texts) => Object.hasOwn(texts, key))?.[key];
  }

  /** A text as a string: of the page, in its language, or in English. */
  read(key: ElementText): string {
    return this.#find(key) ?? english[key];
  }

  /**
   * A text of the page, or in its language, or in English.
   * @param value fills the gap in it, isolated: a code is Latin in every language
   */
  write(key: ElementText, value?: string): unknown {
    const [before, after] = this.read(key).split(/{.*}/);
    const text = after === undefined ? before : html`${before}<bdi>${value}</bdi>${after}`;
    const isUntranslated = this.isForeign && this.#find(key) === undefined;
    return isUntranslated ? html`<span lang="en" dir="ltr">${text}</span>` : text;
  }

  #choose(tag: string): void {
    const value = find(tag) ?? (tag === 'en' ? NONE : undefined);
    if (typeof value === 'function') {
      void load(tag, value);
    } else if (value) {
      this.texts = value;
    } else if (tag.includes('-')) {
      // `pt-BR` is also `pt`.
      this.#choose(tag.replace(/-[^-]*$/, ''));
    } else {
      if (tag) logOnce('info', `lang="${tag}" is unknown`);
      this.#choose('en');
    }
  }
}
