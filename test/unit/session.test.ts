import { expect } from '@open-wc/testing';
import { openSession } from '../../src/core/flow/session.js';
import { answer } from './fixture.js';

const CLIENT = { apiUrl: 'https://api.example', clientId: 'the-client' };
const { fetch } = window;

afterEach(() => {
  window.fetch = fetch;
});

/** A session whose first token has so many milliseconds to live, and a count of what follows. */
function open(life: number, respond: () => Response, refreshToken: string | undefined = 'refresh') {
  const seen = { requests: 0, refusals: 0 };
  window.fetch = () => {
    seen.requests += 1;
    return Promise.resolve(respond());
  };
  const tokens = { accessToken: 'first', refreshToken, expiresAt: Date.now() + life };
  const session = openSession(tokens, CLIENT, 5000, () => (seen.refusals += 1));
  return { session, seen };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: { code: string }) => error.code,
  );

const renewed = () => answer({ access_token: 'second', token_type: 'bearer', expires_in: 600 });
const refused = () => answer({ error: 'invalid_grant' }, 400);

describe('a session', () => {
  it('returns a token that lives, and sends no request', async () => {
    const { session, seen } = open(61_000, renewed);
    expect(await session.getAccessToken()).to.equal('first');
    expect(seen).to.deep.equal({ requests: 0, refusals: 0 });
  });

  it('renews a token with less than a minute to live', async () => {
    const { session, seen } = open(59_000, renewed);
    expect(await session.getAccessToken()).to.equal('second');
    expect(seen).to.deep.equal({ requests: 1, refusals: 0 });
  });

  it('uses a token to its end when there is no refresh token', async () => {
    const { session, seen } = open(59_000, renewed, '');
    expect(await session.getAccessToken()).to.equal('first');
    expect(seen.requests).to.equal(0);
    expect(await codeOf(open(-1, renewed, '').session.getAccessToken())).to.equal(
      'token_unavailable',
    );
  });

  it('reports a refusal, and no other failure', async () => {
    const { session, seen } = open(0, refused);
    expect(await codeOf(session.getAccessToken())).to.equal('token_unavailable');
    expect(seen.refusals).to.equal(1);
    const down = open(0, () => answer({}, 503));
    expect(await codeOf(down.session.getAccessToken())).to.equal('token_unavailable');
    expect(down.seen.refusals).to.equal(0);
  });

  it('has no token any more after its end, not even one that is under way', async () => {
    const { session, seen } = open(0, renewed);
    const underWay = codeOf(session.getAccessToken());
    session.end();
    expect(await underWay).to.equal('token_unavailable');
    expect(await codeOf(session.getAccessToken())).to.equal('token_unavailable');
    expect(seen).to.deep.equal({ requests: 1, refusals: 0 });
  });

  it('does not report a refusal that comes after its end', async () => {
    const { session, seen } = open(0, refused);
    const underWay = codeOf(session.getAccessToken());
    session.end();
    expect(await underWay).to.equal('token_unavailable');
    expect(seen.refusals).to.equal(0);
  });
});
