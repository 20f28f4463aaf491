import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { isSameBinding, type Mode } from '../core/options.js';
import {
  MoneriumBeforeConnectEvent,
  MoneriumDisconnectedEvent,
  MoneriumStatusEvent,
  type Connection,
} from '../core/connection.js';
import { ConnectError, tryTo } from '../core/errors.js';
import { endSession } from '../core/flow/kept-session.js';
import { takeArrival, type Arrival } from '../core/browser/arrival.js';
import { keepArrival, page, prepareSecrets } from '../core/browser/page.js';
import type { Ending, FlowElement, Reading, SharedFlow } from '../core/browser/shared-flow.js';
import { findStateOfPopup } from '../core/browser/transaction.js';
import {
  after,
  isOnOrigin,
  isSecure,
  leaveReturn,
  navigate,
  whenIdle,
} from '../core/browser/window.js';
import { EventQueue } from './event-queue.js';
import { logNotes } from './developer-notes.js';
import { callDoctor } from './doctor.js';
import { HostIdentity, type IdentityHost } from './host-identity.js';
import { IDLE, hasComeBack, isSameConnection, isUnderWay, overlay } from './page-identity.js';
import { findFlow, readAttributes } from './reading.js';

/** What the controller reads from its element, and does there. */
export interface ConnectHost extends ReactiveControllerHost, HTMLElement, IdentityHost {
  /** By its attribute, or by a fieldset. */
  readonly isDisabled: boolean;
  readonly debug: boolean;
  /** Holds the form back, or no longer. */
  updateForm(): void;
}

/**
 * Joins one element to the flow of its configuration: takes over the flow's state and dispatches
 * its events. It does not own the flow, which other elements share.
 */
export class ElementController implements ReactiveController, FlowElement {
  reading: Reading = {};

  readonly #host: ConnectHost;
  readonly #states: CustomStateSet | undefined;
  #flow: SharedFlow | undefined;
  #shown: Connection = IDLE;
  /** Another element has begun what is under way: this one stays idle, and cannot be clicked. */
  isHeld = false;
  readonly #identity: HostIdentity;
  readonly #queue: EventQueue;
  #hasUpdated = false;
  #isIntroduced = false;
  #hasNotes = false;

  constructor(host: ConnectHost, states: CustomStateSet | undefined) {
    this.#host = host;
    this.#identity = new HostIdentity(host);
    this.#queue = new EventQueue(host);
    this.#states = states;
    host.addController(this);
    this.#setCustomState(IDLE, IDLE);
  }

  get connection(): Connection {
    return this.#shown;
  }

  /** This window was a popup, and its opener goes on: it may be closed. */
  get isDone(): boolean {
    return page.handedToOpener === true;
  }

  // What the element can be asked

