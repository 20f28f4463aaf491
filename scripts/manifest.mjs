// Writes custom-elements.json and what follows from it: what editors complete by, and the typings
// for frameworks. With `--check` it only compares, and fails when a file is stale.
// @ts-expect-error The analyzer has types for its configuration only.
import { cli } from '@custom-elements-manifest/analyzer/cli.js';
import { generateJetBrainsWebTypes } from 'custom-element-jet-brains-integration';
import { generateVsCodeCustomElementData } from 'custom-element-vs-code-integration';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { writeElementTypes } from './element-types.mjs';

/** @typedef {{ name: string, type?: { text: string } }} Attribute */
/** @typedef {{ tagName?: string, attributes?: Attribute[] }} Declaration */
/** @typedef {{ declarations: Declaration[] }} Module */

const config = 'scripts/custom-elements-manifest.config.js';
const vsCodeHtml = 'vscode.html-custom-data.json';
const editorFiles = [vsCodeHtml, 'vscode.css-custom-data.json', 'web-types.json'];
const isCheck = process.argv.includes('--check');

/** @param {{ modules: Module[] }} manifest */
const declarationsOf = ({ modules }) => modules.flatMap(({ declarations }) => declarations);

async function analyze() {
  const manifest = await cli({ argv: ['analyze', '--config', config], noWrite: true });
  if (declarationsOf(manifest).length > 0) return JSON.stringify(manifest);
  console.error('The manifest is empty: is the element in src/monerium-connect.ts?');
  process.exit(1);
}

/**
 * The generators write files only, so they write where nobody looks.
 * @param {Parameters<typeof generateVsCodeCustomElementData>[0]} manifest
 */
function generateEditorData(manifest) {
  const outdir = mkdtempSync(join(tmpdir(), 'monerium-connect-editors-'));
  // An editor shows these beside the tag; the rest has its own completion or belongs to scripts.
  const hidden = { hideMethodDocs: true, hideCssPropertiesDocs: true, hideCssPartsDocs: true };
  const options = { outdir, hideLogs: true, ...hidden };
  try {
    generateVsCodeCustomElementData(manifest, options);
    generateJetBrainsWebTypes(manifest, { ...options, packageJson: false });
    return editorFiles.map((name) => ({
      name,
      data: JSON.parse(readFileSync(join(outdir, name), 'utf8')),
    }));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/**
 * The generator leaves out which attributes stand without a value, as VS Code's `valueSet` says.
 * @param {{ tags: { attributes: { name: string, valueSet?: 'v' }[] }[] }} data
 * @param {{ modules: Module[] }} manifest
 */
function writeBooleans(data, manifest) {
  const known = declarationsOf(manifest).flatMap(({ attributes = [] }) => attributes);
  const booleans = known.filter(({ type }) => type?.text === 'boolean').map(({ name }) => name);
  for (const attribute of data.tags.flatMap(({ attributes }) => attributes)) {
    if (booleans.includes(attribute.name)) attribute.valueSet = 'v';
  }
}

/**
 * @param {string} file
 * @param {string} text
 */
async function settle(file, text) {
  // Formatted like every other file, so that the format check need not leave it out.
  const style = await resolveConfig(file);
  const fresh = await format(text, { ...style, filepath: file });
  if (!isCheck) {
    writeFileSync(file, fresh);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== fresh) {
    console.error(`${file} is stale: run \`npm run manifest\` and commit it.`);
    process.exitCode = 1;
  }
}

// Parsed for each use: the generators add to what they are given.
const manifest = await analyze();
for (const { name, data } of generateEditorData(JSON.parse(manifest))) {
  if (name === vsCodeHtml) writeBooleans(data, JSON.parse(manifest));
  await settle(`editors/${name}`, JSON.stringify(data));
}
await settle('custom-elements.json', manifest);
/** @typedef {import('./element-types.mjs').Element} Element */
const element = declarationsOf(JSON.parse(manifest)).find(({ tagName }) => tagName);
await settle('types/element.d.ts', writeElementTypes(/** @type {Element} */ (element)));
