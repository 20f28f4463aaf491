import { expect } from '@open-wc/testing';
import { readConfiguration, type Configuration } from '../../src/core/options.js';
import { ConnectError } from '../../src/core/errors.js';
import { createAttempt } from '../../src/core/flow/attempt.js';
import type { FlowControl } from '../../src/core/flow/flow-control.js';
import { completeReturn } from '../../src/core/flow/return.js';
import type { FlowEvent } from '../../src/core/flow/state.js';
import type { ReceivedResponse } from '../../src/core/browser/received-response.js';
import { findUsedTransaction, saveTransaction } from '../../src/core/browser/transaction.js';
import type { Resource } from '../../src/core/browser/window.js';
import type { ExchangeFunction } from '../../src/core/oauth/exchange.js';
import { readAuthorizationResponse } from '../../src/core/oauth/oauth.js';
import { clearStorage, Undo } from '../helpers/storage.js';
import { holdClock } from './clock.js';
import { ATTRIBUTES, CLIENT_ID, IDENTITY, createRecord, createState, deliver } from './fixture.js';

const undo = new Undo();

afterEach(() => {
  undo.run();
  clearStorage();
});

function configure(exchange: ExchangeFunction): Configuration {
  const page = { href: location.href, base: location.href };
  return readConfiguration({ clientId: CLIENT_ID, exchange, timeout: 5000 }, page);
}

/** Completes a response with a flow that records its calls. */
function complete(exchange: ExchangeFunction, query = 'code=the-code') {
  const clock = holdClock(undo);
  const state = createState();
  const transaction = createRecord(ATTRIBUTES, { exchange: 'custom' });
  saveTransaction(state, transaction);
  const log: string[] = [];
  const attempt = createAttempt();
  let timer: Resource | undefined;
  undo.add(() => timer?.end());
  const flow: FlowControl = {
    send(event: FlowEvent) {
      const timerBefore = timer;
      if (event.type === 'exchange') {
        ({ timer } = event);
        timerBefore?.end();
        // An attempt that is over changes nothing.
        if (event.attempt.signal.aborted) return false;
        timer.start?.();
      }
      log.push(event.type);
      return true;
    },
    take: () => false,
    isStarting: () => true,
    finish: () => {},
    fail(failed, error) {
      // An attempt that is over changes nothing.
      if (failed.signal.aborted) return;
      log.push(error.code);
      failed.settle(error);
      failed.end();
    },
  };
  const search = `?state=${state}&${query}`;
  const response = readAuthorizationResponse(search) ?? {};
  const rest = location.href;
  const received: ReceivedResponse = {
    response,
    oauthState: state,
    query: search,
    rest,
    transaction,
  };
  const done = completeReturn(flow, attempt, received, configure(exchange));
  return { clock, state, log, attempt, done };
}

/** Waits for a condition while the timers are stopped. */
async function reach(condition: () => unknown): Promise<void> {
  while (!condition()) await deliver();
}

const reject = (error: Error) => () => Promise.reject(error);

describe('completeReturn', () => {
  it('connects, and stores the identity', async () => {
    const { clock, state, log, done } = complete(() => Promise.resolve(IDENTITY));
    await reach(() => findUsedTransaction(state)?.outcome);
    expect(findUsedTransaction(state)).to.deep.include({ outcome: IDENTITY });
    await clock.tickAsync(1000);
    await done;
    expect(log).to.deep.equal(['exchange', 'connect', 'withdraw']);
  });

  for (const [code, options] of [
    ['exchange_network', {}],
    ['exchange_rejected', {}],
    ['profile_unavailable', { phase: 'identity' }],
  ] as const) {
    it(`#5 announces and stores ${code} without a response only when the page stays a second`, async () => {
      const { clock, state, log } = complete(reject(new ConnectError(code, options)));
      // The first is the deadline. The second replaces it when the failure is known.
      const timers = ['exchange', 'exchange'];
      await reach(() => log.length === 2);
      await clock.tickAsync(999);
      expect(log).to.deep.equal(timers);
      expect(findUsedTransaction(state)).to.not.have.property('outcome');
      await clock.tickAsync(1);
      expect(log).to.deep.equal([...timers, code]);
      expect(findUsedTransaction(state)).to.deep.include({ outcome: code });
    });
  }

  for (const [code, options] of [
    ['exchange_rejected', { status: 400 }],
    ['server_unavailable', { status: 503 }],
    ['exchange_bad_response', { status: 200 }],
    ['profile_unavailable', { phase: 'identity', status: 200 }],
  ] as const) {
    it(`#5 announces and stores ${code} at once when there was a response`, async () => {
      const { clock, state, log } = complete(reject(new ConnectError(code, options)));
      await reach(() => findUsedTransaction(state)?.outcome);
      expect(Date.now()).to.equal(clock.now);
      expect(log).to.deep.equal(['exchange', code]);
      expect(findUsedTransaction(state)).to.deep.include({ outcome: code });
    });
  }

  it('announces and stores an error of the authorization endpoint at once, without exchange', async () => {
    let calls = 0;
    const exchange = () => {
      calls += 1;
      return Promise.resolve(IDENTITY);
    };
    const { state, log } = complete(exchange, 'error=access_denied');
    await reach(() => findUsedTransaction(state)?.outcome);
    expect(log).to.deep.equal(['access_denied']);
    expect(calls).to.equal(0);
  });

  it('#62 ends at its deadline, even when the exchange function never settles', async () => {
    const { clock, state, log } = complete(() => new Promise(() => {}));
    await reach(() => log.length);
    await clock.tickAsync(4999);
    expect(log).to.deep.equal(['exchange']);
    await clock.tickAsync(1);
    expect(log).to.deep.equal(['exchange', 'exchange_timeout']);
    await reach(() => findUsedTransaction(state)?.outcome);
    expect(findUsedTransaction(state)).to.deep.include({ outcome: 'exchange_timeout' });
  });

  it('stores aborted when the attempt ends during the exchange', async () => {
    const { state, log, attempt } = complete(() => new Promise(() => {}));
    await reach(() => log.length);
    attempt.settle(new ConnectError('aborted'));
    attempt.end();
    await reach(() => findUsedTransaction(state)?.outcome);
    expect(findUsedTransaction(state)).to.deep.include({ outcome: 'aborted' });
  });
});
