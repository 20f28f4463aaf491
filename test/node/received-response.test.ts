import { describe, it } from 'node:test';
import { expect } from 'chai';
import { readCode } from '../../src/core/browser/received-response.js';
import type { ConnectError } from '../../src/index.js';
import { readAuthorizationResponse } from '../../src/core/oauth/oauth.js';
import type { Transaction } from '../../src/core/browser/transaction.js';

const DAY = 86_400_000;

const begunAt = (at: number): Transaction => ({
  v: 1,
  codeVerifier: 'v',
  clientId: 'c',
  apiUrl: 'https://api.example',
  mode: 'redirect',
  redirectUri: 'https://shop.example/',
  exchange: 'direct',
  startUrl: '',
  id: '',
  at,
});

/** The code of a query, or that of the error. */
function read(query: string, at = Date.now()): string {
  try {
    return String(readCode(readAuthorizationResponse(`?state=mc1.s&${query}`) ?? {}, begunAt(at)));
  } catch (error) {
    const { code, phase } = error as ConnectError;
    return `${String(phase)}: ${code}`;
  }
}

describe('the code of a response', () => {
  it('is read when the flow is young enough', () => {
    expect(read('code=the-code')).to.equal('the-code');
    expect(read('code=the-code', Date.now() - DAY + 60_000)).to.equal('the-code');
  });

  it('is not read after a day, nor from the future', () => {
    const wanted = 'authorize: transaction_expired';
    expect(read('code=the-code', Date.now() - DAY - 1000)).to.equal(wanted);
    expect(read('code=the-code', Date.now() + 6 * 60_000)).to.equal(wanted);
  });

  it('is absent when Monerium answers an error, or nothing that fits', () => {
    expect(read('error=access_denied')).to.equal('authorize: access_denied');
    expect(read('code=one&code=two')).to.equal('authorize: response_invalid');
  });
});
