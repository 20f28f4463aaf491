// What stands beside the button: small print, a button that disconnects, and how an ending reads.
import { expect } from '@open-wc/testing';
import { simulate } from '../../src/testing/simulate.js';
import '../../src/index.js';
import { ATTRIBUTES, IDENTITY, addHere, closePages, find, openPage, until } from './fixture.js';

const json = { headers: { 'content-type': 'application/json' } };

afterEach(closePages);

const textOf = (element: Element, selector: string) => find(element, selector)?.textContent?.trim();

describe('with-hint', () => {
  it('says below the idle button where the click leads, and in no other state', async () => {
    const element = await addHere({ 'with-hint': '' });
    expect(textOf(element, '[part=hint]')).to.equal(
      'You will sign in at monerium.com and come back here.',
    );
    for (const state of ['redirecting', 'connected', 'exchange_rejected'] as const) {
      await simulate(element, state);
      expect(find(element, '[part=hint]') === null, state).to.equal(true);
    }
  });

  it('is silent without the attribute', async () => {
    expect(find(await addHere(), '[part=hint]') === null).to.equal(true);
  });
});

describe('with-disconnect', () => {
  /** A connected element whose backend answers each `DELETE` with the next of these. */
  async function openConnected(statuses: number[]) {
    const attributes = {
      ...ATTRIBUTES,
      'stay-connected': '',
      'backend-url': '/missing/backend',
      'with-disconnect': '',
    };
    const page = await openPage({
      attributes,
      fetch: async (_, { method }) =>
        method === 'DELETE'
          ? new Response(null, { status: statuses.shift() ?? 500 })
          : new Response(JSON.stringify(IDENTITY), json),
    });
    await until(() => page.element.status === 'connected');
    await page.element.updateComplete;
    return page;
  }

  it('has a button that disconnects, once connected', async () => {
    const { element } = await openConnected([204]);
    const button = find(element, '[part=disconnect]');
    expect(button?.textContent?.trim()).to.equal('Disconnect');
    button?.click();
    await until(() => element.status === 'idle');
    await element.updateComplete;
    expect(find(element, '[part=disconnect]') === null).to.equal(true);
  });

  it('says that it failed, to the customer and to the developer, until that is over', async () => {
    const { element, list } = await openConnected([500, 204]);
    find(element, '[part=disconnect]')?.click();
    await until(() => find(element, '[part=message]'));
    expect(textOf(element, '[part=status] [part=message]')).to.equal(
      'Not available right now. Try again in a few minutes.',
    );
    expect(list('warn').some((line) => line.includes('disconnect_failed'))).to.equal(true);
    expect(element.status).to.equal('connected');
    find(element, '[part=disconnect]')?.click();
    await until(() => element.status === 'idle');
    Object.assign(element, IDENTITY);
    await until(() => element.status === 'connected');
    await element.updateComplete;
    expect(find(element, '[part=message]') === null).to.equal(true);
  });

  it('has none without the attribute', async () => {
    const element = await addHere();
    await simulate(element, 'connected');
    expect(find(element, '[part=disconnect]') === null).to.equal(true);
  });
});

describe('an ending', () => {
  const colourOf = (element: Element) =>
    getComputedStyle(find(element, '[part=message]') as Element).color;

  it('that the customer wanted is neutral text under the idle label', async () => {
    const element = await addHere();
    for (const code of ['access_denied', 'popup_closed'] as const) {
      await simulate(element, code);
      expect(find(element, '[part=label]')?.innerText, code).to.equal('Connect with Monerium');
      expect(colourOf(element), code).to.equal(getComputedStyle(element).color);
    }
  });

  it('that went wrong has the colour of an error, and can be tried again', async () => {
    const element = await addHere();
    await simulate(element, 'exchange_rejected');
    expect(find(element, '.now [part=label]')?.innerText).to.equal('Try again');
    expect(colourOf(element)).not.to.equal(getComputedStyle(element).color);
  });
});
