// `npm run build:site`: the static site in build/site, from demo/site and docs/. Needs a fresh
// `npm run build`, whose integrity the snippets name. Run by tsx.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { build } from 'vite';
import { writeNotices } from './licenses.mjs';
import { readDocuments, renderPage } from './documents.mjs';
import { withAssets } from './with-assets.mjs';

const OUT = 'build/site';
/** @param {string} path */
const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** @param {string} file @returns {unknown} */
const readJson = (file) => JSON.parse(readFileSync(at(file), 'utf8'));

const { version } = /** @type {{ version: string }} */ (readJson('package.json'));
const release = { version, integrity: readJson('dist/integrity.json') };

// prettier-ignore
const POLICY = [
  "default-src 'none'",
  "script-src 'self'", "style-src 'self'", "connect-src 'self'", "worker-src 'self'",
  "img-src 'self' data:", "base-uri 'none'", "form-action 'self'",
  "require-trusted-types-for 'script'", 'trusted-types lit-html site',
].join('; ');

/** A static host sends no header of ours. @type {import('vite').Plugin} */
const withPolicy = {
  name: 'with-policy',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
      injectTo: 'head-prepend',
    },
  ],
};

const built = await build({
  configFile: false,
  root: at('demo/site'),
  // The site may lie in any folder of a host.
  base: './',
  logLevel: 'warn',
  resolve: { conditions: ['module', 'browser'] },
  define: { 'import.meta.env.VITE_RELEASE': JSON.stringify(release) },
  plugins: [withPolicy],
  build: {
    outDir: at(OUT),
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: false,
    rolldownOptions: { input: ['index', 'flows'].map((name) => at(`demo/site/${name}.html`)) },
  },
});

const { metafile } = await bundle({
  entryPoints: { worker: at('demo/site/worker.ts'), awake: at('demo/site/awake.ts') },
  outdir: at(OUT),
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  logLevel: 'warning',
  plugins: [withAssets],
  metafile: true,
});

const chunks = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
const modules = chunks.flatMap((chunk) => ('moduleIds' in chunk ? chunk.moduleIds : []));
const notices = writeNotices([...modules, ...Object.keys(metafile.inputs)]);
writeFileSync(at(`${OUT}/LICENSES.txt`), notices);

const css = ['demo/site.css', 'demo/site/pages.css'].map((file) => readFileSync(at(file), 'utf8'));
writeFileSync(at(`${OUT}/documents.css`), css.join('\n'));
mkdirSync(at(`${OUT}/docs`), { recursive: true });
cpSync(at('docs/pictures'), at(`${OUT}/docs/pictures`), { recursive: true });
for (const [name, markdown] of readDocuments()) {
  const page = renderPage({
    markdown,
    root: '../',
    current: name === 'index' ? 'Documents' : '',
  });
  writeFileSync(at(`${OUT}/docs/${name}.html`), page);
}
const recipes = readFileSync(at('demo/site/recipes.md'), 'utf8');
const recipesPage = renderPage({ markdown: recipes, root: '', current: 'Recipes' });
writeFileSync(at(`${OUT}/recipes.html`), recipesPage);
