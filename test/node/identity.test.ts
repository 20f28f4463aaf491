// Every state of the customer that a site names, with every event, against the rules.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Connection } from '../../src/core/connection.js';
import { ConnectError } from '../../src/core/errors.js';
import {
  IDLE,
  UNCHECKED,
  UNSET,
  answer,
  ask,
  clear,
  forget,
  known,
  overlay,
  read,
  type SiteIdentity,
} from '../../src/core/identity.js';

const ADA = { profile: 'ada', userId: 'user-1' };
const BOB = { profile: 'bob', userId: 'user-2' };
const SAID = [ADA, BOB, 'nobody', undefined] as const;

const STATES: SiteIdentity[] = [
  ...SAID.map((who) => ({ isBySite: true, who }) as const),
  ...[...SAID, 'checking' as const, 'unasked' as const].map(
    (who) => ({ isBySite: false, who }) as const,
  ),
];

const FAILED: Connection = { status: 'failed', error: new ConnectError('access_denied') };
const CONNECTED: Connection = { status: 'connected', ...ADA };
const CONNECTIONS: Connection[] = [
  IDLE,
  ...(['signing', 'signed', 'redirecting', 'waiting', 'exchanging'] as const).map((status) => ({
    status,
  })),
  CONNECTED,
  FAILED,
];

const VALUES = ['ada', 'user-1', 'other', '', null, undefined];
const PAIRS = VALUES.flatMap((profile) => VALUES.map((userId) => ({ profile, userId })));

const name = (state: SiteIdentity) => JSON.stringify(state);

/** What must hold in every state. */
function assertSound(state: SiteIdentity): void {
  assert.deepEqual(Object.keys(state).sort(), ['isBySite', 'who'], name(state));
  const isOfBackend = state.who === 'checking' || state.who === 'unasked';
  assert.ok(!isOfBackend || !state.isBySite, `asks, though the site has said it: ${name(state)}`);
  const identity = known(state);
  if (identity) assert.ok(identity.profile && identity.userId, `half a customer: ${name(state)}`);
}

describe('what a site says of its customer', () => {
  it('is sound after every event in every state', () => {
    let count = 0;
    for (const state of STATES) {
      const next = [
        clear(state),
        forget(state),
        ask(state, true),
        ask(state, false),
        ...SAID.map((said) => answer(state, said)),
        ...PAIRS.flatMap((pair) => CONNECTIONS.map((shown) => read(state, pair, shown))),
      ];
      for (const after of next) assertSound(after);
      count += next.length;
    }
    assert.equal(count, STATES.length * (8 + PAIRS.length * CONNECTIONS.length));
  });

  it('is of the site from the first time it names a customer, and stays so', () => {
    for (const state of STATES) {
      for (const pair of PAIRS) {
        const after = read(state, pair, IDLE);
        const isNamed = Boolean(pair.profile && pair.userId);
        assert.equal(after.isBySite, state.isBySite || isNamed, `${name(state)} ${name(after)}`);
      }
      for (const after of [clear(state), forget(state), ask(state, true), answer(state, BOB)]) {
        assert.equal(after.isBySite, state.isBySite, name(state));
      }
    }
  });

  it('names the customer of both attributes', () => {
    for (const state of STATES) {
      for (const shown of CONNECTIONS.filter(({ status }) => status !== 'connected')) {
        assert.deepEqual(known(read(state, ADA, shown)), ADA, name(state));
      }
      assert.deepEqual(known(read(state, BOB, CONNECTED)), BOB, name(state));
    }
  });

  it('does not name a customer whom only the flow has connected, with its tokens', () => {
    for (const state of STATES) {
      const expected = known(state) ? ADA : undefined;
      assert.deepEqual(known(read(state, ADA, CONNECTED)), expected, name(state));
    }
  });

  it('is nobody when an attribute is emptied, or removed by the site that had set it', () => {
    for (const state of STATES) {
      for (const pair of PAIRS.filter(({ profile, userId }) => !profile || !userId)) {
        const isEmptied = pair.profile === '' || pair.userId === '';
        const isRemoved = state.isBySite && known(state) !== undefined;
        const after = read(state, pair, IDLE);
        if (isEmptied || isRemoved) assert.equal(after.who, 'nobody', name(state));
        else assert.equal(after, state, name(state));
      }
    }
  });

  it('has a new state for each request, so that only the last response counts', () => {
    for (const state of STATES) {
      const first = ask(state, true);
      assert.notEqual(first, state, name(state));
      assert.notEqual(ask(first, true), first, name(state));
      assert.notEqual(clear(first), first, name(state));
    }
  });

  it('is fetched later if the first request was not possible, without showing checking', () => {
    assert.deepEqual(ask(UNCHECKED, true), UNCHECKED);
    const unasked = ask(UNCHECKED, false);
    assert.equal(unasked.who, 'unasked');
    assert.equal(ask(unasked, false).who, 'unasked');
    assert.deepEqual(ask(unasked, true), UNSET);
    for (const state of STATES.filter(({ who }) => who !== 'checking' && who !== 'unasked')) {
      for (const canAsk of [true, false]) assert.deepEqual(ask(state, canAsk), state);
    }
  });

  it('is what the backend has answered', () => {
    for (const state of STATES) {
      assert.deepEqual(answer(state, BOB).who, BOB, name(state));
      assert.deepEqual(answer(state, 'nobody').who, 'nobody', name(state));
    }
  });

  it('stays the same when the backend fails, and is no longer checking', () => {
    for (const state of STATES) {
      const expected = state.who === 'checking' ? UNSET : state;
      assert.deepEqual(answer(state, undefined), expected, name(state));
    }
  });

  it('is dropped when a flow has returned or the customer was disconnected', () => {
    for (const state of STATES) assert.equal(clear(state).who, undefined, name(state));
  });

  it('is dropped with the session only if the backend has named the customer', () => {
    for (const state of STATES) {
      const isForgotten = !state.isBySite && known(state) !== undefined;
      assert.deepEqual(forget(state), isForgotten ? UNSET : state, name(state));
    }
  });
});

describe('what is shown', () => {
  for (const connection of CONNECTIONS) {
    it(`is ${connection.status} where the site says nothing`, () => {
      assert.equal(overlay(connection, UNSET), connection);
      assert.equal(overlay(connection, { isBySite: false, who: 'unasked' }), connection);
    });

    it(`is whom the site names, and not ${connection.status}`, () => {
      for (const isBySite of [true, false]) {
        const shown = overlay(connection, { isBySite, who: BOB });
        assert.deepEqual(shown, { status: 'connected', ...BOB });
      }
    });

    it(`is ${connection.status === 'connected' ? 'idle' : connection.status} for nobody`, () => {
      const expected = connection.status === 'connected' ? IDLE : connection;
      assert.equal(overlay(connection, { isBySite: false, who: 'nobody' }), expected);
    });

    it(`is ${connection === IDLE ? 'checking' : connection.status} until the backend answers`, () => {
      const expected = connection === IDLE ? { status: 'checking' } : connection;
      assert.deepEqual(overlay(connection, UNCHECKED), expected);
    });
  }
});
