// Two builds of src/. For npm: ES modules that mirror src/ and leave Lit to the application's own
// bundler. For a script tag: one minified file with Lit inside.
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { transformSync } from 'esbuild';
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

/**
 * One minified file of the whole element.
 * @param {{ external?: RegExp[] }} [options] `external`: packages that stay imports
 * @returns {import('rollup').RollupOptions}
 */
export function minified({ external = [] } = {}) {
  return {
    // What a page runs: it needs the definition, and asks this file for no names.
    input: 'src/define.ts',
    external,
    plugins: [
      // Before TypeScript: what esbuild makes of a template literal is no longer recognised.
      minifyLiterals({
        include: ['src/**/*.ts'],
        failOnError: true,
        options: { minifyOptions: { minifyCSS: minifyCss } },
      }),
      // Lit's `development` build is larger and logs; it must be named away.
      resolve({ browser: true, exportConditions: ['browser', 'production'] }),
      plainStyles,
      typescript(),
      terser({
        module: true,
        ecma: 2020,
        // No function of ours is called with `new` or reads `arguments`.
        compress: { passes: 3, unsafe_arrows: true, unsafe_methods: true },
        format: { comments: false },
      }),
    ],
    output: {
      file: 'dist/monerium-connect.min.js',
      format: 'es',
      // The map is there for those who look for it; the browser of a customer never asks for it.
      sourcemap: 'hidden',
      inlineDynamicImports: true,
    },
  };
}

/** As `minified()`, with Lit counted as the application's own. */
export const withoutLit = () => minified({ external: [isLit] });

/** The backend half in one minified file. It is weighed, not shipped. */
export const server = () => ({ ...minified(), input: 'src/server.ts' });

/** @returns {import('rollup').RollupOptions} */
function modules() {
  return {
    input: ['src/index.ts', 'src/monerium-connect.ts', 'src/server.ts'],
    external: [isLit],
    plugins: [resolve(), typescript()],
    output: {
      dir: 'dist',
      format: 'es',
      sourcemap: true,
      preserveModules: true,
      preserveModulesRoot: 'src',
    },
  };
}

export default [modules(), minified()];
