import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { Connection } from '../../src/core/connection.js';
import { IDLE, hasComeBack, isRunning, overlay } from '../../src/core/identity.js';
import { ConnectError, type ErrorCode, type ErrorPhase } from '../../src/core/errors.js';

const OF_FLOW = { profile: 'profile-1', userId: 'user-1' };
const OF_PAGE = { profile: 'profile-2', userId: 'user-2' };

function failedWith(code: ErrorCode, phase: ErrorPhase): Connection {
  return { status: 'failed', error: new ConnectError(code, { phase }) };
}

const FAILED = failedWith('access_denied', 'authorize');
const CONNECTED: Connection = { status: 'connected', ...OF_FLOW };
const CONNECTIONS: Connection[] = [
  IDLE,
  ...[{ status: 'redirecting' } as const, { status: 'waiting' } as const],
  ...[{ status: 'exchanging' } as const, CONNECTED, FAILED],
];

describe('overlay', () => {
  for (const connection of CONNECTIONS) {
    it(`shows ${connection.status} as it is when the page says nothing`, () => {
      expect(overlay(connection, undefined)).to.equal(connection);
    });

    it(`shows whom the page names instead of ${connection.status}`, () => {
      const shown = overlay(connection, OF_PAGE);
      expect(shown).to.deep.equal({ status: 'connected', ...OF_PAGE });
    });
  }

  it('shows idle instead of connected when the page says that nobody is', () => {
    expect(overlay(CONNECTED, 'nobody')).to.equal(IDLE);
  });

  it('shows every other state as it is when the page says that nobody is connected', () => {
    for (const connection of CONNECTIONS.filter(({ status }) => status !== 'connected')) {
      expect(overlay(connection, 'nobody')).to.equal(connection);
    }
  });
});

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
  it('is true from the departure to the end of the exchange', () => {
    const underWay = CONNECTIONS.filter(isRunning).map(({ status }) => status);
    expect(underWay).to.deep.equal(['redirecting', 'waiting', 'exchanging']);
  });
});
