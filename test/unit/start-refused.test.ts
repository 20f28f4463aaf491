import { expect } from '@open-wc/testing';
import { CLIENT_ID, IDENTITY, openPage, settle } from './fixture.js';
import { catchError, prepareStarts } from './start-fixture.js';

const { add, replace, getHeard, getUrls, listTypes } = prepareStarts();

describe('a start that is refused', () => {
  for (const clientId of [CLIENT_ID, 'wrong']) {
    it(`rejects with aborted while disabled, without event, client ${clientId}`, async () => {
      const element = await add({ disabled: '', 'client-id': clientId });
      expect((await catchError(element.connect())).code).to.equal('aborted');
      expect(element.status).to.equal('idle');
      expect(listTypes()).to.deep.equal([]);
      expect(getUrls()).to.deep.equal([]);
    });
  }

  it('resolves when already connected', async () => {
    const element = await add({}, IDENTITY);
    await element.connect();
    expect(element.status).to.equal('connected');
    expect(listTypes()).to.deep.equal([]);
    expect(getUrls()).to.deep.equal([]);
  });

  const faults: [string, Record<string, string>][] = [
    ['client-id', { 'client-id': '' }],
    ['environment', { environment: 'staging' }],
    ['mode', { mode: 'dialog' }],
    ['auth-mode', { 'auth-mode': 'register' }],
    ['backend-credentials', { 'backend-credentials': 'yes' }],
    ['redirect-uri', { 'redirect-uri': 'https://evil.example/' }],
    ['redirect-uri', { 'redirect-uri': '/callback#fragment' }],
    ['redirect-uri', { 'redirect-uri': '/callback?state=1' }],
    ['api-url', { 'api-url': 'http://api.example' }],
    ['api-url', { 'api-url': 'https://user:pass@api.example' }],
    ['backend-url', { 'backend-url': 'javascript:alert(1)' }],
    ['backend-url', { 'backend-url': '//evil.example\\@x' }],
  ];
  for (const [name, attributes] of faults) {
    it(`#56 #77 is invalid_config for ${JSON.stringify(attributes)}`, async () => {
      const element = await add(attributes);
      expect(element.status).to.equal('idle');
      const error = await catchError(element.connect());
      expect(error).to.include({ code: 'invalid_config', kind: 'setup', phase: 'start' });
      expect(error.message).to.contain(name);
      expect(element.connection).to.deep.equal({ status: 'failed', error });
      expect(listTypes()).to.deep.equal(['monerium-status', 'monerium-error']);
      expect(getHeard()[1]?.detail).to.deep.equal({
        code: 'invalid_config',
        kind: 'setup',
        phase: 'start',
      });
      expect(Object.keys(localStorage)).to.deep.equal([]);
      expect(getUrls()).to.deep.equal([]);
    });
  }

  it('is idle again when the attribute has been fixed', async () => {
    const element = await add({ 'client-id': '' });
    await catchError(element.connect());
    element.lang = 'de';
    element.email = 'a@example.org';
    await element.updateComplete;
    expect(element.status).to.equal('failed');
    element.clientId = CLIENT_ID;
    await element.updateComplete;
    expect(element.status).to.equal('idle');
    await element.connect();
    expect(element.status).to.equal('redirecting');
  });

  it('uses the current properties, without waiting for an update', async () => {
    const element = await add({ 'client-id': '' });
    element.clientId = CLIENT_ID;
    element.click();
    await settle();
    expect(getUrls()).to.have.length(1);
  });

  const lies: [string, Storage['setItem']][] = [
    [
      'throws',
      () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    ],
    ['drops what is written', () => {}],
  ];
  for (const [name, setItem] of lies) {
    it(`#82 #83 stays on the page when storage ${name}`, async () => {
      const element = await add();
      replace(Storage.prototype, 'setItem', setItem);
      const error = await catchError(element.connect());
      expect(error).to.include({ code: 'storage_unavailable', kind: 'failed' });
      expect(element.status).to.equal('failed');
      expect(getUrls()).to.deep.equal([]);
      expect(listTypes().filter((type) => type === 'monerium-error')).to.have.length(1);
    });
  }

  it('#85 is embedding_blocked in a frame, and nothing is loaded there', async () => {
    const page = await openPage({ framed: true });
    await settle();
    expect(page.element.status).to.equal('idle');
    await page.element.connect().catch(() => {});
    expect(page.heard.at(-1)?.detail).to.deep.equal({
      code: 'embedding_blocked',
      kind: 'setup',
      phase: 'start',
    });
    expect(page.urls).to.deep.equal([]);
    expect(page.list('error').join()).to.contain('embedding_blocked');
  });
});
