// Faults that newcomers make, planted one at a time: what the console said, what the doctor said,
// and what the customer read. Written to build/reports/doctor.md.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after } from 'node:test';
import { bundleScript } from './support/bundle.js';
import { readDoctor, waitForFinding, type Said } from './support/doctor.js';
import type { Frame } from './support/driver.js';
import {
  SCRIPT_TAG,
  buttonOf,
  clickConnect,
  engine,
  pageWith,
  skipIn,
  useWorld,
  waitForEvent,
  type Attributes,
  type Page,
  type PageAnswer,
  type PageParts,
  type SiteRequest,
} from './support.js';

const INSECURE_HOST = 'shop.example';
const world = useWorld({ hosts: [INSECURE_HOST] });
const { test } = world;

interface Fault {
  /** What the doctor must call it. */
  readonly name: string;
  readonly attributes?: Attributes;
  readonly parts?: PageParts;
  /** Besides: it runs before the page is opened. */
  readonly plant?: () => void | Promise<void>;
  /** Where the page is opened. Default: `/shop` of the site. */
  readonly url?: () => string;
  /** The frame with the element, where it is in one. */
  readonly frame?: string;
  /** What the customer does. Default: nothing. */
  readonly act?: (page: Page) => Promise<void>;
  /** The finding is there only after that. */
  readonly isLate?: boolean;
  readonly skip?: string | false;
}

const SCRIPT = { 'content-type': 'text/javascript; charset=utf-8' };
/** Nobody cleans the address of a page without the element: its icon would be asked for with it. */
const QUIET = { 'referrer-policy': 'no-referrer' };
const tag = (src: string, more = '') =>
  `<script type="module" src="${src}" referrerpolicy="no-referrer" ${more}></script>`;

const origin = () => world.site.origin;
/** The same server under another origin. */
const elsewhere = () => `http://127.0.0.1:${world.site.port}`;

function answerBackend(status: number, body: string, type = 'application/json'): void {
  const headers = { 'content-type': type };
  world.site.backend.answer = { kind: 'answer', status, body, headers };
}

/** The click fails at once. */
async function clickInVain(page: Page): Promise<void> {
  await clickConnect(page);
  await waitForEvent(page, 'monerium-error');
}

/** The customer comes back from Monerium, and the exchange fails. */
async function returnInVain(page: Page): Promise<void> {
  await world.connect(page);
  await waitForEvent(page, 'monerium-error');
}

/** The customer comes back to a page that does nothing, and leaves it. */
async function returnToNothing(page: Page): Promise<void> {
  await world.connect(page);
  await page.waitForFunction(() => document.readyState === 'complete');
  readElsewhere = await readAsCustomer(page);
  await page.goto(`${origin()}/shop`);
}

/** Monerium does not know the redirect URI. The customer reads its page, and goes back. */
async function meetStranger(page: Page): Promise<void> {
  world.registerClient('6b6f4a0e-5b0c-4d0e-9a6e-0d6f6f1c2a3b');
  await clickConnect(page);
  await page.waitForFunction((api) => location.href.startsWith(api), {}, world.emulator.url);
  await page.waitForFunction(() => document.readyState === 'complete');
  readElsewhere = await page.evaluate(() => document.body.innerText);
  await page.goto(`${origin()}/shop`);
}

/** What the customer has read before the page that is shown at the end. */
let readElsewhere = '';

const page = (attributes: Attributes = {}) =>
  pageWith({ body: world.element({ debug: true, ...attributes }) });

const serve = (path: string, answer: (request: SiteRequest) => string | PageAnswer) =>
  world.site.serve(path, answer);

const setHeaders = (headers: Record<string, string>) =>
  `<script type="module">
    document.querySelector('monerium-connect').backendHeaders = ${JSON.stringify(headers)};
  </script>`;

