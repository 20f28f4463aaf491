// A customer with a wallet, in redirect mode: from a click to the connection.
import assert from 'node:assert/strict';
import {
  SCRIPT_TAG,
  clickConnect,
  skipIn,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
  walkPortal,
  type Attributes,
  type PageParts,
} from './support.js';
import { CANARY_EMAIL } from './support/secrets.js';
import {
  WALLET_FILE,
  WALLET_SCRIPT,
  account,
  chooseWallet,
  clickInList,
  codesOf,
  countCalls,
  holdSignature,
  linkWallet,
  openList,
  serveWallet,
} from './support/wallet.js';

const world = useWorld();
const { test } = world;

async function open(attributes: Attributes = {}, parts: PageParts = {}) {
  await serveWallet(world, attributes, parts);
  const visitor = await world.visit();
  return { visitor, page: await world.open(visitor, '/') };
}

const portalRequests = () =>
  world.emulator.requests.filter(({ path }) => path.startsWith('/portal'));
const authRequests = () => world.emulator.requests.filter(({ path }) => path === '/auth');

test('#88 #90 #118 one click and one signature connect a customer who has linked the wallet', async () => {
  const { page } = await open();
  await linkWallet(world);
  await chooseWallet(page);
  await waitForEvent(page, 'monerium-connected');
  assert.equal(portalRequests().length, 0);
  const [auth, ...others] = authRequests();
  assert.equal(others.length, 0);
  assert.equal(auth?.method, 'GET');
  assert.equal(auth.body, '');
  assert.equal(auth.query['message']?.includes(`\n${account.address}\n`), true);
});

test('#94 #141 a signature is not stored while the customer is at Monerium', async () => {
  const { page } = await open();
  await chooseWallet(page);
  await page.waitForSelector('body[data-step]');
  await page.goto(`${world.site.origin}/`);
  await page.waitForSelector('monerium-connect >>> button');
  assert.equal(authRequests().length, 1);
});

test('#105 #142 a customer continues without a wallet', async () => {
  const { page } = await open();
  await openList(page);
  await clickInList(page, 'Use e-mail instead');
  await page.waitForSelector('body[data-step]');
  assert.equal(authRequests()[0]?.query['response_type'], 'code');
  assert.equal(authRequests()[0]?.query['message'], undefined);
});

test('#142 a wallet that is not linked leads to the portal, where the customer continues', async () => {
  const { page } = await open();
  await chooseWallet(page);
  await walkPortal(page, { email: CANARY_EMAIL });
  await waitForEvent(page, 'monerium-connected');
});

test('#142 a wallet that is not linked is refused, and the customer tries again without one', async () => {
  const { page } = await open();
  world.emulator.configure({ siweUnlinked: 'error' });
  await chooseWallet(page);
  await waitForStatus(page, 'failed');
  assert.deepEqual(await codesOf(page), ['authorization_error']);
  await openList(page);
  await clickInList(page, 'Use e-mail instead');
  await page.waitForSelector('body[data-step]');
});

for (const [label, code, message] of [
  ['declines', 4001, 'wallet_rejected'],
  ['is busy', -32002, 'wallet_busy'],
  ['is disconnected', 4900, 'wallet_error'],
] as const) {
  test(`#91 #115 #127 a wallet that ${label} ends the attempt, and the next click starts another`, async () => {
    const { page } = await open();
    await linkWallet(world);
    await page.evaluate((refused) => {
      const { answers } = window.testWallet;
      const { personal_sign } = answers;
      answers.personal_sign = () => {
        answers.personal_sign = personal_sign;
        throw Object.assign(new Error('text of the wallet'), { code: refused });
      };
    }, code);
    await chooseWallet(page);
    await waitForStatus(page, 'failed');
    assert.deepEqual(await codesOf(page), [message]);
    assert.equal(authRequests().length, 0);
    await chooseWallet(page);
    await waitForEvent(page, 'monerium-connected');
  });
}

test('#120 a signature of another key is refused by Monerium, and the customer may try again', async () => {
  const { page } = await open();
  await linkWallet(world);
  await page.evaluate(() => {
    window.testWallet.answers.personal_sign = () => `0x${'11'.repeat(64)}1b`;
  });
  await chooseWallet(page);
  await waitForStatus(page, 'failed');
  assert.deepEqual(await codesOf(page), ['authorization_error']);
  await chooseWallet(page);
  await waitForEvent(page, 'monerium-connected');
});

test('#119 an account that changes while the wallet signs sends nothing', async () => {
  const { page } = await open();
  await page.evaluate(() => {
    window.testWallet.answers.eth_accounts = () => ['0x0000000000000000000000000000000000000001'];
  });
  await chooseWallet(page);
  await waitForStatus(page, 'failed');
  assert.deepEqual(await codesOf(page), ['wallet_error']);
  assert.equal(authRequests().length, 0);
});

