// Runs in every page before its own scripts, and records what a test cannot read afterwards.
import type { Sighting } from './driver.js';
import type { RecordedEvent } from './page-template.js';

declare global {
  interface Window {
    __events: RecordedEvent[];
    /** Returns all sightings at each call, because the result of a call may be lost. */
    __listSightings: () => Sighting[];
    /** Returns the current contents of the page. */
    __describePage: () => Sighting[];
  }
}

/** The prefix of a console line that contains a sighting. */
export const SIGHTING = 'sighting ';
/** A page sends its sightings here on `pagehide`, when console lines would be lost. */
export const SIGHTINGS_PATH = '/sightings';

/** The detail of a `monerium-status`. A page may dispatch such an event without it. */
type Told = Partial<Record<string, { status?: string }>>;

function record(prefix: string, path: string): void {
  if (Reflect.has(window, '__listSightings')) return;
  const debug = console.debug.bind(console);
  // Most tests read the page of the redirect URI, so it must not open the next page.
  addEventListener('monerium-connected', (event) => {
    if (document.documentElement.hasAttribute('data-stays')) event.preventDefault();
  });
  const isWebKit = !/Chrome|Firefox/.test(navigator.userAgent);
  const pageId = Math.random();
  const sightings: Sighting[] = [];
  const write = (part: unknown): string => {
    // Only in Chromium does the stack include the message.
    if (part instanceof Error) return `${String(part)} ${part.stack}${JSON.stringify(part)}`;
    try {
      return typeof part === 'object' ? JSON.stringify(part) : `${part as string}`;
    } catch {
      return `${part as string}`;
    }
  };
  const see = (place: Sighting['place'], name: string, text: string) => {
    const sighting: Sighting = { origin: location.origin, place, name, text };
    // A test cannot read the console of WebKit. That of other browsers is read without a prefix.
    if (isWebKit) sightings.push({ ...sighting, id: `${pageId} ${sightings.length}` });
    else if (place !== 'console') debug(prefix + JSON.stringify(sighting));
  };

  // A browser passes only the first level of a logged object to the test.
  for (const level of ['debug', 'log', 'info', 'warn', 'error'] as const) {
    const original = console[level].bind(console);
    console[level] = (...parts: unknown[]) => {
      const texts = parts.map(write);
      see('console', level, `${level}: ${texts.join(' ')}`);
      original(...texts);
    };
  }
  addEventListener('error', ({ error, message }) => see('error', '', write(error ?? message)));
  addEventListener('unhandledrejection', ({ reason }) => see('error', '', write(reason)));

  window.__events = [];
  for (const name of ['before-connect', 'connected', 'error', 'disconnected', 'status']) {
    document.addEventListener(`monerium-${name}`, (event) => {
      const { type, detail: told, target } = event as CustomEvent<RecordedEvent['detail']>;
      // A `monerium-status` is recorded with the names of its two states.
      const nameOf = (key: string) => (told as Told | undefined)?.[key]?.status;
      const [is, was] = [nameOf('connection'), nameOf('previous')];
      const detail = is ? { status: is, previous: was } : told;
      window.__events.push({ type, detail, target: (target as Element).id });
      see('event', type, write(detail));
    });
  }
  addEventListener('message', ({ origin, data }) => see('message', origin, write(data)), true);
  if ('BroadcastChannel' in window) {
    const { postMessage } = BroadcastChannel.prototype;
    BroadcastChannel.prototype.postMessage = function (data: unknown) {
      see('channel', this.name, write(data));
      postMessage.call(this, data);
    };
  }

  const describe = () => {
    const texts: string[] = [];
    const visit = (root: ParentNode) => {
      for (const found of root.querySelectorAll('*')) {
        const isOurs = found.localName === 'monerium-connect';
        for (const { name, value } of found.attributes) {
          // The page itself sets these two attributes, so they may contain secrets.
          if (!isOurs || !/^(email|signature)$/.test(name)) texts.push(`${name}=${value}`);
        }
        if (!found.shadowRoot) continue;
        texts.push(found.shadowRoot.textContent);
        visit(found.shadowRoot);
        const { connection } = found as Partial<HTMLElementTagNameMap['monerium-connect']>;
        texts.push(write(connection));
        if (connection?.status === 'failed') texts.push(write(connection.error));
      }
    };
    visit(document);
    texts.push(document.documentElement.textContent);
    const parts = {
      document: texts.join('\n'),
      'history state': write(history.state),
      'window name': window.name,
    };
    return Object.entries(parts).map(([name, text]): Sighting => ({
      origin: location.origin,
      place: 'page',
      name,
      text,
    }));
  };
  window.__describePage = describe;
  window.__listSightings = () => sightings;
  addEventListener('pagehide', () => {
    // Only pages of the tests' own site can send a request to it.
    const isOwn = document.querySelector('script[data-recorder]') !== null;
    if (isOwn) navigator.sendBeacon(path, JSON.stringify([...sightings, ...describe()]));
  });
}

export const RECORDER = `(globalThis.__name ??= (target) => target, (${record.toString()})(
  ${JSON.stringify(SIGHTING)}, ${JSON.stringify(SIGHTINGS_PATH)}))`;
