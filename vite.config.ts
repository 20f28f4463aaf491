import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { pageParts } from './demo/page-parts.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * The values of `%VITE_…%` in the pages. `npm start` sets the real addresses. A demo that is built
 * alone expects the emulator and the backend on these ports (`EMULATOR_PORT`, `BACKEND_PORT`).
 */
const FALLBACKS = {
  VITE_CLIENT_ID: '5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60',
  VITE_EMULATOR_URL: 'http://127.0.0.1:4010',
  VITE_BACKEND_URL: 'http://localhost:4020',
};

export default defineConfig({
  root: at('demo'),
  // Every page is a file of its own; an unknown address is a 404 and not the start page.
  appType: 'mpa',
  plugins: [pageParts],
  define: {
    ...Object.fromEntries(
      Object.entries(FALLBACKS).map(([name, fallback]) => [
        `import.meta.env.${name}`,
        JSON.stringify(process.env[name] ?? fallback),
      ]),
    ),
    // Without the integrity, the configurator's tag is for a copy of the script.
    'import.meta.env.VITE_RELEASE': { version: '', integrity: {} },
  },
  // Without `development`: the debug build of a library would log to the console of every page.
  resolve: { conditions: ['module', 'browser'] },
  server: {
    host: 'localhost',
    // The element is loaded from its sources, which are outside of the demo's folder.
    fs: { allow: [at('.')] },
  },
  optimizeDeps: {
    // When the dev server finds one of these late, it reloads the page, and the tokens are lost.
    include: ['lit', '@monerium/sdk', 'viem/accounts'],
  },
  build: {
    outDir: at('build/demo'),
    emptyOutDir: true,
    // These browsers support `light-dark()`, so it is not compiled.
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    rolldownOptions: {
      // prettier-ignore
      input: [
        'index.html', 'callback.html', 'states.html', 'site/index.html', 'popup.html',
        'popup-callback.html', 'framed.html', 'wallet.html', 'designs.html',
      ].map((page) => at(`demo/${page}`)),
    },
  },
});
