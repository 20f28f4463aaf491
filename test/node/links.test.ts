// Every link of the documents leads to a file and a heading, also in the package. No network.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import GithubSlugger from 'github-slugger';
import { toString } from 'mdast-util-to-string';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import { documents, ownDocuments } from '../../scripts/documents/list.mjs';
import { findPlaceholders } from '../../scripts/release/addresses.mjs';
import { npmCommand } from '../../scripts/setup/npm.mjs';

const OTHERS = [...ownDocuments, 'llms.txt', 'test/faults.md'];
const parser = unified().use(remarkParse).use(remarkGfm);

interface Link {
  readonly url: string;
  readonly line: number;
}

const parse = (file: string) => parser.parse(readFileSync(file, 'utf8'));

/** Of Markdown, and of the HTML in it. */
function linksIn(file: string): Link[] {
  const links: Link[] = [];
  visit(parse(file), (node) => {
    const line = node.position?.start.line ?? 0;
    if ('url' in node) links.push({ url: node.url, line });
    if (node.type !== 'html' || node.value.startsWith('<!--')) return;
    for (const [, url = ''] of node.value.matchAll(/\b(?:src|srcset|href)="([^"]*)"/g)) {
      links.push({ url, line });
    }
  });
  return links;
}

function anchorsIn(file: string): Set<string> {
  const slugger = new GithubSlugger();
  const anchors = new Set<string>();
  visit(parse(file), 'heading', (node) => void anchors.add(slugger.slug(toString(node))));
  return anchors;
}

function isExternal(url: string): boolean {
  return /^[a-z]+:/.test(url);
}

/** The file that a relative link leads to, and the heading. */
function resolve(from: string, url: string): { file: string; anchor: string } {
  const [path = '', anchor = ''] = url.split('#');
  return { file: path ? normalize(join(dirname(from), path)) : from, anchor };
}

function isBroken(from: string, url: string): boolean {
  if (isExternal(url)) return !URL.canParse(url);
  const { file, anchor } = resolve(from, url);
  if (!existsSync(file)) return true;
  return anchor !== '' && !anchorsIn(file).has(anchor);
}

function packedFiles(): Set<string> {
  const { file, args, shell } = npmCommand('pack', '--dry-run', '--json', '--ignore-scripts');
  const [{ files }] = JSON.parse(execFileSync(file, args, { encoding: 'utf8', shell })) as [
    { files: { path: string }[] },
  ];
  return new Set(files.map(({ path }) => path));
}

describe('the links of', () => {
  for (const file of [...documents, ...OTHERS]) {
    it(`${file} lead to a file and a heading`, () => {
      const broken = linksIn(file).filter(({ url }) => isBroken(file, url));
      assert.deepEqual(broken, []);
    });
  }
});

describe('a document in the package', () => {
  const packed = packedFiles();

  it('is there', () => {
    assert.deepEqual(
      documents.filter((file) => !packed.has(file)),
      [],
    );
  });

  it('links to files of the package, or absolutely', () => {
    const isMissing = (file: string) =>
      !packed.has(file) && ![...packed].some((name) => name.startsWith(`${file}/`));
    const missing = [...documents, 'llms.txt'].flatMap((from) =>
      linksIn(from)
        .filter(({ url }) => !isExternal(url) && isMissing(resolve(from, url).file))
        .map(({ url }) => `${from}: ${url}`),
    );
    assert.deepEqual(missing, []);
  });
});

describe('the size of a document', () => {
  it('leaves the package with at most 14,000 words in all', () => {
    const texts = documents.map((file) => readFileSync(file, 'utf8'));
    const { length } = texts.join(' ').trim().split(/\s+/);
    assert.ok(length <= 14_000, `${length} words`);
  });

  for (const file of [...documents, ...ownDocuments]) {
    const limit = file === 'README.md' ? 130 : 250;
    it(`${file} has at most ${limit} lines`, () => {
      const { length } = readFileSync(file, 'utf8').trimEnd().split('\n');
      assert.ok(length <= limit, `${length} lines`);
    });
  }
});

describe("the project's addresses", () => {
  const address = 'https://code.example/monerium-connect';
  const real = { homepage: address, bugs: address, repository: { url: `git+${address}` } };

  it('are refused at a release while they are placeholders', () => {
    assert.deepEqual(findPlaceholders({ ...real, bugs: 'https://git.invalid/issues' }), ['bugs']);
    assert.deepEqual(findPlaceholders({}), ['homepage', 'bugs', 'repository']);
  });

  it('are accepted when they are real', () => {
    assert.deepEqual(findPlaceholders(real), []);
  });
});
