import { expect } from '@open-wc/testing';
import { RECORD_PREFIX, closePages, createState, nameTab, openPage, until } from './fixture.js';

afterEach(closePages);

describe('the page of a test', () => {
  it('is a top-level window without an opener', async () => {
    const { view } = await openPage();
    expect(view.top === view).to.be.true;
    expect(view.opener).to.equal(null);
  });

  it('keeps its opener when a test asks for it', async () => {
    const { view } = await openPage({ opener: true });
    expect(view.opener === window).to.be.true;
  });

  it('is in a frame when a test asks for it', async () => {
    const { view } = await openPage({ framed: true });
    expect(view.parent === window).to.be.true;
  });

  it('starts with a copy of sessionStorage and shares it no further', async () => {
    const state = createState();
    nameTab(state);
    const { view } = await openPage();
    expect(view.sessionStorage.getItem(`${RECORD_PREFIX}tab`)).to.equal(state);
    nameTab('changed', view);
    expect(sessionStorage.getItem(`${RECORD_PREFIX}tab`)).to.equal(state);
  });

  it('finds nothing of the page before it in the same window', async () => {
    const first = await openPage();
    nameTab('left', first.view);
    Object.assign(first.view, { name: 'left', left: true });
    first.view.history.pushState(null, '', '#left');
    await closePages();
    const { view } = await openPage();
    expect([
      view.sessionStorage.length,
      view.name,
      'left' in view,
      view.location.hash,
    ]).to.deep.equal([0, '', false, '']);
  });

  it('stays where it is when a start would leave, and says where to', async () => {
    const { element, urls, view } = await openPage();
    const { href } = view.location;
    await element.connect();
    await until(() => urls.length);
    expect(new URL(urls[0] ?? '').pathname).to.equal('/auth');
    expect(view.location.href).to.equal(href);
  });
});
