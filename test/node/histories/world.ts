import type { Configuration } from '../../../src/core/options.js';
import { MoneriumDisconnectedEvent, MoneriumErrorEvent } from '../../../src/core/connection.js';
import { Flow } from '../../../src/core/flow/flow.js';
import { takeArrival } from '../../../src/core/browser/arrival.js';
import { page, prepareSecrets } from '../../../src/core/browser/page.js';
import { judgeCall, judgeEnding, type Announced } from './announced.js';
import { ScriptedBrowser, START_URL } from './browser.js';
import { ScriptedElement, type EventType, type Surroundings } from './element.js';
import { OtherWindows } from './elsewhere.js';
import { createConfiguration, isRedirect, REDIRECT_URI, type Setting } from './setting.js';
import { createQuery, type ResponseKind, type ScriptedPopup } from './windows.js';

export const ELEMENTS = [0, 1, 2] as const;

/** What a listener of the page does, once. */
export const REACTIONS = ['cancels', 'connects', 'disconnects', 'removes all', 'prevents'] as const;
export type Reaction = (typeof REACTIONS)[number];

/** A promise of `connect()`. */
interface Call {
  isSettled: boolean;
}

/** A page of a shop with up to three elements, and all that can happen to it. */
export class World implements Surroundings {
  readonly browser: ScriptedBrowser;
  readonly elements: readonly ScriptedElement[];
  flow: Flow;
  calls = new Map<Promise<void>, Call>();
  announced!: Announced;
  /** How many requests the pages before have sent. */
  earlierPosts = 0;
  interruptions = 0;
  /** Whether `popup_closed` or `popup_timeout` was announced, and nothing has ended that since. */
  isLost = false;
  readonly others: OtherWindows;
  readonly faults: string[] = [];
  readonly setting: Setting;
  readonly #reactions: { type: EventType; reaction: Reaction }[] = [];
  readonly #configuration: Configuration;

  constructor(setting: Setting) {
    this.setting = setting;
    this.browser = new ScriptedBrowser(setting);
    this.others = new OtherWindows(this.browser);
    this.#configuration = createConfiguration(setting, this.browser.network.exchange);
    this.#beginFlow();
    this.flow = new Flow(this.#configuration.binding);
    this.elements = ELEMENTS.map(
      (index) => new ScriptedElement(`element-${index}`, this.#configuration, this),
    );
  }

  get hasElements(): boolean {
    return this.elements.some(({ flow }) => flow);
  }

  get pendingCalls(): number {
    return [...this.calls.values()].filter(({ isSettled }) => !isSettled).length;
  }

  // What the page does

  attach(index: number): void {
    this.elements[index]?.attach(this.flow);
    void prepareSecrets();
  }

  move(index: number): void {
    const element = this.elements[index];
    if (!element?.flow) return;
    element.detach();
    element.attach(this.flow);
  }

  detach(index: number): void {
    this.elements[index]?.detach();
    this.announced.isGivenUp ||= !this.hasElements;
  }

  detachAll(): void {
    for (const index of ELEMENTS) this.detach(index);
  }

  detachAndCancel(index: number): void {
    this.announced.isCancelled = true;
    this.elements[index]?.detachAndCancel();
    this.announced.isGivenUp ||= !this.hasElements;
  }

  cancel(): void {
    this.announced.isCancelled = true;
    this.flow.cancel();
  }

  click(index: number): void {
    const element = this.elements[index];
    const { status } = this.flow.connection;
    if (!element?.flow || status === 'connected') return;
    if (status === 'idle' || status === 'failed') this.#clickAtRest(element);
    else this.#clickAgain(element);
  }

  #clickAtRest(element: ScriptedElement): void {
    const { announced, isLost } = this;
    const before = [...this.calls.keys()];
    // Before the call, in which the flow may end already.
    this.#beginFlow();
    const own = this.announced;
    // A click in a claim joins it, and nothing follows when another tab was first.
    own.isGivenUp = this.browser.locks.requested.length > 0;
    const promise = this.flow.connect(element);
    // The same flow goes on.
    if (before.includes(promise)) Object.assign(this, { announced, isLost });
    else if (!this.calls.has(promise)) this.#follow(promise, own);
  }

  /** A click while a flow is under way. It may be one that no click has begun. */
  #clickAgain(element: ScriptedElement): void {
    const hasCall = this.pendingCalls > 0;
    const { status } = this.flow.connection;
    const promise = this.flow.connect(element);
    const isOld = status !== 'redirecting' && this.calls.get(promise)?.isSettled;
    if (isOld) this.faults.push('connect() returns what has settled while a flow is under way');
    if (this.calls.has(promise)) return;
    if (hasCall) this.faults.push('connect() begins again while a flow is under way');
    this.#follow(promise);
  }

