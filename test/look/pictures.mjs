// Draws the pictures of README.md: the button in its states, on a light and on a dark page. Needs a
// build: `npm run shots`.
import { startSheets } from './sheets.mjs';

/** Caption, state, and attributes. */
const CELLS = [
  ['before the click', 'idle', {}],
  ['the page is leaving', 'redirecting', {}],
  ['a popup is open', 'waiting', {}],
  ['the popup was blocked', 'failed', {}],
  ['the customer is connected', 'connected', {}],
  ['in your colour', 'idle', { class: 'own', text: 'pay' }],
];
const STYLE = `
  body { display: grid; grid-template-columns: repeat(3, 300px); gap: 20px 24px; width: 988px;
    padding: 20px; box-sizing: border-box; }
  figure { margin: 0; } figcaption { margin-bottom: 8px; font-size: 13px; opacity: 0.8; }
  monerium-connect { display: block; } .own { --monerium-connect-accent: #0a7f5a; }`;

/** In the page: one element for each cell. */
async function fill(/** @type {typeof CELLS} */ cells) {
  const module = '/sheet.js';
  const { addIn, enter } = await import(module);
  for (const [caption, state, attributes] of cells) {
    const figure = document.body.appendChild(document.createElement('figure'));
    figure.append(Object.assign(document.createElement('figcaption'), { textContent: caption }));
    await enter(await addIn(state, attributes, figure), state);
  }
}

const { browser, origin, close } = await startSheets({ isShaded: true });
for (const theme of ['light', 'dark']) {
  const page = await browser.newPage();
  await page.setViewport({ width: 988, height: 100, deviceScaleFactor: 1.5 });
  // A spinner that stands still.
  await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
  await page.goto(`${origin}/?theme=${theme}`);
  await page.addStyleTag({ content: STYLE });
  await page.evaluate(fill, CELLS);
  // With `fullPage` a picture was cut off once.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewport({ width: 988, height, deviceScaleFactor: 1.5 });
  await page.screenshot({ path: `docs/pictures/states-${theme}.png` });
  await page.close();
}
await close();
