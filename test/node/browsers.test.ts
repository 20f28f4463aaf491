// docs/browsers.md has the lower limits of browsers: they follow from what the built script uses.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import ts from 'typescript';

const SCRIPT = 'dist/monerium-connect.min.js';
const skip = existsSync(SCRIPT) ? false : 'run `npm run build` first';
const BROWSERS = ['chrome', 'firefox', 'safari'] as const;
type Versions = readonly [chrome: number, firefox: number, safari: number];

interface Support {
  readonly version_added: string | boolean | null;
  readonly flags?: unknown;
  readonly prefix?: string;
  readonly alternative_name?: string;
}

interface Feature {
  readonly __compat?: { readonly support: Record<string, Support | Support[]> };
  readonly [name: string]: unknown;
}

const data = createRequire(import.meta.url)('@mdn/browser-compat-data') as Feature;

/** Names that the script looks for before it uses them, or that are also its own. */
const OPTIONAL = new Set([
  'createPolicy',
  'createHTML',
  'emptyScript',
  'ariaNotify',
  'prerendering',
  'states',
  'userActivation',
  'isActive',
  'command',
  'locks',
  'address',
  'capture',
  'configuration',
  'connection',
  'element',
  'format',
  'identity',
  'inspect',
  'lost',
  'profile',
  'properties',
  'run',
  'session',
  'tag',
  'take',
]);

const SYNTAX: Partial<Record<ts.SyntaxKind, string>> = {
  [ts.SyntaxKind.ClassStaticBlockDeclaration]: 'javascript.classes.static.initialization_blocks',
  [ts.SyntaxKind.PropertyDeclaration]: 'javascript.classes.public_class_fields',
  [ts.SyntaxKind.PrivateIdentifier]: 'javascript.classes.private_class_fields',
  [ts.SyntaxKind.QuestionDotToken]: 'javascript.operators.optional_chaining',
  [ts.SyntaxKind.QuestionQuestionEqualsToken]: 'javascript.operators.nullish_coalescing_assignment',
  [ts.SyntaxKind.ImportKeyword]: 'javascript.operators.import',
};

/** Functions of CSS behind `@supports`. */
const GUARDED = ['lab()', 'color()'];

/** What CSS does without it is in the document. */
const ROWS: Record<string, string> = {
  'light-dark()': 'css.types.color.light-dark',
  'color-mix()': 'css.types.color.color-mix',
  ':state()': 'css.selectors.state',
  commandfor: 'html.elements.button.commandfor',
};

function find(path: string): Feature {
  const found = path.split('.').reduce((at, name) => at[name] as Feature, data);
  assert.ok(found.__compat, `${path} is not in the data`);
  return found;
}

/** From which version on, without a flag or another name; `isWhole` or at least a part of it. */
function versionsOf(feature: Feature, isWhole = true): Versions {
  return BROWSERS.map((browser) => {
    const support = feature.__compat?.support[browser] ?? [];
    const plain = [support]
      .flat()
      .filter((one) => !one.flags && !one.prefix && !one.alternative_name);
    const versions = plain.map((one) => parseFloat(String(one.version_added).replace('≤', '')));
    const known = versions.filter((version) => !isNaN(version));
    return isWhole ? (known[0] ?? Infinity) : Math.min(...known);
  }) as unknown as Versions;
}

function combine(all: readonly Versions[], choose: (...versions: number[]) => number): Versions {
  return [0, 1, 2].map((at) => choose(...all.map((one) => one[at] ?? 0))) as unknown as Versions;
}

/**
 * A name may belong to several objects: the oldest of them counts.
 * @param owner what stands before the name: a built-in object, or anything else
 */
function versionsOfName(name: string, owner: string): Versions | undefined {
  const { builtins } = data['javascript'] as { builtins: Record<string, Feature> };
  const all = { ...builtins, ...(data['api'] as Record<string, Feature>) };
  const owners = Object.hasOwn(all, owner) ? [all[owner] as Feature] : Object.values(all);
  const members = owners.flatMap((one) =>
    [name, `${name}_static`].flatMap((key) =>
      Object.hasOwn(one, key) ? [one[key] as Feature] : [],
    ),
  );
  const supports = members.filter((one) => one.__compat).map((one) => versionsOf(one, false));
  return supports.length > 0 ? combine(supports, Math.min) : undefined;
}

/** What the script needs, each with its versions. */
function readNeeds(script: string): Map<string, Versions> {
  const needs = new Map<string, Versions>();
  const visit = (node: ts.Node): void => {
    const path = SYNTAX[node.kind];
    if (path) needs.set(path, versionsOf(find(path)));
    if (ts.isPropertyAccessExpression(node)) {
      const { text } = node.name;
      const owner = node.expression.getText();
      const versions = OPTIONAL.has(text) ? undefined : versionsOfName(text, owner);
      // A field of our own may have the same name.
      const known = needs.get(text) ?? [0, 0, 0];
      if (versions) needs.set(text, combine([versions, known], Math.max));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(SCRIPT, script, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS));
  return needs;
}

describe('docs/browsers.md', () => {
  const document = readFileSync('docs/browsers.md', 'utf8');
  const written = ['Chrome, Edge', 'Firefox', 'Safari, iOS'].map((name) => {
    const [, version = ''] = new RegExp(`^\\| ${name} +\\| ([\\d.]+) `, 'm').exec(document) ?? [];
    return Number(version);
  });

  it('has the versions that the built script needs', { skip }, () => {
    const needs = readNeeds(readFileSync(SCRIPT, 'utf8'));
    const beyond = [...needs].filter(([, versions]) =>
      versions.some((version, at) => version > (written[at] ?? 0)),
    );
    assert.deepEqual(beyond, [], 'newer than the document says');
    assert.deepEqual(combine([...needs.values()], Math.max), written);
  });

  it('has each function of CSS that is newer, with its versions', { skip }, () => {
    const script = readFileSync(SCRIPT, 'utf8');
    const colours = Object.entries(
      (data['css'] as { types: { color: Record<string, Feature> } }).types.color,
    );
    const newer = colours
      .filter(([name, one]) => one.__compat && script.includes(`${name}(`))
      .filter(([, one]) => versionsOf(one).some((version, at) => version > (written[at] ?? 0)))
      .map(([name]) => `${name}()`);
    assert.equal(newer.length > 1, true);
    assert.deepEqual(
      newer.filter((name) => !(name in ROWS) && !GUARDED.includes(name)),
      [],
    );
    for (const [name, path] of Object.entries(ROWS)) {
      const [chrome, firefox, safari] = versionsOf(find(path));
      const row = `\`${name}\` (Chrome ${chrome}, Firefox ${firefox}, Safari ${safari})`;
      assert.ok(document.includes(row), row);
    }
  });
});
