// The rows of test/mutants.txt. A place is named by its code and not by its line: changes of white
// space, of comments and of the code around it make no difference.
// https://ast-grep.github.io/guide/pattern-syntax.html
import { Lang, parse } from '@ast-grep/napi';
import { transformSync } from 'esbuild';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Mutant
 * @property {number} fault a row of test/faults.md
 * @property {string[]} tests the files that must notice, the quickest first
 * @property {RegExp} title of the tests in them
 * @property {string} rule what the broken code does
 * @property {string} place
 * @property {string} find
 * @property {string} replace
 */
/** @typedef {{ file: string, title: string }} Test */
/** @typedef {{ file: string, source: string, start: number, end: number, after: string }} Change */

const ROWS = 'test/mutants.txt';
/** The quickest first. */
const FOLDERS = ['test/node', 'test/server', 'test/unit', 'test/e2e', 'test/integration'];
/** A title in the source, in which the `${…}` are not filled in. */
const TITLE = /(['"`])((?:(?!\1).)*#\d+ (?:(?!\1).)*)\1/g;

/** @returns {Test[]} every test whose title names a fault */
export function readTests() {
  return FOLDERS.flatMap((folder) => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
    const files = names.sort().map((name) => join(folder, name));
    return files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(TITLE)].map(([, , title = '']) => ({ file, title })),
    );
  });
}

/** @returns {Mutant[]} */
export function readMutants() {
  const tests = readTests();
  const rows = readFileSync(ROWS, 'utf8').split('\n');
  return rows
    .filter((row) => row.trim() && !row.startsWith('//'))
    .map((row) => {
      const [head = '', rule = '', place = '', ...code] = row.split(' | ');
      const [find = '', replace = ''] = code.join(' | ').split(/ ->(?: |$)/);
      const [, digits = '', rest = ''] = /^#(\d+)(.*)$/.exec(head) ?? [];
      const title = new RegExp(`#${digits}\\b${rest}`);
      const named = tests.filter((test) => new RegExp(`#${digits}\\b`).test(test.title));
      const files = [...new Set(named.map(({ file }) => file))];
      return { fault: Number(digits), tests: files, title, rule, place, find, replace };
    });
}

/** @param {Mutant} mutant */
export const nameOf = ({ fault, rule }) => `#${fault} ${rule}`;

/** @typedef {import('@ast-grep/napi').SgNode} Node */
/** Every file is parsed once. @type {Map<string, { source: string, root: Node }>} */
const parsed = new Map();

/** @param {string} file */
function readSource(file) {
  const source = readFileSync(file, 'utf8');
  const known = parsed.get(file) ?? { source, root: parse(Lang.TypeScript, source).root() };
  parsed.set(file, known);
  return known;
}

/** @param {string} path */
function filesOf(path) {
  const place = existsSync(`src/${path}`) ? `src/${path}` : path;
  if (!statSync(place).isDirectory()) return [place];
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(place, name));
}

const ANYWHERE = { kind: 'program', stopBy: /** @type {const} */ ('end') };

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/**
 * The rule of ast-grep for what `a.b` names: `b`, somewhere in `a`.
 * @param {string} path
 */
const scopeOf = (path) =>
  path.split('.').reduce((/** @type {object} */ outer, name) => {
    const regex = `^['"#]?${escaped(name)}['"]?$`;
    const any = [{ has: { field: 'name', regex } }, { has: { field: 'key', regex } }];
    return { any, stopBy: 'end', inside: outer };
  }, ANYWHERE);

/**
 * `{ a: 1 }` is the member of an object, which is not valid code by itself.
 * @param {string} find
 */
function patternOf(find) {
  if (!/^\{ .* \}$/.test(find)) return find;
  const context = `(${find})`;
  const object = parse(Lang.TypeScript, context)
    .root()
    .find({ rule: { kind: 'object' } });
  return { context, selector: String(object?.child(1)?.kind()) };
}

/**
 * @param {string} file
 * @param {string | undefined} scope
 * @param {Mutant} mutant
 * @returns {Change[]}
 */
function searchCode(file, scope, { find, replace }) {
  const { source, root } = readSource(file);
  const inside = scope ? scopeOf(scope) : ANYWHERE;
  return root.findAll({ rule: { pattern: patternOf(find), inside } }).map((node) => {
    const after = replace.replaceAll(/(\$\$)?\$([A-Z]+)/g, (whole, several, name) =>
      several
        ? node
            .getMultipleMatches(name)
            .map((part) => part.text())
            .join('')
        : (node.getMatch(name)?.text() ?? whole),
    );
    return { file, source, start: node.range().start.index, end: node.range().end.index, after };
  });
}

/**
 * Words in a text, or in a language that is not parsed here.
 * @param {string} file
 * @param {string} words
 * @param {string} after
 * @returns {Change[]}
 */
function searchWords(file, words, after) {
  const source = readFileSync(file, 'utf8');
  const pattern = new RegExp(words.split(/\s+/).map(escaped).join('\\s+'), 'g');
  return [...source.matchAll(pattern)].map(({ index, 0: { length } }) => {
    return { file, source, start: index, end: index + length, after };
  });
}

/**
 * The whole text of the file that a mutant changes.
 * @param {Mutant} mutant
 * @returns {{ file: string, text: string }}
 * @throws Error when the place is not found exactly once, or the changed code cannot be parsed
 */
export function mutate(mutant) {
  const [path = '', scope] = mutant.place.split(':');
  const [, words] = /^“(.*)”$/.exec(mutant.find) ?? [];
  const found = filesOf(path).flatMap((file) =>
    words ? searchWords(file, words, mutant.replace) : searchCode(file, scope, mutant),
  );
  const [change] = found;
  if (!change || found.length > 1)
    throw new Error(`\`${mutant.find}\` is ${found.length} times in ${mutant.place}.`);
  const { file, source, start, end, after } = change;
  const text = source.slice(0, start) + after + source.slice(end);
  // Code that cannot be parsed fails every test and proves nothing.
  if (/\.[cm]?[jt]s$/.test(file)) transformSync(text, { loader: 'ts', logLevel: 'silent' });
  return { file, text };
}

/**
 * The faults of the rows: a place that is not found exactly once, or no test.
 * @param {Mutant[]} mutants
 * @returns {string[]}
 */
export function findStale(mutants) {
  return mutants.flatMap((mutant) => {
    try {
      mutate(mutant);
      const isTested = mutant.tests.length > 0 && mutant.tests.every((file) => existsSync(file));
      return isTested ? [] : [`“${nameOf(mutant)}”: no test is named.`];
    } catch (error) {
      return [`“${nameOf(mutant)}”: ${/** @type {Error} */ (error).message}`];
    }
  });
}
