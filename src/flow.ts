import { isOnline, keepOnOrigin, whenOnline } from './browser.js';
import { listDifferences, type Binding, type Configuration } from './configuration.js';
import {
  MoneriumConnectedEvent,
  MoneriumDisconnectedEvent,
  MoneriumErrorEvent,
  type Connection,
} from './connection.js';
import { ConnectError } from './errors.js';
import {
  exchangeByBackend,
  exchangeDirectly,
  readIdentity,
  refreshTokens,
  type ExchangeRequest,
  type Identity,
  type Send,
  type Tokens,
} from './exchange.js';
import {
  toAuthorizationError,
  type AuthorizationCode,
  type AuthorizationResponse,
} from './oauth.js';
import { page, say, type Member, type SharedFlow } from './page.js';
import {
  isExpired,
  takeInterruption,
  takeTransaction,
  type Outcome,
  type Transaction,
} from './transaction.js';

const IDLE: Connection = { status: 'idle' };
const OFFLINE_MS = 20_000;
const UNDELIVERED_MS = 30_000;
/** A token with less life left than this is renewed first. */
const RENEWAL_MS = 60_000;

function fits(binding: Binding, configuration: Configuration | undefined): boolean {
  return configuration !== undefined && listDifferences(binding, configuration).length === 0;
}

function bindFetch(signal: AbortSignal | undefined): Send {
  return (url, init) => fetch(url, signal ? { ...init, signal } : init);
}

function showFailure(member: Member, error: ConnectError): void {
  member.show({ status: 'failed', error }, new MoneriumErrorEvent(error));
}

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
 * A claimed authorization response on its way to a connection, and then the connection itself.
 * It belongs to the page: elements that fit watch it, come and go. Tokens live here only.
 */
class Flow implements SharedFlow {
  readonly binding: Configuration;
  readonly finished: Promise<void>;
  connection: Connection = IDLE;

  readonly #transaction: Transaction;
  readonly #run = new AbortController();
  #finish: (failure?: ConnectError) => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tokens: Tokens | undefined;
  #renewal: Promise<string> | undefined;
  /** The event that nobody was there to fire. */
  #undelivered: Event | undefined;

  constructor(transaction: Transaction, configuration: Configuration) {
    this.binding = configuration;
    this.#transaction = transaction;
    this.finished = new Promise((resolve, reject) => {
      this.#finish = (failure) => (failure ? reject(failure) : resolve());
    });
    page.flow = this;
    for (const member of page.members) {
      if (fits(configuration, member.configuration)) member.flow = this;
    }
  }

