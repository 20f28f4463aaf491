import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isIban, randomIban } from '../../src/testing/emulator/iban.js';
import {
  type Fields,
  STATE,
  redirectFields,
  authorize,
  bodyOf,
  emulator,
  exchange,
  get,
  newWallet,
  pageOf,
  post,
  tokensOf,
} from './emulator-fixture.js';

describe('the portal', () => {
  const continueWith = async (url: URL, fields: Fields) => pageOf(await post(url, fields));

  async function walkToConsent(fields: Fields = {}): Promise<URL> {
    const signup = await pageOf(await authorize({ email: 'new@example.com', ...fields }));
    const kyc = await continueWith(signup.url, { email: 'new@example.com' });
    assert.equal(kyc.step, 'kyc');
    const identity = { name: 'Ann <i>Example</i>', birthday: '1990-12-31', terms: 'accepted' };
    const wallet = await continueWith(kyc.url, identity);
    assert.equal(wallet.step, 'wallet');
    const iban = await continueWith(wallet.url, await newWallet());
    assert.equal(iban.step, 'iban');
    const consent = await continueWith(iban.url, {});
    assert.equal(consent.step, 'consent');
    return consent.url;
  }

  it('leads a new customer through every step to a code that is exchanged for tokens', async () => {
    const answer = redirectFields(await post(await walkToConsent(), { decision: 'approve' }));
    assert.deepEqual(Object.keys(answer), ['code', 'state']);
    assert.equal(answer.state, STATE);
    assert.match(answer.code ?? '', /^code_[\w-]{22,}$/);
    const { access } = await tokensOf(await exchange(answer.code ?? ''));
    const context = await bodyOf(await get('/auth/context', access));
    assert.equal(context.name, 'Ann <i>Example</i>');
    assert.equal(context.email, 'new@example.com');
  });

  it('asks a known customer for consent alone', async () => {
    await walkToConsent();
    const login = await pageOf(await authorize({ auth_mode: 'login' }));
    assert.equal((await continueWith(login.url, { email: 'New@Example.com' })).step, 'consent');
  });

  it('skips KYC and the wallet when the application provides them', async () => {
    const wallet = await newWallet('gnosis');
    const page = await pageOf(await authorize({ skip_kyc: 'true', ...wallet }));
    const iban = await continueWith(page.url, { email: 'b@example.com' });
    assert.equal(iban.step, 'iban');
    assert.equal(iban.text.includes(wallet.address), true);
    assert.match(iban.text, /chiado/);
  });

  it('redirects with access_denied for a refusal and server_error for a failure', async () => {
    const consent = await walkToConsent();
    const refused = redirectFields(await post(consent, { decision: 'refuse' }));
    assert.equal(refused.error, 'access_denied');
    assert.equal(refused.state, STATE);
    emulator.configure({ stateOnErrors: false });
    const failed = redirectFields(await post(consent, { decision: 'fail' }));
    assert.equal(failed.error, 'server_error');
    assert.equal('state' in failed, false);
  });

  it('issues a fresh code for each consent', async () => {
    const consent = await walkToConsent();
    const first = redirectFields(await post(consent, { decision: 'approve' }));
    const second = redirectFields(await post(consent, { decision: 'approve' }));
    assert.notEqual(first.code, second.code);
  });

  it('shows what is wrong with a form and keeps what was filled in', async () => {
    const signup = await pageOf(await authorize({}));
    const { url } = await continueWith(signup.url, { email: 'c@example.com' });
    const response = await post(url, { name: 'Ann "A" <b>', birthday: '31.12.1990', terms: 'on' });
    assert.equal(response.status, 400);
    const text = await response.text();
    assert.match(text, /role="alert"[^<]*birthday/i);
    assert.equal(text.includes('value="Ann &quot;A&quot; &lt;b&gt;"'), true);
  });

  it('shows what is missing in an empty form', async () => {
    const start = await pageOf(await authorize({ auth_mode: 'signup' }));
    const messages: (string | undefined)[] = [];
    const postEmpty = async (url: URL, fields: Fields = {}) => {
      const response = await post(url, fields);
      assert.equal(response.status, 400);
      messages.push(/role="alert"[^>]*>([^<]*)/.exec(await response.text())?.[1]);
    };
    await postEmpty(start.url);
    const { url } = await continueWith(start.url, { email: 'e@example.com' });
    await postEmpty(url);
    await postEmpty(url, { name: 'Ann' });
    await postEmpty(url, { name: 'Ann', birthday: '1990-12-31' });
    const wallet = await continueWith(url, { name: 'A', birthday: '1990-12-31', terms: 'on' });
    await postEmpty(wallet.url);
    assert.deepEqual(messages, [
      'Enter an e-mail address.',
      'Enter your name.',
      'Enter your birthday as year-month-day, such as 1990-12-31.',
      'Accept the terms to go on.',
      'The chain is not supported',
    ]);
  });

  it('takes nothing but a form, in a session that it knows', async () => {
    const { url } = await pageOf(await authorize());
    const answers = [
      fetch(url, { method: 'POST', body: '{}' }),
      fetch(`${emulator.url}/auth`, { method: 'POST', body: '{}' }),
      fetch(new URL('?session=unknown', url)),
      fetch(new URL('signup', url)),
    ];
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    assert.deepEqual(statuses, [415, 415, 404, 404]);
  });

  it('leads from another page to the step that comes next', async () => {
    const { url } = await pageOf(await authorize());
    const other = await fetch(new URL(`nowhere${url.search}`, url));
    assert.equal(other.url, url.href);
  });

  it('does not log an unknown customer in', async () => {
    const login = await pageOf(await authorize({ auth_mode: 'login' }));
    const response = await post(login.url, { email: 'nobody@example.com' });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /data-step="login"/);
  });

  it('lets no step be skipped', async () => {
    const signup = await pageOf(await authorize());
    const consent = new URL(signup.url);
    consent.pathname = '/portal/consent';
    assert.equal((await continueWith(consent, { decision: 'approve' })).step, 'signup');
  });

  it('refuses a wallet that another key signed', async () => {
    const signup = await pageOf(await authorize({ skip_kyc: 'true' }));
    const { url } = await continueWith(signup.url, { email: 'd@example.com' });
    const [mine, other] = [await newWallet(), await newWallet()];
    const response = await post(url, { ...mine, signature: other.signature });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /data-step="wallet"/);
  });

  it('escapes the name of the application and shows that it is an emulator', async () => {
    const text = await (await fetch(await walkToConsent())).text();
    assert.equal(text.includes('The &lt;b&gt;Shop&lt;/b&gt;'), true);
    assert.match(text, /<title>[^<]*emulator/);
    assert.equal(text.match(/<h1>/g)?.length, 1);
  });

  it('serves its style and a wallet script without imports', async () => {
    assert.equal((await fetch(`${emulator.url}/emulator/style.css`)).status, 200);
    const script = await fetch(`${emulator.url}/portal/wallet.js`);
    assert.match(await script.text(), /I hereby declare that I am the address owner\./);
  });

  it('offers IBANs with a right checksum', () => {
    const iban = randomIban();
    assert.equal(isIban(iban), true);
    const wrong = iban.slice(0, -1) + String((Number(iban.slice(-1)) + 1) % 10);
    assert.equal(isIban(wrong), false);
  });
});
