import type { Facts, Violation } from './facts.js';
import { advice, ok, problem, type Finding } from './finding.js';

/** How far a clock may differ: a wallet's message is valid for a few minutes. */
const MAX_CLOCK_MS = 60_000;
const OWN_FILE = /monerium-connect|\/locales\/[a-z-]+\.min\.js$/;

/** Web Crypto needs a secure context. */
export function checkSecurity({ page }: Facts): Finding[] {
  if (page.isSecure) return [ok('secure-context', 'The page is a secure context.')];
  const text = `${page.origin} is not a secure context: the browser has no Web Crypto there.`;
  return [problem('insecure-context', text, 'Serve the page by https:, or from localhost.')];
}

/** A flow is stored until the customer comes back. */
export function checkStorage({ page }: Facts): Finding[] {
  switch (page.storage) {
    case 'works':
      return [ok('storage', 'localStorage keeps what is written.')];
    case 'refuses':
      return [
        problem(
          'storage-blocked',
          'localStorage refuses to be read or written.',
          'Allow site data for this page. A sandboxed frame needs allow-same-origin.',
        ),
      ];
    case 'forgets':
      return [
        problem(
          'storage-lost',
          'localStorage does not keep what is written.',
          'Free some space, or leave private browsing.',
        ),
      ];
  }
}

/** Monerium is never shown in a frame. */
export function checkFrame({ page, settings }: Facts): Finding[] {
  if (!page.isFramed) return [];
  if (settings?.mode === 'redirect') {
    const text = 'The page is in a frame, and Monerium is not shown in frames.';
    return [problem('frame-redirect', text, 'Set mode="auto".')];
  }
  if (page.sandbox && !page.sandbox.includes('allow-popups')) {
    const text = 'The frame of this page is sandboxed and may not open a window.';
    const fix = 'Add allow-popups and allow-popups-to-escape-sandbox to sandbox.';
    return [problem('frame-sandbox', text, fix)];
  }
  return [ok('frame', 'The page is in a frame, and Monerium opens in a window of its own.')];
}

/** What keeps a page and its popup apart. */
export function checkPopup({ page, settings, flow }: Facts): Finding[] {
  if (flow.failure?.code === 'popup_blocked') {
    const text = 'The browser has blocked the window.';
    const fix = 'Call connect() in the listener of a click, before any await.';
    return [problem('popup-blocked', text, fix)];
  }
  // With `auto` only a framed page opens a window, and there the policy of its top page counts.
  if (settings?.mode !== 'popup' || page.isFramed) return [];
  if (page.openerPolicy !== 'same-origin') return [];
  return [
    advice(
      'opener-policy',
      'Cross-Origin-Opener-Policy is same-origin: the page cannot see its popup any more.',
      'Send same-origin-allow-popups where you can. Otherwise the customer cancels by the button.',
    ),
  ];
}

/** Relative URLs are resolved against `<base>`. */
export function checkBase({ page }: Facts): Finding[] {
  if (page.baseOrigin === page.origin) return [];
  const text = `A <base> leads relative URLs to ${page.baseOrigin}.`;
  return [advice('base-element', text, 'Write absolute URLs, or remove <base>.')];
}

/** What a Content-Security-Policy has blocked, and needs. */
export function checkPolicy({ page, settings }: Facts): Finding[] {
  const needed = settings && [
    settings.exchange === 'direct' ? settings.apiUrl : settings.backendUrl,
  ];
  const isOurs = ({ blocked }: Violation) =>
    OWN_FILE.test(blocked) || needed?.some((url) => url !== '' && blocked.startsWith(url));
  const ours = page.violations.filter(isOurs);
  if (ours.length === 0) return [ok('policy', 'No policy has blocked what the element needs.')];
  return ours.map(({ directive, blocked }) =>
    problem(
      `policy-${directive.replace(/-elem$/, '')}`,
      `Content-Security-Policy: ${directive} has blocked ${blocked}.`,
      `Add ${originOf(blocked)} to ${directive}.`,
    ),
  );
}

function originOf(blocked: string): string {
  return /^https?:\/\/[^/]+/.exec(blocked)?.[0] ?? blocked;
}

/** The server's clock, as far as it can be seen. */
export function checkClock({ page }: Facts): Finding[] {
  const { clockOffset } = page;
  if (clockOffset === undefined) return [];
  const seconds = Math.round(Math.abs(clockOffset) / 1000);
  if (Math.abs(clockOffset) <= MAX_CLOCK_MS) return [ok('clock', 'The clocks agree.')];
  const side = clockOffset > 0 ? 'ahead of' : 'behind';
  const text = `The clock of this computer is ${seconds} s ${side} that of the server.`;
  return [problem('clock', text, 'Synchronize both clocks: messages of wallets expire.')];
}
