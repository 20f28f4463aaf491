// `debug`: when an element loads the doctor, and what it shows to it.
import { expect } from '@open-wc/testing';
import type { InspectedElement } from '../../src/core/further/doctor.js';
import type { furtherFiles } from '../../src/core/further/files.js';
import { ATTRIBUTES, RESPONSE, closePages, openPage, settleIdle } from './fixture.js';

afterEach(closePages);

interface Further {
  furtherFiles: typeof furtherFiles;
}

const DEBUG = { ...ATTRIBUTES, debug: '' };

/** A page without an element, whose doctor only notes what it is to inspect. */
async function openInspected(options: Parameters<typeof openPage>[0] = {}) {
  const page = await openPage({ ...options, attributes: false });
  const further = (await page.view.load('/src/core/further/files.ts')) as unknown as Further;
  const inspected: InspectedElement[] = [];
  further.furtherFiles.doctor = async () => ({ inspect: (element) => inspected.push(element) });
  return { ...page, furtherFiles: further.furtherFiles, inspected };
}

describe('debug', () => {
  it('has the doctor inspect the element, once as long as it is set', async () => {
    const { view, add, inspected } = await openInspected();
    const element = add(DEBUG);
    await settleIdle(view);
    element.backendUrl = '/another';
    await settleIdle(view);
    expect(inspected.map(({ host }) => host)).to.deep.equal([element]);
    element.debug = false;
    await settleIdle(view);
    element.debug = true;
    await settleIdle(view);
    expect(inspected).to.have.length(2);
  });

  it('shows what was read, each step of the flow, and which attribute was meant', async () => {
    const { view, add, inspected } = await openInspected();
    const element = add(DEBUG);
    await settleIdle(view);
    const [shown] = inspected;
    expect(shown?.parsed.configuration?.binding.clientId).to.equal(ATTRIBUTES['client-id']);
    expect(shown?.waiting).to.equal(undefined);
    expect(shown?.suggestAttribute?.('backend_url', ['backend-url'])).to.equal('backend-url');
    void element.connect();
    element.cancel();
    const steps = shown?.transitions.map(({ event, from, to, code }) => [event, from, to, code]);
    expect(steps?.[0]).to.deep.equal(['start', 'idle', 'starting', undefined]);
    expect(steps).to.deep.include(['fail', 'redirecting', 'idle', 'aborted']);
  });

  it('shows of which flow a response is that waits', async () => {
    const { view, add, inspected } = await openInspected({ search: RESPONSE });
    add({ ...DEBUG, 'client-id': 'another' });
    await settleIdle(view);
    expect(inspected[0]?.waiting?.clientId).to.equal(ATTRIBUTES['client-id']);
  });

  it('is ignored in production, with a warning', async () => {
    const { view, add, inspected, list } = await openInspected();
    add({ ...DEBUG, environment: 'production' });
    await settleIdle(view);
    expect(inspected).to.deep.equal([]);
    expect(list('warn').join()).to.include('debug is ignored in production');
  });

  it('names the file that did not load, and the button works on', async () => {
    const { view, add, furtherFiles, list, urls } = await openInspected();
    furtherFiles.doctor = () => Promise.reject(new Error('doctor.js did not load'));
    const element = add(DEBUG);
    await settleIdle(view);
    expect(list('warn').join()).to.include('doctor.js did not load');
    await element.connect();
    expect(urls).to.have.length(1);
  });
});
