// Calls the listeners, in one order for the whole page.

const queue: (() => void)[] = [];
let isDelivering = false;

/** Queues a call of a listener, by a function that must not throw. */
export function queueAnnouncement(deliver: () => void): void {
  queue.push(deliver);
}

/**
 * Makes the queued calls. A listener may change a state: the calls that follow from this change are
 * queued behind the others.
 */
export function deliverAnnouncements(): void {
  if (isDelivering) return;
  isDelivering = true;
  for (let deliver = queue.shift(); deliver; deliver = queue.shift()) deliver();
  isDelivering = false;
}
