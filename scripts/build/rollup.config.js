// The builds of src/. For npm: ES modules that mirror src/ and leave Lit to the application's own
// bundler. For a script tag: one minified file with Lit inside, a module and a classic script.
import { readdirSync } from 'node:fs';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { minify } from '@swc/core';
import { transformSync } from 'esbuild';
import { dts } from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';
import minifyLiterals from 'rollup-plugin-html-literals';
import { writeNotices } from './licenses.mjs';

// The browser targets have ES2022, private members and static fields included.
const typescript = () => esbuild({ target: 'es2022', tsconfig: 'tsconfig.json', sourceMap: true });

export const isLit = /^(lit|lit-html|lit-element|@lit\/reactive-element)(\/|$)/;

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
  // It leaves custom properties as they are written, and what stands in their place in `var()`.
  const short = code.replace(/([(,]|--[\w-]+:) | (?=[);])/g, '$1');
  return short.trim().replaceAll(name, placeholder);
}

/** Before TypeScript: what esbuild makes of a template literal is no longer recognised. */
const minifyTemplates = () =>
  minifyLiterals({
    include: ['src/**/*.ts'],
    failOnError: true,
    options: { minifyOptions: { minifyCSS: minifyCss } },
  });

/**
 * Lit leaves four names on the window: lists of versions, and a map for decorators. The script
 * files promise to leave none, and have no decorators.
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

// No function of ours is called with `new` or reads `arguments`.
const compress = /** @type {const} */ ({
  ecma: 2020,
  passes: 5,
  inline: 1,
  unsafe_arrows: true,
  unsafe_methods: true,
});

/**
 * A pass of SWC before terser's: each folds what the other leaves, and a script becomes 1.5 %
 * smaller than by terser alone. Names stay as they are, for terser to shorten.
 * @param {boolean} isModule
 * @returns {import('rollup').Plugin}
 */
const foldBySwc = (isModule) => ({
  name: 'fold-by-swc',
  async renderChunk(script) {
    const { code, map = null } = await minify(script, {
      ...{ module: isModule, compress, mangle: false, sourceMap: true },
    });
    return { code, map };
  },
});

/**
 * A classic script is read in the charset of its page, which may be any. Terser's `ascii_only`
 * leaves tagged templates out.
 * @type {import('rollup').Plugin}
 */
const asciiOnly = {
  name: 'ascii-only',
  renderChunk(code) {
    /** @param {string} unit */
    const escape = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return { code: code.replaceAll(/[^\0-\x7f]/g, escape), map: null };
  },
};

/**
 * The notices of what is inside the script files, which are too small to hold them.
 * @type {import('rollup').Plugin}
 */
const licenses = {
  name: 'licenses',
  generateBundle(_, bundle) {
    const files = Object.values(bundle);
    const modules = files.flatMap((file) => ('moduleIds' in file ? file.moduleIds : []));
    this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: writeNotices(modules) });
  },
};

/**
 * One minified script: the whole element, or a further file, which has no package inside. What a
 * tag loads is wrapped in a function (`iife`), so that the same bytes are right as a module and as
 * a classic script: a tag may lack its `type="module"`. They have two names.
 * @param {'es' | 'iife'} format
 * @param {RegExp[]} [external] packages that stay imports
 * @param {'element' | 'wallet' | 'doctor' | 'notes'} [part]
 * @returns {import('rollup').RollupOptions}
 */
export function minified(format, external = [], part = 'element') {
  const isModule = format === 'es';
  const endings = isModule ? ['.min.js'] : ['.min.js', '.iife.min.js'];
  const hasNotices = part === 'element' && external.length === 0;
  // A page calls most functions of the element at once. Chromium then compiles all of them with the
  // file, where it would otherwise read each one twice. The line has to be the first one.
  // https://v8.dev/blog/explicit-compile-hints
  const preamble = '//# allFunctionsCalledOnLoad\n/*! MIT, BSD-3-Clause: LICENSES.txt */';
  const name = part === 'element' ? 'monerium-connect' : `monerium-connect.${part}`;
  return {
    input: part === 'element' ? 'src/script.ts' : `src/${part}/${part}.ts`,
    external,
    plugins: [
      minifyTemplates(),
      // Lit's `development` build is larger and logs; it must be named away.
      resolve({ browser: true, exportConditions: ['browser', 'production'] }),
      withoutGlobals,
      typescript(),
      foldBySwc(isModule),
      terser({
        // Of a module, terser drops `use strict`; a classic script must keep it.
        module: isModule,
        ecma: 2020,
        compress,
        format: { comments: false, ...(hasNotices && { preamble }) },
      }),
      asciiOnly,
      ...(part === 'element' ? [licenses] : []),
    ],
    output: endings.map((ending) => ({
      file: `dist/${name}${ending}`,
      format,
      // The map is there for those who look for it; the browser of a customer never asks for it.
      sourcemap: 'hidden',
      inlineDynamicImports: true,
    })),
  };
}

/** Of `src/locales`: what else is there registers no single language. */
export const languages = readdirSync('src/locales')
  .map((file) => file.replace('.ts', ''))
  .filter((name) => /^[a-z]{2}(-[a-z]+)?$/.test(name))
  .sort();

/**
 * One language for a script tag, and for the script files, which ask for it when it is needed.
 * @param {string} language
 * @returns {import('rollup').RollupOptions}
 */
export const locale = (language) => ({
  input: `src/locales/${language}.ts`,
  plugins: [typescript(), terser({ ecma: 2020, format: { comments: false } })],
  output: { file: `dist/locales/${language}.min.js`, format: 'iife' },
});

/** @returns {import('rollup').RollupOptions} */
function modules() {
  return {
    input: [
      ...['src/index.ts', 'src/element/monerium-connect.ts', 'src/locales/index.ts', 'src/core.ts'],
      'src/wallet/wallet.ts',
      'src/react.ts',
      ...['index', 'sql', 'valkey', 'node'].map((name) => `src/server/${name}.ts`),
    ],
    external: [isLit, '@lit/react', 'react'],
    plugins: [minifyTemplates(), resolve(), typescript()],
    output: {
      dir: 'dist',
      format: 'es',
      sourcemap: true,
      preserveModules: true,
      preserveModulesRoot: 'src',
      // React's servers only send it on. Rollup drops such a line from a source.
      banner: ({ name }) => (name.startsWith('react') ? "'use client';" : ''),
    },
  };
}

/**
 * @param {string} name
 * @returns {import('rollup').RollupOptions}
 */
const testingTypes = (name) => ({
  input: `src/testing/${name}.ts`,
  // A second copy of the element's types would be another element to TypeScript.
  external: [/\/src\/(core|element|server)\//],
  plugins: [dts()],
  output: {
    ...{ file: `dist/testing/${name}.d.ts`, format: 'es' },
    paths: (id) => id.replace(/^.*\/src\//, '../'),
  },
});

export default [
  ...[modules(), minified('iife'), testingTypes('index'), testingTypes('browser')],
  ...[minified('iife', [], 'wallet'), minified('es', [], 'doctor'), minified('es', [], 'notes')],
  ...languages.map(locale),
];
