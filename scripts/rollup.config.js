// The builds of src/. For npm: ES modules that mirror src/ and leave Lit to the application's own
// bundler. For a script tag: one minified file with Lit inside, a module and a classic script.
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { transformSync } from 'esbuild';
import { readFileSync } from 'node:fs';
import esbuild from 'rollup-plugin-esbuild';
import minifyLiterals from 'rollup-plugin-html-literals';

// The browser targets have ES2022, private members and static fields included.
const typescript = () => esbuild({ target: 'es2022', tsconfig: 'tsconfig.json', sourceMap: true });

const isLit = /^(lit|lit-html|lit-element|@lit\/reactive-element)(\/|$)/;

/**
 * esbuild instead of the plugin's own minifier, which drops nested rules. What stands for `${…}` in
 * the text is a name to CSS, so expressions work where a value or a selector may stand.
 * @param {string} css
 */
function minifyCss(css) {
  const placeholder = '@TEMPLATE_EXPRESSION();';
  const name = 'TEMPLATE-EXPRESSION';
  // A fragment such as css`8px` is no style sheet.
  if (!css.includes('{')) return css.trim();
  const { code, warnings } = transformSync(css.replaceAll(placeholder, name), {
    loader: 'css',
    minify: true,
    target: 'esnext',
  });
  if (warnings[0]) throw new Error(`${warnings[0].text} in the style sheet ${css}`);
  return code.trim().replaceAll(name, placeholder);
}

/**
 * `css` checks and joins its expressions. A style sheet without any is a text and needs no check.
 * @type {import('rollup').Plugin}
 */
const plainStyles = {
  name: 'plain-styles',
  transform(code, id) {
    if (!id.endsWith('.styles.ts') || code.includes('${')) return null;
    return { code: code.replaceAll(/\bcss\b(?=`| *\})/g, 'unsafeCSS'), map: null };
  },
};

/** Before TypeScript: what esbuild makes of a template literal is no longer recognised. */
const minifyTemplates = () =>
  minifyLiterals({
    include: ['src/**/*.ts'],
    failOnError: true,
    options: { minifyOptions: { minifyCSS: minifyCss } },
  });

/**
 * A copy of Lit inside a script file is no business of the page: it goes on no list of versions, of
 * which Lit's development build warns, and shares no properties of decorators, which it has not.
 * @type {import('rollup').Plugin}
 */
const withoutGlobals = {
  name: 'without-globals',
  transform(code, id) {
    if (!id.includes('/node_modules/')) return null;
    const versions = /\(\w+\.\w+Versions\s*\?\?=\s*\[\]\)\.push\("[\d.]+"\)/;
    const metadata = /\w+\.litPropertyMetadata\s*\?\?=\s*new WeakMap\b/;
    const shared = /\blitPropertyMetadata\.get\(\w+\)/;
    const own = code.replace(versions, '0').replace(metadata, '0').replace(shared, 'undefined');
    return { code: own, map: null };
  },
};

/**
 * The notices of what is inside the script files, which are too small to hold them.
 * @type {import('rollup').Plugin}
 */
const licenses = {
  name: 'licenses',
  generateBundle(_, bundle) {
    const modules = Object.values(bundle).flatMap((file) =>
      'modules' in file ? file.moduleIds : [],
    );
    const folders = modules.flatMap(
      (id) => id.match(/^.*\/node_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? [],
    );
    /** @type {Map<string, string[]>} */
    const namesByText = new Map();
    for (const folder of ['.', ...new Set(folders)]) {
      const text = readFileSync(`${folder}/LICENSE`, 'utf8').trim();
      const { name } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
      namesByText.set(text, [...(namesByText.get(text) ?? []), name]);
    }
    const notices = [...namesByText].map(([text, names]) => `${names.join(', ')}\n\n${text}\n`);
    this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: notices.join('\n\n') });
  },
};

/**
 * One minified file of the whole element.
 * @param {'es' | 'iife'} format
 * @param {RegExp[]} [external] packages that stay imports
 * @returns {import('rollup').RollupOptions}
 */
function minified(format, external = []) {
  const isModule = format === 'es';
  const isShipped = external.length === 0;
  const preamble = '/*! MIT, BSD-3-Clause: LICENSES.txt */';
  return {
    // What a page runs: it needs the definition, and asks this file for no names.
    input: 'src/define.ts',
    external,
    plugins: [
      minifyTemplates(),
      // Lit's `development` build is larger and logs; it must be named away.
      resolve({ browser: true, exportConditions: ['browser', 'production'] }),
      withoutGlobals,
      plainStyles,
      typescript(),
      terser({
        // Of a module, terser drops `use strict`; a classic script must keep it.
        module: isModule,
        ecma: 2020,
        // No function of ours is called with `new` or reads `arguments`.
        compress: { passes: 5, inline: 1, unsafe_arrows: true, unsafe_methods: true },
        format: { comments: false, ...(isShipped && { preamble }) },
      }),
      licenses,
    ],
    output: {
      file: `dist/monerium-connect${isModule ? '' : '.iife'}.min.js`,
      format,
      // The map is there for those who look for it; the browser of a customer never asks for it.
      sourcemap: 'hidden',
      inlineDynamicImports: true,
    },
  };
}

/** Only weighed, not shipped: the element with Lit counted as the application's own. */
export const withoutLit = () => minified('es', [isLit]);

/** The backend half in one minified file. It is weighed, not shipped. */
export const server = () => ({ ...minified('es', [isLit]), input: 'src/server.ts' });

/** @returns {import('rollup').RollupOptions} */
function modules() {
  return {
    input: ['src/index.ts', 'src/monerium-connect.ts', 'src/server.ts'],
    external: [isLit],
    plugins: [minifyTemplates(), resolve(), plainStyles, typescript()],
    output: {
      dir: 'dist',
      format: 'es',
      sourcemap: true,
      preserveModules: true,
      preserveModulesRoot: 'src',
    },
  };
}

export default [modules(), minified('es'), minified('iife')];
