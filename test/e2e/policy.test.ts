// Pages with a strict Content-Security-Policy: nothing inline, and only the listed requests.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { RECORDER, SIGHTINGS_PATH } from './support/recorder.js';
import {
  SCRIPT_TAG,
  buttonOf,
  pageWith,
  statusOf,
  useWorld,
  waitForEvent,
  type Attributes,
  type Page,
} from './support.js';

const world = useWorld();
const { test } = world;

const hash = createHash('sha256').update(RECORDER).digest('base64');
/** The tests' own recorder is an inline script, and sends a request on `pagehide`. */
const OWN_SCRIPT = `'sha256-${hash}'`;
const OWN_REQUESTS = ['/sentinel', SIGHTINGS_PATH];

/** Records every violation. It is the first script, so it misses none. */
const NONCE = 'bm9uY2U';
const WATCH = `<script src="/watch.js" nonce="${NONCE}" referrerpolicy="no-referrer"></script>`;
const WATCHER = `window.violations = [];
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
    violations.push(effectiveDirective));`;

interface Variant {
  /** Besides `default-src 'none'` and the script of the tests. */
  policy: string;
  /** Where requests may go. */
  connect?: string[];
  script?: string;
  attributes?: Attributes;
}

/** Serves a page under a policy, and opens it. */
async function open({ policy, connect = ['/backend'], script, attributes }: Variant) {
  const { origin } = world.site;
  const requests = [...OWN_REQUESTS, ...connect].map((url) => new URL(url, origin).href);
  // A browser requests the icon without a tag.
  const csp = `default-src 'none'; img-src ${origin}/favicon.ico; connect-src ${requests.join(' ')}; ${policy}`;
  const javascript = { 'content-type': 'text/javascript' };
  world.register(`${origin}/`);
  world.site.serve('/watch.js', { headers: javascript, body: WATCHER });
  world.site.serve('/', {
    headers: { 'content-security-policy': csp },
    body: pageWith({ before: WATCH, body: world.element(attributes), ...(script && { script }) }),
  });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  return { visitor, page };
}

const violationsOf = (page: Page) => page.evaluate<[], string[]>('violations');

/** The style sheet of the element applies. Its markup has no inline style. */
async function assertStyled(page: Page): Promise<void> {
  await page.waitForSelector(buttonOf());
  const look = await page.$eval(buttonOf(), (button) => {
    const { borderRadius, display } = getComputedStyle(button);
    return [borderRadius, display];
  });
  assert.deepEqual(look, ['8px', 'grid']);
}

const SELF = `script-src 'self' ${OWN_SCRIPT}`;
const WITH_NONCE = `<script type="module" src="/monerium-connect.js" nonce="${NONCE}"
  referrerpolicy="no-referrer"></script>`;
const TYPED = "require-trusted-types-for 'script'; trusted-types";
const COPY = '<script type="module" src="/copy.js" referrerpolicy="no-referrer"></script>';

const VARIANTS: Record<string, () => Variant> = {
  'scripts of its own origin only, and no style': () => ({ policy: `${SELF}; style-src 'none'` }),
  'a nonce and strict-dynamic': () => ({
    policy: `script-src 'nonce-${NONCE}' 'strict-dynamic' ${OWN_SCRIPT}`,
    script: WITH_NONCE,
  }),
  'Trusted Types': () => ({ policy: `${SELF}; ${TYPED} lit-html` }),
  'Trusted Types and two copies of Lit': () => ({
    policy: `${SELF}; ${TYPED} lit-html 'allow-duplicates'`,
    script: SCRIPT_TAG + COPY,
  }),
  'the API in connect-src, and no backend': () => ({
    policy: SELF,
    connect: [`${world.emulator.url}/auth/`],
    attributes: { 'backend-url': undefined },
  }),
};

for (const [name, variant] of Object.entries(VARIANTS)) {
  test(`#76 a flow causes no violation of a policy with ${name}`, async () => {
    const { visitor, page } = await open(variant());
    await assertStyled(page);
    assert.deepEqual(await violationsOf(page), []);
    await world.connect(page);
    await waitForEvent(page, 'monerium-connected');
    assert.deepEqual(await violationsOf(page), []);
    assert.equal(world.emulator.tokenRequests().length, 1);
    await world.finish(visitor, page);
  });
}

test('#76 a backend that connect-src leaves out: exchange_network, and the console shows why', async () => {
  const { visitor, page } = await open({ policy: SELF, connect: [] });
  await world.connect(page);
  const detail = await waitForEvent(page, 'monerium-error');
  assert.deepEqual(detail, { code: 'exchange_network', kind: 'failed', phase: 'exchange' });
  assert.equal(await statusOf(page), 'failed');
  assert.deepEqual(await violationsOf(page), ['connect-src']);
  const hints = visitor.console.filter((line) => line.includes('errors.md#exchange_network'));
  assert.equal(hints.length, 1);
  assert.equal(world.site.posts().length, 0);
  await world.finish(visitor, page);
});
