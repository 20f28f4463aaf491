import type { Connection, ConnectorEvent } from '../../../src/core/connection.js';
import type { Binding, ConnectorOptions } from '../../../src/core/options.js';
import type { Flow } from '../../../src/core/flow/flow.js';
import type { Transition } from '../../../src/core/further/doctor.js';
import {
  endingOf,
  judgeCall,
  judgeEnding,
  type Announced,
  type Ended,
  type EndingName,
} from './announced.js';
import { ScriptedBrowser, START_URL } from './browser.js';
import { ScriptedConnector, type EventType, type Surroundings } from './connectors.js';
import { openCore, type Core } from './core.js';
import { OtherWindows } from './elsewhere.js';
import {
  createBinding,
  createOptions,
  HAND_OVER_MS,
  isRedirect,
  REDIRECT_URI,
  type Setting,
} from './setting.js';
import { createQuery, type ResponseKind, type ScriptedPopup } from './windows.js';

export const CONNECTORS = [0, 1, 2] as const;

/** What a listener of the page does, once. */
export const REACTIONS = ['cancels', 'connects', 'disconnects', 'removes all', 'prevents'] as const;
export type Reaction = (typeof REACTIONS)[number];

export type LoadKind = ResponseKind | 'nothing' | 'an unknown state';

/** A promise of `connect()`. */
interface Call {
  isSettled: boolean;
  /** A click while the response of the page waits: it is claimed for all such clicks. */
  readonly isJoined: boolean;
}

/** A page of a shop with up to three connectors, and all that can happen to it. */
export class World implements Surroundings {
  readonly browser: ScriptedBrowser;
  readonly others: OtherWindows;
  readonly setting: Setting;
  core!: Core;
  connectors: readonly ScriptedConnector[] = [];
  calls = new Map<Promise<void>, Call>();
  announced!: Announced;
  /** How many requests the pages before have sent. */
  earlierPosts = 0;
  interruptions = 0;
  /** Whether `popup_closed` or `popup_timeout` was announced, and nothing has ended that since. */
  isLost = false;
  readonly faults: string[] = [];
  readonly #options: ConnectorOptions;
  readonly #binding: Binding;
  /** Breaks the core of every page. */
  readonly #change: (core: Core) => void;
  readonly #reactions: { type: EventType; reaction: Reaction }[] = [];
  /** What has ended, in order, and was not announced yet. */
  #ended: Ended[] = [];
  #handOverEnd = 0;
  /** The connector that was last heard of. */
  #last: ScriptedConnector | undefined;

  constructor(setting: Setting, change: (core: Core) => void = () => {}) {
    this.setting = setting;
    this.#change = change;
    this.browser = new ScriptedBrowser(setting);
    this.others = new OtherWindows(this.browser);
    const { network, wallet } = this.browser;
    this.#options = createOptions(setting, network.exchange, wallet.authorize);
    this.#binding = createBinding(setting);
  }

  // What can be seen from outside

  get #flow(): Flow | undefined {
    return this.core.hasFlows() ? this.core.findFlow(this.#binding) : undefined;
  }

  get connection(): Connection {
    return this.#flow?.connection ?? this.core.IDLE.connection;
  }

  get hasConnectors(): boolean {
    return this.connectors.some(({ isShown }) => isShown);
  }

  get pendingCalls(): Call[] {
    return [...this.calls.values()].filter(({ isSettled }) => !isSettled);
  }

  /** The page has the response of a popup, and waits for the window that has opened it. */
  get isHandingOver(): boolean {
    return this.browser.clock.now < this.#handOverEnd;
  }

  /** A response waits for its lock. */
  get isClaiming(): boolean {
    return this.browser.locks.requested.length > 0;
  }

  // What the page does

  attach(index: number): void {
    this.#last = this.connectors[index];
    this.#last?.attach();
  }

  move(index: number): void {
    const view = this.connectors[index];
    if (!view?.isShown) return;
    view.detach();
    view.attach();
  }

  detach(index: number): void {
    this.connectors[index]?.detach();
    this.#giveUpUnheard();
  }

  detachAll(): void {
    for (const index of CONNECTORS) this.detach(index);
  }

