import type { Configuration } from '../options.js';
import { ConnectError, toConnectError } from '../errors.js';
import { readCode, type ReceivedResponse } from '../browser/received-response.js';
import { claimTransaction, type Outcome, type Transaction } from '../browser/transaction.js';
import { every, isOnline, keepOnOrigin, whenOnline } from '../browser/window.js';
import { exchangeCode, type ExchangeResult } from '../oauth/exchange.js';
import { withoutQuery } from '../oauth/http.js';
import { untilAborted } from './attempt.js';
import type { FlowControl } from './flow-control.js';
import { openSession } from './session.js';
import type { Attempt } from './state.js';

const OFFLINE_MS = 20_000;
/** Requests may fail this long before their page is left, in milliseconds. */
const LEAVING_MS = 1000;

/** Whether the request failed without a response, as requests do when their page is being left. */
function isWithoutResponse({ phase, status }: ConnectError): boolean {
  return status === undefined && (phase === 'exchange' || phase === 'identity');
}

/** What the steps of one return share. */
interface Return {
  readonly flow: FlowControl;
  readonly attempt: Attempt;
  readonly configuration: Configuration;
}

/** Fails the attempt when its time is over. A frozen page has no timers: the clock is read. */
function failAfter({ flow, attempt }: Return, delay: number, error: ConnectError): void {
  const due = Date.now() + delay;
  const timer = every(delay, (isRestored) => {
    if (!isRestored || Date.now() > due) flow.fail(attempt, error);
  });
  flow.send({ type: 'exchange', attempt, timer });
}

/** For the developer: the request or function that got the code and has not responded. */
function nameExchange({ binding, exchange }: Configuration): string {
  if (exchange.kind === 'custom') return 'exchange of this page';
  const isDirect = exchange.kind === 'direct';
  return `POST ${isDirect ? `${binding.apiUrl}/auth/token` : withoutQuery(exchange.url)}`;
}

async function sendCode(step: Return, code: string, codeVerifier: string): Promise<ExchangeResult> {
  const { attempt, configuration } = step;
  const { binding, exchange, timeout } = configuration;
  const { signal } = attempt;
  if (!isOnline()) {
    failAfter(step, OFFLINE_MS, new ConnectError('offline'));
    await whenOnline(signal);
  }
  const hint = `${nameExchange(configuration)} did not respond within ${timeout} ms`;
  const { redirectUri, clientId, apiUrl } = binding;
  const request = { code, codeVerifier, redirectUri, clientId, apiUrl };
  const sent = exchangeCode(exchange, request, signal);
  // What is shown may take a while: the request goes first.
  failAfter(step, timeout, new ConnectError('exchange_timeout', { hint }));
  return sent;
}

function succeed(
  { flow, attempt, configuration }: Return,
  { identity, tokens }: ExchangeResult,
  { mode, startUrl }: Transaction,
  to: string | undefined,
): void {
  const { binding, exchange, timeout } = configuration;
  const onRefused = () => void flow.send({ type: 'forget' }, { type: 'disconnected' });
  const session = tokens && openSession(tokens, binding, timeout, onRefused);
  const returnTo = keepOnOrigin(startUrl);
  const cameBackTo = exchange.kind === 'backend' && mode === 'redirect' ? to : undefined;
  const ending = { type: 'connected', identity, returnTo, cameBackTo } as const;
  flow.send({ type: 'connect', attempt, identity, session }, ending);
}

/**
 * A page that is being left must not announce the failure of its request: the next page of the tab
 * announces `interrupted`. So such a failure waits until the page has stayed for a while.
 */
async function fail(step: Return, error: ConnectError): Promise<Outcome> {
  const { flow, attempt } = step;
  if (isWithoutResponse(error)) {
    // Replaces the timer of the deadline: the request has failed already.
    failAfter(step, LEAVING_MS, error);
    const never = new Promise(() => {});
    await untilAborted(attempt.signal, never).catch(() => {});
  }
  flow.fail(attempt, error);
  // The attempt may have ended in the meantime, with a failure of its own.
  return (attempt.failure ?? error).code;
}

/**
 * Claims a response for this window and completes it. If another window has claimed it, the flow
 * returns to the state before. Never rejects.
 */
export async function completeReturn(
  flow: FlowControl,
  attempt: Attempt,
  { oauthState, response, rest }: ReceivedResponse,
  configuration: Configuration,
): Promise<void> {
  const step = { flow, attempt, configuration };
  const { signal } = attempt;
  await claimTransaction(oauthState, async (transaction): Promise<Outcome> => {
    try {
      const code = readCode(response, transaction);
      signal.throwIfAborted();
      const result = await untilAborted(signal, sendCode(step, code, transaction.codeVerifier));
      signal.throwIfAborted();
      succeed(step, result, transaction, rest);
      return result.identity;
    } catch (reason) {
      return fail(step, toConnectError(reason));
    }
  });
  flow.send({ type: 'withdraw', attempt });
}
