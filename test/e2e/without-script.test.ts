// A browser without JavaScript, with each backend that starts the flow.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startEmulator, type Emulator } from '../../src/testing/emulator/emulator.js';
import { toNodeListener } from '../../src/server/node.js';
import { openConnectSite } from '../helpers/connect-site.js';
import { isQuick } from '../chosen.mjs';
import { languages } from '../helpers/languages.js';
import { CLIENT_ID } from '../helpers/site.js';
import { PASSWORD, skipWordPress, startWordPress } from '../helpers/wordpress.js';
import { openPlain, type PlainPage } from './support/plain.js';

const CUSTOMER = 'customer@example.com';
const WAIT_MS = 30_000;

const closing: (() => unknown)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
});

/** Waits until the address of the page is right. */
async function reach(
  page: PlainPage,
  isThere: (url: URL) => boolean,
  timeoutMs = WAIT_MS,
): Promise<URL> {
  let url = '';
  for (const end = performance.now() + timeoutMs; performance.now() < end;) {
    await wait(20);
    url = await page.url().catch(() => '');
    if (URL.canParse(url) && isThere(new URL(url))) return new URL(url);
  }
  throw new Error(`still at ${url}`);
}

/** Clicks until the page is left. A page that has just come may miss the first click. */
async function leaveBy(page: PlainPage, selector: string): Promise<void> {
  const from = await page.url();
  for (let tries = 0; tries < 3; tries++) {
    await page.click(selector);
    const isLeft = reach(page, ({ href }) => href !== from, 5000);
    if (await isLeft.catch(() => undefined)) return;
  }
  throw new Error(`${selector} does not lead away from ${from}`);
}

/** Waits until the page has this text. */
async function see(page: PlainPage, text: string | RegExp): Promise<void> {
  let seen = '';
  for (const end = performance.now() + WAIT_MS; performance.now() < end;) {
    await wait(20);
    // A document that goes away meanwhile has nothing to say.
    seen = await page.text().catch(() => seen);
    if (typeof text === 'string' ? seen.includes(text) : text.test(seen)) return;
  }
  throw new Error(`no ${String(text)} in ${seen.slice(0, 500)}`);
}

/** Goes through Monerium's pages. */
async function decide(page: PlainPage, emulator: Emulator, decision: 'approve' | 'refuse') {
  await reach(page, ({ origin }) => origin === emulator.url);
  await see(page, /data-step="(signup|consent)"/);
  // The second time Monerium knows the customer.
  if ((await page.text()).includes('data-step="signup"')) {
    await page.type('input[name=email]', CUSTOMER);
    await leaveBy(page, '#continue');
  }
  await see(page, 'data-step="consent"');
  await leaveBy(page, `#${decision}`);
}

interface Shop {
  /** The page that the customer begins from, and comes back to. */
  readonly place: URL;
  readonly emulator: Emulator;
  /** What the page has for one who is not connected, and who is. */
  readonly link: string;
  readonly connected: string;
  /** Ends the connection, where the page has a button for it. */
  readonly disconnect?: string;
}

/** Lets the emulator know the client, and a customer who needs no more than a click. */
function prepare(emulator: Emulator, redirectUri: string): void {
  const redirectUris = [redirectUri];
  emulator.configure({ decision: 'ask', walletStep: false });
  emulator.registerClient({ clientId: CLIENT_ID, name: 'Shop', redirectUris });
  const codeChallenge = 'x'.repeat(43);
  emulator.issueCode({ clientId: CLIENT_ID, redirectUri, codeChallenge, email: CUSTOMER });
}

