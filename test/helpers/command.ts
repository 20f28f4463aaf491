// The package's command, compiled from its source: with tsx each process would compile it again.
import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { withAssets } from '../../scripts/build/with-assets.mjs';

/** @returns the file, which is as far away from the project's root as its source */
export async function compileCommand(): Promise<string> {
  mkdirSync('build', { recursive: true });
  const folder = mkdtempSync('build/command-');
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = `${folder}/monerium-connect.mjs`;
  await build({
    entryPoints: ['src/command/main.ts'],
    outfile,
    plugins: [withAssets],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Packages in the older format ask `require` for what Node has. An ES module has none.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outfile;
}
