import { expect } from '@open-wc/testing';
import { simulate, type Simulated } from '../../src/testing/simulate.js';
import { ERRORS } from '../../src/core/errors.js';
import { until } from './fixture.js';
import { catchError, prepareStarts } from './start-fixture.js';

const { add, getHeard, getUrls, listRecords, listTypes } = prepareStarts();
const STATES = ['signing', 'signed', 'redirecting', 'waiting', 'exchanging', 'connected'] as const;
const NOT_SHOWN = ['aborted', 'token_unavailable', 'disconnect_failed'];

afterEach(async () => {
  const element = document.querySelector('monerium-connect');
  if (element) await simulate(element, 'idle');
});

describe('simulate()', () => {
  for (const status of STATES) {
    it(`shows ${status}, and leaves no trace`, async () => {
      const element = await add();
      await simulate(element, status);
      expect(element.status).to.equal(status);
      expect(listTypes().at(-1)).to.equal(
        status === 'connected' ? 'monerium-connected' : 'monerium-status',
      );
      expect(listRecords()).to.deep.equal([]);
      expect(getUrls()).to.deep.equal([]);
      await simulate(element, 'idle');
      expect(element.status).to.equal('idle');
      expect(listTypes()).not.to.include('monerium-error');
    });
  }

  for (const code of Object.keys(ERRORS) as Simulated[]) {
    if (NOT_SHOWN.includes(code)) continue;
    it(`shows and announces ${code}`, async () => {
      const element = await add();
      await simulate(element, code);
      expect(element.connection).to.have.nested.property('error.code', code);
      const endings = getHeard().filter(({ type }) => type === 'monerium-error');
      expect(endings.map(({ detail }) => (detail as { code: string }).code)).to.deep.equal([code]);
    });
  }

  for (const code of [
    'access_denied',
    'authorization_error',
    'authorization_unavailable',
  ] as const) {
    it(`announces ${code} with an OAuth error, as a flow does`, async () => {
      const element = await add();
      await simulate(element, code);
      const { detail } = getHeard().find(({ type }) => type === 'monerium-error') ?? {};
      expect(detail).to.include({ phase: 'authorize' }).and.to.have.property('oauthError');
    });
  }

  for (const unknown of ['checking', 'token_unavailable', 'disconnect_failed', 'conected']) {
    it(`refuses ${unknown}`, async () => {
      const element = await add();
      await simulate(element, 'connected');
      const refused = simulate(element, unknown as Simulated);
      expect(await refused.catch((reason: unknown) => reason)).to.be.an.instanceof(RangeError);
      expect(element.status).to.equal('connected');
    });
  }

  it('leads from each state to each other', async () => {
    const element = await add();
    const all: Simulated[] = ['idle', ...STATES, 'access_denied'];
    for (const from of all) {
      for (const to of all) {
        await simulate(element, from);
        await simulate(element, to);
        expect(element.status).to.equal(to === 'access_denied' ? 'failed' : to, `from ${from}`);
      }
    }
  });

  it('connects the customer of the test', async () => {
    const element = await add();
    await simulate(element, 'connected', { profile: 'p-1', userId: 'u-1' });
    expect(element.profile).to.equal('p-1');
    expect(element.getAttribute('user-id')).to.equal('u-1');
  });

  it('works as soon as the element is there', async () => {
    const element = document.createElement('monerium-connect');
    element.clientId = 'client';
    document.body.append(element);
    await simulate(element, 'exchanging');
    await until(() => element.shadowRoot?.textContent.includes('Connecting') ?? false);
    await simulate(element, 'idle');
    element.remove();
  });

  it('refuses an element whose attributes are wrong', async () => {
    const element = await add({ 'client-id': '' });
    const { code } = await catchError(simulate(element, 'connected'));
    expect(code).to.equal('invalid_config');
    element.remove();
  });
});