function frameWith(sandbox: string, attributes: Attributes): void {
  world.servePage('/framed', { debug: true, ...attributes });
  world.site.serve(
    '/shop',
    pageWith({ script: '', body: `<iframe src="/framed"${sandbox}></iframe>` }),
  );
}

const FAULTS: Record<string, Fault> = {
  'a misspelled attribute': {
    name: 'attribute-name',
    attributes: { 'backend-url': undefined, backend_url: '/backend' },
  },
  '#233 no client ID': {
    name: 'client-id-missing',
    attributes: { 'client-id': undefined },
    act: clickInVain,
  },
  'a secret in the place of the client ID': {
    name: 'client-id-shape',
    attributes: { 'client-id': '0123456789abcdef'.repeat(4) },
  },
  '#233 a value that an attribute does not have': {
    name: 'attribute-value',
    attributes: { mode: 'window' },
    act: clickInVain,
  },
  '127.0.0.1 instead of localhost in the redirect URI': {
    name: 'redirect-uri-origin',
    plant: () => world.servePage('/shop', { debug: true, 'redirect-uri': `${elsewhere()}/shop` }),
    act: clickInVain,
  },
  '#231 a server that adds a slash': {
    name: 'redirect-uri-slash',
    attributes: { 'redirect-uri': '/callback' },
    plant() {
      serve('/callback', ({ query }) => ({
        status: 301,
        headers: { location: `/callback/?${query.toString()}` },
      }));
      world.site.serve('/callback/', { headers: QUIET, body: page() });
      world.register(`${origin()}/callback`);
    },
    async act(page) {
      await returnToNothing(page);
      // The site's own redirect has taken the response to where no element takes it.
      world.site.requests.length = 0;
    },
  },
  '#231 a server that drops the query': {
    name: 'redirect-uri-query',
    plant() {
      serve('/shop', ({ query }) =>
        query.size > 0 ? { status: 302, headers: { location: '/shop' } } : page(),
      );
    },
    act: returnToNothing,
  },
  '#231 a redirect URI without a page': {
    name: 'redirect-uri-missing',
    attributes: { 'redirect-uri': '/nowhere' },
    plant() {
      world.site.serve('/nowhere', { status: 404, headers: QUIET, body: 'Not found' });
      world.register(`${origin()}/nowhere`);
    },
    act: returnToNothing,
  },
  '#231 a redirect URI behind a login page of another origin': {
    name: 'redirect-uri-moved',
    attributes: { 'redirect-uri': '/members' },
    plant() {
      const headers = { ...QUIET, location: `${elsewhere()}/login` };
      world.site.serve('/members', { status: 302, headers, body: '' });
      world.site.serve('/login', { headers: QUIET, body: 'Please log in.' });
      world.register(`${origin()}/members`);
    },
    act: returnToNothing,
  },
  'a redirect URI that is not registered': {
    name: 'flow-lost',
    attributes: { 'client-id': '6b6f4a0e-5b0c-4d0e-9a6e-0d6f6f1c2a3b' },
    act: meetStranger,
    isLate: true,
  },
  'a page on plain http': {
    name: 'insecure-context',
    url: () => `http://${INSECURE_HOST}:${world.site.port}/shop`,
    ...skipIn({ webkit: 'no option leads a name of the real world to this machine' }),
  },
  '#233 storage that refuses': {
    name: 'storage-blocked',
    parts: {
      before: `<script>Storage.prototype.setItem = () => { throw new Error('refused'); };</script>`,
    },
    act: clickInVain,
  },
  'a frame with mode="redirect"': {
    name: 'frame-redirect',
    plant: () => frameWith('', {}),
    frame: 'iframe',
  },
  'a sandboxed frame without popups': {
    name: 'frame-sandbox',
    plant: () => frameWith(' sandbox="allow-scripts allow-same-origin"', { mode: 'auto' }),
    frame: 'iframe',
  },
  'a policy without the backend': {
    name: 'policy-connect-src',
    plant() {
      const policy = `connect-src ${['shop', 'sentinel', 'sightings']
        .map((path) => `${origin()}/${path}`)
        .join(' ')} ${world.emulator.url}`;
      const headers = { 'content-security-policy': policy };
      world.site.serve('/shop', { headers, body: page() });
    },
    act: returnInVain,
  },
  '#233 a backend that answers with a page': {
    name: 'backend-not-json',
    plant: () => answerBackend(200, '<!doctype html><title>Shop</title>', 'text/html'),
    act: returnInVain,
  },
  '#233 a backend that is not there': {
    name: 'backend-missing',
    plant: () => answerBackend(404, 'Not found', 'text/plain'),
    act: returnInVain,
  },
  'a backend on another origin without CORS': {
    name: 'backend-cors',
    plant() {
      const attributes = { 'backend-url': `${elsewhere()}/backend` };
      world.site.serve('/shop', page({ ...attributes, 'backend-credentials': 'include' }));
    },
    act: returnInVain,
  },
  '#233 a backend that fails': {
    name: 'backend-fails',
    plant: () => answerBackend(500, '{"error":"server_error"}'),
    act: returnInVain,
  },
  'a backend behind a login page': {
    name: 'backend-redirect',
    plant: () => void (world.site.backend.answer = { kind: 'redirect', to: '/login' }),
    act: returnInVain,
  },
  'a backend behind a login page of another origin': {
    name: 'backend-redirect',
    plant() {
      world.site.serve('/login', 'Please log in.');
      world.site.backend.answer = { kind: 'redirect', to: `${elsewhere()}/login` };
    },
    act: returnInVain,
  },
  'a header that browsers refuse': {
    name: 'attribute-value',
    parts: { script: SCRIPT_TAG + setHeaders({ 'x csrf': 'token' }) },
    act: clickInVain,
  },
  'a header with a line break in its value': {
    name: 'attribute-value',
    parts: { script: SCRIPT_TAG + setHeaders({ 'x-csrf': 'to\nken' }) },
    act: clickInVain,
  },
  'a backend that wants a CSRF token': {
    name: 'backend-forbidden',
    plant: () => answerBackend(403, '{"error":"access_denied"}'),
    act: returnInVain,
  },
  'stay-connected without its GET': {
    name: 'stay-connected',
    attributes: { 'stay-connected': true, 'backend-url': '/post-only' },
    plant() {
      const headers = { 'content-type': 'application/json' };
      const answer = { headers, body: '{"error":"invalid_request"}' };
      serve('/post-only', ({ method }) => ({ ...answer, status: method === 'POST' ? 400 : 405 }));
    },
  },
  'stay-connected whose GET leads to a login page of another origin': {
    name: 'stay-connected',
    attributes: { 'stay-connected': true, 'backend-url': '/get-guarded' },
    plant() {
      const headers = { 'content-type': 'application/json', location: `${elsewhere()}/login` };
      serve('/get-guarded', ({ method }) => ({
        headers,
        status: method === 'POST' ? 400 : 302,
        body: '{}',
      }));
    },
  },
  'an emulator that does not run': {
    name: 'api-unreachable',
    attributes: { 'api-url': 'http://127.0.0.1:9' },
  },
  'a wallet without its file': {
    name: 'wallet-file',
    attributes: { wallet: 'sign-in' },
  },
  'a clock that is ahead': {
    name: 'clock',
    plant() {
      const date = new Date(Date.now() - 600_000).toUTCString();
      world.site.serve('/shop', { headers: { date }, body: page() });
    },
  },
  'the script twice': {
    name: 'script-twice',
    parts: { script: tag('/monerium-connect.js') + tag('/twice/monerium-connect.js') },
    plant: async () =>
      world.site.serve('/twice/monerium-connect.js', {
        headers: SCRIPT,
        body: await bundleScript('index'),
      }),
  },
  'an integrity of another version': {
    name: 'integrity-mismatch',
    attributes: { wallet: 'none' },
    parts: {
      script:
        tag('/monerium-connect.js') +
        tag('/kit/monerium-connect.wallet.min.js', `integrity="sha384-${'A'.repeat(64)}"`),
    },
    plant: async () =>
      world.site.serve('/kit/monerium-connect.wallet.min.js', {
        headers: SCRIPT,
        body: await bundleScript('wallet/wallet'),
      }),
  },
};

