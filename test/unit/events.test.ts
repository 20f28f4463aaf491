import { expect } from '@open-wc/testing';
import {
  MoneriumBeforeConnectEvent,
  MoneriumConnectedEvent,
  MoneriumDisconnectedEvent,
  MoneriumErrorEvent,
  MoneriumStatusEvent,
} from '../../src/element/events.js';
import { ConnectError, type ConnectErrorOptions, type ErrorCode } from '../../src/core/errors.js';

const IDENTITY = { profile: 'profile-1', userId: 'user-1' };
const CONNECTED = { status: 'connected', ...IDENTITY } as const;
const EXCHANGING = { status: 'exchanging' } as const;
const START_URL = 'https://shop.example/start?x#y';

interface DetailedEvent extends Event {
  readonly detail: object;
}

interface Row {
  readonly type: string;
  readonly create: () => DetailedEvent;
  readonly detail: object;
}

const EVENTS: readonly Row[] = [
  {
    type: 'monerium-before-connect',
    create: () => new MoneriumBeforeConnectEvent('popup'),
    detail: { mode: 'popup' },
  },
  {
    type: 'monerium-connected',
    create: () => new MoneriumConnectedEvent({ identity: IDENTITY, returnTo: START_URL }),
    detail: { ...IDENTITY, returnTo: START_URL },
  },
  {
    type: 'monerium-error',
    create: () => new MoneriumErrorEvent({ error: new ConnectError('exchange_network') }),
    detail: { code: 'exchange_network', kind: 'failed', phase: 'exchange' },
  },
  {
    type: 'monerium-disconnected',
    create: () => new MoneriumDisconnectedEvent(),
    detail: {},
  },
  {
    type: 'monerium-status',
    create: () => new MoneriumStatusEvent({ connection: CONNECTED, previous: EXCHANGING }),
    detail: { connection: CONNECTED, previous: EXCHANGING },
  },
];

for (const { type, create, detail } of EVENTS) {
  describe(type, () => {
    it('is an event of its name with exactly the keys of the contract', () => {
      const event = create();
      expect(event).to.be.instanceOf(Event);
      expect(event.type).to.equal(type);
      expect(event.detail).to.deep.equal(detail);
      expect(Reflect.ownKeys(event.detail)).to.have.members(Object.keys(detail));
      expect(Object.getPrototypeOf(event.detail)).to.equal(Object.prototype);
    });

    it('has a frozen detail that no other event shares', () => {
      const event = create();
      expect(Object.isFrozen(event.detail)).to.equal(true);
      expect(event.detail).not.to.equal(create().detail);
    });

    it('#97 bubbles out of a shadow root', () => {
      const host = document.createElement('div');
      const inner = document.createElement('p');
      host.attachShadow({ mode: 'closed' }).append(inner);
      const heard: EventTarget[] = [];
      const listener = ({ currentTarget }: Event) => currentTarget && heard.push(currentTarget);
      document.body.append(host);
      host.addEventListener(type, listener);
      document.addEventListener(type, listener);
      inner.dispatchEvent(create());
      document.removeEventListener(type, listener);
      host.remove();
      expect(heard).to.deep.equal([host, document]);
    });

    const isCancelable = ['monerium-before-connect', 'monerium-connected'].includes(type);
    it(`#97 ${isCancelable ? 'can' : 'cannot'} be cancelled`, () => {
      const event = create();
      event.preventDefault();
      expect(event.cancelable).to.equal(isCancelable);
      expect(event.defaultPrevented).to.equal(isCancelable);
    });
  });
}

describe('the detail of an event', () => {
  it('#73 contains only the two ids of an identity', () => {
    const identity = { ...IDENTITY, access_token: 'secret', email: 'secret' };
    const { detail } = new MoneriumConnectedEvent({ identity, returnTo: START_URL });
    expect(detail).to.deep.equal({ ...IDENTITY, returnTo: START_URL });
  });

  it('does not change when the object of the identity changes', () => {
    const identity = { ...IDENTITY };
    const { detail } = new MoneriumConnectedEvent({ identity, returnTo: START_URL });
    identity.profile = 'other';
    expect(detail.profile).to.equal(IDENTITY.profile);
    expect(Object.isFrozen(identity)).to.equal(false);
  });

  const known = { status: 429, oauthError: 'invalid_grant', retryAfterMs: 0 } as const;
  for (const keys of [
    [],
    ['status'],
    ['oauthError'],
    ['status', 'retryAfterMs'],
    ['status', 'oauthError', 'retryAfterMs'],
  ] as const) {
    it(`contains what is known of an error: ${keys.join(', ') || 'nothing more'}`, () => {
      const given = Object.fromEntries(keys.map((key) => [key, known[key]]));
      const error = new ConnectError('rate_limited', { phase: 'token', hint: 'secret', ...given });
      const { detail } = new MoneriumErrorEvent({ error });
      const always = { code: 'rate_limited', kind: 'failed', phase: 'token' };
      expect(detail).to.deep.equal({ ...always, ...given });
      expect(Object.keys(detail)).to.have.members(['code', 'kind', 'phase', ...keys]);
    });
  }

  for (const code of ['invalid_config', 'insecure_context', 'embedding_blocked'] as ErrorCode[]) {
    it(`has the kind setup for ${code}`, () => {
      const { detail } = new MoneriumErrorEvent({
        error: new ConnectError(code, { phase: 'start' }),
      });
      expect(detail).to.deep.equal({ code, kind: 'setup', phase: 'start' });
    });
  }

  it('#73 has no key for an option that is undefined or unknown', () => {
    const given = {
      phase: 'exchange',
      status: undefined,
      retryAfterMs: undefined,
      token: 'secret',
    };
    const error = new ConnectError('exchange_rejected', given as unknown as ConnectErrorOptions);
    const { detail } = new MoneriumErrorEvent({ error });
    expect(Object.keys(detail)).to.have.members(['code', 'kind', 'phase']);
  });

  it('does not change the error', () => {
    const error = new ConnectError('rate_limited', { status: 429 });
    const first = new MoneriumErrorEvent({ error }).detail;
    expect(new MoneriumErrorEvent({ error }).detail).to.deep.equal(first);
    expect(new MoneriumErrorEvent({ error }).detail).not.to.equal(first);
    expect(Object.isFrozen(error)).to.equal(false);
  });
});
