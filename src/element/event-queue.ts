import { MoneriumStatusEvent } from '../core/connection.js';
import { markTime } from '../core/browser/window.js';

/** The events of one element. They wait, because a listener may change the state again. */
export class EventQueue {
  readonly #target: EventTarget;
  readonly #events: Event[] = [];
  #isDispatching = false;

  constructor(target: EventTarget) {
    this.#target = target;
  }

  push(event: Event): void {
    this.#events.push(event);
  }

  clear(): void {
    this.#events.length = 0;
  }

  /** In order, also what a listener adds: it is queued behind the rest. */
  dispatch(): void {
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    for (let event = this.#events.shift(); event; event = this.#events.shift()) {
      if (event instanceof MoneriumStatusEvent) markTime(event.detail.connection.status);
      this.#target.dispatchEvent(event);
    }
    this.#isDispatching = false;
  }
}