  join(member: Member): void {
    member.flow = this;
    if (this.#undelivered) this.#show(this.connection, this.#undelivered);
    else if (this.connection !== IDLE) member.show(this.connection);
  }

  cancel(): void {
    this.#fail(new ConnectError('aborted'));
  }

  disconnect(by?: Member): void {
    this.#tokens = undefined;
    this.#show(IDLE, new MoneriumDisconnectedEvent(), by);
  }

  async getAccessToken(): Promise<string> {
    const tokens = this.#tokens;
    const life = (tokens?.expiresAt ?? 0) - Date.now();
    if (tokens && life < RENEWAL_MS && tokens.refreshToken) {
      return (this.#renewal ??= this.#renew(tokens, tokens.refreshToken).finally(() => {
        this.#renewal = undefined;
      }));
    }
    if (tokens && life > 0) return tokens.accessToken;
    throw new ConnectError('token_unavailable', { phase: 'token' });
  }

  async #renew(tokens: Tokens, refreshToken: string): Promise<string> {
    try {
      // Engines of before 2022 have no such signal: there a refresh has no deadline.
      const timeout = AbortSignal as Partial<typeof AbortSignal>;
      const send = bindFetch(timeout.timeout?.(this.binding.timeout));
      const renewed = await refreshTokens(send, this.binding, refreshToken);
      // A disconnect in the meantime wins.
      if (this.#tokens !== tokens) throw new ConnectError('aborted');
      this.#tokens = renewed;
      return renewed.accessToken;
    } catch (reason) {
      const { code } = reason as ConnectError;
      if (code === 'exchange_rejected' && this.#tokens === tokens) this.disconnect();
      throw new ConnectError('token_unavailable', { phase: 'token', hint: code });
    }
  }

  /** Carries the response to its end. Never rejects. */
  async complete(response: AuthorizationResponse): Promise<void> {
    try {
      const code = readCode(response, this.#transaction);
      this.#show({ status: 'exchanging' });
      const identity = await this.#exchange(code);
      if (!identity) throw new ConnectError('profile_unavailable', { phase: 'identity' });
      const returnTo = keepOnOrigin(this.#transaction.startUrl);
      this.#end(
        { status: 'connected', ...identity },
        new MoneriumConnectedEvent(identity, returnTo),
      );
    } catch (reason) {
      this.#fail(reason instanceof ConnectError ? reason : new ConnectError('exchange_rejected'));
    }
  }

  /** Ends the flow after a while, unless it is told again or has ended. */
  #expire(code: 'offline' | 'exchange_timeout', delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail(new ConnectError(code)), delay);
  }

  #fail(error: ConnectError): void {
    const connection = error.code === 'aborted' ? IDLE : { status: 'failed' as const, error };
    this.#end(connection, new MoneriumErrorEvent(error), error);
  }

  /** The first ending counts: what comes after a deadline or a cancellation is dropped. */
  #end(connection: Connection, ending: Event, failure?: ConnectError): void {
    if (this.#run.signal.aborted) return;
    this.#run.abort();
    clearTimeout(this.#timer);
    // What a page's own function says may hold what must not be logged.
    if (failure?.hint && this.binding.exchange !== 'custom') say('warn', failure.message);
    this.#finish(failure);
    this.#show(connection, ending);
  }

  async #exchange(code: AuthorizationCode): Promise<Identity | undefined> {
    const { signal } = this.#run;
    const { exchangeFunction, exchange, timeout, redirectUri, clientId, apiUrl } = this.binding;
    const { codeVerifier } = this.#transaction;
    const request = { code, codeVerifier, redirectUri, clientId, apiUrl };
    if (!isOnline()) {
      this.#expire('offline', OFFLINE_MS);
      await whenOnline(signal);
    }
    this.#expire('exchange_timeout', timeout);
    const send = bindFetch(signal);
    if (exchangeFunction) return readIdentity(await exchangeFunction(request, signal));
    if (exchange !== 'direct') return exchangeByBackend(send, request, exchange, this.binding);
    const { identity, tokens } = await exchangeDirectly(send, request);
    if (!signal.aborted) this.#tokens = tokens;
    return identity;
  }

  /**
   * Shows a state on every element of this flow. An ending is told by one of them: the one that
   * was clicked, when it can be told, else the first; and with none on the page, by the next one
   * that comes in time.
   */
  #show(connection: Connection, ending?: Event, teller?: Member): void {
    this.connection = connection;
    const members = [...page.members].filter(({ flow }) => flow === this);
    const { elementId, startUrl } = this.#transaction;
    const speaker = teller ?? members.find(({ id }) => id && id === elementId) ?? members[0];
    for (const member of members) if (member !== speaker) member.show(connection);
    if (ending) page.flow = undefined;
    this.#undelivered = undefined;
    if (speaker) {
      speaker.show(connection, ending, keepOnOrigin(startUrl));
    } else if (ending) {
      page.flow = this;
      this.#undelivered = ending;
      setTimeout(() => this.#drop(), UNDELIVERED_MS);
    }
  }

  #drop(): void {
    if (!this.#undelivered) return;
    page.flow = this.#tokens = this.#undelivered = undefined;
    this.connection = IDLE;
  }
}

/**
 * Offers an element what has come back to this page: a flow under way, a response that waits, or
 * the news that the last exchange was cut off. Called after each update of an element.
 */
export function offerReturn(member: Member): void {
  const { arrival, flow } = page;
  const { configuration } = member;
  if (flow && fits(flow.binding, configuration)) {
    flow.join(member);
  } else if (arrival && !arrival.transaction) {
    page.arrival = undefined;
    showFailure(member, new ConnectError('transaction_not_found', { phase: 'authorize' }));
  } else if (arrival?.transaction && configuration && fits(arrival.transaction, configuration)) {
    page.arrival = undefined;
    void takeTransaction(arrival.state, async (transaction) => {
      const flow = new Flow(transaction, configuration);
      void flow.complete(arrival.response);
      return flow.finished.then(
        () => readIdentity(flow.connection),
        (error: unknown) => (error as ConnectError).code,
      );
    });
  } else if (!page.isInterruptionTold) {
    page.isInterruptionTold = true;
    void takeInterruption(() => showFailure(member, new ConnectError('interrupted')));
  }
}
