// Finds the place in the source that a mutant changes. The place is named by what the code is, and
// not by its text: a file or folder, a function or class in it, and a pattern of code. White space,
// comments, and all that moves around the place make no difference.
// https://ast-grep.github.io/guide/pattern-syntax.html
import { Lang, parse } from '@ast-grep/napi';
import { transformSync } from 'esbuild';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Place
 * @property {string} file A file or a folder, from the root of the project.
 * @property {string} [in] The function, method, class or constant in which to look, by its name.
 *   `Class.method` looks for the method in the class. The whole file without it.
 * @property {string | { context: string, selector: string }} [find] A pattern of code in which
 *   `$NAME` stands for any one expression and `$$$NAME` for any number of them. What is no
 *   statement by itself needs a context: `{ context: '({ a: 1 })', selector: 'pair' }`. Without a
 *   pattern, everything that `in` names.
 * @property {string} [text] Instead of `find`: words of a string or of a template.
 * @property {string} replace Takes the place of what was found. `$NAME` and `$$$NAME` stand for
 *   what they stood for in `find`.
 */

/** @typedef {import('@ast-grep/napi').SgNode} Node */
/** @typedef {{ file: string, node: Node, words?: string }} Found */

const LANGUAGES = { ts: Lang.TypeScript, tsx: Lang.Tsx, js: Lang.JavaScript, mjs: Lang.JavaScript };

/** What can carry a name, and is worth looking into. */
const NAMED = [
  ...['function_declaration', 'generator_function_declaration', 'class_declaration'],
  ...['method_definition', 'public_field_definition', 'variable_declarator', 'pair'],
  ...['type_alias_declaration', 'interface_declaration'],
];

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/**
 * @param {string} place
 * @returns {string[]}
 */
function filesOf(place) {
  if (!statSync(place).isDirectory()) return [place];
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(place, name));
}

/**
 * @param {string} file
 * @param {string} source
 */
function parseFile(file, source) {
  const ending = /** @type {keyof typeof LANGUAGES} */ (file.split('.').at(-1));
  return parse(LANGUAGES[ending] ?? Lang.TypeScript, source).root();
}

/**
 * @param {Node} root
 * @param {string} [path]
 * @returns {Node[]}
 */
function named(root, path) {
  if (!path) return [root];
  return path.split('.').reduce(
    (/** @type {Node[]} */ scopes, name) => {
      const regex = `^['"#]?${escaped(name)}['"]?$`;
      const rules = NAMED.flatMap((kind) =>
        ['name', 'key'].map((field) => ({ kind, has: { field, regex } })),
      );
      const valid = rules.filter(({ kind, has }) => (has.field === 'key') === (kind === 'pair'));
      return scopes.flatMap((scope) => scope.findAll({ rule: { any: valid } }));
    },
    [root],
  );
}

/**
 * @param {Node} scope
 * @param {Place} place
 * @returns {{ node: Node, words?: string }[]}
 */
function matches(scope, { find, text }) {
  if (text !== undefined) {
    const words = text.trim().split(/\s+/).map(escaped).join('\\s+');
    const kinds = ['string_fragment', 'template_string', 'regex_pattern'].map((kind) => ({ kind }));
    const nodes = scope.findAll({ rule: { any: kinds, regex: words } });
    // A template inside a template is found twice.
    const inner = nodes.filter((node) => !nodes.some((other) => isInside(other, node)));
    return inner.map((node) => ({ node, words }));
  }
  if (find === undefined) return [{ node: scope }];
  return scope.findAll({ rule: { pattern: find } }).map((node) => ({ node }));
}

/**
 * @param {Node} inner
 * @param {Node} outer
 */
function isInside(inner, outer) {
  const [a, b] = [inner.range(), outer.range()];
  const isSame = a.start.index === b.start.index && a.end.index === b.end.index;
  return !isSame && a.start.index >= b.start.index && a.end.index <= b.end.index;
}

