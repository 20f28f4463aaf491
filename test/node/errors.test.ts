import { describe, it } from 'node:test';
import { expect } from 'chai';
import {
  ConnectError,
  ERRORS,
  isConnectError,
  toConnectError,
  type ErrorCode,
  type ErrorKind,
} from '../../src/core/errors.js';
import { KINDS } from '../helpers/error-codes.js';

describe('ConnectError', () => {
  for (const [code, kind] of Object.entries(KINDS) as [ErrorCode, ErrorKind][]) {
    it(`tells for ${code} who can act: ${kind}`, () => {
      expect(new ConnectError(code)).to.include({ code, kind });
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
    for (const phase of [
      'start',
      'wallet',
      'authorize',
      'exchange',
      'identity',
      'token',
    ] as const) {
      expect(new ConnectError('aborted', { phase }).phase).to.equal(phase);
    }
  });

  it('keeps what is known, zero included', () => {
    const known = { status: 429, oauthError: 'invalid_grant', retryAfterMs: 0 };
    expect(new ConnectError('rate_limited', known)).to.include(known);
  });

  it('knows nothing that it was not told', () => {
    const { status, oauthError, retryAfterMs, hint, cause } = new ConnectError('rate_limited');
    const unknown = [status, oauthError, retryAfterMs, hint, cause];
    expect(unknown).to.deep.equal(Array(5).fill(undefined));
  });

  it('keeps the hint, and leaves it out of what an event carries', () => {
    const error = new ConnectError('offline', { hint: 'Go online.', phase: 'start', status: 0 });
    expect(error.hint).to.equal('Go online.');
    expect(error.detail).to.deep.equal({
      code: 'offline',
      phase: 'start',
      kind: 'failed',
      status: 0,
    });
  });

  it('gives an event no key for what is not known', () => {
    const options = { status: undefined, oauthError: undefined, retryAfterMs: undefined };
    const { detail } = new ConnectError('offline', options);
    expect(Object.keys(detail)).to.have.members(['code', 'phase', 'kind']);
  });
});

describe('ERRORS', () => {
  it('lists every code of the contract once', () => {
    expect(Object.keys(ERRORS).sort()).to.deep.equal(Object.keys(KINDS).sort());
  });
});

describe('isConnectError', () => {
  it('knows an error of another copy of the script', () => {
    const foreign = Object.assign(new Error(), { [Symbol.for('monerium-connect.error')]: true });
    expect(isConnectError(new ConnectError('aborted'))).to.equal(true);
    expect(isConnectError(foreign)).to.equal(true);
  });

  it('takes nothing else for one', () => {
    const lookalike = Object.assign(new Error(), { name: 'ConnectError', code: 'aborted' });
    for (const reason of [lookalike, null, undefined, 'aborted', 1, () => {}]) {
      expect(isConnectError(reason), String(reason)).to.equal(false);
    }
  });
});

describe('toConnectError', () => {
  it('passes a ConnectError through', () => {
    const error = new ConnectError('offline');
    expect(toConnectError(error)).to.equal(error);
  });

  it('makes exchange_rejected of anything else, without its text', () => {
    for (const reason of [new Error('secret'), 'secret', undefined, null]) {
      const error = toConnectError(reason);
      expect(error).to.include({ code: 'exchange_rejected', phase: 'exchange' });
      expect(error.message).not.to.contain('secret');
    }
  });
});
