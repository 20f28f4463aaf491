// What every appearance and size looks like in every state, scheme and language: compared with
// pictures, and measured. In Chromium, from the built package. `UPDATE=1` draws the pictures.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { AxeResults, RunOptions } from 'axe-core';
import fc from 'fast-check';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import type { Page } from 'puppeteer-core';
import { LANGUAGES, THEMES, openSheet, startSheets, type Language, type Theme } from './sheets.mjs';
import { findChromium } from '../../scripts/setup/browsers.mjs';
import { seed } from '../helpers/runs.js';
import type { Cell, listShort } from './sheet.js';

const REPORTS = 'build/reports/look';
const PICTURES = 'test/look/pictures';
/** What has drawn the pictures: another Chromium may draw text and edges in another way. */
const DRAWN_BY = `${PICTURES}/drawn-by.txt`;
/** How far two colours may be apart: 1 is black beside white. */
const THRESHOLD = 0.05;
/** How many pixels of a cell may differ: fewer than a letter, or a corner, has. */
const MOST_PIXELS = 8;
const RED = [255, 0, 0] as const;
const ACCENTS = 50;

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const missing = existsSync('dist/monerium-connect.min.js') ? undefined : 'there is no build';
const skip = findChromium() ? missing : 'there is no Chromium';

/** Writes a picture as small as `pngjs` can: without transparency, and without filters. */
function drawPicture(name: string, picture: Uint8Array): void {
  const options = { colorType: 2, inputColorType: 6, filterType: 0, deflateStrategy: 0 } as const;
  const png = PNG.sync.read(Buffer.from(picture));
  writeFileSync(`${PICTURES}/${name}.png`, PNG.sync.write(png, options));
}

/** The size of a picture: the sheets have the same in every run. */
const sizeOf = ({ width, height }: PNG) => `${width} x ${height}`;

/** How many pixels of each cell differ. */
function countIn(cells: Cell[], difference: PNG): [name: string, pixels: number][] {
  return cells.map(({ name, box }) => {
    const [left, top, width, height] = box.map(Math.round) as [number, number, number, number];
    let pixels = 0;
    for (let y = top; y < top + height; y += 1) {
      for (let x = left; x < left + width; x += 1) {
        const at = (y * difference.width + x) * 4;
        if (RED.every((value, channel) => difference.data[at + channel] === value)) pixels += 1;
      }
    }
    return [name, pixels];
  });
}

/** The cells that differ from the picture. Then the difference is drawn. */
function compare(name: string, cells: Cell[], picture: Uint8Array): string[] {
  const seen = PNG.sync.read(Buffer.from(picture));
  const expected = PNG.sync.read(readFileSync(`${PICTURES}/${name}.png`));
  if (sizeOf(seen) !== sizeOf(expected)) return [`${sizeOf(seen)}, not ${sizeOf(expected)}`];
  const { width, height } = seen;
  const difference = new PNG({ width, height });
  pixelmatch(expected.data, seen.data, difference.data, width, height, {
    threshold: THRESHOLD,
    diffColor: [...RED],
  });
  const differing = countIn(cells, difference).filter(([, pixels]) => pixels > MOST_PIXELS);
  if (differing.length > 0) {
    mkdirSync(REPORTS, { recursive: true });
    writeFileSync(`${REPORTS}/${name}-difference.png`, PNG.sync.write(difference));
    writeFileSync(`${REPORTS}/${name}-seen.png`, picture);
  }
  return differing.map(([cell, pixels]) => `${cell}: ${pixels} pixels`);
}

function listLowContrast(page: Page, cells: Cell[], accents = ['']): Promise<string[]> {
  const names = cells.map(({ name }) => name);
  return page.evaluate(
    async (labels, colors) => {
      const module = '/sheet.js';
      const sheet = (await import(module)) as { listShort: typeof listShort };
      return colors.flatMap((color) => sheet.listShort(labels, color));
    },
    names,
    accents,
  );
}

type Axe = { run(context: Document, options: RunOptions): Promise<AxeResults> };

async function listViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    // A sheet has no heading and no landmark.
    const names = ['region', 'page-has-heading-one', 'landmark-one-main'];
    const rules = Object.fromEntries(names.map((name) => [name, { enabled: false }]));
    const { run } = (window as unknown as { axe: Axe }).axe;
    const { violations } = await run(document, { resultTypes: ['violations'], rules });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}

let sheets: Awaited<ReturnType<typeof startSheets>>;
before(async () => {
  rmSync(REPORTS, { recursive: true, force: true });
  if (!skip) sheets = await startSheets();
});
after(() => sheets?.close());

for (const theme of Object.keys(THEMES) as Theme[]) {
  for (const lang of Object.keys(LANGUAGES) as Language[]) {
    describe(`the sheet ${theme} ${lang}`, { skip }, () => {
      let page: Page;
      let cells: Cell[];
      before(async () => ({ page, cells } = await openSheet(sheets, theme, lang)));
      after(() => page?.close());

      test('looks as in its picture', async (t) => {
        const picture = await page.screenshot({ fullPage: true });
        const [version = ''] = /\d+/.exec(await sheets.browser.version()) ?? [];
        const here = `Chromium ${version} on ${process.platform}`;
        if (process.env.UPDATE) {
          drawPicture(`${theme}-${lang}`, picture);
          writeFileSync(DRAWN_BY, `${here}\n`);
        }
        const differing = compare(`${theme}-${lang}`, cells, picture);
        const drawnBy = readFileSync(DRAWN_BY, 'utf8').trim();
        if (differing.length > 0 && drawnBy !== here) {
          t.skip(`${differing.length} cells differ, drawn by ${drawnBy}. This is ${here}.`);
          return;
        }
        assert.deepEqual(
          differing,
          [],
          `see ${REPORTS}. If it is right: UPDATE=1 npm run test:look`,
        );
      });

      test('keeps each element in its cell, and at the width of its idle state', () => {
        const outside = cells.filter(({ isInside }) => !isInside).map(({ name }) => name);
        assert.deepEqual(outside, []);
        const grown = cells.filter(({ widths: [idle, width] }) => idle !== width);
        assert.deepEqual(
          grown.map(({ name, widths }) => `${name}: ${widths.join(' to ')}`),
          [],
        );
      });

      test('has enough contrast in every cell', async () => {
        assert.deepEqual(await listLowContrast(page, cells), []);
      });

      test('has no flaw that axe finds', async () => {
        assert.deepEqual(await listViolations(page), []);
      });

      // System colours take the place of the page's. No colour depends on the language.
      if (theme !== 'forced' && lang === 'en') {
        test(`has enough contrast with ${ACCENTS} random accents`, async () => {
          const channel = fc.integer({ min: 0, max: 255 });
          const options = { numRuns: ACCENTS, seed: seed() };
          const accents = fc.sample(fc.tuple(channel, channel, channel), options);
          const colors = accents.map((accent) => `rgb(${accent.join()})`);
          assert.deepEqual(await listLowContrast(page, cells, colors), []);
        });
      }
    });
  }
}
