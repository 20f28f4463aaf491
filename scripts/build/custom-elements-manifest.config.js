// What the custom elements manifest says: the public side of the element and nothing else.
import { ConnectOptions } from '../../src/element/connect-options.js';
import { editors } from './editors.mjs';

/**
 * @typedef {{ name: string, type?: object | undefined, description?: string | undefined,
 *   default?: string | undefined, inheritedFrom?: object }} Item
 * @typedef {Item & { privacy?: string, attribute?: string,
 *   reflects?: boolean | undefined }} Member
 * @typedef {Item & { fieldName?: string }} Attribute
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

/** @param {import('../../src/core/options.js').Option} option */
function toText({ type, choices: [first] = [], default: value }) {
  if (first !== undefined) return `'${first}'`;
  return type === Boolean ? 'false' : value?.toString();
}

/**
 * Writes what the table of the options says: attribute, default, and whether it is reflected.
 * @param {Declaration} declaration
 */
function writeOptions(declaration) {
  declaration.attributes = [];
  for (const member of declaration.members ?? []) {
    const option = ConnectOptions.properties[member.name];
    if (!option) continue;
    member.default = toText(option);
    member.privacy = 'public';
    if (option.attribute === false) continue;
    member.attribute = option.attribute ?? member.name;
    member.reflects = option.reflect;
    const { name: fieldName, type, description, default: value } = member;
    const attribute = { name: member.attribute, type, description, default: value, fieldName };
    declaration.attributes.push(attribute);
  }
}

/**
 * Keeps only what a page can use.
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
  /** @param {{ moduleDoc: Module }} input */
  moduleLinkPhase({ moduleDoc: { declarations } }) {
    declarations.filter(({ name }) => name === ConnectOptions.name).forEach(writeOptions);
  },
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
