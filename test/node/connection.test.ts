import { describe, it } from 'node:test';
import { expect } from 'chai';
import { hasComeBack, isRunning, mustWait, type Connection } from '../../src/core/connection.js';
import { ConnectError, type ErrorCode, type ErrorPhase } from '../../src/core/errors.js';

const IDLE: Connection = { status: 'idle' };
const OF_FLOW = { profile: 'profile-1', userId: 'user-1' };

function failedWith(code: ErrorCode, phase: ErrorPhase): Connection {
  return { status: 'failed', error: new ConnectError(code, { phase }) };
}

const FAILED = failedWith('access_denied', 'authorize');
const CONNECTED: Connection = { status: 'connected', ...OF_FLOW };
const CONNECTIONS: Connection[] = [
  IDLE,
  { status: 'checking' } as const,
  { status: 'signing' } as const,
  { status: 'signed' } as const,
  { status: 'redirecting' } as const,
  { status: 'waiting' } as const,
  { status: 'exchanging' } as const,
  CONNECTED,
  FAILED,
];

describe('hasComeBack', () => {
  for (const [connection, expected] of [
    [IDLE, false],
    [{ status: 'redirecting' }, false],
    [{ status: 'waiting' }, false],
    [{ status: 'exchanging' }, true],
    [CONNECTED, true],
  ] as const) {
    it(`is ${expected} in the state ${connection.status}`, () => {
      expect(hasComeBack(connection)).to.equal(expected);
    });
  }

  for (const [code, phase, expected] of [
    ['access_denied', 'authorize', true],
    ['authorization_error', 'authorize', true],
    ['response_invalid', 'authorize', true],
    ['transaction_expired', 'authorize', true],
    ['popup_blocked', 'start', false],
    ['popup_closed', 'authorize', false],
    ['popup_timeout', 'authorize', false],
    ['embedding_blocked', 'authorize', false],
    ['invalid_config', 'start', false],
  ] as const) {
    it(`is ${expected} after ${code}`, () => {
      expect(hasComeBack(failedWith(code, phase))).to.equal(expected);
    });
  }

  it('is false after transaction_not_found: any link can have a state that looks like ours', () => {
    expect(hasComeBack(failedWith('transaction_not_found', 'authorize'))).to.equal(false);
  });
});

describe('isRunning', () => {
  it('is true from the click to the end of the exchange', () => {
    const running = CONNECTIONS.filter(isRunning).map(({ status }) => status);
    expect(running).to.deep.equal(['signing', 'signed', 'redirecting', 'waiting', 'exchanging']);
  });
});

describe('mustWait', () => {
  it('is true while a flow is running, unless the next click opens its window', () => {
    const waiting = CONNECTIONS.filter(mustWait).map(({ status }) => status);
    expect(waiting).to.deep.equal(['signing', 'redirecting', 'waiting', 'exchanging']);
  });
});
