import {
  startEmulator,
  type Client,
  type Emulator,
  type Fault,
  type PublicEmulator,
  type RecordedRequest,
} from './emulator/emulator.js';

/** What is used of Playwright's `Page`. */
interface TestPage {
  url(): string;
  goto(url: string, options: { waitUntil: 'commit' }): Promise<unknown>;
  waitForURL(isWanted: (url: URL) => boolean): Promise<void>;
}

/** What is used of Playwright's `Route`. */
interface Route {
  request(): {
    url(): string;
    isNavigationRequest(): boolean;
  };
  fetch(options: { url: string }): Promise<unknown>;
  fulfill(response: {
    response?: never;
    status?: number;
    contentType?: string;
    body?: string;
  }): Promise<void>;
}

/** What is used of Playwright's `BrowserContext`. */
interface TestContext {
  route(url: RegExp, handler: (route: Route) => Promise<void>): Promise<void>;
}

export interface MoneriumOptions {
  /** The applications under test, with their client IDs and redirect URIs. */
  clients: Client[];
  /** Where the emulator listens, for a backend under test. Default: any free port. */
  port?: number;
}

/** Monerium, as a test sees it. */
export interface MoneriumFixture {
  /** The address of the emulator, for a backend under test. */
  readonly url: string;
  readonly emulator: PublicEmulator;
  /** The customer approves. `page` shows Monerium, or is about to. */
  approve(page: TestPage): Promise<void>;
  /** The customer refuses. */
  refuse(page: TestPage): Promise<void>;
  /** From now on an endpoint fails: with an HTTP status, or in another way. */
  fail(endpoint: 'token' | 'context', how: Fault | keyof typeof STATUSES): void;
  /** What Monerium was asked. */
  requests(): RecordedRequest[];
}

const STATUSES = {
  401: 'unauthorized',
  404: 'not-found',
  429: 'rate-limit',
  500: 'server-error',
  503: 'unavailable',
} as const satisfies Record<number, Fault>;

const MONERIUM = /^https:\/\/api\.monerium\.(dev|app)\//;

/** Requests of pages to Monerium go to the emulator, so a page needs no change for its tests. */
async function redirectRequests(context: TestContext, emulator: Emulator): Promise<void> {
  await context.route(MONERIUM, async (route) => {
    const { pathname, search } = new URL(route.request().url());
    const url = emulator.url + pathname + search;
    if (route.request().isNavigationRequest()) {
      // Not every engine follows a redirect that a test has made up.
      const body = `<script>location.replace(${JSON.stringify(url)})</script>`;
      await route.fulfill({ status: 200, contentType: 'text/html', body });
    } else {
      await route.fulfill({ response: (await route.fetch({ url })) as never });
    }
  });
}

function createFixture(emulator: Emulator): MoneriumFixture {
  const decide = async (page: TestPage, ending: 'approve' | 'refuse') => {
    await page.waitForURL(({ href }) => href.startsWith(`${emulator.url}/portal/`));
    // A popup closes as soon as it has handed its response over.
    await page.goto(emulator.decide(page.url(), ending), { waitUntil: 'commit' });
  };
  return {
    url: emulator.url,
    emulator,
    approve: (page) => decide(page, 'approve'),
    refuse: (page) => decide(page, 'refuse'),
    fail: (endpoint, how) =>
      emulator.configure({ [endpoint]: typeof how === 'number' ? STATUSES[how] : how }),
    requests: () => [...emulator.requests],
  };
}

/**
 * A fixture for Playwright's test runner: `base.extend(moneriumFixture({ clients }))`. Each test
 * gets an emulator of its own as `monerium`.
 */
export function moneriumFixture({ clients, port = 0 }: MoneriumOptions) {
  return {
    monerium: async (
      { context }: { context: TestContext },
      use: (fixture: MoneriumFixture) => Promise<void>,
    ): Promise<void> => {
      const emulator = await startEmulator({ clients, port });
      await redirectRequests(context, emulator);
      await use(createFixture(emulator));
      await emulator.close();
    },
  };
}
