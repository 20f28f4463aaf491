import { render } from '@lit-labs/ssr';
import { collectResult } from '@lit-labs/ssr/lib/render-result.js';
import { build } from 'esbuild';
import { html, unsafeStatic } from 'lit/static-html.js';
import { fileURLToPath } from 'node:url';

const ENTRY = new URL('../../../dist/index.js', import.meta.url);

/** The markup as a server with Lit's renderer sends it, from the package as it is shipped. */
export async function renderOnServer(markup: string): Promise<string> {
  await import(ENTRY.href);
  return collectResult(render(html`${unsafeStatic(markup)}`));
}

/** The script of a page whose markup comes from a server: Lit's support comes first. */
export async function bundleHydration(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import '@lit-labs/ssr-client/lit-element-hydrate-support.js';
        import ${JSON.stringify(fileURLToPath(ENTRY))};`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    format: 'esm',
    write: false,
  });
  return outputFiles.map(({ text }) => text).join('');
}
