// Notes for the developer about the set-up of an element, each logged once per page. A file of its
// own: no customer needs it.
import { isLoopback, listDifferences, type Binding, type Configuration } from '../core/options.js';
import { withoutQuery } from '../core/oauth/http.js';
import type { Log, NotedElement } from '../core/further/notes.js';
import { suggestAttribute } from './attribute-names.js';

export { suggestAttribute };

function logUnknownAttributes({ host, log }: NotedElement): void {
  // The options of a connector have no attributes, and no constructor.
  const { observedAttributes } = Object(host.constructor) as {
    readonly observedAttributes: readonly string[];
  };
  for (const name of host.getAttributeNames?.() ?? []) {
    // Templates of frameworks have names of other characters.
    if (observedAttributes.includes(name) || !/^[\w-]+$/.test(name)) continue;
    const meant = suggestAttribute(name, observedAttributes);
    if (meant) log('warn', `${name}: probably ${meant} was meant`);
  }
}

function logDoubtfulValues({ host, texts, log }: NotedElement, { timeout }: Configuration): void {
  for (const [key, text] of Object.entries(host.strings ?? {})) {
    // Those two are texts of the wallet file.
    const isKnown = key in texts || /^(noWallet|email)$/.test(key);
    if (!isKnown || typeof text !== 'string') {
      log('warn', `strings.${key} is ${isKnown ? 'no string' : 'unknown'}`);
    }
  }
  // A framework sets a property as text too.
  const isOther = String(timeout) !== String(host.timeout ?? timeout);
  if (isOther) log('warn', `timeout is read as ${timeout} ms`);
  if ((host.successUrl || host.stayConnected) && (host.exchange || host.backendUrl == null)) {
    log('warn', 'success-url and stay-connected need backend-url');
  }
  if (!host.profile !== !host.userId) log('warn', 'profile and user-id need each other');
}

function describeExchange({ binding, exchange }: Configuration): string {
  const ways = {
    backend: `posted to ${withoutQuery(binding.exchange)}`,
    custom: 'passed to exchange()',
    direct: 'used in this page, without backend-url',
  };
  return ways[exchange.kind];
}

function logSandbox({ log }: NotedElement, configuration: Configuration): void {
  const { redirectUri } = configuration.binding;
  const way = describeExchange(configuration);
  log('info', `sandbox; redirect_uri to register: ${redirectUri} ; the code is ${way}`);
  if (location.protocol === 'https:' && !isLoopback(location.hostname)) {
    log('warn', 'sandbox on a public page; for real money: environment="production"');
  }
}

function logProduction({ host, log }: NotedElement, { exchange }: Configuration): void {
  if (exchange.kind === 'direct') log('warn', 'tokens are safer with backend-url');
  if (host.skipKyc) log('warn', 'skip-kyc is not sent in production');
}

/** Logs what is noteworthy about an element. */
export function logNotes(element: NotedElement): void {
  const { host, isReal, configuration } = element;
  logUnknownAttributes(element);
  if (!configuration) return;
  logDoubtfulValues(element, configuration);
  if (!host.startUrl) (isReal ? logProduction : logSandbox)(element, configuration);
}

function describeDifferences(begun: Binding, binding: Binding): string {
  return listDifferences(binding, begun)
    .map((key) => `${key} (${withoutQuery(begun[key])} / ${withoutQuery(binding[key])})`)
    .join(', ');
}

/** Logs why no element has taken a response yet. */
export function logUnclaimed(begun: Binding, binding: Binding | undefined, log: Log): void {
  const reason = binding
    ? `its flow / this page differ in ${describeDifferences(begun, binding)}`
    : 'this page has no element that fits';
  log('warn', `a response waits: ${reason}`);
}

/** Logs that a flow of this tab has come back to another address than its redirect URI. */
export function logLostReturn(redirectUri: string, here: string, log: Log): void {
  log(
    'warn',
    `a flow has not come back to ${redirectUri}, but to ${withoutQuery(here)}: ` +
      'register it, with the element there and no redirect',
  );
}
