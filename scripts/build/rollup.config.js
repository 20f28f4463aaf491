// The builds of src/. For npm: an ES module and a declaration file for each entry, files for what
// several entries share, and Lit left to the application's own bundler. For a script tag: one
// minified file with Lit inside, a module and a classic script.
import { readdirSync, readFileSync } from 'node:fs';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { minify } from '@swc/core';
import { transformSync } from 'esbuild';
import { dts } from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';
import minifyLiterals from 'rollup-plugin-html-literals';
import { writeNotices } from './licenses.mjs';

// The browser targets have ES2022, private members and static fields included.
const typescript = () => esbuild({ target: 'es2022', tsconfig: 'tsconfig.json' });

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/**
 * Log lines link to the documents of their own version: another one can differ.
 * @type {import('rollup').Plugin}
 */
const withVersion = {
  name: 'with-version',
  transform: (code) => ({ code: code.replace('connect@VERSION', `connect@${version}`), map: null }),
};

export const isLit = /^(lit|lit-html|lit-element|@lit\/reactive-element)(\/|$)/;

/**
 * esbuild replaces the minifier of the plugin, which drops nested rules. Each `${…}` becomes a
 * name, so an expression can be a value or a selector.
 * @param {string} css
 */
function minifyCss(css) {
  const placeholder = '@TEMPLATE_EXPRESSION();';
  const name = 'TEMPLATE-EXPRESSION';
  // A fragment such as css`8px` is not a style sheet.
  if (!css.includes('{')) return css.trim();
  const { code, warnings } = transformSync(css.replaceAll(placeholder, name), {
    loader: 'css',
    minify: true,
    target: 'esnext',
  });
  if (warnings[0]) throw new Error(`${warnings[0].text} in the style sheet ${css}`);
  // esbuild does not minify custom properties or the fallback values in `var()`.
  const short = code.replace(/([(,]|--[\w-]+:) | (?=[);])/g, '$1');
  return short.trim().replaceAll(name, placeholder);
}

/** Runs before esbuild: it does not recognise template literals in the output of esbuild. */
const minifyTemplates = () =>
  minifyLiterals({
    include: ['src/**/*.ts'],
    failOnError: true,
    options: { minifyOptions: { minifyCSS: minifyCss } },
  });

/**
 * Lit leaves four names on the window: lists of versions, and a map for decorators. The script
 * files promise to leave none, and have no decorators. It also has a fallback for browsers without
 * adopted style sheets, which no supported browser needs.
 * @type {import('rollup').Plugin}
 */
const withoutExtrasOfLit = {
  name: 'without-extras-of-lit',
  transform(code, id) {
    if (!id.includes('/node_modules/')) return null;
    const sheets = /\w+\.ShadowRoot&&\(.*?"replace"\s?in CSSStyleSheet\.prototype/;
    const versions = /\(\w+\.\w+Versions\s*\?\?=\s*\[\]\)\.push\("[\d.]+"\)/;
    const metadata = /\w+\.litPropertyMetadata\s*\?\?=\s*new WeakMap\b/;
    const shared = /\blitPropertyMetadata\.get\(\w+\)/;
    const own = code.replace(versions, '0').replace(metadata, '0').replace(shared, 'undefined');
    return { code: own.replace(sheets, 'true'), map: null };
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
    const { code } = await minify(script, { module: isModule, compress, mangle: false });
    return { code, map: null };
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
      withoutExtrasOfLit,
      withVersion,
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
const locale = (language) => ({
  input: `src/locales/${language}.ts`,
  plugins: [esbuild({ target: 'es2022', minify: true, charset: 'utf8' })],
  output: { file: `dist/locales/${language}.min.js`, format: 'iife' },
});

/** The files that have a name: entries of the package, and modules that the manifest names. */
const entries = Object.fromEntries(
  // prettier-ignore
  [
    'index', 'define', 'core', 'react', 'react-component', 'react-connection',
    'element/monerium-connect', 'element/events', 'core/connector', 'wallet/wallet',
    'locales/index', 'doctor/doctor', 'notes/notes',
    'server/index', 'server/sql', 'server/valkey', 'server/node',
  ].map((name) => [name, `src/${name}.ts`]),
);

/** A language for npm is the file that is there for a tag: it registers itself in both. */
const isLanguage = /\/locales\/[a-z]{2}(-[a-z]+)?\.ts$/;

/** @returns {import('rollup').RollupOptions} */
function modules() {
  return {
    input: entries,
    external: [isLit, '@lit/react', 'react', isLanguage],
    plugins: [minifyTemplates(), resolve(), withVersion, typescript()],
    output: {
      dir: 'dist',
      format: 'es',
      chunkFileNames: 'shared/[name].js',
      hoistTransitiveImports: false,
      paths: (id) => id.replace(/^.*(\/[\w-]+)\.ts$/, './locales$1.min.js'),
      // React's servers only send it on. Rollup drops such a line from a source.
      banner: ({ name }) => (name.startsWith('react') ? "'use client';" : ''),
    },
  };
}

/**
 * The types of all entries in one build: a second copy of the element's types would be another
 * element to TypeScript.
 * @returns {import('rollup').RollupOptions}
 */
const types = () => ({
  input: {
    ...entries,
    'testing/index': 'src/testing/index.ts',
    'testing/browser': 'src/testing/browser.ts',
  },
  external: [isLit, '@lit/react', 'react'],
  plugins: [dts()],
  // Two entries have no types, and a type that no entry exports needs no name.
  onwarn(warning, warn) {
    if (warning.code !== 'EMPTY_BUNDLE' && warning.plugin !== 'dts') warn(warning);
  },
  output: {
    dir: 'dist',
    format: 'es',
    entryFileNames: '[name].d.ts',
    chunkFileNames: 'types/[name].d.ts',
  },
});

export default [
  modules(),
  minified('iife'),
  types(),
  minified('iife', [], 'wallet'),
  minified('es', [], 'doctor'),
  minified('es', [], 'notes'),
  ...languages.map(locale),
];
