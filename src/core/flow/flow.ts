import { isSameBinding, type Binding } from '../options.js';
import {
  MoneriumConnectedEvent,
  MoneriumDisconnectedEvent,
  MoneriumErrorEvent,
  type Connection,
} from '../connection.js';
import { ConnectError, reportOf } from '../errors.js';
import { isProven, type Arrival } from '../browser/arrival.js';
import { page } from '../browser/page.js';
import type { Ending, FlowElement, SharedFlow } from '../browser/shared-flow.js';
import {
  claimInterruption,
  forgetTransactions,
  spendTransaction,
  type Outcome,
} from '../browser/transaction.js';
import { after, keepOnOrigin, stopNavigation } from '../browser/window.js';
import type { JournalEntry } from '../oauth/doctor.js';
import { toAuthorizationError } from '../oauth/oauth.js';
import { createAttempt } from './attempt.js';
import { Audience } from './audience.js';
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

/**
 * The flow of all elements that share a binding: from a click to Monerium, and from Monerium to a
 * connection and its end. It belongs to the page: elements show it, come and go. `send()` is the
 * one place that changes its state.
 */
export class Flow implements SharedFlow, FlowControl {
  readonly binding: Binding | undefined;
  readonly #audience = new Audience(() => this.send({ type: 'forget' }));
  #state: FlowState;

