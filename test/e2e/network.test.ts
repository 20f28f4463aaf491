import assert from 'node:assert/strict';
import type { Fault, Switches } from '../../src/testing/emulator/emulator.js';
import type { BackendAnswer } from './support/backend.js';
import { toPuppeteer } from './support/puppeteer.js';
import {
  endingsOf,
  needsInterception,
  recordsOf,
  settle,
  statusOf,
  useWorld,
  waitForEvent,
  waitForLocks,
  type Attributes,
  type Page,
} from './support.js';

const world = useWorld();
const { test } = world;

const EXCHANGES = ['backend', 'direct'] as const;
type Exchange = (typeof EXCHANGES)[number];

/** The number of requests with the code to the backend or the token endpoint. */
function timesSent(exchange: Exchange): number {
  return exchange === 'backend' ? world.site.posts().length : world.emulator.tokenRequests().length;
}

function servePage(exchange: Exchange, attributes: Attributes = {}): void {
  const backend = exchange === 'backend' ? '/backend' : undefined;
  world.servePage('/', { 'backend-url': backend, ...attributes });
}

function breakServer(exchange: Exchange, answer: BackendAnswer, token: Fault): void {
  if (exchange === 'backend') world.site.backend.answer = answer;
  else world.emulator.configure({ token });
}

/** The flow ended with this error, the code is used up, and was sent only once. */
async function assertFailed(
  page: Page,
  exchange: Exchange,
  expected: Record<string, unknown>,
): Promise<void> {
  const detail = await waitForEvent(page, 'monerium-error');
  assert.deepEqual(detail, { kind: 'failed', phase: 'exchange', ...expected });
  await settle(page);
  assert.equal((await endingsOf(page)).length, 1);
  assert.equal(await statusOf(page), 'failed');
  assert.equal(timesSent(exchange), 1);
  await waitForLocks(page);
  const record = (await recordsOf(page))[world.authorizations()[0]!.state];
  assert.deepEqual(Object.keys(record ?? {}).sort(), ['at', 'outcome', 'v']);
  assert.equal(record!['outcome'], expected['code']);
}

for (const exchange of EXCHANGES) {
  for (const kind of ['hang', 'drip'] as const) {
    test(`#62 ${exchange}: a server with a response of kind “${kind}” ends in a timeout`, async () => {
      servePage(exchange, { timeout: '1000' });
      breakServer(exchange, { kind }, kind);
      const visitor = await world.visit();
      const page = await world.open(visitor, '/');
      await world.connect(page);
      await assertFailed(page, exchange, { code: 'exchange_timeout' });
      if (exchange === 'backend') {
        await world.site.waitUntil(({ path, isAborted }) => path === '/backend' && isAborted);
      }
      await world.finish(visitor, page);
    });
  }

  test(`#64 ${exchange}: a connection that breaks after sending is not tried again`, async () => {
    servePage(exchange);
    breakServer(exchange, { kind: 'reset' }, 'reset');
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await world.connect(page);
    await assertFailed(page, exchange, { code: 'exchange_network' });
    await world.finish(visitor, page);
  });

  test(`#71 ${exchange}: a redirect is not followed, and no code is sent to another origin`, async () => {
    const to = `http://127.0.0.1:${world.site.port}/evil`;
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
    world.site.serve('/evil', { headers, body: '{"profile":"evil","userId":"evil"}' });
    servePage(exchange);
    breakServer(exchange, { kind: 'redirect', to }, 'redirect');
    if (exchange === 'direct') world.emulator.configure({ redirectTo: to });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await world.connect(page);
    await assertFailed(page, exchange, { code: 'exchange_network' });
    assert.deepEqual(
      world.site.requests.filter(({ path }) => path === '/evil'),
      [],
    );
    await world.finish(visitor, page);
  });
}

test('#67 a token endpoint without CORS gets one request, and the console links to the reason', async () => {
  servePage('direct');
  world.emulator.configure({ cors: false });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.connect(page);
  await assertFailed(page, 'direct', { code: 'exchange_network' });
  const hints = visitor.console.filter((line) => line.includes('errors.md#exchange_network'));
  assert.equal(hints.length, 1);
  await world.finish(visitor, page);
});

test('#78 a blocker that stops the POST ends the flow at once', needsInterception, async () => {
  servePage('backend');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const url = world.callbackUrl(await world.begin(page));
  const driven = toPuppeteer(page);
  await driven.setRequestInterception(true);
  let blocked = 0;
  driven.on('request', (request) => {
    const isPost = request.url().endsWith('/backend');
    blocked += Number(isPost);
    void (isPost ? request.abort('blockedbyclient') : request.continue());
  });
  await page.goto(url);
  const detail = await waitForEvent(page, 'monerium-error');
  assert.deepEqual(detail, { code: 'exchange_network', kind: 'failed', phase: 'exchange' });
  await settle(page);
  assert.equal(blocked, 1);
  assert.equal(world.site.posts().length, 0);
  await world.finish(visitor, page);
});

const REFUSALS: {
  name: string;
  answer: BackendAnswer;
  switches: Partial<Switches>;
  expected: Record<string, unknown>;
}[] = [
  {
    name: '#65 a limit of requests',
    answer: { kind: 'answer', status: 429, headers: { 'retry-after': '7' } },
    switches: { token: 'rate-limit', retryAfter: '7' },
    expected: { code: 'rate_limited', status: 429, retryAfterMs: 7000 },
  },
  {
    name: '#65 a service that is down for long',
    answer: { kind: 'answer', status: 503, headers: { 'retry-after': '999999' } },
    switches: { token: 'unavailable', retryAfter: '999999' },
    expected: { code: 'server_unavailable', status: 503, retryAfterMs: 3_600_000 },
  },
  {
    name: '#66 a refusal',
    answer: { kind: 'answer', status: 400, body: '{"error":"invalid_grant","message":"<b>no"}' },
    switches: { oauthErrors: true, codeLifetimeMs: 0 },
    expected: { code: 'exchange_rejected', status: 400, oauthError: 'invalid_grant' },
  },
];
for (const exchange of EXCHANGES) {
  for (const { name, answer, switches, expected } of REFUSALS) {
    test(`${name} is reported by the ${exchange} exchange as ${String(expected['code'])}`, async () => {
      servePage(exchange);
      world.site.backend.answer = answer;
      world.emulator.configure(switches);
      const visitor = await world.visit();
      const page = await world.open(visitor, '/');
      await world.connect(page);
      await assertFailed(page, exchange, expected);
      await world.finish(visitor, page);
    });
  }
}

test('#65 a Retry-After that CORS hides is left out of the error', async () => {
  servePage('direct');
  world.emulator.configure({ token: 'rate-limit', exposeRetryAfter: false });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.connect(page);
  await assertFailed(page, 'direct', { code: 'rate_limited', status: 429 });
  await world.finish(visitor, page);
});
