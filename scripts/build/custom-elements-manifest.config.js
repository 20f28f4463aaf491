// What the custom elements manifest says: the public side of the element and nothing else.
import { editors } from './editors.mjs';

/**
 * @typedef {{ name: string, privacy?: string, attribute?: string, inheritedFrom?: object,
 *   default?: string }} Member
 * @typedef {{ name: string, fieldName?: string, inheritedFrom?: object,
 *   default?: string }} Attribute
 * @typedef {object} Declaration
 * @property {string} kind
 * @property {string} name
 * @property {string} [tagName]
 * @property {{ name: string, module?: string, package?: string } | undefined} [superclass]
 * @property {Member[]} [members]
 * @property {Attribute[]} [attributes]
 * @property {{ name?: string, description?: string }[]} [events]
 *
 * @typedef {{ name: string, module: string }} Reference
 * @typedef {{ kind: string, name: string, declaration: Reference }} Export
 * @typedef {{ path: string, declarations: Declaration[], exports: Export[] }} Module
 */

/** The analyzer leaves out most of Lit's own. @param {Member} member */
const isPublic = ({ name, privacy }) =>
  privacy !== 'private' && privacy !== 'protected' && !/^(#|shadowRootOptions$)/.test(name);

/**
 * A default as a reader writes it: 20000 instead of 20_000.
 * @param {Member | Attribute} item
 */
function writeDefault(item) {
  const { default: text = '' } = item;
  if (/^\d[\d_]*$/.test(text)) item.default = text.replaceAll('_', '');
}

/** As the options name the attribute of a property. */
const toAttribute = (/** @type {string} */ name) => name.replace(/[A-Z]/g, '-$&').toLowerCase();

/** @param {Declaration} declaration */
function writeAttributeNames({ members = [], attributes = [] }) {
  for (const member of members) {
    if (member.attribute) member.attribute = toAttribute(member.name);
  }
  for (const attribute of attributes) {
    if (attribute.fieldName) attribute.name = toAttribute(attribute.fieldName);
  }
}

/**
 * Leaves what a page can use.
 * @param {Declaration} declaration
 */
function keepPublic(declaration) {
  const { members = [], attributes, events, superclass } = declaration;
  declaration.members = members.filter(isPublic);
  const names = new Set(declaration.members.map(({ name }) => name));
  if (attributes) {
    declaration.attributes = attributes.filter(
      ({ fieldName }) => fieldName === undefined || names.has(fieldName),
    );
  }
  // An event without a line in the class's doc was found in the code, often without its name.
  if (events) declaration.events = events.filter(({ name, description }) => name && description);
  [...declaration.members, ...(declaration.attributes ?? [])].forEach(writeDefault);
  writeAttributeNames(declaration);
  if (superclass && /^(Event|Error|EventTarget)$/.test(superclass.name)) {
    declaration.superclass = { name: superclass.name, package: 'global:' };
  }
}

/**
 * The tag is named in the doc comment of the class and defined elsewhere behind a guard, which the
 * analyzer follows badly: the definition is written from the class.
 * @param {Module[]} modules
 */
function writeDefinition(modules) {
  const home = modules.find(({ declarations }) => declarations.some(({ tagName }) => tagName));
  const element = home?.declarations.find(({ tagName }) => tagName);
  const definition = modules.find(({ path }) => path === 'src/define.ts');
  if (!home || !element?.tagName || !definition) return;
  definition.declarations = [];
  definition.exports = [
    {
      kind: 'custom-element-definition',
      name: element.tagName,
      declaration: { name: element.name, module: home.path },
    },
  ];
}

/**
 * The class of the options is a part of the element, which has inherited its members here already.
 * @param {Module[]} modules
 */
function inlineOptions(modules) {
  const at = modules.findIndex(({ path }) => path.endsWith('connect-options.ts'));
  const options = modules.splice(at, 1)[0]?.declarations[0];
  for (const declaration of modules.flatMap(({ declarations }) => declarations)) {
    if (declaration.superclass?.name !== options?.name) continue;
    declaration.superclass = options?.superclass;
    for (const item of [...(declaration.members ?? []), ...(declaration.attributes ?? [])]) {
      delete item.inheritedFrom;
    }
  }
}

/**
 * The package ships dist/, so the manifest names its files.
 * @param {string} path
 */
const shipped = (path) => path.replace(/^\/?src\/(.*)\.[jt]s$/, 'dist/$1.js');

/** @param {Module} module */
function writeShippedPaths(module) {
  module.path = shipped(module.path);
  for (const { declaration } of module.exports) {
    declaration.module = shipped(declaration.module);
  }
  for (const { superclass } of module.declarations) {
    if (superclass?.module) superclass.module = shipped(superclass.module);
  }
}

const publicSide = {
  name: 'public-side',
  /** @param {{ customElementsManifest: { modules: Module[] } }} input */
  packageLinkPhase({ customElementsManifest: { modules } }) {
    for (const module of modules) {
      module.declarations = module.declarations.filter(({ kind }) => kind === 'class');
      module.declarations.forEach(keepPublic);
      const names = new Set(module.declarations.map(({ name }) => name));
      module.exports = module.exports.filter(({ declaration }) => names.has(declaration.name));
    }
    inlineOptions(modules);
    writeDefinition(modules);
    modules.forEach(writeShippedPaths);
  },
};

export default {
  globs: [
    'src/element/monerium-connect.ts',
    'src/element/connect-options.ts',
    'src/element/events.ts',
    'src/define.ts',
  ],
  litelement: true,
  quiet: true,
  packagejson: false,
  plugins: [publicSide, editors],
};
