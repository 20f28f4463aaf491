// What the listeners are told, in one order for the page.

const queue: (() => void)[] = [];
let isDelivering = false;

/** Queues what a listener is told, by a function that must not throw. */
export function queueAnnouncement(deliver: () => void): void {
  queue.push(deliver);
}

/**
 * Tells the listeners what is queued. A listener may change a state: what follows from that is
 * queued behind the rest.
 */
export function deliverAnnouncements(): void {
  if (isDelivering) return;
  isDelivering = true;
  for (let deliver = queue.shift(); deliver; deliver = queue.shift()) deliver();
  isDelivering = false;
}