interface Row {
  readonly title: string;
  readonly name: string;
  readonly console: string[];
  readonly doctor: string[];
  readonly customer: string;
}

const rows: Row[] = [];

/** What is shown of the element, or the text of a page without one. */
function readAsCustomer(place: Frame): Promise<string> {
  return place.evaluate(() => {
    const root = document.querySelector('monerium-connect')?.shadowRoot;
    const shown = [...(root?.querySelectorAll<HTMLElement>('[part=button], [part=status]') ?? [])];
    const texts = shown.map(({ innerText }) => innerText.trim().replaceAll('\n', ' '));
    return root ? texts.filter(Boolean).join(' / ') : document.body.innerText.trim();
  });
}

for (const [title, fault] of Object.entries(FAULTS)) {
  const { name, act, isLate, skip = false } = fault;
  test(`the doctor finds ${title}: ${name}`, { skip }, async () => {
    readElsewhere = '';
    world.servePage(
      '/shop',
      { debug: true, ...fault.attributes },
      fault.parts && {
        body: world.element({ debug: true, ...fault.attributes }),
        ...fault.parts,
      },
    );
    await fault.plant?.();
    const visitor = await world.visit();
    const opened = await visitor.newPage();
    await opened.goto(fault.url?.() ?? `${origin()}/shop`);
    const place: Frame = fault.frame ? await opened.frame(fault.frame) : opened;
    await place.waitForSelector(buttonOf());

    if (isLate) await act?.(opened);
    await waitForFinding(place, name);
    const said = await readDoctor(place);
    assert.deepEqual(problemsOf(said), [name], 'it is found, and no other problem');

    if (act && !isLate) {
      await act(opened);
      // The finding that explains how the flow ended has the link to its code.
      const isEnded = act === clickInVain || act === returnInVain;
      await waitForFinding(place, name, isEnded ? ' a[href*="errors.md#"]' : '');
      assert.deepEqual(problemsOf(await readDoctor(place)), [name], 'and not by another name');
    }
    const customer = readElsewhere || (await readAsCustomer(place));
    const lines = visitor.console.filter((line) => line.includes('<monerium-connect>'));
    rows.push({
      title,
      name,
      customer,
      console: lines.filter((line) => !line.startsWith('info')),
      doctor: said.filter((one) => one.name === name).map(({ text }) => text),
    });
  });
}

const problemsOf = (said: Said[]) =>
  said.filter(({ level }) => level === 'problem').map(({ name }) => name);

function writeCell(texts: string[]): string {
  const cell = texts.map((text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')).join('<br>');
  return cell.replaceAll(/localhost:\d+|127\.0\.0\.1:\d+/g, 'shop.example') || '(nothing)';
}

after(() => {
  const count = Object.keys(FAULTS).length;
  const lines = rows.map(
    ({ title, console: said, doctor, customer }) =>
      `| ${title} | ${writeCell(said)} | ${writeCell(doctor)} | ${writeCell([customer])} |`,
  );
  mkdirSync('build/reports', { recursive: true });
  writeFileSync(
    'build/reports/doctor.md',
    [
      '# Planted faults',
      '',
      `${rows.length} of ${count} faults were found by name in ${engine}.`,
      '',
      '| fault | the console said | the doctor said | the customer read |',
      '|---|---|---|---|',
      ...lines,
      '',
    ].join('\n'),
  );
});
