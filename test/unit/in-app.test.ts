import { expect } from '@open-wc/testing';
import { ATTRIBUTES, closePages, find, openPage, settleIdle, until, type View } from './fixture.js';
import { BROWSERS, IN_APP } from '../helpers/user-agents.js';

afterEach(closePages);

interface Pretended {
  readonly agent?: string;
  readonly standalone?: boolean;
  readonly copy?: ((text: string) => Promise<void>) | undefined;
}

/** Makes a window believe that it is in another browser. */
function pretend(view: View, { agent, standalone = false, copy }: Pretended): void {
  const define = (name: string, value: unknown) =>
    Object.defineProperty(view.navigator, name, { value, configurable: true });
  if (agent) define('userAgent', agent);
  define('clipboard', copy && { writeText: copy });
  const { matchMedia } = view;
  view.matchMedia = (query) => {
    const list = matchMedia.call(view, query);
    const matches = query === '(display-mode: standalone)' ? standalone : list.matches;
    return Object.defineProperty(list, 'matches', { value: matches });
  };
}

const ANDROID = IN_APP.find(({ agent }) => agent.includes('Android'))?.agent ?? '';
const IOS = IN_APP.find(({ agent }) => agent.includes('iPhone'))?.agent ?? '';

const open = (
  pretended: Pretended,
  { lang = 'en', ...options }: Parameters<typeof openPage>[0] & { lang?: string } = {},
) =>
  openPage({
    ...options,
    prepare: (view) => {
      view.document.documentElement.lang = lang;
      pretend(view, pretended);
    },
  });

type Opened = Awaited<ReturnType<typeof openPage>>;

/** Opens a page in which the notice has come. */
async function openWithNotice(...options: Parameters<typeof open>): Promise<Opened> {
  const page = await open(...options);
  await until(() => find(page.element, '[part=notice]'));
  return page;
}

/** What a customer reads of the notice. */
const readNotice = ({ element }: Opened) =>
  find(element, '[part=notice]')?.innerText.trim().replace(/\s+/g, ' ');

describe('the notice for in-app browsers', () => {
  for (const { app, agent } of IN_APP) {
    it(`#179 is shown in ${app}`, async () => {
      const page = await openWithNotice({ agent });
      expect(readNotice(page)).to.equal(
        'Identity checks may need your camera. Open in your browser Copy link',
      );
    });
  }

  it('#179 is shown on the home screen, without a link that would lead back there', async () => {
    const page = await openWithNotice({ agent: ANDROID.replace('; wv', ''), standalone: true });
    expect(find(page.element, '[part=browser]') === null).to.equal(true);
  });

  for (const { app, agent } of BROWSERS) {
    it(`#180 is not loaded in ${app}`, async () => {
      const { element, view } = await open({ agent });
      await settleIdle(view);
      expect(find(element, '[part=notice]') === null).to.equal(true);
      const files = view.performance.getEntriesByType('resource').map(({ name }) => name);
      expect(files.filter((name) => name.includes('/src/in-app/'))).to.deep.equal([]);
    });
  }

  it('#179 leads to the browser of the customer on Android, fragment and query included', async () => {
    const { element, view } = await openWithNotice({ agent: ANDROID });
    view.history.pushState(null, '', '?table=7#menu');
    const link = find(element, 'a[part=browser]') as HTMLAnchorElement;
    link.addEventListener('click', (event) => event.preventDefault());
    link.click();
    const action = 'action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE';
    const end = `#Intent;scheme=http;${action};end`;
    expect(link.href).to.equal(view.location.href.replace('http:', 'intent:') + end);
    expect(link.href).to.contain('?table=7#menu#Intent;');
  });

  it('#179 copies the address, and says so', async () => {
    const copied: string[] = [];
    const copy = (text: string) => Promise.resolve(void copied.push(text));
    const page = await openWithNotice({ agent: IOS, copy }, { lang: 'de' });
    const { element, view } = page;
    await view.load('/src/locales/de.ts');
    await until(() => readNotice(page)?.startsWith('Die Identitätsprüfung'));
    expect(find(element, 'a[part=browser]') === null).to.equal(true);
    find(element, '[part=copy]')?.click();
    await until(() => find(element, '[part=notice] [role=status]')?.textContent);
    expect(copied).to.deep.equal([view.location.href]);
    expect(readNotice(page)).to.match(/Link kopieren Kopiert$/);
  });

  it('#179 shows the address where the app does not allow to copy it', async () => {
    const { element, view } = await openWithNotice({ agent: IOS });
    find(element, '[part=copy]')?.click();
    await until(() => find(element, '[part=link]'));
    const field = find(element, '[part=link]') as HTMLInputElement;
    expect(field.value).to.equal(view.location.href);
    expect(element.shadowRoot?.activeElement).to.equal(field);
    expect(find(element, '[part=notice] [role=status]')?.textContent).to.equal('');
  });

  it('#179 is read aloud with the button', async () => {
    const { element } = await openWithNotice({ agent: IOS });
    const button = find(element, '[part=button]');
    const named = button?.getAttribute('aria-describedby')?.split(' ') ?? [];
    const read = named.map((id) => find(element, `#${id}`)?.textContent ?? '').join('');
    expect(read).to.equal('Identity checks may need your camera.');
  });

  it('#179 is gone while the customer leaves and when connected, and leaves no button behind', async () => {
    const { element, urls } = await openWithNotice(
      { agent: IOS },
      { properties: { mode: 'auto' } },
    );
    element.click();
    await until(() => element.status === 'redirecting');
    expect(urls).to.have.length(1);
    await element.updateComplete;
    expect(find(element, '[part=notice]') === null).to.equal(true);
    element.cancel();
    await until(() => find(element, '[part=notice]'));
    Object.assign(element, { profile: 'p', userId: 'u' });
    await until(() => element.status === 'connected');
    await element.updateComplete;
    expect(find(element, 'button') === null).to.equal(true);
  });

  it('#179 is not shown where the app opens a browser itself, or in a frame', async () => {
    for (const options of [{ properties: { openUrl: () => {} } }, { framed: true }]) {
      const { element, view } = await open({ agent: IOS }, options);
      const listFiles = () => view.performance.getEntriesByType('resource');
      await until(() => listFiles().some(({ name }) => name.includes('/src/in-app/')));
      await settleIdle(view);
      expect(find(element, '[part=notice]') === null).to.equal(true);
    }
  });

  it('#179 does not make the element wider', async () => {
    const plain = await open({});
    const { element } = await openWithNotice({ agent: IOS });
    expect(element.offsetWidth).to.equal(plain.element.offsetWidth);
  });

  it('#180 that does not load is one warning, and the button works', async () => {
    const page = await open({ agent: IOS }, { attributes: false, search: '' });
    const { inApp } = (await page.view.load('/src/element/in-app.ts')) as unknown as {
      inApp: { load: () => Promise<never> };
    };
    inApp.load = () => Promise.reject(new Error('refused'));
    const [element] = [page.add(ATTRIBUTES), page.add(ATTRIBUTES)];
    await until(() => page.list('warn').length > 0);
    await settleIdle(page.view);
    expect(page.list('warn')).to.deep.equal([
      '<monerium-connect> in-app: its file did not load or failed; check script-src',
    ]);
    element.click();
    await until(() => page.urls.length);
  });
});
