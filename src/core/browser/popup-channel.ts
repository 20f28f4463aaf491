import { tryTo } from '../errors.js';
import type { Resource } from './window.js';

/** How long an opener has to confirm before the popup finishes the connection itself. */
const CONFIRMATION_MS = 1000;
const CONFIRMATION = 'monerium-connect';

/** What can receive a message. A channel ignores the origin: it has only one. */
interface Peer {
  postMessage(message: string, targetOrigin: string): void;
}

interface Line extends Resource {
  /** Absent in an old engine, or under a blocker. */
  readonly channel: (Peer & BroadcastChannel) | undefined;
}

/** Listens on the channel of this name, and to what windows of this origin post to this one. */
function openChannel(name: string, listener: (event: MessageEvent<unknown>) => void): Line {
  const controller = new AbortController();
  const sameOriginListener = (event: MessageEvent<unknown>) => {
    if (event.origin === location.origin) listener(event);
  };
  // Without a channel the popup posts to its opener, or finishes the connection itself.
  const channel = tryTo(() => new BroadcastChannel(name));
  if (channel) channel.onmessage = sameOriginListener;
  addEventListener('message', sameOriginListener, { signal: controller.signal });
  return {
    channel,
    end() {
      controller.abort();
      // Without Web Locks a response ends its listener before it is confirmed, in the same task.
      queueMicrotask(() => channel?.close());
    },
  };
}

/**
 * Listens for the response of a popup. Confirms it to the popup when `take` returns `true`. Other
 * messages are ignored.
 */
export function listenForResponse(
  name: string,
  isSource: (source: unknown) => boolean,
  take: (query: string) => boolean,
): Resource {
  const line = openChannel(name, ({ data, source }) => {
    const isFromPopup = source === null || isSource(source);
    if (typeof data !== 'string' || !isFromPopup || !take(data)) return;
    const peer = (source ?? line.channel) as Peer | undefined;
    peer?.postMessage(CONFIRMATION, location.origin);
  });
  return line;
}

/**
 * Sends a response once to the page that opened this window: over the channel of this name. If
 * there is no channel, or this window does not know the flow, it posts to the opener when that is
 * of this origin. Resolves with whether the page confirmed within a second.
 */
export function handToOpener(query: string, name: string, isKnown: boolean): Promise<boolean> {
  const opener = window.opener as (Peer & Window) | null;
  return new Promise((resolve) => {
    const end = (isConfirmed: boolean) => {
      line.end();
      resolve(isConfirmed);
    };
    const line = openChannel(name, ({ data, source }) => {
      const isFromOpener = source === null || source === opener;
      if (data === CONFIRMATION && isFromOpener) end(true);
    });
    const peer = isKnown && line.channel ? line.channel : opener;
    setTimeout(end, peer ? CONFIRMATION_MS : 0, false);
    peer?.postMessage(query, location.origin);
  });
}
