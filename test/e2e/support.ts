// The setup of the end-to-end tests: a site on localhost, the emulator of Monerium on 127.0.0.1,
// and a browser. The two hosts are cross-site to each other, as the real ones are.
import assert from 'node:assert/strict';
import { after, test, type TestContext } from 'node:test';
import {
  DEMO_CLIENT_ID,
  startEmulator,
  type Emulator,
} from '../../src/testing/emulator/emulator.js';
import { clickConnect, launchBrowser } from './support/browser.js';
import { bundleScript } from './support/bundle.js';
import type { Browser, BrowserOptions, Page, Visitor } from './support/driver.js';
import { settle } from './support/facts.js';
import { element, pageWith, type Attributes, type PageParts } from './support/page-template.js';
import { assertNoSecrets, CANARY_EMAIL, type Places } from './support/secrets.js';
import { startSite, type Site, type SiteRequest } from './support/site.js';

export { DEMO_CLIENT_ID } from '../../src/testing/emulator/emulator.js';
export * from './support/browser.js';
export type { Frame, Page, Visitor } from './support/driver.js';
export * from './support/facts.js';
export * from './support/page-template.js';
export * from './support/secrets.js';
export * from './support/site.js';

/** A request to `/auth`, with all that a test needs to return without the portal. */
export interface Authorization {
  readonly state: string;
  readonly codeChallenge: string;
  readonly redirectUri: string;
  readonly clientId: string;
  readonly query: Record<string, string>;
}

type Body = (t: TestContext) => Promise<void> | void;
interface Options {
  skip?: string | boolean;
  timeout?: number;
}

const browsers = new Map<string, Promise<Browser>>();
after(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

/** A browser with these options, which all files share. It is closed after the tests. */
export function shareBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const key = JSON.stringify(options);
  const browser = browsers.get(key) ?? launchBrowser(options);
  browsers.set(key, browser);
  return browser;
}

/** Fails a test that would block the whole run. */
const HANG_MS = 300_000;

/** The site, the emulator and the browser of a flow. The first test starts them. */
export class World {
  site!: Site;
  emulator!: Emulator;
  browser!: Browser;
  /** Secrets and origins that the canary scan cannot find itself. */
  known: Places['known'] = {};
  trusted: Places['trusted'] = [];
  /** Further sites, whose requests are searched as well. */
  otherSites: Site[] = [];
  #visitors: Visitor[] = [];
  #starting: Promise<void> | undefined;
  readonly #options: BrowserOptions;

  constructor(options: BrowserOptions = {}) {
    this.#options = options;
  }

