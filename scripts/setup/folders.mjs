// Folders that have packages of their own, which `npm start` and `npm test` do without. Plain Node
// without packages.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What `npm run setup -- --all` installs, and what is skipped without it. */
export const folders = {
  examples: 'the frameworks and clients of the examples',
  'test/types': 'the frameworks whose compilers check the typings',
  'test/others': "MetaMask's provider and checks, and Mock Service Worker",
  'test/webkit': 'what drives WebKit',
  'test/runtimes': 'Bun, Deno and workerd',
};

/** @typedef {keyof typeof folders} Folder */

/** @param {Folder} folder */
export function isInstalled(folder) {
  return existsSync(`${root}/${folder}/node_modules/.package-lock.json`);
}

/**
 * A reason to skip what needs the packages of a folder, or `false`.
 * @param {Folder} folder
 */
export function skipWithout(folder) {
  return (
    !isInstalled(folder) && `no packages in ${folder}: \`npm ci --prefix ${folder}\` installs them`
  );
}

/** Those whose packages are not there: no tool can check what imports them. */
export const missingFolders = () =>
  /** @type {Folder[]} */ (Object.keys(folders)).filter((folder) => !isInstalled(folder));

/**
 * A package as a folder has it. TypeScript does not know its types, as it may not be there.
 * @param {string} name
 * @param {Folder} folder
 */
export function requirePackage(name, folder) {
  return createRequire(`${root}/${folder}/package.json`)(name);
}
