/**
 * An example by its path in the folder. Some need packages that may not be there: TypeScript does
 * not know their types.
 */
export const importExample = (file: string) =>
  import(new URL(`../../examples/${file}`, import.meta.url).href);
