// What the documents show is what the tests run.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const EXAMPLES = 'demo/backend/examples';

interface Block {
  language: string;
  text: string;
}

function blocksOf(markdown: string): Block[] {
  const blocks = markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, language = '', text = '']) => ({ language, text }));
}

/** The file that a block of TypeScript names on its first line, and the rest of it. */
function splitName({ text }: Block): { file: string; code: string } {
  const [, file = '', code = ''] = /^\/\/ (\S+\.ts)\n([\s\S]*)$/.exec(text) ?? [];
  return { file, code };
}

const readme = readFileSync('README.md', 'utf8');
const section = /^## A backend\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
const guide = readFileSync('docs/backend.md', 'utf8');

for (const [name, markdown, files] of [
  ['README.md', section, ['handler.ts']],
  [
    'docs/backend.md',
    guide,
    [
      ...['handler.ts', 'keep-tokens.ts', 'node-http.ts', 'express.ts', 'hono.ts'],
      ...['nextjs/route.ts', 'worker.ts', 'access-token.ts'],
    ],
  ],
] as const) {
  describe(`the backend in ${name}`, () => {
    const shown = blocksOf(markdown).filter(({ language }) => language === 'ts');

    it('shows these examples, and no other code', () => {
      assert.deepEqual(
        shown.map((block) => splitName(block).file),
        files,
      );
      const languages = new Set(blocksOf(markdown).map(({ language }) => language));
      assert.deepEqual(
        [...languages].filter((language) => !['ts', 'sh', 'text'].includes(language)),
        [],
      );
    });

    for (const block of shown) {
      const { file, code } = splitName(block);
      it(`shows ${file} as it is run`, () => {
        assert.equal(code, readFileSync(`${EXAMPLES}/${file}`, 'utf8'));
      });
    }
  });
}

describe('the table of frameworks in README.md', () => {
  const rows = [...section.matchAll(/^\| ([^|]+?) +\| `(.+?;)`/gm)];
  const files: Record<string, string> = {
    "Node's `http`": 'node-http.ts',
    'Express 5': 'express.ts',
    Hono: 'hono.ts',
    'Next.js': 'nextjs/route.ts',
  };

  it('names the four', () => {
    assert.deepEqual(
      rows.map(([, name]) => name),
      Object.keys(files),
    );
  });

  for (const [, name = '', code = ''] of rows) {
    it(`shows a line of the example that is run: ${name}`, () => {
      const lines = readFileSync(`${EXAMPLES}/${files[name]}`, 'utf8').split('\n');
      assert.ok(lines.includes(code), code);
    });
  }
});

describe('the error codes', () => {
  const source = readFileSync('src/errors.ts', 'utf8');
  const [union = ''] = /export type ErrorCode =[^;]+;/.exec(source) ?? [];
  const all = [...union.matchAll(/'(\w+)'/g)].map(([, code = '']) => code);
  // Reserved, and thrown by nothing yet.
  const codes = all.filter((code) => !code.startsWith('wallet_'));

  for (const [name, markdown, heading] of [
    ['README.md', readme, '## Error codes'],
    ['docs/errors.md', readFileSync('docs/errors.md', 'utf8'), '# Error codes'],
  ] as const) {
    it(`are all in ${name}, and no others`, () => {
      const [, part = ''] = markdown.split(`${heading}\n`);
      const [body = ''] = part.split('\n## ');
      const cells = [...body.matchAll(/^\| (`[^|]+?) +\|/gm)].map(([, cell = '']) => cell);
      const named = [...cells.join().matchAll(/`(\w+)`/g)].map(([, code = '']) => code);
      assert.deepEqual(named.sort(), [...codes].sort());
    });
  }
});
