// For the script files: how they load the files that lie beside them.
import { isOnOrigin } from './window.js';

/**
 * Whether the text of a script without a tag stands in the page or was evaluated. A module has no
 * tag, and `import.meta` is an error in a classic script. The first address in a stack is that of
 * the script, or of the document that an inlined one stands in.
 */
function isInlined(): boolean {
  const [file = ''] =
    /\w+:\/\/[^\s?#)]+?(?=(:\d+)*([\s?#)]|$))/.exec(new Error().stack ?? '') ?? [];
  const isNamedAsScript = file.endsWith('js') && !location.href.startsWith(file);
  return !file || (isOnOrigin(file) && !isNamedAsScript);
}

/**
 * The address that files beside this script are relative to: an empty one when `import()` knows it,
 * and none when the script is inlined. Its imports would then be relative to the document, which a
 * `<base>` moves.
 */
function readPlace(): string | undefined {
  // By the getter of the prototype: an `<img name="currentScript">` takes the document's place.
  const tag = Reflect.get(Document.prototype, 'currentScript', document) as Element | null;
  if (!tag) return isInlined() ? undefined : '';
  const src = tag.getAttribute('src');
  if (!src) return undefined;
  // In a classic script of another origin without `crossorigin`, `import()` knows no address. What
  // names its host is not relative to the base.
  return /^\s*(https?:)?\/\//i.test(src) ? new URL(src, location.href).href : '';
}

/** Read once, while the script runs for the first time: the page can change its tag later. */
const place = readPlace();

/**
 * Loads a file from where this script came. `import()` resolves it against the address of the
 * script, also in a classic one, and never against the base of the document.
 * @param file relative to the script, such as `./locales/de.min.js`
 * @throws Error that names the file and says how to provide it
 * @see https://html.spec.whatwg.org/multipage/webappapis.html#hostloadimportedmodule
 */
export async function importBeside<T>(file: string): Promise<T> {
  if (place === undefined) {
    throw new Error(`an inlined script does not load ${file}; give it a src`);
  }
  try {
    // A bundler would follow a literal.
    return await (import(place ? new URL(file, place).href : file) as Promise<T>);
  } catch {
    throw new Error(`${file} did not load: put it beside the script, and allow it in script-src`);
  }
}
