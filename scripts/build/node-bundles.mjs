// Builds what runs in Node and contains the emulator: the package's command, and the entry for
// tests. Each is one file that needs nothing installed. Run by tsx.
import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { writeNotices } from './licenses.mjs';
import { withAssets } from './with-assets.mjs';

/** Packages in the older format ask `require` for what Node has. An ES module has none. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/**
 * @param {string} folder of `dist/`, which also gets the notices of what is inside
 * @param {import('esbuild').BuildOptions & { outfile: string }} options
 */
async function bundle(folder, options) {
  const { metafile } = await build({
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    plugins: [withAssets],
    logLevel: 'warning',
    legalComments: 'none',
    ...options,
    metafile: true,
  });
  const modules = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  writeFileSync(`dist/${folder}/LICENSES.txt`, writeNotices(modules));
}

await bundle('bin', {
  entryPoints: ['src/command/main.ts'],
  outfile: 'dist/bin/monerium-connect.js',
  minify: true,
  banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
});
// Not minified: the stack of a failing test can be read.
await bundle('testing', {
  entryPoints: ['src/testing/index.ts'],
  outfile: 'dist/testing/index.js',
  banner: { js: REQUIRE },
});
// For a browser, without the emulator. It needs no notice: nothing of a package is inside.
await build({
  entryPoints: ['src/testing/browser.ts'],
  outfile: 'dist/testing/browser.js',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
});
