// Every peer as one minified ES module, made like any application makes it. `monerium-connect` is
// the file that it ships for a script tag.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { OWN, peers, scriptOf } from './peers.js';

/** For developers: in production a page does not fetch it, so it is served and not weighed. */
export const NOTES = `${OWN}.notes.min`;

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Monerium's own packages know no other hosts than Monerium's: theirs becomes the emulator's. The
 * two addresses are about as long as each other.
 */
const sandboxAt = (apiUrl: string): Plugin => ({
  name: 'sandbox',
  setup: ({ onLoad }) => {
    onLoad({ filter: /@monerium\/sdk\/dist\/index\.mjs$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8');
      return { contents: code.replaceAll('https://api.monerium.dev', apiUrl), loader: 'js' };
    });
  },
});

async function bundle(script: string, plugins: Plugin[]): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [here(`peers/${script}.js`)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    // A build for production, as in the READMEs of React and Lit.
    conditions: ['production', 'module'],
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    plugins,
    write: false,
  });
  return Buffer.concat(outputFiles.map(({ contents }) => contents));
}

/** The scripts by their names. */
export async function buildScripts(apiUrl: string): Promise<Map<string, Buffer>> {
  const names = peers.flatMap((peer) => [scriptOf(peer), peer.manyScript ?? OWN]);
  const scripts = [...new Set(names), NOTES].map(async (name): Promise<[string, Buffer]> => {
    if (name === OWN) return [name, await readFile(here('../../dist/monerium-connect.min.js'))];
    if (name === NOTES) return [name, await readFile(here(`../../dist/${NOTES}.js`))];
    return [name, await bundle(name, [sandboxAt(apiUrl)])];
  });
  return new Map(await Promise.all(scripts));
}
