// Builds the package's command: the contract kit with the emulator, in one file that needs nothing
// installed.
import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { writeNotices } from './licenses.mjs';

const { metafile } = await build({
  entryPoints: ['demo/contract-kit/main.ts'],
  outfile: 'dist/bin/monerium-connect.js',
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Only the emulator's portal asks for it, and the kit has no portal.
  external: ['esbuild'],
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
  legalComments: 'none',
  metafile: true,
});
const modules = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
writeFileSync('dist/bin/LICENSES.txt', writeNotices(modules));
