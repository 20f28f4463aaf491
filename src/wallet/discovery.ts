// Finds the wallets of this browser. What they announce is self-attested and may be hostile.
import { tryTo } from '../core/errors.js';
import type { WalletProvider } from '../core/oauth/wallet.js';

const MAX_WALLETS = 16;
const MAX_NAME = 40;
const MAX_ICON = 65_536;
const MAX_SVG = 16_384;
const MAX_REFERENCES = 16;
const ICON = /^data:image\/[\w.+-]+[;,]/i;
const SVG = /^data:image\/svg\+xml(?:;(?:charset=)?utf-?8)?(;base64)?,/i;
/** Markup that repeats drawings many times, or could hide such markup. */
const HEAVY = /[<:]use\b|<!ENTITY|dasharray|data:image\/svg|&#|\\/i;

/** A wallet that the customer can choose. */
export interface FoundWallet {
  /** One line of 1 to 40 characters. */
  readonly name: string;
  /** Such as `io.metamask`, or an empty string. Like the name, nobody has checked it. */
  readonly rdns: string;
  /** A `data:` URI of an image, or an empty string. It is safe in an `<img>` only. */
  readonly icon: string;
  readonly provider: WalletProvider;
}

interface Announced extends FoundWallet {
  readonly uuid: string;
}

const announced: Announced[] = [];
/** The wallet of browsers and apps that announce none. */
let injected: FoundWallet | undefined;
const listeners = new Set<() => void>();
let isListening = false;

/** Whether a value can be asked as a wallet. A getter of it may throw. */
export function isProvider(value: unknown): value is WalletProvider {
  try {
    const { request } = value as Partial<WalletProvider>;
    return typeof request === 'function';
  } catch {
    return false;
  }
}

/** One line without control characters and marks of direction. */
function cleanName(name: string): string {
  const line = name.slice(0, 1000).replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim();
  return Array.from(line).slice(0, MAX_NAME).join('');
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** The text of an SVG image, as a browser decodes a `data:` URI: byte by byte. */
function readSvg(icon: string): string | undefined {
  const uri = icon.replace(/[\t\n\r]/g, '');
  const [head, isBase64] = SVG.exec(uri) ?? [];
  if (head === undefined) return undefined;
  const body = uri.slice(head.length).replace(/%([\da-f]{2})/gi, (_, byte: string) => {
    return String.fromCharCode(parseInt(byte, 16));
  });
  return isBase64 ? atob(body) : body;
}

/**
 * Whether an icon is cheap to draw. An SVG image of 3 kB can draw itself a billion times, which
 * freezes the page: one that draws a part of itself again is not shown.
 */
function isLight(icon: string): boolean {
  if (!ICON.test(icon) || icon.length > MAX_ICON) return false;
  if (!/^data:image\/svg/i.test(icon)) return true;
  const svg = icon.length > MAX_SVG ? undefined : readSvg(icon);
  if (!svg || !/^\s*<(svg|\?xml)/.test(svg) || HEAVY.test(svg)) return false;
  return svg.split(/url\(|href/i).length - 1 <= MAX_REFERENCES;
}

/**
 * Reads the `detail` of an announcement; `undefined` when it is unusable.
 * @see EIP-6963
 */
export function readAnnouncement(detail: unknown): Announced | undefined {
  try {
    const { info, provider } = detail as { info: Record<string, unknown>; provider: unknown };
    const { uuid, rdns, icon, name: given } = info;
    const name = isText(given) ? cleanName(given) : '';
    if (!isText(uuid) || !name || !isProvider(provider)) return undefined;
    return {
      uuid,
      name,
      rdns: isText(rdns) && /^[\w.-]{1,80}$/.test(rdns) ? rdns : '',
      // What is no base64 throws.
      icon: isText(icon) && tryTo(() => isLight(icon)) ? icon : '',
      provider,
    };
  } catch {
    return undefined;
  }
}

function notify(): void {
  for (const listener of listeners) listener();
}

/** Adds a wallet, unless its `uuid` or its provider is known already. */
function add(event: Event): void {
  if (announced.length >= MAX_WALLETS) return;
  const wallet = readAnnouncement((event as CustomEvent<unknown>).detail);
  const isKnown = ({ uuid, provider }: Announced) =>
    uuid === wallet?.uuid || provider === wallet?.provider;
  if (!wallet || announced.some(isKnown)) return;
  announced.push(wallet);
  notify();
}

/** An element of the page may have this name, and the getter of a wallet may throw. */
function findInjected(): FoundWallet | undefined {
  try {
    const provider = (window as { ethereum?: unknown }).ethereum;
    if (!isProvider(provider)) return undefined;
    return { name: 'Browser wallet', rdns: '', icon: '', provider };
  } catch {
    return undefined;
  }
}

/** The wallets that are known now, in the order in which they were announced. */
export function listWallets(): readonly FoundWallet[] {
  if (announced.length > 0) return announced;
  injected ??= findInjected();
  return injected ? [injected] : [];
}

/**
 * Asks the wallets to announce themselves, and calls back whenever the list has changed. Nothing is
 * asked before: a page must not learn from a script of ours which wallets its visitors have.
 * @returns a function that ends the calls
 */
export function watchWallets(listener: () => void): () => void {
  listeners.add(listener);
  if (!isListening) {
    isListening = true;
    // For the lifetime of the page, as EIP-6963 wants it: wallets may come late.
    addEventListener('eip6963:announceProvider', add);
    addEventListener('ethereum#initialized', notify);
  }
  dispatchEvent(new Event('eip6963:requestProvider'));
  return () => listeners.delete(listener);
}