  #follow(promise: Promise<void>, announced?: Announced): void {
    const call: Call = { isSettled: false };
    this.calls.set(promise, call);
    const settle = (reason?: unknown) => {
      call.isSettled = true;
      if (announced) this.faults.push(...judgeCall(announced, isRedirect(this.setting), reason));
    };
    promise.then(() => settle(), settle);
  }

  disconnect(index: number): void {
    const element = this.elements[index];
    if (!element?.flow) return;
    this.announced.isCancelled = true;
    this.flow.disconnect(element, false);
    const { status } = this.flow.connection;
    if (status === 'connected') this.faults.push('disconnect() leaves the customer connected');
  }

  react(type: EventType, reaction: Reaction): void {
    this.#reactions.push({ type, reaction });
  }

  stopReacting(): void {
    this.#reactions.length = 0;
  }

  // What the customer, Monerium and the browser do

  /** @param index from the end, if negative */
  handOver(index: number, kind: ResponseKind): void {
    const popup = this.browser.windows.popups.at(index);
    if (popup) this.browser.windows.handOver(popup, kind);
  }

  /** Leaves the page; the customer comes back with a response to the last pending flow. */
  load(kind: ResponseKind | 'nothing' | 'an unknown state'): void {
    const state =
      kind === 'an unknown state' ? 'mc1.unknown' : [...this.browser.findPending().keys()].at(-1);
    const query = kind === 'an unknown state' ? createQuery('a code', 'mc1.unknown') : undefined;
    const isReturn = kind !== 'nothing' && state !== undefined;
    const response = kind === 'nothing' || kind === 'an unknown state' ? '' : kind;
    const href = isReturn
      ? REDIRECT_URI + (query ?? (response && createQuery(response, state)))
      : START_URL;
    this.browser.openPage(href);
    this.earlierPosts = this.browser.network.posts.length;
    for (const element of this.elements) element.flow = undefined;
    this.calls.clear();
    this.interruptions = 0;
    this.#beginFlow();
    page.arrival = takeArrival(href, () => {});
    page.interruptionChecked = page.arrival !== undefined;
    this.flow = new Flow(this.#configuration.binding);
  }

  restore(frozen: number): void {
    this.browser.clock.freeze(frozen);
    this.browser.dispatch('pageshow', { persisted: true });
  }

  setOnline(isOnline: boolean): void {
    const wasOnline = this.browser.navigator.onLine;
    this.browser.navigator.onLine = isOnline;
    if (isOnline && !wasOnline) this.browser.dispatch('online');
  }

  /** A popup claims its response by itself: its page was frozen, or it lost the message. */
  letPopupGoOn({ closed, oauthState }: ScriptedPopup): void {
    // In a frame of another site the storage of a page and its popup are separate.
    if (!closed && oauthState && !this.setting.isFramed) this.others.claim(oauthState);
  }

  #beginFlow(): void {
    const popups = this.browser.windows.popups.length;
    this.announced = { endings: [], popups, isCancelled: false, isGivenUp: false };
    this.isLost = false;
  }

  onEvent(element: ScriptedElement, type: EventType): boolean {
    const index = this.#reactions.findIndex((reaction) => reaction.type === type);
    const [found] = index < 0 ? [] : this.#reactions.splice(index, 1);
    if (found) this.#perform(found.reaction, element);
    return found?.reaction !== 'prevents';
  }

  onEnding(event: Event): void {
    if (event instanceof MoneriumDisconnectedEvent) return;
    const ending = event instanceof MoneriumErrorEvent ? event.detail.code : 'connected';
    if (ending === 'interrupted') {
      this.interruptions += 1;
      return;
    }
    this.faults.push(...judgeEnding(ending, this.flow.connection, this.announced));
    this.announced.endings.push(ending);
    this.isLost = ending === 'popup_closed' || ending === 'popup_timeout';
  }

  #perform(reaction: Reaction, element: ScriptedElement): void {
    switch (reaction) {
      case 'cancels':
        this.cancel();
        break;
      case 'connects':
        this.click(this.elements.indexOf(element));
        break;
      case 'disconnects':
        this.disconnect(this.elements.indexOf(element));
        break;
      case 'removes all':
        this.detachAll();
        break;
      case 'prevents':
        this.announced.isGivenUp = true;
    }
  }
}
