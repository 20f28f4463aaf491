import {
  assertUnframed,
  isOnline,
  keepOnOrigin,
  leave,
  readAddress,
  stay,
  watchStaying,
  whenOnline,
} from './browser.js';
import { fits, type Configuration } from './configuration.js';
import {
  MoneriumConnectedEvent,
  MoneriumDisconnectedEvent,
  MoneriumErrorEvent,
  type Connection,
} from './connection.js';
import { ConnectError } from './errors.js';
import { exchangeCode, readIdentity } from './exchange.js';
import {
  buildAuthorizationUrl,
  createSecrets,
  toAuthorizationError,
  type AuthorizationCode,
  type AuthorizationResponse,
  type Secrets,
} from './oauth.js';
import { page, say, takeSecrets, type SharedFlow, type View } from './page.js';
import { openSession, type Session } from './session.js';
import {
  buryTransaction,
  isExpired,
  saveTransaction,
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
  configuration: Configuration | undefined;
  readonly fault: ConnectError | undefined;

  readonly #views = new Set<View>();
  /** What is under way; aborted when it ends, so that what comes later is dropped. */
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

  /** With a fault, no flow can begin; an insecure page says so by itself. */
  constructor(configuration?: Configuration, fault?: ConnectError) {
    this.configuration = configuration;
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
    // The navigation goes on; there is nobody to offer the button to again.
    if (this.#views.size === 0 && this.connection.status === 'redirecting') this.#end(IDLE);
  }

  /** The element goes over to another flow: without any left, this one is given up. */
  abandon(view: View): void {
    if (this.#views.size < 2) this.cancel();
    this.leave(view);
  }

  /** Offers an element what has come back to this page. */
  offerReturn(view: View): void {
    const tell = this.#undelivered;
    const { arrival } = page;
    const { configuration } = this;
    this.#undelivered = undefined;
    tell?.(view);
    if (arrival && !arrival.transaction) {
      page.arrival = undefined;
      this.#report(new ConnectError('transaction_not_found', { phase: 'authorize' }));
    } else if (arrival && configuration && fits(configuration, arrival.transaction)) {
      page.arrival = undefined;
      void takeTransaction(arrival.state, (transaction) =>
        this.#complete(configuration, transaction, arrival.response),
      );
    } else if (!page.isInterruptionTold) {
      page.isInterruptionTold = true;
      void takeInterruption(() => this.#report(new ConnectError('interrupted')));
    }
  }

  // The way to Monerium

  connect(view: View): Promise<void> {
    if (this.#running) return this.#running;
    const running = this.#open((other) => other === view);
    void this.#start(view, this.#run.signal);
    return running;
  }

  /** From here to the navigation nothing is awaited, unless the secrets are not ready yet. */
  async #start(view: View, signal: AbortSignal): Promise<void> {
    try {
      const { configuration } = this;
      if (!configuration)
        throw this.fault ?? new ConnectError('invalid_config', { phase: 'start' });
      assertUnframed();
      const secrets = takeSecrets() ?? (await createSecrets());
      if (!signal.aborted && view.askToLeave()) this.#depart(view, configuration, secrets);
      else if (!signal.aborted) this.#end(this.connection);
    } catch (reason) {
      this.#fail(reason as ConnectError);
    }
  }

  #depart(view: View, configuration: Configuration, secrets: Secrets): void {
    const { clientId, apiUrl, redirectUri, exchange, authorization } = configuration;
    const { state, codeVerifier, codeChallenge } = secrets;
    if (this.#run.signal.aborted) return;
    saveTransaction(state, {
      v: 1,
      ...{ codeVerifier, clientId, apiUrl, redirectUri, exchange },
      mode: 'redirect',
      startUrl: readAddress().href,
      elementId: view.id,
      at: Date.now(),
    });
    this.#state = state;
    this.#stopWaiting = watchStaying(() => {
      if (isOnline()) this.#end(IDLE);
      else this.#fail(new ConnectError('offline', { phase: 'start' }));
    });
    this.#show({ status: 'redirecting' });
    // A listener may have cancelled.
    if (!this.#running) return;
    leave(
      buildAuthorizationUrl(apiUrl, {
        ...authorization,
        client_id: clientId,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
        redirect_uri: redirectUri,
        response_type: 'code',
        state,
      }),
    );
    this.#settle();
  }

  // The way back

  /** Carries a claimed response to its end. */
  #complete(
    configuration: Configuration,
    transaction: Transaction,
    response: AuthorizationResponse,
  ): Promise<Outcome | undefined> {
    const { elementId } = transaction;
    const running = this.#open(({ id }) => id !== '' && id === elementId);
    void this.#exchange(configuration, transaction, response);
    return running.then(
      () => readIdentity(this.connection),
      (failure: unknown) => (failure as ConnectError).code,
    );
  }

  async #exchange(
    configuration: Configuration,
    transaction: Transaction,
    response: AuthorizationResponse,
  ): Promise<void> {
    const { signal } = this.#run;
    const { redirectUri, clientId, apiUrl, timeout } = configuration;
    const { codeVerifier } = transaction;
    try {
      const code = readCode(response, transaction);
      this.#show({ status: 'exchanging' });
      if (!isOnline()) {
        this.#expire('offline', OFFLINE_MS);
        await whenOnline(signal);
      }
      this.#expire('exchange_timeout', timeout);
      const request = { code, codeVerifier, redirectUri, clientId, apiUrl };
      const { identity, tokens } = await exchangeCode(configuration, request, signal);
      if (signal.aborted) return;
      if (!identity) throw new ConnectError('profile_unavailable', { phase: 'identity' });
      this.#session =
        tokens && openSession(tokens, configuration, timeout, () => this.disconnect());
      const startUrl = keepOnOrigin(transaction.startUrl);
      const ending = new MoneriumConnectedEvent(identity, startUrl);
      const isByBackend = configuration.exchange.includes(':');
      this.#end({ status: 'connected', ...identity }, ending, isByBackend ? startUrl : '');
    } catch (reason) {
      const error = reason instanceof ConnectError ? reason : new ConnectError('exchange_rejected');
      if (!signal.aborted) this.#fail(error);
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
    // A start that still waits for its secrets gives way.
    this.#run.abort();
    this.#settle();
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
    if (this.connection.status !== 'idle') return;
    void this.#open(() => false);
    this.#fail(error);
  }

  #fail(error: ConnectError): void {
    if (!this.#running) return;
    this.#run.abort();
    this.#settle(error);
    const connection = error.code === 'aborted' ? IDLE : { status: 'failed' as const, error };
    // What a page's own function says may hold what must not be logged.
    if (error.hint && !this.configuration?.exchangeFunction) say('error', error.message);
    this.#end(connection, new MoneriumErrorEvent(error));
  }

  #end(connection: Connection, ending?: Event, startUrl?: string): void {
    if (!this.#running) return;
    this.#running = undefined;
    this.#stopWaiting();
    this.#settle();
    this.#show(connection, ending, startUrl);
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
    const views = [...this.#views];
    const teller = views.find(this.#isClicked) ?? views[0];
    const tell = (view: View) => view.show(ending, startUrl);
    for (const view of views) if (view !== teller) view.show();
    if (teller) {
      tell(teller);
    } else if (ending) {
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
  const found = [...page.flows].find((flow) => fits(configuration, flow.configuration));
  const flow = found ?? new Flow(configuration);
  flow.configuration = configuration;
  page.flows.add(flow);
  return flow;
}
