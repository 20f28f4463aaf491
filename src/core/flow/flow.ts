import { isSameBinding, type Binding } from '../options.js';
import type { Connection } from '../connection.js';
import {
  ConnectError,
  createError,
  isErrorCode,
  reportOf,
  type ErrorCode,
  type ErrorPhase,
} from '../errors.js';
import { isProven, type ReceivedResponse } from '../browser/received-response.js';
import { page } from '../browser/page.js';
import {
  claimInterruption,
  forgetTransactions,
  markUsed,
  type Outcome,
} from '../browser/transaction.js';
import { after, readAddress, stopNavigation } from '../browser/window.js';
import type { Transition } from '../further/doctor.js';
import type { Identity } from '../oauth/identity.js';
import { toAuthorizationError } from '../oauth/oauth.js';
import { createAttempt } from './attempt.js';
import { deliverAnnouncements } from './announcements.js';
import { logFailure } from './failure-log.js';
import type { FlowControl } from './flow-control.js';
import { completeReturn } from './return.js';
import type { Session } from './session.js';
import { startFlow } from './start.js';
import {
  IDLE,
  attemptOf,
  failed,
  resourcesOf,
  transition,
  type Attempt,
  type Clicked,
  type FlowEvent,
  type FlowState,
} from './state.js';
import type { Ending, FlowView } from './view.js';

/**
 * The flow of all views that share a binding: from a click to Monerium, and from Monerium to a
 * connection and its end. It belongs to the page: views come and go. `send()` is the
 * one place that changes its state.
 */
export class Flow implements FlowControl {
  readonly binding: Binding | undefined;
  readonly #views = new Set<FlowView>();
  #state: FlowState;
  /** An ending that came while no view was there. */
  #pendingEnding: Ending | undefined;

  /**
   * @param binding absent for a view whose options are wrong: its starts fail
   * @param error what the flow shows from the beginning
   */
  constructor(binding?: Binding, error?: ConnectError) {
    this.binding = binding;
    this.#state = error ? failed(error) : IDLE;
  }

  get connection(): Connection {
    return this.#state.connection;
  }

  get session(): Session | undefined {
    return this.#state.step === 'connected' ? this.#state.session : undefined;
  }

