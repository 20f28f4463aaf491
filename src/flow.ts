import { readCode, type Arrival } from './arrival.js';
import {
  isOnline,
  isVisible,
  keepOnOrigin,
  navigate,
  openPopup,
  stay,
  watch,
  whenOnline,
  type Popup,
} from './browser.js';
import { fits, type Binding, type Configuration } from './configuration.js';
import {
  IDLE,
  MoneriumConnectedEvent,
  MoneriumDisconnectedEvent,
  MoneriumErrorEvent,
  type Connection,
} from './connection.js';
import { chooseMode, prepareDeparture } from './departure.js';
import { ConnectError, isConnectError } from './errors.js';
import { exchangeCode, type Identity } from './exchange.js';
import { createSecrets, type AuthorizationResponse } from './oauth.js';
import { page, say, takeSecrets, type SharedFlow, type View } from './page.js';
import { followPopup } from './popup.js';
import { openSession, type Session } from './session.js';
import {
  buryTransaction,
  takeInterruption,
  takeTransaction,
  type Outcome,
  type Transaction,
} from './transaction.js';

/** How long a navigation may take before the button is offered again. */
const LEAVING_MS = 10_000;
const OFFLINE_MS = 20_000;
const UNDELIVERED_MS = 30_000;

/** Whether the customer is at Monerium, or on the way: redirecting or waiting. */
function isAway({ status }: Connection): boolean {
  return /^[rw]/.test(status);
}

/**
 * The flow of all elements that share a binding: from a click to Monerium, and from Monerium to a
 * connection and its end. It belongs to the page: elements show it, come and go. Tokens live here
 * only. A closure and not a class: what is private costs fewer bytes.
 *
 * Without a binding no flow can begin; an insecure page says so by itself.
 */