/** A page of a site, in front of a backend that has no pages of its own. */
async function openShop(start: (base: string) => Promise<{ url: string; emulator: Emulator }>) {
  let backend = '';
  const forward = ({ url = '', headers, method = 'GET' }: IncomingMessage) => {
    const sent = new Headers();
    for (const [name, value] of Object.entries(headers)) {
      if (typeof value === 'string' && !/^(host|connection)$/.test(name)) sent.set(name, value);
    }
    return fetch(new URL(url, backend), { method, headers: sent, redirect: 'manual' });
  };
  const server = createServer((request, response) => {
    const answer = async () => {
      if (request.url?.startsWith('/monerium/')) {
        const { status, headers, body } = await forward(request);
        response.writeHead(status, [...headers].flat());
        return response.end(body && (await new Response(body).text()));
      }
      const { origin, cookie = '' } = { origin: backend, cookie: request.headers.cookie };
      const asked = await fetch(`${origin}/monerium/session`, { headers: { cookie } });
      const link = `<a id="connect" href="/monerium/start?return_to=${encodeURIComponent('/cart?step=2')}">`;
      const shown = asked.status === 200 ? 'You are connected' : `${link}Connect</a>`;
      response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-store' });
      return response.end(`<!doctype html><title>Cart</title>${shown}`);
    };
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => (server.closeAllConnections(), server.close()));
  const site = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { url, emulator } = await start(`${site}/monerium`);
  backend = new URL(url).origin;
  prepare(emulator, `${site}/monerium/callback`);
  return {
    emulator,
    place: new URL(`${site}/cart?step=2`),
    link: '#connect',
    connected: 'You are connected',
  };
}

const openEmulator = async () => {
  const emulator = await startEmulator();
  closing.push(() => emulator.close());
  return emulator;
};

/** The handler of this package. */
const openTypeScript = () =>
  openShop(async (base) => {
    const { emulator, handle, close } = await openConnectSite(base);
    closing.push(close);
    const server = createServer(toNodeListener(handle));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => (server.closeAllConnections(), server.close()));
    return { emulator, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  });

async function openWordPress(): Promise<Shop> {
  const emulator = await openEmulator();
  const { url, shop, stop } = await startWordPress(emulator.url);
  closing.push(stop);
  prepare(emulator, `${url}/monerium/callback`);
  return {
    emulator,
    place: new URL(shop),
    link: 'a.monerium-connect',
    connected: 'Connected with Monerium',
    disconnect: '.monerium-connected button',
  };
}

const shops: { name: string; skip: string | false; open: () => Promise<Shop> }[] = [
  { name: 'TypeScript', skip: false, open: openTypeScript },
  ...languages.map(({ name, skip, start }) => ({
    name,
    skip,
    open: () =>
      openShop(async (baseUrl) => {
        const emulator = await openEmulator();
        return { emulator, url: (await start(emulator.url, { baseUrl })).url };
      }),
  })),
  { name: 'WordPress', skip: skipWordPress, open: openWordPress },
];

/** Signs in where the page says so. */
async function signIn(page: PlainPage, { place }: Shop): Promise<void> {
  if (!(await page.text()).includes('monerium-sign-in')) return;
  await leaveBy(page, 'a.monerium-sign-in');
  await see(page, 'id="user_login"');
  await page.type('#user_login', 'customer');
  await page.type('#user_pass', PASSWORD);
  await leaveBy(page, '#wp-submit');
  await reach(page, ({ href }) => href === place.href);
}

describe('a browser without JavaScript', () => {
  // Those in other languages need servers: `npm test` shows the first.
  for (const { name, skip, open } of isQuick ? shops.slice(0, 1) : shops) {
    it(
      `#269 refuses, connects, and comes back to where it was, with ${name}`,
      { skip },
      async () => {
        const shop = await open();
        const { place, emulator, link, connected, disconnect } = shop;
        const page = await openPlain();
        try {
          const comeBack = async (result: string) => {
            const there = await reach(page, ({ searchParams }) =>
              searchParams.has('monerium_result'),
            );
            assert.equal(there.searchParams.get('monerium_result'), result);
            there.searchParams.delete('monerium_result');
            assert.equal(there.href, place.href);
          };
          await page.goto(place.href);
          await see(page, 'href');
          await signIn(page, shop);

          for (const [decision, result] of [
            ['refuse', 'access_denied'],
            ['approve', 'connected'],
          ] as const) {
            await page.goto(place.href);
            await see(page, 'monerium/start');
            await leaveBy(page, link);
            await decide(page, emulator, decision);
            await comeBack(result);
          }
          await see(page, connected);
          await page.goto(place.href);
          await page.reload();
          await see(page, connected);
          assert.equal(emulator.tokenRequests().length, 1);

          if (disconnect === undefined) return;
          await page.click(disconnect);
          await see(page, 'monerium/start');
          await page.reload();
          await see(page, 'monerium/start');
        } finally {
          await page.close();
        }
      },
    );
  }
});
