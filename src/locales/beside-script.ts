// For the script files: a loader for the languages that lie beside them.
import { registry } from './registry.js';

/** The files there. A language that is not here is not asked for. */
const LANGUAGES =
  'ar bg cs da de el es et fi fr ga he hr hu is it lt lv mt nb nl nn no pl pt pt-br ro sk sl sv tr uk';

registry.push([
  LANGUAGES,
  (tag) => {
    // A bundler would follow a literal.
    const { href } = new URL(`locales/${tag}.min.js`, import.meta.url);
    return import(href);
  },
]);
