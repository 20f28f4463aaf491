// The blocks of code in the documents.
import { readFileSync } from 'node:fs';
import { documents, ownDocuments } from '../../scripts/documents/list.mjs';

export interface Snippet {
  readonly document: string;
  readonly language: string;
  /** Without the comment that names its file. */
  readonly code: string;
  /** The file that the first line names. */
  readonly file: string | undefined;
  /** For the title of a test. */
  readonly name: string;
}

const BLOCK = /^( *)```(\w+)\n([\s\S]*?)^ *```$/gm;
const FILE = /^(?:\/\/ (\S+\.\w+)|<!-- (\S+\.\w+) -->)\n/;

function snippetsIn(document: string): Snippet[] {
  const markdown = readFileSync(document, 'utf8');
  return [...markdown.matchAll(BLOCK)].map(([, indent = '', language = '', block = '']) => {
    const text = block.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    const [, script, page] = FILE.exec(text) ?? [];
    const file = script ?? page;
    const code = file === undefined ? text : text.replace(FILE, '');
    const [first = ''] = code.split('\n');
    return { document, language, code, file, name: `${document}: ${file ?? first}` };
  });
}

export const snippets: readonly Snippet[] = [...documents, ...ownDocuments].flatMap(snippetsIn);

/** The only snippet of a document that has this text. */
export function findSnippet(document: string, text: string): Snippet {
  const found = snippets.filter((one) => one.document === document && one.code.includes(text));
  const [only] = found;
  if (!only || found.length > 1) throw new Error(`${found.length} of “${text}” in ${document}`);
  return only;
}

/** Scripts that `test/node/shell-snippets.test.ts` runs, by a text that each has. */
export const IN_SHELL: readonly (readonly [document: string, text: string])[] = [
  ['docs/apps.md', '@capacitor/app'],
  ['docs/apps.md', 'BrowserWindow'],
  ['docs/apps.md', 'contextBridge'],
  ['docs/apps.md', 'desktop.onCallback'],
];

/** Commands that `test/integration/curl.test.ts` runs, by a text that each has. */
export const IN_CURL = [
  'VERIFIER=',
  'grant_type=authorization_code',
  '/auth/context',
  'grant_type=refresh_token',
] as const;

/** Scripts that `test/e2e/documents.test.ts` runs in a page, by a text that each has. */
export const IN_PAGE: readonly (readonly [document: string, text: string])[] = [
  ['docs/languages.md', 'element.strings'],
  ['docs/migration.md', 'createMoneriumClient'],
  ['docs/migration.md', 'localStorage.removeItem'],
  ['docs/wallets.md', "import 'monerium-connect/wallet'"],
  ['docs/wallets.md', 'proveWallet()'],
  ['docs/wallets.md', '@wagmi/core'],
  ['docs/wallets.md', 'subscribeProviders'],
  ['docs/testing.md', 'await simulate'],
  ['docs/react.md', 'lit-element-hydrate-support'],
];
