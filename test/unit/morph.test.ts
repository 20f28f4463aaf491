import { expect } from '@open-wc/testing';
import {
  ATTRIBUTES,
  BACKEND_URL,
  CLIENT_ID,
  IDENTITY,
  RESPONSE,
  answer,
  closePages,
  openPage,
  settle,
  until,
  type Page,
  type View,
} from './fixture.js';

/** The function of a library that changes an element of the page to match this HTML. */
type Morph = (element: Element, html: string) => unknown;

const LIBRARIES: Record<string, (view: View) => Promise<Morph>> = {
  idiomorph: async (view) => {
    const { Idiomorph } = (await view.load(
      '/node_modules/idiomorph/dist/idiomorph.esm.js',
    )) as unknown as { Idiomorph: { morph: Morph } };
    return Idiomorph.morph;
  },
  morphdom: async (view) => {
    const { default: morph } = (await view.load(
      '/node_modules/morphdom/dist/morphdom-esm.js',
    )) as unknown as { default: Morph };
    return morph;
  },
};

const WAYS = {
  backend: { attributes: ATTRIBUTES, exchange: BACKEND_URL },
  direct: { attributes: { 'client-id': CLIENT_ID }, exchange: 'direct' },
};
const TOKENS = { access_token: 'at', token_type: 'Bearer', expires_in: 3600, ...IDENTITY };

/** The HTML of a server that does not know that the customer is connected. */
function render(attributes: Record<string, string>): string {
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
  return `<monerium-connect ${written.join(' ')}></monerium-connect>`;
}

/** Opens a page that a server has rendered, and waits until its element is connected. */
async function openConnected(way: keyof typeof WAYS): Promise<Page> {
  const { attributes, exchange } = WAYS[way];
  const page = await openPage({
    search: RESPONSE,
    record: { exchange },
    attributes: false,
    fetch: async () => answer(way === 'direct' ? TOKENS : IDENTITY),
    prepare: ({ document }) => (document.body.innerHTML = `<main>${render(attributes)}</main>`),
  });
  const element = page.document.querySelector('monerium-connect')!;
  await until(() => element.status === 'connected');
  await element.updateComplete;
  await settle();
  return { ...page, element };
}

afterEach(closePages);

describe('a page that is morphed to the HTML of its server', () => {
  for (const [library, load] of Object.entries(LIBRARIES)) {
    for (const way of ['backend', 'direct'] as const) {
      it(`#151 stays connected, without an event: ${library}, ${way}`, async () => {
        const page = await openConnected(way);
        const { element, document, heard } = page;
        const morph = await load(page.view);
        const { length } = heard;
        const html = render(WAYS[way].attributes);
        for (const content of [html, html, `${html}<p>News</p>`]) {
          const lost: string[] = [];
          const observer = new page.view.MutationObserver((records) => {
            for (const { attributeName } of records) lost.push(attributeName ?? '');
          });
          observer.observe(element, { attributes: true });
          morph(document.querySelector('main')!, `<main>${content}</main>`);
          await element.updateComplete;
          await settle();
          observer.disconnect();
          expect(lost).to.include('profile', 'the morph has removed the attribute');
          expect(document.querySelector('monerium-connect') === element).to.be.true;
          expect(element.connection).to.deep.equal({ status: 'connected', ...IDENTITY });
          expect(element.getAttribute('profile')).to.equal(IDENTITY.profile);
          expect(element.getAttribute('user-id')).to.equal(IDENTITY.userId);
        }
        expect(heard).to.have.length(length);
        if (way === 'direct') expect(await element.getAccessToken()).to.equal('at');
        expect(page.sent).to.have.length(1);
      });
    }

    it(`#151 stays connected by the response of its backend, without an event: ${library}`, async () => {
      let hasSession = true;
      const html = render({ ...ATTRIBUTES, 'stay-connected': '' });
      const { document, heard, view } = await openPage({
        attributes: false,
        fetch: async () => (hasSession ? answer(IDENTITY) : new Response(null, { status: 204 })),
        prepare: ({ document: own }) => (own.body.innerHTML = `<main>${html}</main>`),
      });
      const element = document.querySelector('monerium-connect')!;
      await until(() => element.status === 'connected');
      await settle();
      const morph = await load(view);
      const { length } = heard;
      morph(document.querySelector('main')!, `<main>${html}</main>`);
      await element.updateComplete;
      await settle();
      expect(element.connection).to.deep.equal({ status: 'connected', ...IDENTITY });
      expect(element.getAttribute('profile')).to.equal(IDENTITY.profile);
      expect(heard).to.have.length(length);

      hasSession = false;
      morph(document.querySelector('main')!, `<main>${html}</main>`);
      await until(() => element.status === 'idle');
    });

    it(`#151 connects an element that the morph has created: ${library}`, async () => {
      const { document, heard, element, view } = await openConnected('backend');
      const morph = await load(view);
      const { length } = heard;
      const html = render({ ...ATTRIBUTES, id: 'another' });
      morph(document.querySelector('main')!, `<main><h1>News</h1><p>${html}</p></main>`);
      await settle();
      const next = document.querySelector('monerium-connect')!;
      expect(next === element).to.be.false;
      await until(() => next.status === 'connected');
      await next.updateComplete;
      expect(next.getAttribute('profile')).to.equal(IDENTITY.profile);
      expect(heard).to.have.length(length);
    });

    it(`#151 applies the identity in the new HTML: ${library}`, async () => {
      const page = await openConnected('backend');
      const { element, document } = page;
      const morph = await load(page.view);
      const other = { profile: 'other', 'user-id': 'other' };
      for (const [changes, status] of [
        [{}, 'connected'],
        [other, 'connected'],
        [{ profile: '', 'user-id': '' }, 'idle'],
      ] as const) {
        const html = render({ ...ATTRIBUTES, ...changes });
        morph(document.querySelector('main')!, `<main>${html}</main>`);
        await element.updateComplete;
        await settle();
        expect(element.status).to.equal(status);
        if (changes === other) expect(element.connection).to.have.property('profile', 'other');
      }
    });
  }
});