  /** @param mode instead of the one of the attributes: in this window, where a popup was blocked */
  connect(mode?: Mode): Promise<void> {
    if (this.#shown.status === 'connected') return Promise.resolve();
    if (this.#host.isDisabled) {
      return Promise.reject(new ConnectError('aborted', { phase: 'start' }));
    }
    if (this.isChecking) this.#identity.set(undefined);
    const flow = this.#updateFlow();
    const { configuration } = this.reading;
    if (mode && configuration) {
      this.reading = { ...this.reading, configuration: { ...configuration, mode } };
    }
    return flow.connect(this);
  }

  cancel(): void {
    this.#flow?.cancel();
  }

  /** Returns whether the address has a response of ours, also one that is spent. */
  resume(url: string): boolean {
    const href = tryTo(() => new URL(url).href) ?? '';
    let isOurs = false;
    // Without `state` it may come from anybody: apps and sites can open an address of an app.
    const guess = () => undefined;
    const arrival = isOnOrigin(href) && takeArrival(href, () => (isOurs = true), guess);
    if (arrival) void page.ready.then(() => this.#resumeWith(arrival));
    return isOurs;
  }

  #resumeWith(arrival: Arrival): void {
    keepArrival(arrival);
    const fits = ({ binding }: SharedFlow) => isSameBinding(binding, arrival.transaction);
    const flow = [...page.flows].find(fits) ?? this.#flow;
    // Without an element, the response waits for one.
    if (flow?.hasElements) flow.resume();
  }

  /** A signature for other attributes, or for an element that has left, is of no use. */
  cancelSigning(): void {
    this.#flow?.cancelSigning(this);
  }

  async disconnect(): Promise<void> {
    const flow = this.#updateFlow();
    this.#identity.requireReadable(this.reading);
    const session = this.#identity.findSession(this.reading);
    if (session) await endSession(session);
    const isOnlyPages = this.hasPageIdentity && flow.connection.status !== 'connected';
    this.#identity.set(undefined);
    flow.disconnect(this, session !== undefined);
    if (!isOnlyPages) return;
    this.update({ event: new MoneriumDisconnectedEvent() });
    this.dispatchQueued();
  }

  async getAccessToken(): Promise<string> {
    // The tokens are those of the flow's customer, whom the page may have overruled.
    const session = this.#identity.value === undefined ? this.#flow?.session : undefined;
    if (session) return session.getAccessToken();
    throw new ConnectError('token_unavailable', { phase: 'token' });
  }

  // What the flow sees of the element

  get id(): string {
    return this.#host.id;
  }

  get hasPageIdentity(): boolean {
    return typeof this.#identity.value === 'object';
  }

  get isChecking(): boolean {
    return this.#identity.value === 'checking';
  }

  forgetSession(): void {
    if (this.#identity.isOfBackend) this.#identity.set(undefined);
  }

  confirmStart(mode: Mode): boolean {
    return this.#host.dispatchEvent(new MoneriumBeforeConnectEvent(mode));
  }

  update(ending?: Ending): void {
    if (hasComeBack(this.#flowConnection)) this.#identity.set(undefined);
    this.#show();
    if (!ending) return;
    this.#queue.push(ending.event);
    this.#leaveAfter(ending);
  }

  /** In a task of its own, so that the page's listeners are done. */
  #leaveAfter(ending: Ending): void {
    const { event } = ending;
    // Its own: a script of the page may have added one to every object.
    const cameBack = Object.hasOwn(ending, 'cameBack') && ending.cameBack;
    const { successUrl } = this.reading.configuration ?? {};
    // A popup that could not reach its opener has nothing more to show.
    const isPopup = findStateOfPopup() !== '';
    if (event.type !== 'monerium-connected' || isPopup) return;
    after(0, () => {
      if (event.defaultPrevented) return;
      if (cameBack) leaveReturn(cameBack.to, successUrl ?? cameBack.startUrl);
      else if (successUrl) navigate(successUrl);
    });
  }

  dispatchQueued(): void {
    // A listener may send the form.
    this.#host.updateForm();
    this.#queue.dispatch();
  }

  // What is shown

  get #flowConnection(): Connection {
    return this.#flow?.connection ?? IDLE;
  }

  #show(): void {
    const ofFlow = this.#flowConnection;
    const wasHeld = this.isHeld;
    this.isHeld = isUnderWay(ofFlow) && this.#flow?.isOfAnother(this) === true;
    if (this.isHeld !== wasHeld) this.#host.requestUpdate();
    const next = overlay(this.isHeld ? IDLE : ofFlow, this.#identity.value);
    const previous = this.#shown;
    if (next.status === 'connected' || previous.status === 'connected') this.#identity.write(next);
    if (next === previous) return;
    this.#shown = next;
    this.#host.requestUpdate();
    if (isSameConnection(next, previous)) return;
    this.#setCustomState(next, previous);
    this.#queue.push(new MoneriumStatusEvent(next, previous));
  }

  #setCustomState(next: Connection, previous: Connection): void {
    // Engines of before 2024 have no custom states, or another syntax for them.
    tryTo(() => {
      this.#states?.delete(previous.status);
      this.#states?.add(next.status);
    });
  }

  /** Called before every update, on a server too, and when the element is back in the page. */
  updateIdentity(): void {
    if (!this.#hasUpdated) {
      this.#identity.beginCheck();
      this.#show();
    }
    // When the flow has failed, what was set meanwhile counts.
    if (isUnderWay(this.#flowConnection) || !this.#identity.read(this.#shown)) return;
    this.#show();
    // A server that renders the page without the customer may have ended the session.
    if (this.#isIntroduced && this.#identity.isOfBackend) void this.#askSession();
  }

  async #askSession(): Promise<void> {
    const counts = await this.#identity.ask(this.reading, () => this.#flowConnection);
    if (!counts) return;
    this.#show();
    this.dispatchQueued();
    // A response that nobody knows has waited for the answer.
    if (page.arrival) this.#flow?.resume(this);
  }

  // The flow

  /** Reads the attributes and follows the flow that they are bound to. */
  #updateFlow(): SharedFlow {
    const before = this.reading;
    // Where the page says that nobody is connected, the next click begins another flow.
    const connection = this.#identity.value === 'nobody' ? this.#shown : this.#flowConnection;
    const hasAttempt = this.#flow?.hasAttempt ?? false;
    this.reading = readAttributes(this.#host, before, connection, hasAttempt);
    void callDoctor(this, this.#host);
    const flow = findFlow(this.reading, before, this.#flow);
    this.#follow(flow);
    return flow;
  }

  #follow(next: SharedFlow): void {
    const previous = this.#flow;
    if (next === previous) return;
    previous?.detachAndCancel(this);
    this.#flow = next;
    if (!this.#host.isConnected) return;
    next.attach(this);
    this.#show();
    // What an element shows first is no change.
    if (!previous) this.#queue.clear();
    this.dispatchQueued();
    if (this.#isIntroduced) next.resume(this);
  }

  // When it happens

  hostConnected(): void {
    this.#flow?.attach(this);
    // The flow may have gone on while the element was away, and the page may have set an identity.
    if (this.#hasUpdated) this.updateIdentity();
    this.#show();
    void page.ready.then(() => this.#scheduleIntroduction());
  }

  hostDisconnected(): void {
    this.cancelSigning();
    void callDoctor(this, this.#host);
    this.#identity.end();
    // A single-page app may go on in a window that was a popup: it needs its button.
    page.handedToOpener = false;
    this.#flow?.detach(this);
  }

  hostUpdated(): void {
    // What an element shows first is no change.
    if (!this.#hasUpdated) this.#queue.clear();
    this.#hasUpdated = true;
    this.dispatchQueued();
    // The first frame does not need a flow, unless this page has one already.
    if (this.#flow || page.flows.size > 0 || !isSecure()) this.#updateFlow();
    if (this.#isIntroduced && this.#host.isConnected) this.#catchUp();
  }

  /** Does what the introduction could not, because attributes were missing or wrong. */
  #catchUp(): void {
    this.#logNotes();
    if (this.#identity.isDue(this.reading)) void this.#askSession();
  }

  /** Until the attributes are right for the first time. */
  #logNotes(): void {
    if (this.#hasNotes) return;
    this.#hasNotes = this.reading.configuration !== undefined;
    void logNotes(this.#host, this.reading);
  }

  /** After the page's own scripts: at once for a response, else when the browser is idle. */
  #scheduleIntroduction(): void {
    const introduce = () => this.#introduce();
    const isUrgent = page.arrival || page.flows.size > 0 || this.isChecking;
    if (isUrgent) after(0, introduce);
    else whenIdle(introduce);
  }

  #introduce(): void {
    if (!this.#host.isConnected) return;
    const flow = this.#updateFlow();
    this.#isIntroduced = true;
    this.#logNotes();
    // Before a listener can remove the element.
    this.#identity.repeat(() => void this.#askSession());
    // A response goes before the secrets of the next start.
    flow.resume(this);
    if (isSecure()) void prepareSecrets();
    if (this.isDone) this.#host.requestUpdate();
    if (this.isChecking) void this.#askSession();
  }
}
