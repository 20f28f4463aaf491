import { tryTo } from '../errors.js';
import type { Resource } from './window.js';

/** How long an opener has to confirm before the popup goes on by itself. */
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
  // Without a channel the popup posts to its opener, or goes on by itself.
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
 * Listens for the response that a popup hands over, and confirms it to the popup when `take`
 * returns that it was taken. Other messages are ignored.
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
 * Hands a response over to the page that opened this window, once: over the channel of this name,
 * or, where there is none or this window does not know the flow, to the opener itself if it is of
 * this origin. Resolves with whether that was confirmed within a second.
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
