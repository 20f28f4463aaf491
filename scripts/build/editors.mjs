// What editors complete by, and the typings for frameworks: written from the manifest.
import { generateJetBrainsWebTypes } from 'custom-element-jet-brains-integration';
import { generateVsCodeCustomElementData } from 'custom-element-vs-code-integration';
import { readFileSync, writeFileSync } from 'node:fs';
import { writeElementTypes } from './element-types.mjs';

const outdir = 'editors';
const html = `${outdir}/vscode.html-custom-data.json`;

/** @typedef {Parameters<typeof generateVsCodeCustomElementData>[0]} Manifest */
/** @typedef {import('./element-types.mjs').Element} Element */
/** @typedef {{ modules: { declarations: (Element & { tagName?: string })[] }[] }} Written */

/**
 * The generator leaves out which attributes stand without a value, as VS Code's `valueSet` says.
 * @param {Element} element
 */
function writeBooleans({ attributes }) {
  const booleans = attributes
    .filter(({ type }) => type?.text === 'boolean')
    .map(({ name }) => name);
  const data = JSON.parse(readFileSync(html, 'utf8'));
  for (const attribute of data.tags[0].attributes) {
    if (booleans.includes(attribute.name)) attribute.valueSet = 'v';
  }
  writeFileSync(html, JSON.stringify(data));
}

export const editors = {
  name: 'editors',
  /** @param {{ customElementsManifest: Written }} input */
  packageLinkPhase({ customElementsManifest: manifest }) {
    const declarations = manifest.modules.flatMap((module) => module.declarations);
    const element = declarations.find(({ tagName }) => tagName);
    if (!element) throw new Error('The manifest has no element.');
    // An editor shows these beside the tag; the rest has its own completion or belongs to scripts.
    const hidden = { hideMethodDocs: true, hideCssPropertiesDocs: true, hideCssPartsDocs: true };
    const options = { outdir, hideLogs: true, ...hidden };
    // The generators add to what they are given. Their types know more of it than is used here.
    const copy = () => /** @type {Manifest} */ (/** @type {unknown} */ (structuredClone(manifest)));
    generateVsCodeCustomElementData(copy(), options);
    writeBooleans(element);
    generateJetBrainsWebTypes(copy(), { ...options, packageJson: false });
    writeFileSync('types/element.d.ts', writeElementTypes(element));
  },
};
