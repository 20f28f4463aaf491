// No document shows code that no test runs. Pages, and scripts of pages, are in
// test/e2e/documents.test.ts; components are compiled by `npm run types:frameworks`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { skipWithout } from '../../scripts/setup/folders.mjs';
import { compileCommand } from '../helpers/command.js';
import {
  findSnippet,
  IN_CURL,
  IN_PAGE,
  IN_SHELL,
  snippets,
  type Snippet,
} from '../helpers/snippets.js';

/** Where the files are that a block names on its first line. */
const ROOTS = ['examples', ...['shop', 'next', 'core-html'].map((app) => `test/frameworks/${app}`)];
/** Blocks without a name, and the file that has the same code. */
const COMPILED: Record<string, string> = {
  "docs/frameworks.md types/react'; // preact": '',
  'docs/react.md onMoneriumConnected': 'test/types/documents/react-component.tsx',
  'docs/frameworks.md <script setup lang="ts">': 'test/types/documents/Vue.vue',
  "docs/frameworks.md 'monerium-connect/types/svelte'": 'test/types/documents/Svelte.svelte',
  "docs/frameworks.md 'monerium-connect/types/solid'": 'test/types/documents/solid.tsx',
  'docs/frameworks.md ConnectComponent': 'test/frameworks/angular/src/connect.ts',
  'docs/react.md react-bootstrap': 'test/frameworks/core-react/src/Connect.tsx',
};
/** Scripts for Node, and what a page's author has in their place. */
const IN_NODE: Record<string, string> = {
  'docs/frameworks.md proxy:': '',
  'docs/frameworks.md vue({': 'const vue = (options) => options.template.compilerOptions;\n',
  'docs/react.md RenderResultReadable':
    "import { PassThrough } from 'node:stream';\n" +
    "const session = { profile: 'p', userId: 'u' };\nconst response = new PassThrough();\n",
  'docs/testing.md startEmulator': '',
  'docs/testing.md msw/node': '',
};
const OUT = resolve('build/snippets');
/** A package that the project has not. */
const MSW = {
  'msw/node': resolve('test/others/node_modules/msw/lib/node/index.mjs'),
  msw: resolve('test/others/node_modules/msw/lib/core/index.mjs'),
};
const ALIAS = {
  ...MSW,
  'monerium-connect/testing': resolve('src/testing/index.ts'),
  'monerium-connect': resolve('src/index.ts'),
};

after(() => rmSync(OUT, { recursive: true, force: true }));

function findBy(key: string): Snippet {
  const [, document = '', text = ''] = /^(\S+) (.*)$/.exec(key) ?? [];
  return findSnippet(document, text);
}

const pageScripts = [...IN_PAGE, ...IN_SHELL].map(([document, text]) =>
  findSnippet(document, text),
);
const curled = IN_CURL.map((text) => findSnippet('docs/backend-in-any-language.md', text));
const compiled = Object.keys(COMPILED).map(findBy);
const nodeScripts = Object.keys(IN_NODE).map(findBy);

/** Why a block needs no entry above. */
function isCovered(snippet: Snippet): boolean {
  const { language, file } = snippet;
  if (['mermaid', 'text', 'sh', 'json', 'html', 'css'].includes(language)) return true;
  if (file !== undefined && ROOTS.some((root) => existsSync(join(root, file)))) return true;
  return [...pageScripts, ...compiled, ...nodeScripts].includes(snippet);
}

const program = await compileCommand();
function usageOf(command: string): string {
  return spawnSync(process.execPath, [program, command, '--help'], { encoding: 'utf8' }).stdout;
}

describe('every block of code', () => {
  it('is run or compiled by a test', () => {
    assert.deepEqual(
      snippets.filter((one) => !isCovered(one)).map(({ name }) => name),
      [],
    );
  });
});

describe('a block with a file', () => {
  for (const { file, code, name, language } of snippets) {
    if (file === undefined || language === 'html' || language === 'tsx') continue;
    it(`is as it is run: ${name}`, () => {
      const home = ROOTS.map((root) => join(root, file)).find((path) => existsSync(path)) ?? '';
      assert.equal(code, readFileSync(home, 'utf8'));
    });
  }
});

describe('a component', () => {
  for (const [key, file] of Object.entries(COMPILED)) {
    if (file === '') continue;
    it(`is as it is compiled: ${key}`, () => {
      const source = readFileSync(file, 'utf8').replace(/^\/\*\* @jsxImportSource .*\n/, '');
      assert.equal(findBy(key).code, source);
    });
  }

  it('imports types that the package has', () => {
    const { code } = findBy("docs/frameworks.md types/react'; // preact");
    const names = code.match(/\b(react|preact|solid|svelte|vue)\b/g) ?? [];
    assert.equal(names.length, 5);
    for (const name of names) assert.ok(existsSync(`types/${name}.d.ts`), name);
  });
});

describe('a script for Node', () => {
  for (const [key, prelude] of Object.entries(IN_NODE)) {
    const skip = key.includes('msw') && skipWithout('test/others');
    it(`runs: ${key}`, { skip }, async () => {
      const snippet = findBy(key);
      mkdirSync(OUT, { recursive: true });
      const outfile = join(OUT, `${nodeScripts.indexOf(snippet)}.mjs`);
      const stop = key.includes('msw') ? '\nserver.close();' : '';
      await build({
        stdin: { contents: prelude + snippet.code + stop, resolveDir: resolve('.') },
        bundle: true,
        format: 'esm',
        platform: 'node',
        outfile,
        alias: ALIAS,
        packages: 'external',
        external: Object.values(MSW),
      });
      await import(pathToFileURL(outfile).href);
    });
  }
});

describe('a command', () => {
  const commands = snippets
    .filter((one) => one.language === 'sh' && !curled.includes(one))
    .flatMap(({ code, document }) => {
      const lines = code.replaceAll('\\\n', ' ').trim().split('\n');
      return lines.map((line) => ({ line: line.replace(/ +#.*/, ''), document }));
    });
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    scripts: Record<string, string>;
  };

  for (const { line, document } of commands) {
    it(`exists, with its options: ${document}: ${line}`, () => {
      const [, own, rest = ''] = /^npx --no-install monerium-connect (\S+)(.*)/.exec(line) ?? [];
      const [, script] = /npm (?:run )?([\w:]+)/.exec(line) ?? [];
      if (own !== undefined) {
        const usage = usageOf(own);
        for (const option of rest.match(/--[\w-]+/g) ?? [])
          assert.ok(usage.includes(option), option);
      } else if (script !== undefined && line.startsWith('npm run')) {
        assert.ok(script in scripts, script);
      } else {
        assert.match(
          line,
          /^(npm (start|test|install|login|version|publish)|git push|cp -r node_modules|(CLIENT_ID|BACKEND_KEY)=)/,
        );
      }
    });
  }
});

describe('a setting of an editor', () => {
  for (const { code, name } of snippets.filter(({ language }) => language === 'json')) {
    it(`names files of the package: ${name}`, () => {
      const files = Object.values(JSON.parse(code) as Record<string, string[]>).flat();
      assert.equal(files.length > 0, true);
      for (const file of files)
        assert.equal(existsSync(file.replace(/^.*monerium-connect\//, '')), true);
    });
  }
});
