// For the entries of npm, which load no language by themselves: says what to import. As the first
// entry of all, it counts only where the application has registered nothing else.
import { LANGUAGES } from './languages.js';
import { registry } from './registry.js';

registry.unshift([
  LANGUAGES,
  () => Promise.reject(new Error("import 'monerium-connect/locales', or the language alone")),
]);