  changeClient(index: number): void {
    const view = this.connectors[index];
    if (!view?.isShown) return;
    this.announced.isCancelled = true;
    view.changeClient();
    this.#giveUpUnheard();
  }

  /** Without a listener, nobody hears of what has begun, nor of what has just ended. */
  #giveUpUnheard(): void {
    if (this.hasConnectors) return;
    this.announced.isGivenUp = true;
    for (const { announced } of this.#ended) announced.isGivenUp = true;
  }

  cancel(): void {
    this.announced.isCancelled = true;
    const view = this.connectors.find(({ isShown }) => isShown) ?? this.#last;
    if (view?.hasClient) view.connector.cancel();
  }

  click(index: number): void {
    const view = this.connectors[index];
    if (!view?.isShown) return;
    // One that has just arrived first tells what the flow shows: a listener could end that.
    const isBehind = view.shown !== this.connection;
    const reactions = isBehind ? this.#reactions.splice(0) : [];
    this.#click(view);
    this.#reactions.push(...reactions);
  }

  #click(view: ScriptedConnector): void {
    const { status } = this.connection;
    if (status === 'connected') this.#clickConnected(view);
    else if (this.isHandingOver) this.#follow(view.connector.connect());
    else if (status === 'idle' || status === 'failed') this.#clickAtRest(view);
    else this.#clickAgain(view);
  }

  #clickConnected(view: ScriptedConnector): void {
    void view.connector.connect();
    const { status } = this.connection;
    if (status !== 'connected') this.faults.push(`connect() turns connected into ${status}`);
  }

  #clickAtRest(view: ScriptedConnector): void {
    const { announced, isLost } = this;
    const before = [...this.calls.keys()];
    // Before the call, in which the flow may end already.
    this.#beginFlow();
    const own = this.announced;
    // A click in a claim joins it, and nothing follows when another tab was first.
    own.isGivenUp = this.isClaiming;
    const promise = view.connector.connect();
    // The same flow goes on.
    if (before.includes(promise)) Object.assign(this, { announced, isLost });
    else if (!this.calls.has(promise)) this.#follow(promise, own);
  }

  /** A click while a flow is running. It may be one that no click has begun. */
  #clickAgain(view: ScriptedConnector): void {
    const hasCall = this.pendingCalls.some(({ isJoined }) => !isJoined);
    const { status } = this.connection;
    const promise = view.connector.connect();
    const isOld = status !== 'redirecting' && this.calls.get(promise)?.isSettled;
    if (isOld) this.faults.push('connect() returns what has settled while a flow is running');
    if (this.calls.has(promise)) return;
    if (hasCall) this.faults.push('connect() begins again while a flow is running');
    this.#follow(promise);
  }

  #follow(promise: Promise<void>, announced?: Announced): void {
    const call: Call = { isSettled: false, isJoined: this.isHandingOver };
    this.calls.set(promise, call);
    const settle = (reason?: unknown) => {
      call.isSettled = true;
      if (announced) this.faults.push(...judgeCall(announced, isRedirect(this.setting), reason));
    };
    promise.then(() => settle(), settle);
  }

  disconnect(index: number): void {
    const view = this.connectors[index];
    if (!view?.isShown) return;
    this.announced.isCancelled = true;
    void view.connector.disconnect();
    const { status } = this.connection;
    if (status === 'connected') this.faults.push('disconnect() leaves the customer connected');
  }

  askForToken(): void {
    for (const { connector } of this.connectors) connector.getAccessToken().catch(() => {});
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
  load(kind: LoadKind): void {
    const [state, mode] = [...this.browser.findModes()].at(-1) ?? [];
    const href = createAddress(kind, state);
    this.browser.openPage(href);
    this.earlierPosts = this.browser.network.posts.length;
    this.calls.clear();
    this.interruptions = 0;
    this.#ended = [];
    this.#beginFlow();
    const isOfPopup = mode === 'popup' && href.includes('state=mc1.') && href.includes(state ?? '');
    const isHandedOver = isOfPopup && this.setting.hasChannels && !this.setting.isFramed;
    this.#handOverEnd = isHandedOver ? this.browser.clock.now + HAND_OVER_MS : 0;
    this.#openCore();
  }

  /** A confirmation mail opens the response in another tab. */
  loadElsewhere(kind: ResponseKind, isAlsoHere: boolean): void {
    const state = [...this.browser.findPending().keys()].at(-1);
    this.browser.openTab();
    if (isAlsoHere && state !== undefined) {
      this.load(kind);
      this.others.claim(state);
    } else {
      this.load(kind);
    }
  }

  #openCore(): void {
    this.core = openCore();
    this.#change(this.core);
    const transitions: Transition[] = [];
    transitions.push = (entry) => {
      this.#note(entry);
      return 0;
    };
    this.core.page.transitions = transitions;
    this.connectors = CONNECTORS.map((index) => {
      const options = { ...this.#options, name: `connector-${index}` };
      return new ScriptedConnector(this.core, options, this);
    });
    this.#last = undefined;
  }

  restore(frozen: number): void {
    if (this.isHandingOver) this.#handOverEnd += frozen;
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
    const pending = new Set(this.browser.findPending().keys());
    this.announced = { endings: [], popups, pending, isCancelled: false, isGivenUp: false };
    this.isLost = false;
  }

  // What is announced

  /** At once: a listener of an event that is queued before may begin the next flow. */
  #note(transition: Transition): void {
    if (transition.from === transition.to) return;
    for (const ended of this.#ended) ended.isDropped ||= ended.isUnheard;
    const name = endingOf(transition);
    if (!name) return;
    const step = transition.to as Ended['step'];
    const isUnheard = !this.hasConnectors;
    const ended = { name, step, announced: this.announced, isUnheard, isDropped: false };
    this.#ended.push(ended);
    // It is announced in this task, or its listener is gone.
    queueMicrotask(() => (ended.isDropped ||= !isUnheard));
  }

  onEvent(view: ScriptedConnector, event: ConnectorEvent): void {
    if (event.type === 'connected') this.#hear(view, 'connected');
    if (event.type === 'error') this.#hear(view, event.error.code);
    this.#react(view, event.type);
  }

  onBeforeConnect(view: ScriptedConnector): boolean {
    return this.#react(view, 'before-connect') !== 'prevents';
  }

  #hear(view: ScriptedConnector, name: EndingName): void {
    // A late failure is not announced, so that some are passed over.
    const sameName = this.#ended.filter((each) => each.name === name);
    const ended = sameName.find(({ isDropped }) => !isDropped) ?? sameName[0];
    if (ended) this.#ended.splice(0, this.#ended.indexOf(ended) + 1);
    if (!view.hasClient) return;
    if (!ended) this.faults.push(`${name} is announced, and has not happened`);
    else if (name === 'interrupted') this.interruptions += 1;
    else this.#judge(ended);
  }

  #judge(ended: Ended): void {
    const { name, announced } = ended;
    this.faults.push(...judgeEnding(ended));
    announced.endings.push(name);
    if (announced === this.announced)
      this.isLost = name === 'popup_closed' || name === 'popup_timeout';
  }

  #react(view: ScriptedConnector, type: EventType): Reaction | undefined {
    const index = this.#reactions.findIndex((reaction) => reaction.type === type);
    const [found] = index < 0 ? [] : this.#reactions.splice(index, 1);
    if (found) this.#perform(found.reaction, view);
    return found?.reaction;
  }

  #perform(reaction: Reaction, view: ScriptedConnector): void {
    switch (reaction) {
      case 'cancels':
        this.cancel();
        break;
      case 'connects':
        this.click(this.connectors.indexOf(view));
        break;
      case 'disconnects':
        this.disconnect(this.connectors.indexOf(view));
        break;
      case 'removes all':
        this.detachAll();
        break;
      case 'prevents':
        this.announced.isGivenUp = true;
    }
  }
}

/** Where a page is opened: with a response to this flow, if there is one. */
function createAddress(kind: LoadKind, state: string | undefined): string {
  if (kind === 'an unknown state') return REDIRECT_URI + createQuery('a code', 'mc1.unknown');
  if (kind === 'nothing' || state === undefined) return START_URL;
  return REDIRECT_URI + createQuery(kind, state);
}
