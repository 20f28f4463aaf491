// Pictures of the built package for people to look at: `npm run build`, then `npm run shots`.
// Writes contact sheets, and the element beside other buttons, to build/shots, and the pictures of
// README.md. With `--references` it writes the pictures that test/look compares with instead.
import { mkdirSync, writeFileSync } from 'node:fs';
import { drawPictures } from './pictures.mjs';
import { drawReference, writeOrigin } from './references.mjs';
import { LANGUAGES, THEMES, openSheet, startSheets } from './sheets.mjs';

const OUT = 'build/shots';
const isForTests = process.argv.includes('--references');

const sheets = await startSheets({ isShaded: !isForTests });
mkdirSync(OUT, { recursive: true });
for (const theme of /** @type {(keyof typeof THEMES)[]} */ (Object.keys(THEMES))) {
  for (const lang of /** @type {(keyof typeof LANGUAGES)[]} */ (Object.keys(LANGUAGES))) {
    const { page } = await openSheet(sheets, theme, lang);
    const picture = await page.screenshot({ fullPage: true });
    if (isForTests) drawReference(`${theme}-${lang}`, picture);
    else writeFileSync(`${OUT}/${theme}-${lang}.png`, picture);
    await page.close();
  }
}
if (isForTests) writeOrigin(await sheets.browser.version());
else {
  const page = await sheets.browser.newPage();
  await page.goto(`${sheets.origin}/`);
  await page.addStyleTag({ content: 'body { display: flex; gap: 24px; align-items: start; }' });
  await page.evaluate(async () => {
    const module = '/sheet.js';
    await (await import(module)).addSites();
  });
  await page.focus('.bank monerium-connect');
  await page.screenshot({ path: `${OUT}/sites.png`, fullPage: true });
  await drawPictures(sheets.browser, sheets.origin);
}
await sheets.close();
