// What tests with a wallet have in common: its script, the way through the list, a linked customer.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { privateKeyToAccount } from 'viem/accounts';
import type { TestWallet } from '../../../demo/test-wallet.js';
import { DEMO_CLIENT_ID, type World } from '../support.js';
import { clickConnect } from './browser.js';
import { bundleScript } from './bundle.js';
import type { Frame, Page } from './driver.js';
import { endingsOf } from './facts.js';
import { SCRIPT_TAG, type Attributes, type PageParts } from './page-template.js';
import { CANARY_EMAIL } from './secrets.js';

declare global {
  interface Window {
    testWallet: TestWallet;
  }
}

/** The account of the test wallet. */
export const account = privateKeyToAccount(
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
);

export const WALLET_SCRIPT = '<script src="/test-wallet.js" referrerpolicy="no-referrer"></script>';
export const WALLET_FILE =
  '<script type="module" src="/monerium-connect.wallet.js" referrerpolicy="no-referrer"></script>';

const OWNERSHIP_SENTENCE = 'I hereby declare that I am the address owner.';
const VERIFIER = 'w'.repeat(43);

/** The attributes of a sign-in on a site. */
export function signInAt(origin: string): Attributes {
  return {
    wallet: 'sign-in',
    'redirect-uri': '/back',
    'app-name': 'Shop',
    'privacy-url': `${origin}/privacy`,
    'terms-url': `${origin}/terms`,
  };
}

/** Serves a page with a wallet and the wallet file, and the page that Monerium sends back to. */
export async function serveWallet(
  world: World,
  attributes: Attributes = {},
  parts: PageParts = {},
): Promise<void> {
  const { site, emulator } = world;
  const script = { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' };
  for (const [path, entry] of [
    ['/test-wallet.js', 'test wallet'],
    ['/monerium-connect.wallet.js', 'wallet/wallet'],
  ] as const) {
    site.serve(path, { headers: script, body: await bundleScript(entry) });
  }
  const all = { ...signInAt(site.origin), ...attributes };
  const own = { before: WALLET_SCRIPT, script: WALLET_FILE + SCRIPT_TAG, ...parts };
  world.servePage('/', all, own);
  world.servePage('/back', all, own);
  emulator.registerClient({
    clientId: DEMO_CLIENT_ID,
    name: 'Shop',
    redirectUris: [`${site.origin}/back`, `${site.origin}/`],
    privacyUrl: `${site.origin}/privacy`,
    termsUrl: `${site.origin}/terms`,
  });
}

/** An access token of the customer of these tests. */
export async function fetchAccessToken({ emulator, site }: World): Promise<string> {
  const redirectUri = `${site.origin}/back`;
  const codeChallenge = createHash('sha256').update(VERIFIER).digest('base64url');
  const client = { clientId: DEMO_CLIENT_ID, redirectUri, codeChallenge };
  const response = await fetch(`${emulator.url}/auth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: DEMO_CLIENT_ID,
      code: emulator.issueCode({ ...client, email: CANARY_EMAIL }),
      redirect_uri: redirectUri,
      code_verifier: VERIFIER,
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Lets the customer have linked the test wallet. */
export async function linkWallet(world: World): Promise<void> {
  const signature = await account.signMessage({ message: OWNERSHIP_SENTENCE });
  const body = { address: account.address, chain: 'chiado', signature };
  const response = await fetch(`${world.emulator.url}/addresses`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await fetchAccessToken(world)}`,
      Accept: 'application/vnd.monerium.api-v2+json',
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ ...body, message: OWNERSHIP_SENTENCE }),
  });
  assert.equal(response.status, 201);
}

/** The wallets in the list. */
export const WALLETS = 'monerium-connect >>> [part=wallet]';

/** Clicks the button of the element, and waits for the list of wallets. */
export async function openList(page: Page): Promise<void> {
  await clickConnect(page);
  await page.waitForSelector(WALLETS);
}

/** Clicks the button of the element, and the wallet. */
export async function chooseWallet(page: Page): Promise<void> {
  await openList(page);
  await page.click(WALLETS);
}

/** Clicks a button of the list by its text. */
export async function clickInList(page: Frame, text: string): Promise<void> {
  await page.evaluate((wanted) => {
    const root = document.querySelector('monerium-connect')?.shadowRoot;
    const buttons = [...(root?.querySelectorAll<HTMLElement>('dialog button') ?? [])];
    buttons.find(({ textContent }) => textContent.includes(wanted))?.click();
  }, text);
}

/** The codes of the failures that a page has announced. */
export async function codesOf(page: Page): Promise<unknown[]> {
  return (await endingsOf(page)).map(({ detail }) => detail['code']);
}

/** How often the wallet of a page was asked for something. */
export function countCalls(page: Frame, method: string): Promise<number> {
  return page.evaluate(
    (name) => window.testWallet.calls.filter((call) => call.method === name).length,
    method,
  );
}

/** Keeps the next signature back until `release`. */
export async function holdSignature(page: Frame): Promise<{ release(): Promise<void> }> {
  await page.evaluate(() => {
    const { answers } = window.testWallet;
    const sign = answers.personal_sign;
    answers.personal_sign = async (...params) => {
      await new Promise<void>((resolve) => Object.assign(window, { release: resolve }));
      return sign?.(...params);
    };
  });
  return {
    release: async () => {
      await page.waitForFunction('window.release !== undefined');
      await page.evaluate('void window.release()');
    },
  };
}
