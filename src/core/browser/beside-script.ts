// For the script files: how they load the files of their own folder.
import { isOnOrigin } from './window.js';

// Read while the script runs for the first time: the page can change its tag, and its path, later.
// By the getter of the prototype: an `<img name="currentScript">` takes the document's place.
const tag = Reflect.get(Document.prototype, 'currentScript', document) as Element | null;
const src = tag?.getAttribute('src');
const { pathname } = location;

/**
 * The URL of this script's tag, `.` for a module, and nothing when the script is inline: its
 * imports would be relative to the document, which a `<base>` changes. A module has no tag, and
 * `import.meta` is an error in a classic script. The first URL in a stack is that of the script, or
 * of the document when the script is inline. Not to be called while the script
 * runs: V8 would parse all of it again, for the positions in the stack.
 */
function readPlace(): string | null | undefined {
  if (tag) return src;
  const [file = ''] = /\w+:\/\/[^\s?#)]+/.exec(new Error().stack ?? '') ?? [];
  // With the line and the column. A page may have a name like a script, too.
  const isNamedAsScript = /js(:\d+)*$/.test(file) && !pathname.endsWith('js');
  return file && (isNamedAsScript || !isOnOrigin(file)) ? '.' : undefined;
}

/**
 * Loads a file from where this script came. `import()` resolves it against the address of the
 * script, also in a classic one, and never against the base of the document.
 * @param file relative to the script, such as `./locales/de.min.js`
 * @throws Error that names the file and says how to provide it
 * @see https://html.spec.whatwg.org/multipage/webappapis.html#hostloadimportedmodule
 */
export async function importBeside<T>(file: string): Promise<T> {
  const place = readPlace();
  if (!place) throw new Error(`an inlined script does not load ${file}; give it a src`);
  // In a classic script of another origin without `crossorigin`, `import()` knows no address. What
  // names its host is not relative to the base.
  const hasHost = place.includes('//');
  try {
    // A bundler would follow a literal.
    const address = hasHost ? new URL(file, new URL(place, location.href)).href : file;
    return await (import(address) as Promise<T>);
  } catch {
    throw new Error(`${file} did not load: put it beside the script`);
  }
}
