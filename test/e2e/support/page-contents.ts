import type { Page, Sighting, Visitor } from './driver.js';
import { RECORDER } from './recorder.js';
import type { Site } from './site.js';

type Entry = [key: string, value: string];

/** All that is to be found in a page. */
export interface PageContents {
  readonly local: Entry[];
  readonly session: Entry[];
  /** Everything else, by the name of the place. */
  readonly texts: Record<string, string>;
}

/** Reads every page of the site that a visitor has open. The portal's are Monerium's. */
export async function readPages(visitor: Visitor, sites: readonly Site[]): Promise<PageContents[]> {
  const isOurs = (url = '') =>
    url.startsWith('http') && sites.some(({ port }) => String(port) === new URL(url).port);
  const found: PageContents[] = [];
  for (const page of await visitor.pages()) {
    // A page that closes meanwhile sends its contents to the site as it does.
    const contents = await visitor.askUnlessGone(page, async () =>
      isOurs(await page.url()) ? readPage(page) : undefined,
    );
    // Between the two questions the customer may have left for Monerium.
    if (contents && isOurs(contents.texts['the address'])) found.push(contents);
  }
  return found;
}

async function readPage(page: Page): Promise<PageContents> {
  await page.waitForFunction(() => document.readyState !== 'loading');
  // A page that no template was used for has no recorder yet. In one script: between two, the page
  // may be left.
  const contents = await page.evaluate(`(${RECORDER}, (${readHere.toString()})())`);
  const { sightings, places, ...storage } = contents as Awaited<ReturnType<typeof readHere>>;
  const texts = sightings.map(({ name, text }): Entry => [name, text]);
  return { ...storage, texts: { ...Object.fromEntries(texts), ...places } };
}

/** Runs in the page. */
async function readHere() {
  /** Where a page may not look, it has put nothing. */
  const attempt = async <T>(look: () => T | Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await look();
    } catch {
      return otherwise;
    }
  };
  const settled = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error('IndexedDB'));
    });
  const readDatabase = async (name: string) => {
    const database = await settled(indexedDB.open(name));
    const stores = [...database.objectStoreNames].map(async (store) => {
      const objects = database.transaction(store).objectStore(store);
      return [store, await settled(objects.getAllKeys()), await settled(objects.getAll())];
    });
    const contents = await Promise.all(stores);
    database.close();
    return JSON.stringify([name, contents]);
  };
  const readCache = async (name: string) => {
    const cache = await caches.open(name);
    const entries = (await cache.keys()).map(async (request) => {
      const response = await cache.match(request);
      return [request.url, [...request.headers], await response?.text()];
    });
    return JSON.stringify([name, await Promise.all(entries)]);
  };
  const entriesOf = (name: 'localStorage' | 'sessionStorage') =>
    attempt(() => Object.entries({ ...window[name] }) as [string, string][], []);
  const databases = await attempt(() => indexedDB.databases(), []);
  return {
    local: await entriesOf('localStorage'),
    session: await entriesOf('sessionStorage'),
    sightings: window.__describePage() as readonly Sighting[],
    places: {
      'the address': location.href,
      'the referrer': document.referrer,
      'a cookie': await attempt(() => document.cookie, ''),
      IndexedDB: String(
        await Promise.all(databases.map(({ name = '' }) => attempt(() => readDatabase(name), ''))),
      ),
      'the Cache API': String(
        await Promise.all((await attempt(() => caches.keys(), [])).map(readCache)),
      ),
    },
  };
}