// eslint-disable-next-line max-lines-per-function -- it stands for a class
export function createFlow(binding?: Binding, fault?: ConnectError): SharedFlow {
  const views = new Set<View>();
  let connection: Connection =
    fault?.code === 'insecure_context' ? { status: 'failed', error: fault } : IDLE;
  /** What is under way; aborted when it fails, so that what comes later is dropped. */
  let run = new AbortController();
  let running: Promise<void> | undefined;
  /** The failure of this flow has been told: only its success is still news. */
  let isLate: boolean;
  let settle: (failure?: ConnectError) => void;
  /** Tells the element that was clicked, when it can be told. */
  let isClicked: (view: View) => boolean = () => false;
  /** The `state` that is on its way to Monerium. */
  let state = '';
  let stopWaiting = () => {};
  let popup: Popup | undefined;
  /** Ends the listening to the popup, which may still succeed after its failure was told. */
  let hangUp = () => {};
  let session: Session | undefined;
  /** Tells the ending that nobody was there to tell. */
  let undelivered: ((view: View) => void) | undefined;

  // The elements

  function leave(view: View): void {
    views.delete(view);
    // The navigation goes on, and there is nobody to offer the button to again, unless the element
    // is only being moved.
    queueMicrotask(() => {
      if (views.size > 0) return;
      hangUp();
      if (isAway(connection)) end(IDLE);
    });
  }

  /** The element goes over to another flow: without any left, this one is given up. */
  function abandon(view: View): void {
    if (views.has(view) && views.size === 1) cancel();
    leave(view);
  }

  /** Offers an element what has come back to this page. */
  function offer(view: View): void {
    const { arrival } = page;
    const deliver = undelivered;
    undelivered = undefined;
    deliver?.(view);
    if (arrival && !arrival.transaction) {
      page.arrival = undefined;
      report(new ConnectError('transaction_not_found', { phase: 'authorize' }));
    } else if (arrival && fits(binding, arrival.transaction)) {
      page.arrival = undefined;
      void claim(arrival, view);
    } else if (!page.isTold) {
      page.isTold = true;
      void takeInterruption(() => report(new ConnectError('interrupted')));
    }
  }

  // The way to Monerium

  function connect(view: View): Promise<void> {
    if (connection.status === 'waiting') popup?.show();
    if (running) return running;
    const opened = open((other) => other === view);
    // A response that waits for this flow goes first: it will be claimed in this very run.
    if (!fits(binding, page.arrival?.transaction)) void start(view, run.signal);
    return opened;
  }

  /** From here to the navigation nothing is awaited, unless the secrets are not ready yet. */
  async function start(view: View, signal: AbortSignal): Promise<void> {
    try {
      const { configuration } = view;
      if (!configuration) throw fault ?? new ConnectError('invalid_config', { phase: 'start' });
      const mode = chooseMode(configuration);
      const isAllowed = view.ask(mode);
      signal.throwIfAborted();
      if (!isAllowed) {
        end(connection);
        return;
      }
      let secrets = takeSecrets();
      // Later the click is forgotten, and a window is blocked.
      if (mode === 'popup' && !secrets) popup = openPopup('about:blank');
      secrets ??= await createSecrets();
      signal.throwIfAborted();
      const href = prepareDeparture(configuration, secrets, mode, view.id);
      state = secrets.state;
      if (mode === 'popup') wait(href);
      else depart(href, signal);
    } catch (reason) {
      if (signal.aborted) return;
      const error = reason as ConnectError;
      if (state) buryTransaction(state, error.code);
      popup?.close();
      fail(error);
    }
  }

  function depart(href: string, signal: AbortSignal): void {
    stopWaiting = watch(LEAVING_MS, (isRestored) => {
      if (!isRestored && !isVisible()) return;
      if (isRestored || isOnline()) end(IDLE);
      else fail(new ConnectError('offline', { phase: 'start' }));
    });
    show({ status: 'redirecting' });
    signal.throwIfAborted();
    navigate(href);
    settle();
  }

  function wait(href: string): void {
    if (popup) popup.go(href);
    else popup = openPopup(href);
    ({ stop: stopWaiting, hangUp } = followPopup(popup, state, (news) => {
      if (news instanceof ConnectError) {
        fail(news);
      } else if ('userId' in news) {
        succeed(news);
      } else {
        if (!running) void open(isClicked, true);
        void claim(news);
      }
    }));
    show({ status: 'waiting' });
  }

  // The way back

  /** Claims a response for this tab. Where another tab was first, nothing is said. */
  async function claim(arrival: Arrival, view = findTeller()): Promise<void> {
    const { response, transaction } = arrival;
    const opened = running ?? open(({ id }) => id !== '' && id === transaction?.id);
    const { signal } = run;
    const configuration = findTeller()?.configuration ?? view?.configuration;
    if (configuration) {
      await takeTransaction(arrival.state, async (taken): Promise<Outcome | undefined> => {
        const identity = exchange(configuration, taken, response, signal);
        return opened.then(
          () => identity,
          (failure: unknown) => (failure as ConnectError).code,
        );
      });
    }
    // What the popup has claimed for itself will be told by its outcome.
    if (running === opened && connection.status !== 'waiting') end(connection);
  }

  /** Carries a claimed response to its end. Never rejects. */
  async function exchange(
    configuration: Configuration,
    transaction: Transaction,
    response: AuthorizationResponse,
    signal: AbortSignal,
  ): Promise<Identity | undefined> {
    const { redirectUri, clientId, apiUrl, timeout } = configuration;
    const { codeVerifier, mode, startUrl } = transaction;
    try {
      const code = readCode(response, transaction);
      signal.throwIfAborted();
      show({ status: 'exchanging' });
      // A listener may have cancelled.
      signal.throwIfAborted();
      if (!isOnline()) {
        expire('offline', OFFLINE_MS);
        await whenOnline(signal);
      }
      expire('exchange_timeout', timeout);
      const request = { code, codeVerifier, redirectUri, clientId, apiUrl };
      const { identity, tokens } = await exchangeCode(configuration, request, signal);
      signal.throwIfAborted();
      if (!identity) throw new ConnectError('profile_unavailable', { phase: 'identity' });
      session = tokens && openSession(tokens, configuration, timeout, () => disconnect());
      const isReturn = configuration.exchange.includes(':') && mode !== 'popup';
      succeed(identity, startUrl, isReturn);
      return identity;
    } catch (reason) {
      if (!signal.aborted) {
        fail(isConnectError(reason) ? reason : new ConnectError('exchange_rejected'));
      }
      return undefined;
    }
  }

  /** Ends the flow after a while, unless it is told again or has ended. */
  function expire(code: 'offline' | 'exchange_timeout', delay: number): void {
    const due = Date.now() + delay;
    stopWaiting();
    stopWaiting = watch(delay, (isRestored) => {
      if (!isRestored || Date.now() > due) fail(new ConnectError(code));
    });
  }

  // The end

  function cancel(): void {
    if (!running) return;
    if (connection.status === 'redirecting') stay();
    if (isAway(connection)) buryTransaction(state, 'aborted');
    popup?.close();
    hangUp();
    const phase = connection.status === 'exchanging' ? 'exchange' : 'start';
    fail(new ConnectError('aborted', { phase }));
  }

  function disconnect(view?: View): void {
    isClicked = (other) => other === view;
    show(IDLE, new MoneriumDisconnectedEvent());
  }

  // The state

  function open(isTeller: typeof isClicked, isRunLate = false): Promise<void> {
    hangUp();
    run = new AbortController();
    isClicked = isTeller;
    isLate = isRunLate;
    state = '';
    popup = undefined;
    running = new Promise<void>((resolve, reject) => {
      settle = (failure) => (failure ? reject(failure) : resolve());
    });
    // Nobody may be waiting: a failure is shown and announced anyway.
    running.catch(() => {});
    return running;
  }

  function report(error: ConnectError): void {
    if (running || connection.status !== 'idle') return;
    void open(() => false);
    fail(error);
  }

  function fail(error: ConnectError): void {
    if (!running) return;
    run.abort();
    settle(error);
    // What a page's own function says may hold what must not be logged.
    if (error.hint && binding?.exchange !== 'custom') say('error', error.message);
    const next: Connection = error.code === 'aborted' ? IDLE : { status: 'failed', error };
    end(next, isLate ? undefined : new MoneriumErrorEvent(error));
  }

  function succeed(identity: Identity, startUrl = '', isReturn = false): void {
    const returnTo = keepOnOrigin(startUrl);
    const ending = new MoneriumConnectedEvent(identity, returnTo);
    end({ status: 'connected', ...identity }, ending, isReturn ? returnTo : '');
  }

  function end(next: Connection, ending?: Event, startUrl?: string): void {
    if (!running) return;
    running = undefined;
    stopWaiting();
    settle();
    show(next, ending, startUrl);
  }

  function findTeller(): View | undefined {
    const [first, ...others] = views;
    return others.find(isClicked) ?? first;
  }

  /**
   * Shows a state on every element. An ending is told by one of them: the one that was clicked,
   * when it can be told, else the first; and with none on the page, by the next that comes in time.
   */
  function show(next: Connection, ending?: Event, startUrl?: string): void {
    connection = next;
    undelivered = undefined;
    if (next.status !== 'connected') {
      session?.forget();
      session = undefined;
    }
    const teller = findTeller();
    const shown = [...views];
    for (const view of shown) {
      if (view === teller) view.show(ending, startUrl);
      else view.show();
    }
    for (const view of shown) view.tell();
    if (teller || !ending) return;
    const deliver = (view: View) => {
      view.show(ending, startUrl);
      view.tell();
    };
    undelivered = deliver;
    setTimeout(() => {
      if (undelivered === deliver) show(IDLE);
    }, UNDELIVERED_MS);
  }

  return {
    get connection() {
      return connection;
    },
    binding,
    fault,
    enter: (view) => views.add(view),
    leave,
    abandon,
    offer,
    connect,
    cancel,
    disconnect,
    /** The page itself says who is connected, or that nobody is. */
    forget() {
      if (!running) show(IDLE);
    },
    async getAccessToken() {
      if (session) return session.getAccessToken();
      throw new ConnectError('token_unavailable', { phase: 'token' });
    },
  };
}
