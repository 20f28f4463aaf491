// Gathers the facts. Nothing here judges them.
import { listDifferences, type Binding, type Configuration } from '../core/options.js';
import type { Connection } from '../core/connection.js';
import type { Backend } from '../core/oauth/exchange.js';
import { withoutQuery } from '../core/oauth/http.js';
import type { InspectedElement } from '../core/further/doctor.js';
import { WALLET_KEY, type WalletEntry, type WalletFailure } from '../core/oauth/wallet.js';
import type {
  AttributeFacts,
  BackendFacts,
  Difference,
  Facts,
  FlowFacts,
  PageFacts,
  RedirectFacts,
  Settings,
  WalletFacts,
} from './facts.js';
import { isReachable, probe, probeRedirect, probeServer, type ServerFacts } from './probes.js';
import { readScripts } from './scripts.js';
import { findLostFlow, probeStorage } from './storage.js';
import { violations } from './violations.js';

type Host = InspectedElement['host'] & {
  readonly profile?: unknown;
  readonly userId?: unknown;
  readonly connection?: Connection;
};

/** When the page was shown: loaded, or restored from the back/forward cache. */
let shownAt = performance.timeOrigin;
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) shownAt = Date.now();
});

/** A URL that is at fault may hold a response of Monerium, or a user and a password. */
function withoutSecrets(url: string): string {
  return withoutQuery(url).replace(/\/\/[^/]*@/, '//');
}

function readAttributes(
  host: Host,
  { parsed, suggestAttribute }: InspectedElement,
): AttributeFacts {
  const { observedAttributes } = host.constructor as { observedAttributes?: string[] };
  const known = observedAttributes ?? [];
  const unknown = host.getAttributeNames().filter((name) => !known.includes(name));
  const misspelled = unknown.flatMap((name) => {
    const meant = /^[\w-]+$/.test(name) ? suggestAttribute?.(name, known) : undefined;
    return meant ? [{ name, meant }] : [];
  });
  const { fault } = parsed;
  return {
    misspelled,
    fault: fault?.code === 'invalid_config' ? fault.hint : undefined,
    hasClientId: /^\S+$/.test(host.startUrl ?? host.clientId ?? ''),
    redirectUri: host.redirectUri ? withoutSecrets(host.redirectUri) : undefined,
    isStayConnected: host.stayConnected === true,
    isTimeoutInvalid: Number.isNaN(host.timeout),
    isIdentityIncomplete: !host.profile !== !host.userId,
  };
}

function readSettings(configuration: Configuration): Settings {
  const { binding, exchange, mode } = configuration;
  const isBackend = exchange.kind === 'backend';
  return {
    clientId: binding.clientId,
    apiUrl: binding.apiUrl,
    mode,
    exchange: exchange.kind,
    backendUrl: isBackend ? withoutQuery(exchange.url) : '',
    backendCredentials: isBackend ? exchange.credentials : 'same-origin',
  };
}

/** The frame's own element can be read where the parent is of this origin. */
function readSandbox(): readonly string[] | undefined {
  try {
    return window.frameElement?.getAttribute('sandbox')?.split(/\s+/);
  } catch {
    return undefined;
  }
}

function readPage(server: ServerFacts | undefined): PageFacts {
  const { subtle } = crypto as Partial<Crypto>;
  return {
    href: withoutQuery(location.href),
    origin: location.origin,
    baseOrigin: new URL(document.baseURI).origin,
    isSecure: subtle !== undefined && location.protocol.startsWith('http'),
    isFramed: window.top !== window,
    sandbox: readSandbox(),
    storage: probeStorage(),
    openerPolicy: server?.openerPolicy ?? '',
    clockOffset: server?.clockOffset,
    violations,
  };
}

async function probeBackend(backend: Backend, isStayConnected: boolean): Promise<BackendFacts> {
  const { url, credentials, headers: own } = backend;
  const headers = new Headers(typeof own === 'function' ? own() : own);
  headers.set('accept', 'application/json');
  const session = isStayConnected ? await probe(url, { headers, credentials }) : undefined;
  headers.set('content-type', 'application/json');
  const post = await probe(url, { method: 'POST', headers, credentials, body: '{}' });
  return { post, session };
}

