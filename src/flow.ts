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

const OFFLINE_MS = 20_000;
const UNDELIVERED_MS = 30_000;
/** A token with less life left than this is renewed first. */
const RENEWAL_MS = 60_000;

function fits(binding: Binding, configuration: Configuration | undefined): boolean {
  return configuration !== undefined && listDifferences(binding, configuration).length === 0;
}

function bindFetch(signal: AbortSignal): Send {
  return (url, init) => fetch(url, { ...init, signal });
}

/** The code of a response that is fit to be exchanged. */
function readCode(response: AuthorizationResponse, transaction: Transaction): AuthorizationCode {
  if (isExpired(transaction)) throw new ConnectError('transaction_expired', { phase: 'authorize' });
  if (response.kind === 'error') throw toAuthorizationError(response.oauthError);
  if (response.kind === 'invalid')
    throw new ConnectError('response_invalid', { phase: 'authorize' });
  return response.code;
}

/**
 * A claimed authorization response on its way to a connection, and then the connection itself.
 * It belongs to the page: elements that fit watch it, come and go. Tokens live here only.
 */
class Flow implements SharedFlow {
  readonly binding: Configuration;
  readonly finished: Promise<Identity>;

  readonly #transaction: Transaction;
  readonly #startUrl: string;
  readonly #run = new AbortController();
  connection: Connection = { status: 'idle' };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tokens: Tokens | undefined;
  #renewal: Promise<string> | undefined;
  #undelivered: Event | undefined;

  constructor(
    transaction: Transaction,
    configuration: Configuration,
    response: AuthorizationResponse,
  ) {
    this.binding = configuration;
    this.#transaction = transaction;
    this.#startUrl = keepOnOrigin(transaction.startUrl);
    page.flow = this;
    for (const member of page.members) {
      if (fits(configuration, member.configuration)) this.join(member);
    }
    this.finished = this.#complete(response);
  }

  join(member: Member): void {
    member.flow = this;
    if (this.connection.status !== 'idle') member.show(this.connection);
    const ending = this.#undelivered;
    this.#undelivered = undefined;
    if (ending) this.#announce(ending);
  }

  cancel(): void {
    this.#run.abort(new ConnectError('aborted'));
  }

  disconnect(by = this.#findSpeaker()): void {
    this.#tokens = undefined;
    this.#show({ status: 'idle' });
    by?.announce(new MoneriumDisconnectedEvent());
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
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.binding.timeout);
    try {
      const renewed = await refreshTokens(bindFetch(deadline.signal), this.binding, refreshToken);
      // A disconnect in the meantime wins.
      if (this.#tokens !== tokens) throw new ConnectError('aborted');
      this.#tokens = renewed;
      return renewed.accessToken;
    } catch (reason) {
      const { code } = reason as ConnectError;
      if (code === 'exchange_rejected' && this.#tokens === tokens) this.disconnect();
      throw new ConnectError('token_unavailable', { phase: 'token', hint: code });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Carries the response to its end. */
  async #complete(response: AuthorizationResponse): Promise<Identity> {
    const { signal } = this.#run;
    // One step later `finished` is there for listeners of the first change.
    await undefined;
    try {
      const code = readCode(response, this.#transaction);
      const isAborted = new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          this.#fail(signal.reason as ConnectError);
          reject(signal.reason as ConnectError);
        });
      });
      this.#show({ status: 'exchanging' });
      const identity = await Promise.race([this.#exchange(code), isAborted]);
      signal.throwIfAborted();
      if (!identity) throw new ConnectError('profile_unavailable', { phase: 'identity' });
      const { profile, userId } = identity;
      this.#show({ status: 'connected', profile, userId });
      this.#announce(new MoneriumConnectedEvent(identity, this.#startUrl));
      return identity;
    } catch (reason) {
      const error = reason instanceof ConnectError ? reason : new ConnectError('exchange_rejected');
      if (!signal.aborted) this.#fail(error);
      throw error;
    } finally {
      clearTimeout(this.#timer);
    }
  }

  /** Ends the flow after a while, unless it is told again or has ended. */
  #expire(code: 'offline' | 'exchange_timeout', delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run.abort(new ConnectError(code)), delay);
  }

  async #exchange(code: AuthorizationCode): Promise<Identity | undefined> {
    const { signal } = this.#run;
    const { exchangeFunction, backend, timeout, redirectUri, clientId, apiUrl } = this.binding;
    const { codeVerifier } = this.#transaction;
    const request = { code, codeVerifier, redirectUri, clientId, apiUrl };
    if (!isOnline()) {
      this.#expire('offline', OFFLINE_MS);
      await whenOnline(signal);
    }
    this.#expire('exchange_timeout', timeout);
    const send = bindFetch(signal);
    if (exchangeFunction) return readIdentity(await exchangeFunction(request, signal));
    if (backend) return exchangeByBackend(send, request, backend);
    const { identity, tokens } = await exchangeDirectly(send, request);
    if (identity && !signal.aborted) this.#tokens = tokens;
    return identity;
  }

  #fail(error: ConnectError): void {
    // What a page's own function says may hold what must not be logged.
    if (this.binding.exchange !== 'custom' && error.message !== error.code) {
      say('warn', error.message);
    }
    this.#show(error.code === 'aborted' ? { status: 'idle' } : { status: 'failed', error });
    this.#announce(new MoneriumErrorEvent(error));
  }

  #listMembers(): Member[] {
    return [...page.members].filter(({ flow }) => flow === this);
  }

  #show(connection: Connection): void {
    this.connection = connection;
    for (const member of this.#listMembers()) member.show(connection);
  }

  /** The element that was clicked, when it can be told, else the first that is on the page. */
  #findSpeaker(): Member | undefined {
    const [first, ...others] = this.#listMembers();
    return others.find(({ id }) => id && id === this.#transaction.elementId) ?? first;
  }

  /** Tells the ending to one element; with none on the page, to the next that comes in time. */
  #announce(ending: Event): void {
    const speaker = this.#findSpeaker();
    if (speaker) {
      page.flow = undefined;
      speaker.announce(ending, this.binding.backend && this.#startUrl);
      return;
    }
    this.#undelivered = ending;
    setTimeout(() => {
      if (!this.#undelivered) return;
      page.flow = undefined;
      this.#tokens = undefined;
      this.connection = { status: 'idle' };
    }, UNDELIVERED_MS);
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
    member.fail(new ConnectError('transaction_not_found', { phase: 'authorize' }));
  } else if (arrival?.transaction && configuration && fits(arrival.transaction, configuration)) {
    page.arrival = undefined;
    void takeTransaction(arrival.state, async (transaction) => {
      const flow = new Flow(transaction, configuration, arrival.response);
      return flow.finished.catch((error: unknown) => (error as ConnectError).code);
    });
  } else if (!page.isInterruptionTold) {
    page.isInterruptionTold = true;
    void takeInterruption(() => member.fail(new ConnectError('interrupted')));
  }
}
