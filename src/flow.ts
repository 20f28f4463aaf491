import {
  assertUnframed,
  isOnline,
  keepOnOrigin,
  leave,
  stay,
  watchStaying,
  whenOnline,
} from './browser.js';
import { fits, type Binding, type Configuration } from './configuration.js';
import {
  MoneriumConnectedEvent,
  MoneriumDisconnectedEvent,
  MoneriumErrorEvent,
  type Connection,
} from './connection.js';
import { prepareDeparture } from './departure.js';
import { ConnectError, isConnectError } from './errors.js';
import { exchangeCode, type Identity } from './exchange.js';
import {
  createSecrets,
  toAuthorizationError,
  type AuthorizationCode,
  type AuthorizationResponse,
} from './oauth.js';
import { page, say, takeSecrets, type Arrival, type SharedFlow, type View } from './page.js';
import { openSession, type Session } from './session.js';
import {
  buryTransaction,
  isExpired,
  takeInterruption,
  takeTransaction,
  type Outcome,
  type Transaction,
} from './transaction.js';

const IDLE: Connection = { status: 'idle' };
const OFFLINE_MS = 20_000;
const UNDELIVERED_MS = 30_000;

/** The code of a response that is fit to be exchanged. */
function readCode(
  { code, oauthError }: AuthorizationResponse,
  transaction: Transaction,
): AuthorizationCode {
  if (isExpired(transaction)) throw new ConnectError('transaction_expired', { phase: 'authorize' });
  if (oauthError) throw toAuthorizationError(oauthError);
  if (code) return code;
  throw new ConnectError('response_invalid', { phase: 'authorize' });
}

/**
 * The flow of all elements that share a binding: from a click to Monerium, and from Monerium to a
 * connection and its end. It belongs to the page: elements show it, come and go. Tokens live here
 * only.
 */
export class Flow implements SharedFlow {
  connection: Connection;
  readonly binding: Binding | undefined;
  readonly fault: ConnectError | undefined;

  readonly #views = new Set<View>();
  /** What is under way; aborted when it fails, so that what comes later is dropped. */
  #run = new AbortController();
  #running: Promise<void> | undefined;
  #settle: (failure?: ConnectError) => void = () => {};
  /** Tells the element that was clicked, when it can be told. */
  #isClicked: (view: View) => boolean = () => false;
  /** The `state` that is on its way to Monerium. */
  #state = '';
  #stopWaiting = () => {};
  #session: Session | undefined;
  /** Tells the ending that nobody was there to tell. */
  #undelivered: ((view: View) => void) | undefined;

  /** Without a binding no flow can begin; an insecure page says so by itself. */
  constructor(binding?: Binding, fault?: ConnectError) {
    this.binding = binding;
    this.fault = fault;
    this.connection =
      fault?.code === 'insecure_context' ? { status: 'failed', error: fault } : IDLE;
  }

  // The elements

  enter(view: View): void {
    this.#views.add(view);
  }

  leave(view: View): void {
    this.#views.delete(view);
    // The navigation goes on, and there is nobody to offer the button to again, unless the element
    // is only being moved.
    queueMicrotask(() => {
      const isLeaving = this.connection.status === 'redirecting';
      if (isLeaving && this.#views.size === 0) this.#end(IDLE);
    });
  }

  /** The element goes over to another flow: without any left, this one is given up. */
  abandon(view: View): void {
    if (this.#views.has(view) && this.#views.size === 1) this.cancel();
    this.leave(view);
  }

  /** Offers an element what has come back to this page. */
  offerReturn(view: View): void {
    const tell = this.#undelivered;
    const { arrival } = page;
    this.#undelivered = undefined;
    tell?.(view);
    if (arrival && !arrival.transaction) {
      page.arrival = undefined;
      this.#report(new ConnectError('transaction_not_found', { phase: 'authorize' }));
    } else if (arrival && fits(this.binding, arrival.transaction)) {
      page.arrival = undefined;
      void this.#claim(arrival, view);
    } else if (!page.isInterruptionTold) {
      page.isInterruptionTold = true;
      void takeInterruption(() => this.#report(new ConnectError('interrupted')));
    }
  }

  // The way to Monerium

  connect(view: View): Promise<void> {
    if (this.#running) return this.#running;
    const running = this.#open((other) => other === view);
    // A response that waits for this flow goes first: it will be claimed in this very run.
    if (!fits(this.binding, page.arrival?.transaction)) void this.#start(view, this.#run.signal);
    return running;
  }

  /** From here to the navigation nothing is awaited, unless the secrets are not ready yet. */
  async #start(view: View, signal: AbortSignal): Promise<void> {
    try {
      const { configuration } = view;
      if (!configuration)
        throw this.fault ?? new ConnectError('invalid_config', { phase: 'start' });
      assertUnframed();
      const secrets = takeSecrets() ?? (await createSecrets());
      signal.throwIfAborted();
      const isAllowed = view.askToLeave();
      signal.throwIfAborted();
      if (!isAllowed) {
        this.#end(this.connection);
        return;
      }
      const href = prepareDeparture(configuration, secrets, view.id);
      this.#state = secrets.state;
      this.#stopWaiting = watchStaying((isRestored) => {
        if (isRestored || isOnline()) this.#end(IDLE);
        else this.#fail(new ConnectError('offline', { phase: 'start' }));
      });
      this.#show({ status: 'redirecting' });
      signal.throwIfAborted();
      leave(href);
      this.#settle();
    } catch (reason) {
      if (!signal.aborted) this.#fail(reason as ConnectError);
    }
  }

  // The way back

  /** Claims a response for this tab. Where another tab was first, nothing is said. */
  async #claim({ state, response, transaction }: Arrival, view: View): Promise<void> {
    const running =
      this.#running ?? this.#open(({ id }) => id !== '' && id === transaction?.elementId);
    const { signal } = this.#run;
    const { configuration = view.configuration } = this.#findTeller() ?? view;
    if (configuration) {
      await takeTransaction(state, async (taken): Promise<Outcome | undefined> => {
        const identity = this.#exchange(configuration, taken, response, signal);
        return running.then(
          () => identity,
          (failure: unknown) => (failure as ConnectError).code,
        );
      });
    }
    if (this.#running === running) this.#end(this.connection);
  }

  /** Carries a claimed response to its end. Never rejects. */
  async #exchange(
    configuration: Configuration,
    transaction: Transaction,
    response: AuthorizationResponse,
    signal: AbortSignal,
  ): Promise<Identity | undefined> {
    const { redirectUri, clientId, apiUrl, timeout } = configuration;
    const { codeVerifier } = transaction;
    try {
      const code = readCode(response, transaction);
      signal.throwIfAborted();
      this.#show({ status: 'exchanging' });
      // A listener may have cancelled.
      signal.throwIfAborted();
      if (!isOnline()) {
        this.#expire('offline', OFFLINE_MS);
        await whenOnline(signal);
      }
      this.#expire('exchange_timeout', timeout);
      const request = { code, codeVerifier, redirectUri, clientId, apiUrl };
      const { identity, tokens } = await exchangeCode(configuration, request, signal);
      signal.throwIfAborted();
      if (!identity) throw new ConnectError('profile_unavailable', { phase: 'identity' });
      this.#session =
        tokens && openSession(tokens, configuration, timeout, () => this.disconnect());
      const startUrl = keepOnOrigin(transaction.startUrl);
      const ending = new MoneriumConnectedEvent(identity, startUrl);
      const isByBackend = configuration.exchange.includes(':');
      this.#end({ status: 'connected', ...identity }, ending, isByBackend ? startUrl : '');
      return identity;
    } catch (reason) {
      const error = isConnectError(reason) ? reason : new ConnectError('exchange_rejected');
      if (!signal.aborted) this.#fail(error);
      return undefined;
    }
  }

