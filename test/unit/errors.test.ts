import { expect } from '@open-wc/testing';
import { ConnectError, type ErrorCode, type Retry } from '../../src/errors.js';
import { RETRY } from '../helpers/error-codes.js';

describe('ConnectError', () => {
  for (const [code, retry] of Object.entries(RETRY) as [ErrorCode, Retry][]) {
    it(`tells for ${code} who can act: ${retry}`, () => {
      expect(new ConnectError(code)).to.include({ code, retry });
    });
  }

  it('is an Error with a name', () => {
    const error = new ConnectError('aborted');
    expect(error).to.be.instanceOf(Error);
    expect(error.name).to.equal('ConnectError');
    expect(String(error)).to.equal('ConnectError: aborted');
  });

  it('#95 does not say where it was made: an inline script is named by the address of its page', () => {
    const { stack } = new ConnectError('offline', { hint: 'Go online.' });
    expect(stack).to.equal('ConnectError: offline: Go online.');
  });

  it('says the code, and after it the hint', () => {
    expect(new ConnectError('offline').message).to.equal('offline');
    expect(new ConnectError('offline', { hint: 'Go online.' }).message).to.equal(
      'offline: Go online.',
    );
  });

  it('has the phase exchange unless another one is given', () => {
    expect(new ConnectError('aborted').phase).to.equal('exchange');
    for (const phase of ['start', 'authorize', 'exchange', 'identity', 'token'] as const) {
      expect(new ConnectError('aborted', { phase }).phase).to.equal(phase);
    }
  });

  it('keeps what is known, zero included', () => {
    const known = { status: 429, oauthError: 'invalid_grant', retryAfterMs: 0 };
    expect(new ConnectError('rate_limited', known)).to.include(known);
  });

  it('knows nothing that it was not told', () => {
    const { status, oauthError, retryAfterMs, cause } = new ConnectError('rate_limited');
    expect([status, oauthError, retryAfterMs, cause]).to.deep.equal(Array(4).fill(undefined));
  });
});