test('#121 a wallet on another network is switched once', async () => {
  const { page } = await open({ chain: 'chiado' });
  await linkWallet(world);
  await page.evaluate(() => {
    const { answers } = window.testWallet;
    const switched = answers.wallet_switchEthereumChain;
    const { eth_chainId } = answers;
    answers.eth_chainId = () => '0x38';
    answers.wallet_switchEthereumChain = (...params) => {
      answers.eth_chainId = eth_chainId;
      return switched?.(...params);
    };
  });
  await chooseWallet(page);
  await waitForEvent(page, 'monerium-connected');
});

for (const [ahead, isRight] of [
  [60_000, true],
  [-240_000, true],
  [3_600_000, false],
  [-3_600_000, false],
] as const) {
  const outcome = isRight ? 'is signed in' : 'may try again';
  test(`#92 a customer whose clock is ${ahead / 1000} seconds ahead ${outcome}`, async () => {
    const clock = `<script>{ const { now } = Date; Date.now = () => now() + ${ahead}; }</script>`;
    const { page } = await open({}, { before: clock + WALLET_SCRIPT });
    await linkWallet(world);
    await chooseWallet(page);
    if (isRight) {
      await waitForEvent(page, 'monerium-connected');
      return;
    }
    await waitForStatus(page, 'failed');
    assert.deepEqual(await codesOf(page), ['authorization_error']);
    await openList(page);
  });
}

test('#128 the request works only once: Back and a copied address return no second code', async () => {
  const { visitor, page } = await open();
  await linkWallet(world);
  await chooseWallet(page);
  await waitForEvent(page, 'monerium-connected');
  const [auth] = authRequests();
  const query = new URLSearchParams(auth?.query);
  const copy = await visitor.newPage();
  await copy.goto(`${world.emulator.url}/auth?${query.toString()}`);
  await copy.waitForSelector('monerium-connect >>> button');
  assert.equal(world.site.posts().length, 1);
  const returns = world.site.requests.filter(
    ({ path, query: q }) => path === '/back' && q.has('code'),
  );
  assert.equal(returns.length, 1);
});

test('#132 two clicks send one request to the wallet', async () => {
  const { page } = await open();
  await linkWallet(world);
  const held = await holdSignature(page);
  await chooseWallet(page);
  await waitForStatus(page, 'signing');
  await page.waitForFunction('window.release !== undefined');
  await page.evaluate(() => {
    const element = document.querySelector('monerium-connect');
    element?.click();
    void element?.connect();
  });
  assert.equal(await countCalls(page, 'personal_sign'), 1);
  await held.release();
  await waitForEvent(page, 'monerium-connected');
  assert.equal(authRequests().length, 1);
});

test('#113 #133 the element waits for a locked wallet until the customer cancels', async () => {
  const { page } = await open();
  await page.evaluate(() => {
    window.testWallet.answers.eth_requestAccounts = () =>
      new Promise((resolve) => Object.assign(window, { unlock: resolve }));
  });
  await chooseWallet(page);
  await page.waitForSelector('monerium-connect >>> [part=cancel]');
  assert.equal(await statusOf(page), 'signing');
  await page.click('monerium-connect >>> [part=cancel]');
  await waitForStatus(page, 'idle');
  await page.evaluate('void window.unlock(["0x5da1efc8db7e32614d7ffb0b8b6bd86e85ecc743"])');
  assert.deepEqual(await codesOf(page), ['aborted']);
  assert.equal(await countCalls(page, 'personal_sign'), 0);
});

const ORDERS: [string, string][] = [
  ['before the element', WALLET_FILE + SCRIPT_TAG],
  ['after the element', SCRIPT_TAG + WALLET_FILE],
  ['twice', WALLET_FILE + SCRIPT_TAG + WALLET_FILE.replace('.js"', '.js?2"')],
];
for (const [label, script] of ORDERS) {
  test(`#138 the wallet file works when it is loaded ${label}`, async () => {
    const { page } = await open({}, { script });
    await linkWallet(world);
    await chooseWallet(page);
    await waitForEvent(page, 'monerium-connected');
  });
}

const EARLY_CLICK = skipIn({ webkit: 'its driver clicks nothing before the page has loaded' });

test(
  '#138 a click before the wallet file is loaded waits for it, until the page has loaded',
  EARLY_CLICK,
  async () => {
    let send: () => void = () => {};
    const sent = new Promise<void>((resolve) => (send = resolve));
    const script = `${SCRIPT_TAG}<script type="module" src="/late.js" referrerpolicy="no-referrer"></script>`;
    await serveWallet(world, {}, { script });
    const { body = '' } = world.site.pageAt('/monerium-connect.wallet.js') as { body?: string };
    world.site.serve('/late.js', async () => {
      await sent;
      return { headers: { 'content-type': 'text/javascript' }, body };
    });
    await linkWallet(world);
    const visitor = await world.visit();
    const page = await visitor.newPage();
    const loaded = page.goto(`${world.site.origin}/`);
    await clickConnect(page);
    await page.waitForFunction("document.querySelector('monerium-connect').status === 'idle'");
    send();
    await loaded;
    await page.waitForSelector('monerium-connect >>> [part=wallet]');
    await page.click('monerium-connect >>> [part=wallet]');
    await waitForEvent(page, 'monerium-connected');
  },
);