  /** Ends the flow after a while, unless it is told again or has ended. */
  #expire(code: 'offline' | 'exchange_timeout', delay: number): void {
    this.#stopWaiting();
    const timer = setTimeout(() => this.#fail(new ConnectError(code)), delay);
    this.#stopWaiting = () => clearTimeout(timer);
  }

  // The end

  cancel(): void {
    if (this.connection.status === 'redirecting') {
      buryTransaction(this.#state, 'aborted');
      stay();
    }
    const phase = this.connection.status === 'exchanging' ? 'exchange' : 'start';
    this.#fail(new ConnectError('aborted', { phase }));
  }

  disconnect(view?: View): void {
    this.#isClicked = (other) => other === view;
    this.#show(IDLE, new MoneriumDisconnectedEvent());
  }

  /** The page itself says who is connected, or that nobody is: what was is over, without event. */
  forget(): void {
    if (!this.#running) this.#show(IDLE);
  }

  async getAccessToken(): Promise<string> {
    if (this.#session) return this.#session.getAccessToken();
    throw new ConnectError('token_unavailable', { phase: 'token' });
  }

  // The state

  #open(isClicked: (view: View) => boolean): Promise<void> {
    this.#run = new AbortController();
    this.#isClicked = isClicked;
    const running = new Promise<void>((resolve, reject) => {
      this.#settle = (failure) => (failure ? reject(failure) : resolve());
    });
    // Nobody may be waiting: a failure is shown and announced anyway.
    running.catch(() => {});
    return (this.#running = running);
  }

  #report(error: ConnectError): void {
    if (this.#running || this.connection.status !== 'idle') return;
    void this.#open(() => false);
    this.#fail(error);
  }

  #fail(error: ConnectError): void {
    if (!this.#running) return;
    this.#run.abort();
    this.#settle(error);
    const connection = error.code === 'aborted' ? IDLE : { status: 'failed' as const, error };
    // What a page's own function says may hold what must not be logged.
    if (error.hint && this.binding?.exchange !== 'custom') say('error', error.message);
    this.#end(connection, new MoneriumErrorEvent(error));
  }

  #end(connection: Connection, ending?: Event, startUrl?: string): void {
    if (!this.#running) return;
    this.#running = undefined;
    this.#stopWaiting();
    this.#settle();
    this.#show(connection, ending, startUrl);
  }

  #findTeller(): View | undefined {
    const [first, ...others] = this.#views;
    return others.find(this.#isClicked) ?? first;
  }

  /**
   * Shows a state on every element. An ending is told by one of them: the one that was clicked,
   * when it can be told, else the first; and with none on the page, by the next that comes in time.
   */
  #show(connection: Connection, ending?: Event, startUrl?: string): void {
    this.connection = connection;
    if (connection.status !== 'connected') {
      this.#session?.forget();
      this.#session = undefined;
    }
    const teller = this.#findTeller();
    const views = [...this.#views];
    for (const view of views) {
      if (view === teller) view.show(ending, startUrl);
      else view.show();
    }
    for (const view of views) view.tell();
    if (ending && !teller) {
      const tell = (view: View) => {
        view.show(ending, startUrl);
        view.tell();
      };
      this.#undelivered = tell;
      setTimeout(() => {
        if (this.#undelivered !== tell) return;
        this.#undelivered = undefined;
        this.#show(IDLE);
      }, UNDELIVERED_MS);
    }
  }
}

/** The flow of a binding: one on a page. */
export function findFlow(configuration: Configuration): SharedFlow {
  const flow =
    [...page.flows].find(({ binding }) => fits(configuration, binding)) ?? new Flow(configuration);
  page.flows.add(flow);
  return flow;
}
