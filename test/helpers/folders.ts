// A folder with packages of its own may have none installed: then nothing here can be called, and
// TypeScript does not know the types of what it returns.
import { createRequire } from 'node:module';
import type { Folder } from '../../scripts/setup/folders.mjs';

const root = new URL('../../', import.meta.url);

/** A package as a folder has it, for Node's `require`. */
export function requirePackage(name: string, folder: Folder = 'examples') {
  return createRequire(new URL(`${folder}/package.json`, root))(name);
}

/** An example by its path in the folder. */
export const importExample = (file: string) => import(new URL(`examples/${file}`, root).href);