/**
 * @param {Node} node
 * @param {string} replacement
 */
function fill(node, replacement) {
  return replacement
    .replaceAll(/\$\$\$([A-Z]+)/g, (whole, name) => {
      const parts = node.getMultipleMatches(name);
      return parts.length > 0 ? parts.map((part) => part.text()).join('') : whole;
    })
    .replaceAll(/\$([A-Z]+)/g, (whole, name) => node.getMatch(name)?.text() ?? whole);
}

/**
 * Makes the change of a mutant.
 * @param {Place & { rule: string }} mutant
 * @returns {{ file: string, before: string, after: string, text: string }} the file, what stood
 *   there, what stands there now, and the whole text of the changed file
 * @throws Error that names the rule when the place is not found exactly once, or what is written
 *   there is no code
 */
export function mutate(mutant) {
  if (!isParsed(mutant.file)) return mutateText(mutant);
  /** @type {Map<string, string>} */
  const sources = new Map();
  const found = filesOf(mutant.file).flatMap((file) => {
    const source = readFileSync(file, 'utf8');
    sources.set(file, source);
    const scopes = named(parseFile(file, source), mutant.in);
    return scopes.flatMap((scope) => matches(scope, mutant)).map((match) => ({ file, ...match }));
  });
  // Scopes of one name may lie in each other, and then share what is in them.
  const unique = found.filter(
    ({ node }, at) => found.findIndex((other) => other.node.id() === node.id()) === at,
  );
  const [first] = unique;
  if (!first || unique.length !== 1) {
    const { rule, file, find, text } = mutant;
    const place = [file, ...(mutant.in ? [mutant.in] : [])].join(', ');
    const times = unique.length === 0 ? 'not found' : `found ${unique.length} times`;
    const wanted = (typeof find === 'object' ? find.context : find) ?? text ?? mutant.in;
    throw new Error(`“${rule}”: \`${wanted}\` is ${times} in ${place}.`);
  }
  const source = /** @type {string} */ (sources.get(first.file));
  const changed = { file: first.file, ...replaced(source, first, mutant.replace) };
  assertParses(mutant, changed);
  return changed;
}

/** @param {string} place */
const isParsed = (place) => statSync(place).isDirectory() || /\.[cm]?[jt]sx?$/.test(place);

/**
 * In a language that is not parsed here, the place is named by its text.
 * @param {Place & { rule: string }} mutant
 */
function mutateText({ rule, file, text = '', replace }) {
  const source = readFileSync(file, 'utf8');
  const words = text.trim().split(/\s+/).map(escaped).join('\\s+');
  const found = [...source.matchAll(new RegExp(words, 'g'))];
  const [first] = found;
  if (!text || !first || found.length > 1)
    throw new Error(`“${rule}”: \`${text}\` is found ${found.length} times in ${file}.`);
  const [before] = first;
  const rest = source.slice(first.index + before.length);
  return { file, before, after: replace, text: source.slice(0, first.index) + replace + rest };
}

/**
 * Code that cannot be parsed fails every test and proves nothing.
 * @param {{ rule: string }} mutant
 * @param {{ file: string, text: string }} changed
 */
function assertParses({ rule }, { file, text }) {
  if (!/\.[cm]?[jt]s$/.test(file)) return;
  try {
    transformSync(text, { loader: 'ts', logLevel: 'silent' });
  } catch (error) {
    throw new Error(`“${rule}” is no code: ${/** @type {Error} */ (error).message}`, {
      cause: error,
    });
  }
}

/**
 * @param {string} source
 * @param {{ node: Node, words?: string }} found
 * @param {string} replacement
 */
function replaced(source, { node, words }, replacement) {
  const { start, end } = node.range();
  const before = node.text();
  const after = words
    ? before.replace(new RegExp(words), () => replacement)
    : fill(node, replacement);
  return { before, after, text: source.slice(0, start.index) + after + source.slice(end.index) };
}