  /**
   * @param binding absent for an element at fault: its starts fail
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

  get hasAttempt(): boolean {
    return attemptOf(this.#state) !== undefined;
  }

  get hasElements(): boolean {
    return this.#audience.elements.size > 0;
  }

  isOfAnother(element: FlowElement): boolean {
    const beginner = this.#audience.findClicked(attemptOf(this.#state)?.clicked);
    return beginner !== undefined && beginner !== element;
  }

  // The elements

  attach(element: FlowElement): void {
    this.#audience.elements.add(element);
  }

  detach(element: FlowElement): void {
    this.#audience.elements.delete(element);
    // In a task of its own: the element may only be moved, or replaced by one that follows.
    after(0, () => {
      this.#resetWithoutElements();
      // What it has begun is shown by the others now.
      if (attemptOf(this.#state)) this.#audience.announce();
    });
  }

  detachAndCancel(element: FlowElement): void {
    const { elements } = this.#audience;
    if (elements.has(element) && elements.size === 1) this.cancel();
    this.detach(element);
  }

  resume(element?: FlowElement): void {
    if (element) this.#audience.deliverTo(element);
    const { arrival } = page;
    const { transaction } = arrival ?? {};
    if (arrival && (!transaction || isSameBinding(this.binding, transaction))) {
      this.#takeFromPage(arrival);
    } else if (!page.interruptionChecked) {
      page.interruptionChecked = true;
      void this.#reportInterruption();
    }
  }

  #takeFromPage(arrival: Arrival): void {
    const announcer = this.#audience.findAnnouncer();
    // Until the answer it is not known whether a customer would be signed out.
    if (!isProven(arrival) && announcer?.isChecking) return;
    page.arrival = undefined;
    if (arrival.transaction) {
      this.take(arrival);
    } else if (!announcer?.hasPageIdentity) {
      // Any link can have a `state` that looks like ours. It must not sign a customer out.
      this.#report(new ConnectError('transaction_not_found', { phase: 'authorize' }));
    }
  }

  async #reportInterruption(): Promise<void> {
    if (await claimInterruption()) this.#report(new ConnectError('interrupted'));
  }

  /** Announces a failure of an earlier page, unless more than a start without a wallet is here. */
  #report(error: ConnectError): void {
    const { step } = this.#state;
    if (!this.hasElements || this.#isSigning || (step !== 'idle' && step !== 'starting')) return;
    const attempt = attemptOf(this.#state) ?? createAttempt();
    this.send({ type: 'claim', attempt });
    this.fail(attempt, error);
  }

  // What can be asked of it

  connect(element: FlowElement): Promise<void> {
    const state = this.#state;
    if (state.step === 'waiting') state.popup.show();
    if (state.step === 'starting') state.onClick?.();
    const running = attemptOf(state);
    if (running) return running.promise;
    // The page has said that nobody is connected: else the element would not have asked.
    if (state.step === 'connected') this.send({ type: 'forget' });
    const attempt = createAttempt(element);
    this.send({ type: 'start', attempt });
    const { arrival } = page;
    const isOwn = arrival && isSameBinding(this.binding, arrival.transaction);
    // A response that waits for this flow goes first: it will be claimed in this attempt. An error
    // that anybody can have made is dropped.
    if (isOwn && isProven(arrival)) return attempt.promise;
    if (isOwn) page.arrival = undefined;
    void startFlow(this, attempt, element);
    return attempt.promise;
  }

  cancel(): void {
    const state = this.#state;
    const attempt = attemptOf(state);
    if (!attempt) return;
    if (state.step === 'redirecting') stopNavigation();
    if ('oauthState' in state) spendTransaction(state.oauthState, 'aborted');
    const phase = state.step === 'exchanging' ? 'exchange' : 'start';
    this.fail(attempt, new ConnectError('aborted', { phase }));
  }

  cancelSigning(element: FlowElement): void {
    if (this.#isSigning && attemptOf(this.#state)?.clicked === element) this.cancel();
  }

  disconnect(element: FlowElement, isSessionOver: boolean): void {
    // First: a listener of what follows may begin the next flow.
    if (this.binding) forgetTransactions(this.binding.clientId);
    this.cancel();
    const isConnected = this.#state.step === 'connected';
    const ending = isConnected ? { event: new MoneriumDisconnectedEvent() } : undefined;
    if (isSessionOver) for (const each of this.#audience.elements) each.forgetSession();
    const isAnnounced = this.send({ type: 'forget' }, ending, element);
    if (!isAnnounced) this.#audience.announce();
  }

  // What the steps do

  take(arrival: Arrival): boolean {
    const { response, transaction } = arrival;
    const lost = this.#state.step === 'failed' ? this.#state.lost : undefined;
    const clicked = lost ? lost.clicked : transaction?.id;
    const attempt = attemptOf(this.#state) ?? createAttempt(clicked, lost?.failure);
    if (response.state === undefined) return this.#takeUnproven(attempt, response.oauthError ?? '');
    const announcer = this.#audience.findAnnouncer(attempt.clicked);
    const configuration = announcer?.reading.configuration;
    if (!configuration || !this.send({ type: 'claim', attempt })) return false;
    void completeReturn(this, attempt, arrival, configuration);
    return true;
  }

  /**
   * An error without `state` proves nothing. It is announced, and the record stays: the response
   * with its `state` still counts. It must not sign a customer out.
   */
  #takeUnproven(attempt: Attempt, oauthError: string): boolean {
    const error = toAuthorizationError(oauthError);
    const isSignedIn = this.#audience.findAnnouncer()?.hasPageIdentity;
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

  conclude(attempt: Attempt, outcome: Outcome): void {
    if (typeof outcome === 'string') {
      const isDenied = outcome === 'access_denied';
      const { phase } = reportOf(outcome);
      const error = isDenied ? toAuthorizationError(outcome) : new ConnectError(outcome, { phase });
      this.fail(attempt, error);
    } else {
      const event = new MoneriumConnectedEvent(outcome, keepOnOrigin(''));
      this.send({ type: 'connect', attempt, identity: outcome }, { event });
    }
  }

  fail(attempt: Attempt, error: ConnectError, type: 'fail' | 'lose' = 'fail'): void {
    const event = { type, attempt, error };
    // Where it changes nothing, the attempt goes on: a popup closes before its response is claimed.
    if (transition(this.#state, event) === this.#state) return;
    // A lost popup has announced its failure. Only its success is still announced.
    const ending = attempt.failure ? undefined : { event: new MoneriumErrorEvent(error) };
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
    if (isChanged) {
      const attempt = attemptOf(from) ?? attemptOf(to);
      this.#audience.announce(ending, clicked ?? attempt?.clicked);
    }
    if (page.journal) note(page.journal, event, from, to);
    const held = resourcesOf(to);
    for (const resource of [...resourcesOf(event), ...resourcesOf(from)]) {
      if (!held.includes(resource)) resource.end();
    }
    if (event.type === 'withdraw') this.#resetWithoutElements();
    return isChanged;
  }

  /** A flow that waits for the customer needs an element that shows it. */
  #resetWithoutElements(): void {
    if (!this.hasElements) this.send({ type: 'reset' });
  }
}

/** For the doctor. Also an event that changes nothing is noted. */
function note(journal: JournalEntry[], event: FlowEvent, from: FlowState, to: FlowState): void {
  const code = 'error' in event ? event.error.code : undefined;
  journal.push({ at: performance.now(), event: event.type, from: from.step, to: to.step, code });
}
