// What the examples import is in examples/node_modules, which may be missing: then nothing here can
// be called, and TypeScript does not know its types.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { resolve } = createRequire(new URL('../../examples/package.json', import.meta.url));

/** A package as the examples have it. */
export const importPackage = (name: string) => import(pathToFileURL(resolve(name)).href);

/** An example by its path in the folder. */
export const importExample = (file: string) =>
  import(new URL(`../../examples/${file}`, import.meta.url).href);