/** Announced by EIP-6963, which a page may ask for at any time. */
function countWallets(): number {
  const names = new Set<unknown>();
  const add = (event: Event) => names.add((event as CustomEvent<unknown>).detail);
  addEventListener('eip6963:announceProvider', add);
  dispatchEvent(new Event('eip6963:requestProvider'));
  removeEventListener('eip6963:announceProvider', add);
  return names.size || ('ethereum' in window ? 1 : 0);
}

function readWallet(host: Host, redirectUri: string | undefined): WalletFacts {
  const entry = (globalThis as { [key: symbol]: WalletEntry | undefined })[WALLET_KEY];
  const wanted = host.wallet ?? '';
  let fault: string | undefined;
  try {
    if (redirectUri && wanted === 'sign-in') entry?.prepare(host, redirectUri);
  } catch (reason) {
    fault = (reason as WalletFailure).hint;
  }
  const count = host.walletProvider ? 1 : countWallets();
  return { wanted, isLoaded: entry !== undefined, fault, count };
}

/** As a page writes them. */
const NAMES: Record<keyof Binding, string> = {
  clientId: 'client-id',
  apiUrl: 'api-url',
  redirectUri: 'redirect-uri',
  exchange: 'the exchange',
};

function compare(here: Binding, begun: Binding): Difference[] {
  return listDifferences(here, begun).map((key) => {
    return { name: NAMES[key], begun: withoutQuery(begun[key]), here: withoutQuery(here[key]) };
  });
}

function readFailure({ connection }: Host, isCustom: boolean): FlowFacts['failure'] {
  if (connection?.status !== 'failed') return undefined;
  const { code, phase, hint = '' } = connection.error;
  // What the page's own exchange function throws may hold secrets.
  const isFromPage = isCustom && (phase === 'exchange' || phase === 'identity');
  return { code, hint: isFromPage ? '' : hint };
}

/** Where the flow of an element stands. */
export function readFlow({ host, parsed, waiting, transitions }: InspectedElement): FlowFacts {
  const { configuration } = parsed;
  // The response has come back, but its flow is marked as used only under the lock.
  const isBack = waiting !== undefined || transitions.at(-1)?.to === 'claiming';
  return {
    lost: isBack ? undefined : findLostFlow(shownAt),
    differences: waiting && configuration ? compare(configuration.binding, waiting) : [],
    failure: readFailure(host, configuration?.exchange.kind === 'custom'),
  };
}

/** Of the element, and of a flow that has not come back. */
async function probeRedirects(...uris: (string | undefined)[]): Promise<RedirectFacts[]> {
  const known = [...new Set(uris)].filter((uri) => uri !== undefined);
  return (await Promise.all(known.map(probeRedirect))).filter((one) => one !== undefined);
}

/** Asks the page, its storage and its servers. No request carries a code or a customer's data. */
export async function gather(element: InspectedElement): Promise<Omit<Facts, 'flow'>> {
  const { host } = element;
  const { configuration: read } = element.parsed;
  // Of a flow that the server starts, this page has nothing but its session.
  const configuration = read?.startUrl ? undefined : read;
  const exchange = configuration?.exchange;
  const [server, redirects, backend, isApiReachable, scripts] = await Promise.all([
    probeServer(withoutQuery(location.href)),
    probeRedirects(configuration?.binding.redirectUri, readFlow(element).lost),
    exchange?.kind === 'backend' ? probeBackend(exchange, host.stayConnected === true) : undefined,
    configuration && isReachable(`${configuration.binding.apiUrl}/tokens`),
    readScripts(),
  ]);
  const isApiBlocked = violations.some(({ blocked }) => {
    return configuration !== undefined && blocked.startsWith(configuration.binding.apiUrl);
  });
  return {
    attributes: readAttributes(host, element),
    settings: configuration && readSettings(configuration),
    page: readPage(server),
    redirects,
    backend,
    isApiReachable: isApiBlocked ? undefined : isApiReachable,
    wallet: readWallet(host, configuration?.binding.redirectUri),
    scripts,
  };
}
