import { expect } from '@open-wc/testing';
import { closeFrames, openFrame, RESPONSE, until, settle } from './fixture.js';

afterEach(closeFrames);

describe('smoke', () => {
  it('connects', async () => {
    const t = performance.now();
    const page = await openFrame({ search: RESPONSE });
    await until(() => page.element.status === 'connected');
    await settle();
    console.log(performance.now() - t, JSON.stringify(page.heard), JSON.stringify(page.spoken), page.view.location.href, JSON.stringify(page.sent), JSON.stringify(page.stored()));
  });
});
describe('nav', () => {
  it('cancels', async () => {
    await import('../../src/index.js');
    const el = document.createElement('monerium-connect');
    el.clientId = '6b6f4a0e-5b0c-4d0e-9a6e-0d6f6f1c2a3b';
    document.body.append(el);
    const nav = (window as unknown as { navigation: EventTarget }).navigation;
    const seen: unknown[] = [];
    nav.addEventListener('navigate', (e) => {
      seen.push((e as unknown as { destination: { url: string } }).destination.url, e.cancelable);
      e.preventDefault();
    });
    await settle();
    el.shadowRoot?.querySelector('button')?.click();
    console.log(el.status, JSON.stringify(seen), seen.length);
    await settle();
    console.log(el.status, JSON.stringify(seen));
    el.cancel();
    el.remove();
    expect(1).to.equal(1);
  });
});
