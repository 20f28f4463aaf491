import { MoneriumStatusEvent, type Connection } from '../../../src/core/connection.js';
import type { Configuration } from '../../../src/core/options.js';
import type {
  Ending,
  FlowElement,
  Reading,
  SharedFlow,
} from '../../../src/core/browser/shared-flow.js';

export const EVENTS = [
  'monerium-before-connect',
  'monerium-status',
  'monerium-connected',
  'monerium-error',
  'monerium-disconnected',
] as const;
export type EventType = (typeof EVENTS)[number];

/** The page around an element. */
export interface Surroundings {
  /** Listens to the events of an element; returns whether the default may happen. */
  onEvent(element: ScriptedElement, type: EventType): boolean;
  /** An ending was given to an element, which will announce it. */
  onEnding(event: Event): void;
}

/** An element as its controller is, without a document. */
export class ScriptedElement implements FlowElement {
  readonly id: string;
  readonly reading: Reading;
  readonly hasPageIdentity = false;
  readonly isChecking = false;
  shown: Connection = { status: 'idle' };
  /** The flow that it is attached to. */
  flow: SharedFlow | undefined;
  readonly #queue: Event[] = [];
  readonly #surroundings: Surroundings;
  #isDispatching = false;

  constructor(id: string, configuration: Configuration, surroundings: Surroundings) {
    this.id = id;
    this.reading = { configuration };
    this.#surroundings = surroundings;
  }

  attach(flow: SharedFlow): void {
    if (this.flow) return;
    this.flow = flow;
    flow.attach(this);
    this.shown = flow.connection;
    flow.resume(this);
  }

  detach(): void {
    this.flow?.detach(this);
    this.flow = undefined;
  }

  detachAndCancel(): void {
    this.flow?.detachAndCancel(this);
    this.flow = undefined;
  }

  forgetSession(): void {
    // It has none but that of its flow.
  }

  confirmStart(): boolean {
    return this.#surroundings.onEvent(this, 'monerium-before-connect');
  }

  update(ending?: Ending): void {
    const next = this.flow?.connection ?? this.shown;
    const before = this.shown;
    this.shown = next;
    if (next.status !== before.status) this.#queue.push(new MoneriumStatusEvent(next, before));
    if (!ending) return;
    this.#queue.push(ending.event);
    // A listener of an event that is queued before may begin the next flow.
    this.#surroundings.onEnding(ending.event);
  }

  dispatchQueued(): void {
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
      this.#surroundings.onEvent(this, event.type as EventType);
    }
    this.#isDispatching = false;
  }
}
