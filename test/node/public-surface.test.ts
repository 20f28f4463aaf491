// The public surface, name by name: what the manifest, the typings and package.json show to those
// who install the package. A name that comes or goes is a line of test/public-surface.txt.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import ts from 'typescript';

interface Named {
  readonly name: string;
  readonly kind?: string;
  readonly attribute?: string;
  readonly static?: boolean;
}

type List = 'attributes' | 'members' | 'events' | 'slots' | 'cssParts' | 'cssProperties';
type Element = Record<List | 'cssStates', Named[]> & { readonly tagName?: string };

const skip = existsSync('dist/integrity.json') ? false : 'run `npm run build` first';
const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

const write = (title: string, names: readonly string[]) =>
  `${title} (${names.length}): ${[...names].sort().join(', ')}`;

function readElement(): string[] {
  const { modules } = readJson('custom-elements.json') as {
    modules: { declarations?: Element[] }[];
  };
  const all = modules.flatMap(({ declarations = [] }) => declarations);
  const element = all.find(({ tagName }) => tagName === 'monerium-connect');
  assert.ok(element, 'the manifest has no element');
  const { attributes, members, events, slots, cssParts, cssProperties, cssStates } = element;
  const others = members.filter((one) => !one.attribute && !one.static);
  const lists: Record<string, Named[]> = {
    attributes,
    properties: others.filter(({ kind }) => kind === 'field'),
    methods: others.filter(({ kind }) => kind === 'method'),
    events,
    slots,
    parts: cssParts,
    'custom properties': cssProperties,
    states: cssStates,
  };
  return Object.entries(lists).map(([title, list]) =>
    write(
      title,
      list.map(({ name }) => name || 'default'),
    ),
  );
}

/** The file with the types of each entry that has some. */
function readTypings(): [entry: string, file: string][] {
  const { exports } = readJson('package.json') as {
    exports: Record<string, string | { types?: string }>;
  };
  return Object.entries(exports).flatMap(([entry, target]) => {
    const types = typeof target === 'string' ? undefined : target.types;
    const isOwn = types !== undefined && !/[*]|[.]js$/.test(entry);
    return isOwn ? [[entry.replace(/^\./, 'monerium-connect'), types]] : [];
  });
}

/** The names of each entry, values before types. */
function readEntries(): string[] {
  const typings = readTypings();
  const program = ts.createProgram(
    typings.map(([, file]) => file),
    { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  );
  const checker = program.getTypeChecker();
  return typings.flatMap(([entry, file]) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    const symbols = (module ? checker.getExportsOfModule(module) : []).map((symbol) => {
      const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
      const target = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
      return { name: symbol.name, isValue: (target.flags & ts.SymbolFlags.Value) !== 0 };
    });
    const namesOf = (wanted: boolean) =>
      symbols.filter(({ isValue }) => isValue === wanted).map(({ name }) => name);
    return [write(`${entry}, values`, namesOf(true)), write(`${entry}, types`, namesOf(false))];
  });
}

describe('the public surface', () => {
  it('is what test/public-surface.txt lists', { skip }, () => {
    const { exports } = readJson('package.json') as { exports: object };
    const surface = [...readElement(), write('entries', Object.keys(exports)), ...readEntries()];
    const listed = readFileSync('test/public-surface.txt', 'utf8').trim().split('\n');
    assert.deepEqual(surface, listed);
  });
});
