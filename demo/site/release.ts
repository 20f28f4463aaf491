import type { Release } from './snippets.js';

declare global {
  interface ImportMetaEnv {
    /** Set by the build: version and integrity of the package that lies in `dist/`. */
    readonly VITE_RELEASE: Release;
  }
  interface ImportMeta {
    readonly env: ImportMetaEnv;
  }
}

export const release: Release = import.meta.env.VITE_RELEASE;
