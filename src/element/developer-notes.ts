// Notes for the developer about the set-up of an element, each logged once per page.
import { isProduction, type Configuration, type ConnectAttributes } from '../configuration.js';
import { logFailure } from '../flow/failure-log.js';
import { isSamePath } from '../page/arrival.js';
import { log, logOnce, page } from '../page/page.js';
import type { Reading } from '../page/shared-flow.js';
import { isRecent, listPendingOfTab, tellOnce } from '../page/transaction.js';
import { isFreshNavigation, isPublicPage, readAddress } from '../page/window.js';
import { withoutQuery } from '../protocol/http.js';
import { suggestAttribute } from './attribute-names.js';

type Host = HTMLElement & ConnectAttributes & { profile?: unknown; userId?: unknown };

function logUnknownAttributes(host: Host): void {
  const { observedAttributes } = host.constructor as { observedAttributes?: string[] };
  const known = observedAttributes ?? [];
  for (const name of host.getAttributeNames()) {
    // Templates of frameworks have names of other characters.
    if (known.includes(name) || !/^[\w-]+$/.test(name)) continue;
    const meant = suggestAttribute(name, known);
    if (meant) logOnce('warn', `unknown attribute ${name}: probably ${meant} was meant`);
  }
}

function logDoubtfulValues(host: Host): void {
  if (Number.isNaN(host.timeout)) logOnce('warn', 'timeout is not a number');
  if (host.successUrl && (host.exchange || host.backendUrl == null)) {
    logOnce('warn', 'success-url needs backend-url');
  }
  if (!host.profile !== !host.userId) logOnce('warn', 'profile and user-id need each other');
}

function describeExchange({ exchange }: Configuration): string {
  switch (exchange.kind) {
    case 'backend':
      return `posted to ${withoutQuery(exchange.url)}`;
    case 'custom':
      return 'passed to the exchange function';
    case 'direct':
      return 'exchanged in this page, because there is no backend-url';
  }
}

function logSandbox(configuration: Configuration): void {
  const { redirectUri } = configuration.binding;
  const way = describeExchange(configuration);
  logOnce('info', `sandbox; redirect_uri to register: ${redirectUri} ; the code is ${way}`);
  if (isPublicPage())
    logOnce('warn', 'sandbox on a public page; for real money, set environment="production"');
}

function logProduction(configuration: Configuration, host: Host): void {
  if (configuration.exchange.kind === 'direct') {
    logOnce('warn', 'tokens are safer on a server: set backend-url');
  }
  if (host.skipKyc) logOnce('warn', 'skip-kyc is not sent in production');
}

/** A flow of this tab has left, and the customer seems to have come back without its response. */
function logLostReturn(): void {
  // A page that was opened with a response has nothing to check, nor has a second element.
  if (page.interruptionChecked || !isFreshNavigation()) return;
  const last = listPendingOfTab().at(-1)?.transaction;
  const isEarlier = last?.mode === 'redirect' && last.at < performance.timeOrigin;
  if (!isEarlier || !isRecent(last)) return;
  const { redirectUri } = last;
  const here = readAddress();
  // Who has come there may have begun anew.
  if (isSamePath(redirectUri, here) || !tellOnce(last)) return;
  log(
    'warn',
    `a flow has not come back to ${redirectUri}, but to ${withoutQuery(here)}: ` +
      'its redirect URI is not registered, or the server redirects',
  );
}

/** Logs what is noteworthy about an element, or its fault. */
export function logNotes(host: Host, { configuration, fault }: Reading): void {
  logUnknownAttributes(host);
  logDoubtfulValues(host);
  logLostReturn();
  if (fault) logFailure(fault);
  if (!configuration) return;
  if (isProduction(host)) logProduction(configuration, host);
  else logSandbox(configuration);
}
