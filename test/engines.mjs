// What runs in Firefox and WebKit as well: the tests of windows, storage, locks, channels, history,
// focus, look, and of what a page or a policy allows. What the rest shows is the same in each.
const e2e = [
  ...['announced-once', 'back', 'callback-page', 'early', 'environment', 'fitting-in', 'flows'],
  ...['further-files', 'handover', 'layout', 'once', 'page', 'patience', 'policy', 'popup'],
  ...['popup-blocked', 'popup-cut-off', 'popup-ends', 'prerender', 'race', 'recognition'],
  ...['referer', 'replay', 'stay-connected', 'unasked', 'unproven-response', 'wallet-popup'],
];
const unit = [
  ...['access', 'fitting-in', 'flow', 'flow-time', 'hostile-page', 'labels', 'lifecycle', 'look'],
  ...['monerium-connect', 'morph', 'page', 'popup', 'popup-line', 'popup-messages', 'popup-window'],
  ...['shared-flow', 'shell', 'start-popup', 'transaction', 'transaction-claim', 'wallet-chooser'],
  ...['window', 'windows'],
];

/**
 * @param {string} engine
 * @param {'e2e' | 'unit'} folder of `test`
 * @param {string} name of a file in it, without its ending
 */
export const runsIn = (engine, folder, name) =>
  engine === 'chromium' || { e2e, unit }[folder].includes(name);
