// The pictures that test/look compares a sheet with, and what has drawn them.
import { readFileSync, writeFileSync } from 'node:fs';
import { PNG } from 'pngjs';

const FOLDER = 'test/look/pictures';

/** @param {string} name */
const fileOf = (name) => `${FOLDER}/${name}.png`;

/**
 * Writes it as small as `pngjs` can: without transparency, and without filters.
 * @param {string} name
 * @param {Uint8Array} picture
 */
export function drawReference(name, picture) {
  const png = PNG.sync.read(Buffer.from(picture));
  const colors = /** @type {const} */ ({ colorType: 2, inputColorType: 6 });
  const options = { ...colors, filterType: 0, deflateStrategy: 0 };
  writeFileSync(fileOf(name), PNG.sync.write(png, options));
}

/** @param {string} name */
export const readReference = (name) => PNG.sync.read(readFileSync(fileOf(name)));

/**
 * Another Chromium may draw text and edges in another way.
 * @param {string} version such as `Chrome/156.0.8078.108`
 */
export const describeOrigin = (version) =>
  `Chromium ${/\d+/.exec(version)?.[0]} on ${process.platform}`;

/** @param {string} version */
export function writeOrigin(version) {
  writeFileSync(`${FOLDER}/drawn-by.txt`, `${describeOrigin(version)}\n`);
}

export const readOrigin = () => readFileSync(`${FOLDER}/drawn-by.txt`, 'utf8').trim();
