import { getEventListeners } from 'node:events';

const PAGE = 'https://shop.example';

export const RESPONSES = ['a code', 'a denial', 'an error', 'an error without state'] as const;
export type ResponseKind = (typeof RESPONSES)[number];

export const FORGERIES = ['another state', 'another origin', 'another window', 'noise'] as const;
export type Forgery = (typeof FORGERIES)[number];

interface Message {
  readonly data: unknown;
  readonly origin?: string;
  readonly source?: unknown;
}

/** A window that the page has opened. */
export class ScriptedPopup {
  closed = false;
  opener: unknown = 'the page';
  /** Whether the page has posted to it: that is always the confirmation. */
  isConfirmed = false;
  readonly location = {
    replace: (href: string) => {
      this.href = href;
    },
  };

  constructor(private href = 'about:blank') {}

  /** Of the flow that it shows; empty while it is blank. */
  get oauthState(): string {
    return this.href === 'about:blank' ? '' : readState(this.href);
  }

  close(): void {
    this.closed = true;
  }

  focus(): void {}

  postMessage(): void {
    this.isConfirmed = true;
  }
}

export function readState(href: string): string {
  return new URL(href).searchParams.get('state') ?? '';
}

/** The codes that no popup of this page has got. */
export const FORGED = 'forged';

let codes = 0;

/** The query that Monerium sends the customer back with. Every code is another one. */
export function createQuery(kind: ResponseKind, oauthState: string, name = 'code'): string {
  const state = `&state=${encodeURIComponent(oauthState)}`;
  switch (kind) {
    case 'a code':
      return `?code=${name}-${(codes += 1)}${state}`;
    case 'a denial':
      return `?error=access_denied${state}`;
    case 'an error':
      return `?error=server_error${state}`;
    case 'an error without state':
      return '?error=access_denied';
  }
}

/** The popups of a page, and the lines between the two. */
export class ScriptedWindows {
  readonly popups: ScriptedPopup[] = [];
  readonly channels = new Set<{ name: string; onmessage: (event: Event) => void }>();
  /** The listeners of the page's window. */
  events = new EventTarget();
  isBlocked = false;
  readonly #isFramed: boolean;
  readonly #hasChannels: boolean;

  constructor(isFramed: boolean, hasChannels: boolean) {
    this.#isFramed = isFramed;
    this.#hasChannels = hasChannels;
  }

  readonly open = (href: string): ScriptedPopup | null => {
    if (this.isBlocked) return null;
    const popup = new ScriptedPopup(href);
    this.popups.push(popup);
    return popup;
  };

  /** `addEventListener()` of the page. */
  readonly listen = (
    type: string,
    listener: (event: Event) => void,
    { once = false, signal }: AddEventListenerOptions = {},
  ): void => {
    const { events } = this;
    if (signal?.aborted) return;
    events.addEventListener(type, listener, { once });
    // Node itself would forget all but the last signal of a target when it collects garbage.
    signal?.addEventListener('abort', () => events.removeEventListener(type, listener));
  };

  countListeners(type: string): number {
    return getEventListeners(this.events, type).length;
  }

  /** `BroadcastChannel` of the page. */
  createChannelClass(): unknown {
    if (!this.#hasChannels) return undefined;
    const { channels, popups } = this;
    return class {
      onmessage = (_: Event): void => {};

      constructor(readonly name: string) {
        channels.add(this);
      }

      postMessage(): void {
        if (!channels.has(this)) throw new DOMException('closed', 'InvalidStateError');
        for (const popup of popups) popup.isConfirmed ||= popup.oauthState === this.name;
      }

      close(): void {
        channels.delete(this);
      }
    };
  }

  /** A popup sends its response, as `handToOpener()` does, and closes when that was confirmed. */
  handOver(popup: ScriptedPopup, kind: ResponseKind): void {
    const { oauthState } = popup;
    if (popup.closed || !oauthState) return;
    popup.isConfirmed = false;
    this.#send(popup, oauthState, { data: createQuery(kind, oauthState) });
    popup.closed ||= popup.isConfirmed;
  }

  /** Somebody else sends what looks like a response. */
  forge(popup: ScriptedPopup, forgery: Forgery): void {
    const { oauthState } = popup;
    if (!oauthState) return;
    const query = createQuery('a code', oauthState, FORGED);
    const messages: Record<Forgery, Message> = {
      'another state': { data: createQuery('a code', 'mc1.another', FORGED) },
      'another origin': { data: query, origin: 'https://evil.example', source: popup },
      'another window': { data: query, source: new ScriptedPopup() },
      noise: { data: { query } },
    };
    this.#send(popup, oauthState, messages[forgery]);
  }

  /** The page is left: its windows stay. */
  clear(): void {
    this.events = new EventTarget();
    this.channels.clear();
  }

  #send(popup: ScriptedPopup, name: string, message: Message): void {
    const isByChannel = this.#hasChannels && !this.#isFramed && message.source === undefined;
    const type = 'message';
    if (isByChannel) {
      for (const channel of [...this.channels]) {
        if (channel.name !== name) continue;
        const event = Object.assign(new Event(type), { origin: PAGE, source: null, ...message });
        channel.onmessage(event);
      }
    } else if (popup.opener || message.source) {
      const event = Object.assign(new Event(type), { origin: PAGE, source: popup, ...message });
      this.events.dispatchEvent(event);
    }
  }
}
