// What an application's bundle has of `monerium-connect/react`, and what a server renders with it.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { build } from 'esbuild';

const skip = existsSync('dist/react.js') ? false : 'no dist/react.js: run npm run build first';

/** The files of the package that are in the bundle of a script. */
async function bundle(contents: string): Promise<string[]> {
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir: resolve('.') },
    bundle: true,
    format: 'esm',
    write: false,
    metafile: true,
    splitting: true,
    outdir: 'build/none',
    minify: true,
    external: ['react', '@lit/react', 'lit', 'lit/*'],
  });
  const [entry] = Object.values(metafile.outputs);
  assert.equal(outputFiles.length > 0, true);
  const inputs = Object.entries(entry?.inputs ?? {});
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
}

describe('monerium-connect/react', { skip }, () => {
  it('brings no element to an application that only has the hook', async () => {
    const files = await bundle(
      "import { useMoneriumConnection } from 'monerium-connect/react'; console.log(useMoneriumConnection);",
    );
    assert.ok(files.includes('dist/core/connector.js'), files.join());
    assert.deepEqual(
      files.filter((file) => /element|define|component|locales/.test(file)),
      [],
    );
  });

  it('brings the element with the component', async () => {
    const files = await bundle(
      "import { MoneriumConnect } from 'monerium-connect/react'; console.log(MoneriumConnect);",
    );
    assert.ok(files.includes('dist/element/monerium-connect.js'), files.join());
    assert.ok(!files.includes('dist/react-connection.js'), files.join());
  });
});