  /**
   * A test in this world, which is clean at its start. The test must leak no secret.
   * It uses no hooks: files that run in one process would share them.
   */
  readonly test = (name: string, ...rest: [Body] | [Options, Body]): void => {
    const [options, body] = rest.length === 2 ? rest : [{}, rest[0]];
    void test(name, { timeout: HANG_MS, ...options }, async (t) => {
      await (this.#starting ??= this.start());
      const hadBrowser = await this.#run(() => body(t));
      // WebKitGTK crashes now and then. A second crash fails the test.
      if (hadBrowser) return;
      t.diagnostic('The browser ended by itself, so this test ran a second time.');
      assert.ok(await this.#run(() => body(t)), 'the browser ended by itself, twice');
    });
  };

  /** Runs a test. Returns whether the browser still runs after it. */
  async #run(body: () => Promise<void> | void): Promise<boolean> {
    try {
      await body();
      await this.search();
      return true;
    } catch (error) {
      const ended = await Promise.all(this.#visitors.map((visitor) => visitor.hasEnded()));
      if (ended.includes(true)) return false;
      if (error instanceof Error) error.message += ` Requests: ${this.#listRequests()}`;
      throw error;
    } finally {
      await this.clear();
    }
  }

  /** The requests to the site, then to Monerium. Most error messages do not include them. */
  #listRequests(): string {
    return [...this.site.requests, ...this.emulator.requests]
      .map(({ method, path }) => `${method} ${path}`)
      .join(', ');
  }

  async start(): Promise<void> {
    // Sources that do not build fail the test here, and not in a page that never loads.
    await bundleScript('index');
    this.site = await startSite();
    this.emulator = await startEmulator();
    this.site.apiUrl = this.emulator.url;
    // The request does not identify the visitor, so all get the sightings: none may have a secret.
    this.site.takeSightings = (sightings) => {
      for (const visitor of this.#visitors) visitor.see(...sightings);
    };
    this.browser = await shareBrowser(this.#options);
  }

  /** Scans the pages of all visitors of a test for secrets. */
  async search(): Promise<void> {
    for (const visitor of this.#visitors) await this.assertNoSecrets(visitor);
  }

  /** Closes and resets what a test has used. */
  async clear(): Promise<void> {
    for (const visitor of this.#visitors) await visitor.close();
    this.#visitors = [];
    Object.assign(this, { known: {}, trusted: [], otherSites: [] });
    this.site.reset();
    this.emulator.reset();
  }

  async close(): Promise<void> {
    if (!this.#starting) return;
    await this.site.close();
    await this.emulator.close();
  }

  async visit(): Promise<Visitor> {
    const visitor = await this.browser.visit();
    this.#visitors.push(visitor);
    return visitor;
  }

  /** Opens a page of the site in a new tab. */
  async open(visitor: Visitor, path: string): Promise<Page> {
    const page = await visitor.newPage();
    await page.goto(this.site.origin + path);
    return page;
  }

  element(attributes?: Attributes, content?: string): string {
    return element(this.emulator.url, attributes, content);
  }

  /** Serves a page with one element, and registers it as a redirect URI. */
  servePage(path: string, attributes?: Attributes, parts?: PageParts): void {
    this.register(this.site.origin + path);
    this.site.serve(path, pageWith({ body: this.element(attributes), ...parts }));
  }

  /** Registers redirect URIs of the site. */
  register(...redirectUris: string[]): void {
    this.registerClient(DEMO_CLIENT_ID, ...redirectUris);
  }

  registerClient(clientId: string, ...redirectUris: string[]): void {
    const known = this.#redirectUris.get(clientId) ?? [];
    const all = [...new Set([...known, ...redirectUris])];
    this.#redirectUris.set(clientId, all);
    this.emulator.registerClient({ clientId, name: 'Shop', redirectUris: all });
  }

  readonly #redirectUris = new Map<string, string[]>();

  authorizations(): Authorization[] {
    const sent = this.emulator.requests.filter(({ path }) => path === '/auth');
    return sent.map(({ query }) => ({
      state: query['state'] ?? '',
      codeChallenge: query['code_challenge'] ?? '',
      redirectUri: query['redirect_uri'] ?? '',
      clientId: query['client_id'] ?? '',
      query,
    }));
  }

  /** Clicks the button and waits until the portal is shown. */
  async begin(page: Page, selector?: string): Promise<Authorization> {
    const count = this.authorizations().length;
    await clickConnect(page, selector);
    await page.waitForSelector('body[data-step]');
    const begun = this.authorizations().slice(count);
    assert.equal(begun.length, 1, 'one click makes one request to /auth');
    return begun[0]!;
  }

  /** The address to which Monerium redirects a customer who has approved. */
  callbackUrl(authorization: Authorization): string {
    const { redirectUri, state } = authorization;
    const code = this.emulator.issueCode({ ...authorization, email: CANARY_EMAIL });
    const joint = redirectUri.includes('?') ? '&' : '?';
    return `${redirectUri}${joint}${new URLSearchParams({ code, state }).toString()}`;
  }

  /** Clicks the button and opens the callback URL, without the steps of the portal. */
  async connect(page: Page, selector?: string): Promise<string> {
    const url = this.callbackUrl(await this.begin(page, selector));
    await page.goto(url);
    return url;
  }

  /** The only POST request that the backend received. */
  onlyPost(): SiteRequest {
    const posts = this.site.posts();
    assert.equal(posts.length, 1, 'one post reaches the backend');
    return posts[0]!;
  }

  assertNoSecrets(visitor: Visitor): Promise<void> {
    const sites = [this.site, ...this.otherSites];
    const { emulator, known, trusted } = this;
    return assertNoSecrets({ sites, emulator, visitor, known, trusted });
  }

  /** Ends a test of a flow: all work is done, no secret has leaked, and no error is uncaught. */
  async finish(visitor: Visitor, ...pages: Page[]): Promise<void> {
    for (const page of pages) await settle(page);
    await this.assertNoSecrets(visitor);
    assert.deepEqual(visitor.errors, [], 'no error is left uncaught');
  }
}

/** A world for the tests of a file. */
export function useWorld(options: BrowserOptions = {}): World {
  return use(new World(options));
}

/** Closes the world after the tests. */
export function use<W extends World>(world: W): W {
  after(() => world.close());
  return world;
}
