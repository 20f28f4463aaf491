// Which tests run where. Chromium runs all of them in `npm run test:all` and in CI.

/** The end-to-end tests of `npm test`: every journey of a customer, once. */
// prettier-ignore
const journeys = [
  'back', 'canary', 'commands-and-forms', 'csrf', 'dist', 'duplicate-scripts', 'environment',
  'flows', 'languages', 'page', 'policy', 'popup', 'popup-blocked', 'popup-ends',
  'popup-response', 'race', 'recognition', 'referer', 'replay', 'script-timing',
  'stay-connected', 'wallet', 'without-script',
];

// What runs in Firefox and WebKit as well: windows, storage, locks, channels, history, focus, look,
// and what a page or a policy allows. What the rest shows is the same in each.
// prettier-ignore
const e2e = [
  'announced-once', 'back', 'callback-page', 'commands-and-forms', 'csrf', 'environment', 'flows',
  'further-files', 'page', 'policy', 'popup', 'popup-blocked', 'popup-cut-off',
  'popup-ends', 'popup-response', 'race', 'referer', 'replay', 'script-timing',
  'slow-network', 'wallet-popup',
];
// prettier-ignore
const unit = [
  'accessibility', 'commands-and-forms', 'hostile-page', 'labels', 'lifecycle', 'look', 'page',
  'popup', 'popup-channel', 'popup-messages', 'popup-window', 'shell', 'transaction',
  'transaction-claim', 'wallet-chooser', 'window', 'windows',
];

/** Of the end-to-end tests in Chromium: `journeys` as in `npm test`, or the `others`. */
const { ONLY } = process.env;
export const isQuick = ONLY === 'journeys';

/**
 * @param {string} engine
 * @param {'e2e' | 'unit'} folder of `test`
 * @param {string} name of a file in it, without its ending
 */
export function runsIn(engine, folder, name) {
  if (engine !== 'chromium') return { e2e, unit }[folder].includes(name);
  if (folder === 'unit' || !ONLY) return true;
  // A journey in other languages than that of `npm test`.
  if (name === 'without-script') return true;
  return journeys.includes(name) === isQuick;
}