test('#138 a page without the wallet file continues without a wallet, and logs the file', async () => {
  const { visitor, page } = await open({}, { script: SCRIPT_TAG });
  const { query } = await world.begin(page);
  assert.equal(query['response_type'], 'code');
  assert.equal(query['authentication_method'], undefined);
  const told = visitor.console.filter((text) => text.includes('monerium-connect.wallet.min.js'));
  assert.equal(told.length, 1, visitor.console.join('; '));
  assert.match(told[0] ?? '', /^warn/);
});

const POLICIES = [
  "script-src 'self' 'unsafe-inline'; require-trusted-types-for 'script'; trusted-types lit-html recorder",
  "default-src 'self'; script-src 'self' 'unsafe-inline'; connect-src *; form-action 'none'",
  "default-src 'self'; script-src 'self' 'unsafe-inline'; connect-src *; img-src 'self'; style-src 'self'",
];
for (const policy of POLICIES) {
  test(`#89 a wallet signs in under the policy ${policy}`, async () => {
    await serveWallet(world);
    for (const path of ['/', '/back']) {
      const body = world.site.pageAt(path) as string;
      world.site.serve(path, { body, headers: { 'content-security-policy': policy } });
    }
    await linkWallet(world);
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await openList(page);
    await page.waitForFunction(() => {
      const root = document.querySelector('monerium-connect')?.shadowRoot;
      const icon = root?.querySelector<HTMLImageElement>('[part=wallet-icon]');
      return !icon || icon.complete;
    });
    assert.equal(
      await page.$eval('monerium-connect >>> [part=wallet]', (b) => b.innerText.split('\n')[0]),
      'Test wallet',
    );
    await page.click('monerium-connect >>> [part=wallet]');
    await waitForEvent(page, 'monerium-connected');
    assert.deepEqual(visitor.errors, []);
  });
}

test('#111 no icon and no name of a wallet causes a request', async () => {
  const hostile = `<script>
    for (const [index, icon] of ['https://tracker.example/i.png', 'javascript:alert(1)',
      'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"><image href="/stolen.png"/></svg>',
    ].entries()) addEventListener('eip6963:requestProvider', () => dispatchEvent(
      new CustomEvent('eip6963:announceProvider', { detail: {
        info: { uuid: 'u' + index, name: '<img src=/stolen.png>', rdns: 'x.y', icon },
        provider: { request: async () => [] } } })));
  </script>`;
  const { visitor, page } = await open({}, { before: hostile + WALLET_SCRIPT });
  await openList(page);
  await page.waitForFunction(() => {
    const root = document.querySelector('monerium-connect')?.shadowRoot;
    const icons = [...(root?.querySelectorAll<HTMLImageElement>('[part=wallet-icon]') ?? [])];
    return icons.every(({ complete }) => complete);
  });
  await page.evaluate("fetch('/sentinel', { referrerPolicy: 'no-referrer' })");
  assert.equal(!world.site.requests.some(({ path }) => path.includes('stolen')), true);
  assert.equal(!visitor.sightings.some(({ name }) => name.includes('tracker')), true);
});

test('#136 a frame in redirect mode fails before a request to a wallet', async () => {
  await serveWallet(world);
  world.site.serve('/framing', `<!doctype html><iframe src="/"></iframe>`);
  const visitor = await world.visit();
  const page = await world.open(visitor, '/framing');
  const frame = await page.frame('iframe');
  await frame.waitForSelector('monerium-connect >>> button');
  await frame.click('monerium-connect >>> button');
  await frame.waitForFunction("document.querySelector('monerium-connect').status === 'failed'");
  assert.equal(
    await frame.evaluate("document.querySelector('monerium-connect').connection.error.code"),
    'embedding_blocked',
  );
  assert.equal(await countCalls(frame, 'eth_requestAccounts'), 0);
});

test('#139 a provider of the page is used, and no list is shown', async () => {
  const { page } = await open({}, { before: WALLET_SCRIPT.replace('src', 'data-silent src') });
  await linkWallet(world);
  await page.waitForSelector('monerium-connect >>> button');
  await page.evaluate(() => {
    const element = document.querySelector('monerium-connect');
    if (element) element.walletProvider = window.testWallet.provider;
  });
  await clickConnect(page);
  await waitForEvent(page, 'monerium-connected');
});
