import type { Ending, FlowElement } from '../browser/shared-flow.js';
import { after, type Resource } from '../browser/window.js';
import type { Clicked } from './state.js';

/** How long an ending waits for an element that can announce it. */
const UNDELIVERED_MS = 30_000;

/**
 * The elements that show a flow. One of them announces its ending; with none on the page, the
 * ending waits for the next.
 */
export class Audience {
  readonly elements = new Set<FlowElement>();
  readonly #drop: () => void;
  #undelivered: { ending: Ending; timer: Resource } | undefined;

  /** @param drop called when no element has come for an ending in time */
  constructor(drop: () => void) {
    this.#drop = drop;
  }

  /** The element that was clicked, when it is there. */
  findClicked(clicked: Clicked): FlowElement | undefined {
    const isClicked = (element: FlowElement) =>
      element === clicked || (clicked !== '' && element.id === clicked);
    return [...this.elements].find(isClicked);
  }

  /** The element that was clicked, when it is there, else the first. */
  findAnnouncer(clicked?: Clicked): FlowElement | undefined {
    return this.findClicked(clicked) ?? [...this.elements][0];
  }

  /** Shows a new state on every element. All show it before the first event is dispatched. */
  announce(ending?: Ending, clicked?: Clicked): void {
    this.#forgetUndelivered();
    const elements = [...this.elements];
    const announcer = this.findAnnouncer(clicked);
    for (const element of elements) element.update(element === announcer ? ending : undefined);
    if (ending && !announcer) {
      this.#undelivered = { ending, timer: after(UNDELIVERED_MS, this.#drop) };
    }
    for (const element of elements) element.dispatchQueued();
  }

  /** Delivers an ending that came while no element was on the page. */
  deliverTo(element: FlowElement): void {
    const ending = this.#undelivered?.ending;
    this.#forgetUndelivered();
    if (!ending) return;
    element.update(ending);
    element.dispatchQueued();
  }

  #forgetUndelivered(): void {
    this.#undelivered?.timer.end();
    this.#undelivered = undefined;
  }
}
