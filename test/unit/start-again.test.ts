import { expect } from '@open-wc/testing';
import { useFakeTimers } from 'sinon';
import { Undo } from '../helpers/storage.js';
import { settle } from './fixture.js';
import { prepareStarts } from './start-fixture.js';

const { add, getUrls, listRecords, listTypes, getHeard } = prepareStarts();
const undo = new Undo();

afterEach(() => undo.run());

function countRecordsToUse(): number {
  return listRecords().filter((key) => localStorage.getItem(key)?.includes('codeVerifier')).length;
}

describe('a start that a listener gives up and begins again', () => {
  for (const [moment, type] of [
    ['before anything is stored', 'monerium-before-connect'],
    ['as the page leaves', 'monerium-status'],
  ] as const) {
    it(`leaves once, ${moment}`, async () => {
      const element = await add();
      const again = () => {
        element.removeEventListener(type, again);
        element.cancel();
        void element.connect();
      };
      element.addEventListener(type, again);
      await element.connect().catch(() => {});
      await settle();
      expect(getUrls()).to.have.length(1);
      expect(countRecordsToUse()).to.equal(1);
      const state = new URL(getUrls()[0] ?? '').searchParams.get('state') ?? '';
      expect(listRecords().find((key) => key.endsWith(state))).to.be.a('string');
      expect(localStorage.getItem(`monerium-connect:${state}`)).to.contain('codeVerifier');
      expect(listTypes().filter((name) => name === 'monerium-error')).to.have.length(1);
    });
  }
});

describe('a navigation that gets nowhere', () => {
  /** An element that has left ten seconds ago, on a page that is still there. */
  async function waitInVain(isVisible: boolean, isOnline: boolean) {
    const element = await add();
    const clock = useFakeTimers({
      now: Date.now(),
      toFake: ['Date', 'setInterval', 'clearInterval'],
    });
    undo.add(() => clock.restore());
    const visibilityState = isVisible ? 'visible' : 'hidden';
    undo.replace(document, 'visibilityState', { value: visibilityState, configurable: true });
    undo.replace(navigator, 'onLine', { value: isOnline });
    await element.connect();
    clock.tick(9999);
    expect(element.status).to.equal('redirecting');
    clock.tick(1);
    return element;
  }

  it('#15 offers the button again after ten seconds, without an error', async () => {
    const element = await waitInVain(true, true);
    expect(element.status).to.equal('idle');
    expect(listTypes()).not.to.include('monerium-error');
    expect(countRecordsToUse()).to.equal(1);
    await element.connect();
    expect(getUrls()).to.have.length(2);
  });

  it('#15 waits on while the page is not seen', async () => {
    const element = await waitInVain(false, true);
    expect(element.status).to.equal('redirecting');
  });

  it('#15 tells that there is no network', async () => {
    const element = await waitInVain(true, false);
    expect(element.connection).to.have.nested.property('error.code', 'offline');
    expect(getHeard().at(-1)?.detail).to.include({ code: 'offline', phase: 'start' });
  });

  it('#303 marks the record as used when there is no network', async () => {
    await waitInVain(true, false);
    expect(countRecordsToUse()).to.equal(0);
    const [record = ''] = listRecords();
    expect(localStorage.getItem(record)).to.contain('"outcome":"offline"');
  });
});

describe('where a flow began', () => {
  it('is remembered without a response of ours that was left in the address', async () => {
    const { href } = location;
    history.replaceState(null, '', '?a=b&code=left-over&state=mc1.left-over#c');
    try {
      const element = await add();
      await element.connect();
      const record = localStorage.getItem(listRecords()[0] ?? '') ?? '';
      expect(record).to.contain('?a=b#c').and.not.to.contain('left-over');
    } finally {
      history.replaceState(null, '', href);
    }
  });

  for (const [left, kept] of [
    ['?a=b&code=theirs&state=theirs', '?a=b'],
    ['?a=b#access_token=theirs&token_type=bearer', '?a=b'],
    ['?a=b#/route?c=d&code=theirs', '?a=b#/route?c=d'],
    [`?a=b#${'theirs'.repeat(400)}`, ''],
  ] as const) {
    it(`#158 is remembered without what other libraries left: ${left.slice(0, 40)}`, async () => {
      const { href, pathname } = location;
      history.replaceState(null, '', left);
      try {
        const element = await add();
        await element.connect();
        const record = localStorage.getItem(listRecords()[0] ?? '') ?? '';
        expect(record).to.contain(`"startUrl":"${location.origin}${pathname}${kept}"`);
        expect(record).not.to.contain('theirs');
      } finally {
        history.replaceState(null, '', href);
      }
    });
  }
});
