// For the entries of npm, which load no language by themselves: says what to import. As the first
// entry of all, it counts only where the application has registered nothing else.
import { LANGUAGES } from './languages.js';
import { registry, type Loader } from './registry.js';

/** An application may import the languages a while after the element. */
const IMPORT_MS = 1000;

const missing: Loader = (tag) =>
  new Promise((_, reject) => {
    setTimeout(() => {
      const [, ...others] = registry;
      if (others.some(([tags]) => tags.split(' ').includes(tag))) return;
      reject(new Error("import 'monerium-connect/locales', or the language alone"));
    }, IMPORT_MS);
  });

registry.unshift([LANGUAGES, missing]);
