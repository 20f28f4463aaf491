// A customer with a wallet, and Monerium in a separate window, with the popup blocker on.
import assert from 'node:assert/strict';
import { skipIn, useWorld, waitForEvent } from './support.js';
import { waitUntilReady } from './support/popup.js';
import { WALLET_SCRIPT, chooseWallet, linkWallet, serveWallet } from './support/wallet.js';

const world = useWorld({ popupBlocker: true });
const { test } = world;
const NO_BLOCKER = skipIn({ webkit: 'its driver lets every window open' });

/**
 * A wallet that signs too late: a window may open only in the first seconds after a click. A script
 * of the page reports the result because a script that a test evaluates counts as a click.
 */
const SLOW_WALLET = `${WALLET_SCRIPT}<script>
  const { answers } = window.testWallet;
  const { personal_sign } = answers;
  answers.personal_sign = async (...params) => {
    while (navigator.userActivation?.isActive) await new Promise((done) => setTimeout(done, 50));
    return personal_sign(...params);
  };
  const report = (path) => fetch(path, { referrerPolicy: 'no-referrer' });
  document.addEventListener('monerium-status', ({ detail, target }) => {
    if (detail.connection.status !== 'signed') return;
    report('/signed');
    if (window.goesOn) target.connect().catch(({ code }) => report('/failed?code=' + code));
  });
</script>`;

async function open(before = WALLET_SCRIPT) {
  await serveWallet(world, { mode: 'popup' }, { before });
  await linkWallet(world);
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await waitUntilReady(page);
  return page;
}

const portalRequests = () =>
  world.emulator.requests.filter(({ path }) => path.startsWith('/portal'));

test('#131 a wallet that signs at once needs one click to open a window', NO_BLOCKER, async () => {
  const page = await open();
  await chooseWallet(page);
  await waitForEvent(page, 'monerium-connected');
  assert.equal(portalRequests().length, 0);
});

test('#130 a wallet that takes too long needs a second click', NO_BLOCKER, async () => {
  const page = await open(SLOW_WALLET);
  await chooseWallet(page);
  await world.site.waitUntil(({ path }) => path === '/signed');
  assert.equal(world.authorizations().length, 0);
  await page.click('monerium-connect >>> button');
  await waitForEvent(page, 'monerium-connected');
  assert.equal(portalRequests().length, 0);
});

test('#130 without a click, a script opens no window and sends nothing', NO_BLOCKER, async () => {
  const page = await open(SLOW_WALLET);
  await page.evaluate('void (window.goesOn = true)');
  await chooseWallet(page);
  const { query } = await world.site.waitUntil(({ path }) => path === '/failed');
  assert.equal(query.get('code'), 'popup_blocked');
  assert.equal(world.authorizations().length, 0);
});
