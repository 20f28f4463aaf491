import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

type Entry = 'index' | 'monerium-connect';

const bundles = new Map<Entry, Promise<string>>();

/** One ES module of the sources with Lit in it, made once for each process. */
export function bundleScript(entry: Entry): Promise<string> {
  const bundle = bundles.get(entry) ?? makeBundle(entry);
  bundles.set(entry, bundle);
  return bundle;
}

async function makeBundle(entry: Entry): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../../src/${entry}.ts`, import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return outputFiles.map(({ text }) => text).join('');
}