  get #isSigning(): boolean {
    const { status } = this.connection;
    return status === 'signing' || status === 'signed';
  }

  /** Whether an attempt is running, also one of which nothing is shown yet. */
  get hasAttempt(): boolean {
    return attemptOf(this.#state) !== undefined;
  }

  get hasViews(): boolean {
    return this.#views.size > 0;
  }

  /** Whether another view, which is on this page, has begun what is running. */
  isOfAnother(view: FlowView): boolean {
    const beginner = this.#findClicked(attemptOf(this.#state)?.clicked);
    return beginner !== undefined && beginner !== view;
  }

  // The views

  /** The view that was clicked, when it is there. */
  #findClicked(clicked: Clicked): FlowView | undefined {
    const isClicked = (view: FlowView) =>
      view === clicked || (clicked !== '' && view.host.name === clicked);
    return [...this.#views].find(isClicked);
  }

  /** The view that was clicked, when it is there, otherwise the first. */
  #findAnnouncer(clicked?: Clicked): FlowView | undefined {
    return this.#findClicked(clicked) ?? [...this.#views][0];
  }

  /** Shows the state on every view, and queues the calls of the listeners of one of them. */
  #announce(ending?: Ending, clicked?: Clicked): void {
    const announcer = this.#findAnnouncer(clicked);
    this.#pendingEnding = announcer ? undefined : ending;
    for (const view of this.#views) view.update(view === announcer ? ending : undefined);
    deliverAnnouncements();
  }

  attach(view: FlowView): void {
    this.#views.add(view);
  }

  /** The view has gone, or shows another flow. */
  detach(view: FlowView): void {
    this.#views.delete(view);
    // In a task of its own: the view may only be moved, or replaced by one that follows.
    after(0, () => {
      this.#resetWithoutViews();
      // What it has begun is shown by the others now.
      if (attemptOf(this.#state)) this.#announce();
    });
  }

  /** Detaches a view; without another one, what is running is cancelled. */
  detachAndCancel(view: FlowView): void {
    if (this.#views.has(view) && this.#views.size === 1) this.cancel();
    this.detach(view);
  }

  /** Takes the response that waits on this page, and gives the view an ending that waits. */
  resume(view?: FlowView): void {
    if (view && this.#pendingEnding) this.#announce(this.#pendingEnding, view);
    const { received } = page;
    const { transaction } = received ?? {};
    if (received && (!transaction || isSameBinding(this.binding, transaction))) {
      this.#takeFromPage(received);
    } else if (!page.interruptionChecked) {
      page.interruptionChecked = true;
      void this.#reportInterruption();
    }
  }

  #takeFromPage(received: ReceivedResponse): void {
    const announcer = this.#findAnnouncer();
    // Until the backend responds it is not known whether a customer would be signed out.
    if (!isProven(received) && announcer?.isChecking) return;
    page.received = undefined;
    if (received.transaction) {
      this.take(received);
    } else if (!announcer?.siteIdentity) {
      // Any link can have a `state` that looks like ours. It must not sign a customer out.
      this.#report(createError('transaction_not_found'));
    }
  }

  /** Announces the result of a flow that the server started, once the backend has responded. */
  takeResult(view: FlowView): void {
    const { result } = page;
    if (!result || !view.parsed.configuration?.startUrl) return;
    page.result = undefined;
    const identity = view.siteIdentity;
    if (!identity) {
      this.#report(toError(isErrorCode(result) ? result : 'transaction_not_found', 'authorize'));
    } else if (result === 'connected') {
      this.#announce(endHere(identity), view);
    }
  }

  async #reportInterruption(): Promise<void> {
    if (await claimInterruption()) this.#report(new ConnectError('interrupted'));
  }

  /** Announces a failure of an earlier page, if the flow is idle or starts without a wallet. */
  #report(error: ConnectError): void {
    const { step } = this.#state;
    if (!this.hasViews || this.#isSigning || (step !== 'idle' && step !== 'starting')) return;
    const attempt = attemptOf(this.#state) ?? createAttempt();
    this.send({ type: 'claim', attempt });
    this.fail(attempt, error);
  }

  // What can be asked of it

  connect(view: FlowView): Promise<void> {
    const state = this.#state;
    if (state.step === 'waiting') state.popup.show();
    if (state.step === 'starting') state.onClick?.();
    const running = attemptOf(state);
    if (running) return running.promise;
    // The site has said that nobody is connected. Otherwise the view would not have asked.
    if (state.step === 'connected') this.send({ type: 'forget' });
    const attempt = createAttempt(view);
    const { received } = page;
    const isOwn = isSameBinding(this.binding, received?.transaction);
    // A response that waits for this flow goes first: it will be claimed in this attempt. An error
    // without `state`, which anybody can have made, is dropped.
    const oauthState = isOwn ? received?.response.state : undefined;
    this.send({ type: 'start', attempt, oauthState });
    if (oauthState) return attempt.promise;
    if (isOwn) page.received = undefined;
    void startFlow(this, attempt, view);
    return attempt.promise;
  }

  cancel(): void {
    const state = this.#state;
    const attempt = attemptOf(state);
    if (!attempt) return;
    if (state.step === 'redirecting') stopNavigation();
    const phase = state.step === 'exchanging' ? 'exchange' : 'start';
    this.fail(attempt, new ConnectError('aborted', { phase }));
  }

  /** Cancels what a wallet is asked for this view. That of another view goes on. */
  cancelSigning(view: FlowView): void {
    if (this.#isSigning && attemptOf(this.#state)?.clicked === view) this.cancel();
  }

  /** @param isSessionOver whether the backend has ended its session, which others may show too */
  disconnect(view: FlowView, isSessionOver: boolean): void {
    // First: a listener of what follows may begin the next flow.
    if (this.binding) forgetTransactions(this.binding.clientId);
    this.cancel();
    const isConnected = this.#state.step === 'connected';
    const ending = isConnected ? ({ type: 'disconnected' } as const) : undefined;
    if (isSessionOver) for (const each of this.#views) each.forgetSession();
    const isAnnounced = this.send({ type: 'forget' }, ending, view);
    if (!isAnnounced) this.#announce();
  }

  // What the steps do

  take(received: ReceivedResponse): boolean {
    const { response, transaction } = received;
    const lost = this.#state.step === 'failed' ? this.#state.lost : undefined;
    const clicked = lost ? lost.clicked : transaction?.id;
    const attempt = attemptOf(this.#state) ?? createAttempt(clicked, lost?.failure);
    if (response.state === undefined) return this.#takeUnproven(attempt, response.oauthError ?? '');
    const announcer = this.#findAnnouncer(attempt.clicked);
    const configuration = announcer?.parsed.configuration;
    if (!configuration || !this.send({ type: 'claim', attempt })) return false;
    void completeReturn(this, attempt, received, configuration);
    return true;
  }

  /**
   * An error without `state` proves nothing. It is announced, and the record stays: the response
   * with its `state` still counts. It must not sign a customer out.
   */
  #takeUnproven(attempt: Attempt, oauthError: string): boolean {
    const error = toAuthorizationError(oauthError);
    const isSignedIn = this.#findAnnouncer()?.siteIdentity;
    if (this.#state.step === 'waiting') {
      this.fail(attempt, error, 'lose');
    } else if (!isSignedIn && this.send({ type: 'claim', attempt })) {
      this.fail(attempt, error);
    }
    return true;
  }

  isStarting(attempt: Attempt): boolean {
    return this.#state.step === 'starting' && this.#state.attempt === attempt;
  }

  finish(attempt: Attempt, outcome: Outcome): void {
    if (typeof outcome === 'string') {
      this.fail(attempt, toError(outcome));
    } else {
      this.send({ type: 'connect', attempt, identity: outcome }, endHere(outcome));
    }
  }

  fail(attempt: Attempt, error: ConnectError, type: 'fail' | 'lose' = 'fail'): void {
    const event = { type, attempt, error };
    // Where it changes nothing, the attempt goes on: a popup closes before its response is claimed.
    const state = this.#state;
    if (transition(state, event) === state) return;
    // After `fail`, a later response is ignored. After `lose`, the popup's response still counts.
    if (type === 'fail' && 'oauthState' in state && state.oauthState)
      markUsed(state.oauthState, error.code);
    // A lost popup has announced its failure. Only its success is still announced.
    const ending = attempt.failure ? undefined : ({ type: 'error', error } as const);
    attempt.settle(error);
    this.send(event, ending);
    logFailure(error, this.binding?.exchange);
  }

  // The state

  send(event: FlowEvent, ending?: Ending, clicked?: Clicked): boolean {
    const from = this.#state;
    const to = transition(from, event);
    const isChanged = to !== from;
    this.#state = to;
    if (page.transitions) note(page.transitions, event, from, to);
    if (isChanged) {
      const attempt = attemptOf(from) ?? attemptOf(to);
      this.#announce(ending, clicked ?? attempt?.clicked);
    }
    const [held, heldBefore] = [resourcesOf(to), resourcesOf(from)];
    for (const resource of [...resourcesOf(event), ...heldBefore]) {
      if (!held.includes(resource)) resource.end();
    }
    for (const resource of held) {
      // A listener may have changed the state.
      const isHeld = resourcesOf(this.#state).includes(resource);
      if (isHeld && !heldBefore.includes(resource)) resource.start?.();
    }
    if (event.type === 'withdraw') this.#resetWithoutViews();
    return isChanged;
  }

  /** A flow that waits for the customer needs a view that shows it. */
  #resetWithoutViews(): void {
    if (!this.hasViews) this.send({ type: 'reset' });
  }
}

/** The failure of a flow that has ended elsewhere. */
function toError(code: ErrorCode, otherwise?: ErrorPhase): ConnectError {
  const { phase = otherwise } = reportOf(code);
  return code === 'access_denied' ? toAuthorizationError(code) : createError(code, { phase });
}

/** The ending of a flow that this page did not leave, or that the site's server has led to it. */
function endHere(identity: Identity): Ending {
  return { type: 'connected', identity, returnTo: readAddress() };
}

/** For the doctor. Also an event that changes nothing is noted. */
function note(transitions: Transition[], event: FlowEvent, from: FlowState, to: FlowState): void {
  const code = 'error' in event ? event.error.code : undefined;
  transitions.push({
    at: performance.now(),
    event: event.type,
    from: from.step,
    to: to.step,
    code,
  });
}
