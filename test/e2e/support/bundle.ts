import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Where each script is, from the root of the project, and how a page loads it. */
const ENTRIES = {
  index: ['src/index.ts', 'esm'],
  'element/monerium-connect': ['src/element/monerium-connect.ts', 'esm'],
  'wallet/wallet': ['src/wallet/wallet.ts', 'esm'],
  'test wallet': ['test/e2e/support/wallet-script.ts', 'iife'],
  metamask: ['test/others/metamask-script.ts', 'iife'],
  libraries: ['test/e2e/support/library-script.ts', 'iife'],
} as const;

type Entry = keyof typeof ENTRIES;

const bundles = new Map<Entry, Promise<string>>();

/** One script with all that it imports, made once for each process. */
export function bundleScript(entry: Entry): Promise<string> {
  const bundle = bundles.get(entry) ?? makeBundle(entry);
  bundles.set(entry, bundle);
  return bundle;
}

async function makeBundle(entry: Entry): Promise<string> {
  const [path, format] = ENTRIES[entry];
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../../${path}`, import.meta.url))],
    bundle: true,
    format,
    target: 'es2022',
    // MetaMask's provider expects these two of a bundler.
    ...(entry === 'metamask' && {
      inject: [fileURLToPath(new URL('../../others/node-names.ts', import.meta.url))],
      define: { global: 'globalThis' },
    }),
    write: false,
  });
  return outputFiles.map(({ text }) => text).join('');
}
