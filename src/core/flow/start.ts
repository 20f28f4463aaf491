import type { Configuration, Mode } from '../options.js';
import { ConnectError, createError, isConnectError } from '../errors.js';
import { logOnce, takeSecrets } from '../browser/page.js';
import { openPopup, type PopupWindow } from '../browser/popup-window.js';
import { systemBrowser } from '../browser/system-browser.js';
import { saveTransaction, type Transaction } from '../browser/transaction.js';
import {
  every,
  isFramed,
  isOnline,
  isVisible,
  navigate,
  opensWindow,
  readAddress,
} from '../browser/window.js';
import { withoutQuery } from '../oauth/http.js';
import {
  buildRequestUrl,
  createSecrets,
  stripEveryResponse,
  type AuthorizationParameters,
  type Secrets,
} from '../oauth/oauth.js';
import { untilAborted } from './attempt.js';
import type { FlowControl } from './flow-control.js';
import { waitForPopup } from './popup.js';
import type { Attempt } from './state.js';
import type { FlowView } from './view.js';
import { askWallet, prepareWallet } from './wallet.js';

/** How long a navigation may take before the button is shown again. */
const LEAVING_MS = 10_000;
const MAX_START_URL = 2048;

/** @throws ConnectError `embedding_blocked`: Monerium refuses to load in a frame */
export function chooseMode({ mode }: Configuration): Mode {
  if (opensWindow(mode)) return 'popup';
  if (!isFramed()) return 'redirect';
  throw createError('embedding_blocked');
}

/** The page's address, without what does not belong into storage. */
function readOwnAddress(): string {
  const url = stripEveryResponse(readAddress());
  return url.length > MAX_START_URL ? withoutQuery(url) : url;
}

/**
 * Stores a flow that is about to leave, and returns the URL at Monerium to go to.
 * @throws ConnectError `storage_unavailable`
 * @see RFC 6749 section 4.1.1, RFC 7636 section 4.3, Monerium's `GET /auth`
 */
export function prepareDeparture(
  { binding, authorization }: Configuration,
  { state, codeVerifier, codeChallenge }: Secrets,
  begun: Pick<Transaction, 'mode' | 'id'>,
  signed: AuthorizationParameters = {},
): string {
  const startUrl = readOwnAddress();
  saveTransaction(state, { v: 1, ...binding, ...begun, codeVerifier, startUrl, at: Date.now() });
  return buildRequestUrl(`${binding.apiUrl}/auth`, {
    ...authorization,
    client_id: binding.clientId,
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
    redirect_uri: binding.redirectUri,
    response_type: 'code',
    state,
    ...signed,
  });
}

/** The address at which the site's server starts a flow that comes back to this page. */
function buildServerStart(startUrl: string, { email, auth_mode }: AuthorizationParameters): string {
  const { pathname, search } = new URL(readOwnAddress());
  return buildRequestUrl(startUrl, { email, auth_mode, return_to: pathname + search });
}

/** The configuration of a view, for the binding of its flow. */
function requireConfiguration({ parsed }: FlowView): Configuration {
  if (parsed.configuration) return parsed.configuration;
  throw parsed.fault ?? createError('invalid_config');
}

function leave(flow: FlowControl, attempt: Attempt, oauthState: string, href: string): void {
  const timer = every(LEAVING_MS, (isRestored) => {
    if (!isRestored && !isVisible()) return;
    if (isRestored || isOnline()) flow.send({ type: 'reset' });
    else flow.fail(attempt, new ConnectError('offline', { phase: 'start' }));
  });
  const start = () => {
    timer.start();
    navigate(href);
    attempt.settle();
  };
  flow.send({ type: 'redirect', attempt, oauthState, timer: { ...timer, start } });
}

/** Opens Monerium in the popup, or in this window. */
function depart(
  flow: FlowControl,
  attempt: Attempt,
  popup: PopupWindow | undefined,
  oauthState: string,
  href: string,
): void {
  if (popup) waitForPopup(flow, attempt, popup, oauthState, href);
  else leave(flow, attempt, oauthState, href);
}

/** Any other error is one of the browser. */
function toStartError(reason: unknown): ConnectError {
  if (isConnectError(reason)) return reason;
  return new ConnectError('authorization_unavailable', { phase: 'start' });
}

/** What the function of the page throws is not logged: it may hold the address. */
function openExternally(
  flow: FlowControl,
  attempt: Attempt,
  { openUrl }: Configuration,
  href: string,
): PopupWindow | undefined {
  if (!openUrl) return undefined;
  return systemBrowser(openUrl, href, () => {
    logOnce('error', 'openUrl of this page failed');
    flow.fail(attempt, toStartError(undefined));
  });
}

/**
 * Runs a start from the click to the navigation. Without a wallet, it awaits nothing before the
 * navigation, unless the secrets are not ready. A failure ends the attempt. Never rejects.
 */
export async function startFlow(
  flow: FlowControl,
  attempt: Attempt,
  view: FlowView,
): Promise<void> {
  let popup: PopupWindow | undefined;
  try {
    const configuration = requireConfiguration(view);
    const { authorization, startUrl } = configuration;
    const mode = chooseMode(configuration);
    const asking = view.host.prepareWallet(configuration.binding.redirectUri);
    const ask = asking && (await prepareWallet(attempt, asking));
    if (!view.host.beforeConnect(mode)) flow.send({ type: 'withdraw', attempt });
    // Its listeners may have cancelled.
    if (!flow.isStarting(attempt)) return;
    if (startUrl) {
      leave(flow, attempt, '', buildServerStart(startUrl, authorization));
      return;
    }
    const opensPopup = mode === 'popup';
    const signed = ask ? await askWallet(flow, attempt, ask, opensPopup) : {};
    let secrets = takeSecrets();
    if (!secrets) {
      // In the task of the click: later, browsers block a window.
      if (opensPopup) {
        popup = openPopup();
        flow.send({ type: 'open', attempt, popup });
      }
      secrets = await untilAborted(attempt.signal, createSecrets());
    }
    // A response has come back meanwhile, and goes on with this attempt, or it is over.
    if (!flow.isStarting(attempt)) return;
    // Before the window opens, where it can: the popup then finds its record from the beginning.
    const begun = { mode, id: view.host.name };
    const href = prepareDeparture(configuration, secrets, begun, signed);
    const { state: oauthState } = secrets;
    flow.send({ type: 'store', attempt, oauthState });
    popup ??= opensPopup
      ? openPopup(href, oauthState)
      : openExternally(flow, attempt, configuration, href);
    depart(flow, attempt, popup, oauthState, href);
  } catch (reason) {
    flow.fail(attempt, toStartError(reason));
  }
}
