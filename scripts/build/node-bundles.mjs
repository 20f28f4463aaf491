// Builds what runs in Node and contains the emulator: the package's command, and the entry for
// tests, with files for what both need. Nothing has to be installed for them. Run by tsx.
import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { writeNotices } from './licenses.mjs';
import { withAssets } from './with-assets.mjs';

/** Packages in the older format ask `require` for what Node has. An ES module has none. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const { metafile } = await build({
  entryPoints: {
    'bin/monerium-connect': 'src/command/main.ts',
    'testing/index': 'src/testing/index.ts',
  },
  outdir: 'dist',
  // As far away from `dist/` as the sources are from the root.
  chunkNames: 'testing/[name]-[hash]',
  splitting: true,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // The names stay: the stack of a failing test can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  banner: { js: REQUIRE },
  plugins: [withAssets],
  logLevel: 'warning',
  legalComments: 'none',
  metafile: true,
});
const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
writeFileSync('dist/testing/LICENSES.txt', writeNotices(inputs));

// For a browser, without the emulator. It needs no notice: nothing of a package is inside.
await build({
  entryPoints: ['src/testing/browser.ts'],
  outfile: 'dist/testing/browser.js',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
});
