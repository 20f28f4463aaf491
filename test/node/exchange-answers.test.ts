import { describe, it } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import type { ConnectError } from '../../src/core/errors.js';
import { exchangeByBackend, exchangeDirectly } from '../../src/core/oauth/exchange.js';
import type { Send } from '../../src/core/oauth/http.js';
import type { Identity } from '../../src/core/oauth/identity.js';
import { catchConnectError } from '../helpers/connect-error.js';
import { json, recordSend, type Answer } from '../helpers/recorded-send.js';

const REQUEST = {
  code: 'c',
  codeVerifier: 'v'.repeat(43),
  redirectUri: 'https://shop.example/cb',
  clientId: '6e5b4a1c-0000-4000-8000-000000000001',
  apiUrl: 'https://api.monerium.dev',
};
const BACKEND_URL = 'https://shop.example/connect';
const IDENTITY = { profile: 'profile-1', userId: 'user-1' };
const TOKENS = { access_token: 'access', token_type: 'Bearer', ...IDENTITY };
const HOUR = 3_600_000;
const LIMIT = 65_536;
/** JSON that throws when it is converted to a string. */
const NO_TEXT = { toString: null, valueOf: null };

function askBackend(send: Send, url = BACKEND_URL): Promise<Identity> {
  return exchangeByBackend(send, REQUEST, { url, headers: {}, credentials: 'omit' });
}

/** Returns the error of an exchange through the backend, which sends one request. */
async function failByBackend(answer: Answer): Promise<ConnectError> {
  const { send, requests } = recordSend(answer);
  const error = await catchConnectError(() => askBackend(send));
  expect(requests).to.have.lengthOf(1);
  expect(error.message).not.to.contain('secret');
  expect(error.stack).not.to.contain('secret');
  return error;
}

async function readRetryAfter(value: string | undefined, status = 429): Promise<unknown> {
  const headers: HeadersInit = value === undefined ? {} : { 'Retry-After': value };
  return (await failByBackend(new Response('{}', { status, headers }))).retryAfterMs;
}

function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toUTCString();
}

describe('Retry-After', () => {
  for (const [title, value, expected] of [
    ['no seconds', '0', 0],
    ['two minutes', '120', 120_000],
    ['an hour', '3600', HOUR],
    ['a second more than an hour', '3601', HOUR],
    ['40 digits', '9'.repeat(40), HOUR],
    ['a negative number', '-5', 0],
    ['a date of the past', inSeconds(-60), 0],
    ['the date of tomorrow', inSeconds(86_400), HOUR],
  ] as const) {
    it(`#65 reads ${title} as ${expected} ms`, async () => {
      expect(await readRetryAfter(value)).to.equal(expected);
      expect(await readRetryAfter(value, 503)).to.equal(expected);
    });
  }

  it('#65 reads a date as the time until then', async () => {
    expect(await readRetryAfter(inSeconds(60))).to.be.within(55_000, 60_000);
  });

  for (const value of [undefined, '', 'soon', 'NaN', '-', '{}']) {
    it(`#65 reads nothing from ${value ?? 'an absent header'}`, async () => {
      expect(await readRetryAfter(value)).to.equal(undefined);
    });
  }

  for (const value of ['1.5', '5s', '1,2', '5 minutes']) {
    it(`#65 does not read ${value} as a date of the past`, async () => {
      expect(await readRetryAfter(value)).not.to.equal(0);
    });
  }
});

describe('a refusal', () => {
  for (const [status, code] of [
    [400, 'exchange_rejected'],
    [401, 'exchange_rejected'],
    [403, 'exchange_rejected'],
    [404, 'exchange_rejected'],
    [422, 'exchange_rejected'],
    [429, 'rate_limited'],
    [500, 'server_unavailable'],
    [502, 'server_unavailable'],
    [503, 'server_unavailable'],
    [599, 'server_unavailable'],
  ] as const) {
    it(`#65 #66 turns ${status} into ${code}, with any body`, async () => {
      for (const body of ['', '{}', 'null', '<html>secret', JSON.stringify(IDENTITY)]) {
        const error = await failByBackend(new Response(body, { status }));
        expect(error).to.include({ code, status, phase: 'exchange', kind: 'failed' });
        expect(error.oauthError).to.equal(undefined);
      }
    });
  }

  for (const [title, body, oauthError] of [
    ["Monerium's shape", { code: 400, status: 'Bad Request', message: 'secret' }, undefined],
    ["the RFC's shape", { error: 'invalid_grant', error_description: 'secret' }, 'invalid_grant'],
    ['an unregistered error', { error: 'secret_thing' }, 'other'],
    ['markup for an error', { error: '<img src=secret>' }, 'other'],
    ['an own shape', { errors: [{ detail: 'secret' }] }, undefined],
    ['a number for an error', { error: 42 }, undefined],
    ['an object for an error', { error: { code: 'invalid_grant', text: 'secret' } }, undefined],
    ['a list', [{ error: 'invalid_grant' }], undefined],
  ] as const) {
    it(`#66 reads ${title} without its texts`, async () => {
      const error = await failByBackend(json(body, { status: 400 }));
      expect(error).to.include({ code: 'exchange_rejected', status: 400 });
      expect(error.oauthError).to.equal(oauthError);
      expect(JSON.stringify(error)).not.to.contain('secret');
    });
  }
});

describe('a broken connection', () => {
  const reason = new TypeError('secret: Failed to fetch');

  it('#64 #67 is exchange_network, and nothing is sent again', async () => {
    const error = await failByBackend(reason);
    expect(error).to.include({ code: 'exchange_network', phase: 'exchange', kind: 'failed' });
    expect(error.message).to.match(/^exchange_network: POST .* got no readable response$/);
    expect(error.status).to.equal(undefined);
  });

  it('#67 is the same for the token endpoint', async () => {
    const { send, requests } = recordSend(reason);
    const error = await catchConnectError(() => exchangeDirectly(send, REQUEST));
    expect(requests).to.have.lengthOf(1);
    expect(error).to.include({ code: 'exchange_network', phase: 'exchange' });
    expect(error.message).to.match(/^exchange_network: POST .* got no readable response$/);
  });

  it('#64 may occur in the middle of the body', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"profile":'));
        controller.error(new TypeError('secret'));
      },
    });
    expect(await failByBackend(new Response(body))).to.include({ code: 'exchange_network' });
  });
});

describe('a response that cannot be read', () => {
  for (const [title, body] of [
    ['HTML', '<!doctype html><p>secret'],
    ['two byte order marks', `\ufeff\ufeff${JSON.stringify(IDENTITY)}`],
    ['nothing', ''],
    ['blanks', ' \n'],
    ['a list', JSON.stringify([IDENTITY])],
    ['a string', '"secret"'],
    ['null', 'null'],
    ['a number', '42'],
    ['a boolean', 'true'],
    ['half an object', '{"profile":"secret'],
    ['two objects', '{}{}'],
    ['a list nested 30,000 deep', '['.repeat(30_000) + ']'.repeat(30_000)],
  ] as const) {
    it(`#69 is exchange_bad_response: ${title}`, async () => {
      const error = await failByBackend(new Response(body));
      expect(error).to.include({ code: 'exchange_bad_response', phase: 'exchange' });
    });
  }

  it('#69 is exchange_bad_response: 204 from the token endpoint', async () => {
    const { send } = recordSend(new Response(null, { status: 204 }));
    const error = await catchConnectError(() => exchangeDirectly(send, REQUEST));
    expect(error).to.include({ code: 'exchange_bad_response', phase: 'exchange' });
  });
});

describe('a byte order mark', () => {
  it('#69 is ignored before the JSON, as in Response.json()', async () => {
    const { send } = recordSend(new Response(`\ufeff${JSON.stringify(IDENTITY)}`));
    expect(await askBackend(send)).to.deep.equal(IDENTITY);
    const refusal = new Response(`\ufeff{"error":"invalid_grant"}`, { status: 400 });
    expect(await failByBackend(refusal)).to.include({ oauthError: 'invalid_grant' });
  });
});

describe('the facts of a failure', () => {
  const POST = 'POST https://shop.example/connect';

  for (const [title, answer, facts] of [
    [
      'an HTML page',
      () => new Response('<html>secret', { headers: { 'content-type': 'text/html; charset=x' } }),
      `${POST} answered 200 text/html`,
    ],
    [
      'a refusal, with the names of its fields',
      () => json({ error: 'secret', message: 'secret' }, { status: 404, headers: {} }),
      `${POST} answered 404 text/plain with the fields error, message`,
    ],
    [
      'a body without a type',
      () => new Response(new Uint8Array([123, 125]), { status: 500 }),
      `${POST} answered 500 without a type`,
    ],
    [
      'a type that is none',
      () => new Response('', { status: 400, headers: { 'content-type': '<b>secret' } }),
      `${POST} answered 400 without a type`,
    ],
    [
      'ten names of fields and no more, and none that is a sentence',
      () =>
        json({
          'a secret': 1,
          'secret@x.y': 1,
          ...Object.fromEntries([...'abcdefghijkl'].map((n) => [n, 1])),
        }),
      `${POST} answered 200 text/plain with the fields a, b, c, d, e, f, g, h, i, j`,
    ],
  ] as const) {
    it(`#66 name ${title}`, async () => {
      const { hint = '', message, code } = await failByBackend(answer());
      expect(hint.split(/;|, without/)[0]).to.equal(facts);
      expect(message).to.equal(`${code}: ${hint}`);
    });
  }

  it('#66 #69 name no query of the URL and nothing that was sent', async () => {
    for (const answer of [new Error('secret'), json({}, { status: 400 }), json({})]) {
      const { send } = recordSend(answer);
      const url = `${BACKEND_URL}?key=secret#secret`;
      const error = await catchConnectError(() => askBackend(send, url));
      expect(error.hint).to.match(/^POST https:\/\/shop\.example\/connect /);
      expect(error.message).not.to.contain('secret').and.not.to.contain('vvv');
    }
  });

  it('#74 name the fields of a token response that lacks one', async () => {
    const { send } = recordSend(json({ access_token: 'secret' }));
    const error = await catchConnectError(() => exchangeDirectly(send, REQUEST));
    expect(error).to.include({ code: 'exchange_bad_response', status: 200 });
    expect(error.hint).to.match(/with the fields access_token$/);
    expect(error.message).not.to.contain('secret');
  });
});

/** An endless body. `cancelled` resolves with the number of chunks that were read. */
function endless(chunk: Uint8Array): { body: ReadableStream; cancelled: Promise<number> } {
  let pulls = 0;
  let tell: (pulls: number) => void;
  const cancelled = new Promise<number>((resolve) => (tell = resolve));
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls++;
      // Ends the body, so that a test without a limit fails and does not hang.
      if (pulls > 1000) controller.close();
      else controller.enqueue(chunk.slice());
    },
    cancel: () => tell(pulls),
  });
  return { body, cancelled };
}

function padTo(size: number, filler: string): string {
  const empty = JSON.stringify({ ...IDENTITY, pad: '' });
  const room = size - empty.length;
  const width = new TextEncoder().encode(filler).length;
  const pad = filler.repeat(Math.floor(room / width)) + 'x'.repeat(room % width);
  return JSON.stringify({ ...IDENTITY, pad });
}

describe('the limit of 64 KiB', () => {
  for (const filler of ['x', 'é', '💶']) {
    it(`#70 lets 65,536 decoded bytes of ${filler} through and not one more`, async () => {
      const { send } = recordSend(new Response(padTo(LIMIT, filler)));
      expect(await askBackend(send)).to.deep.equal(IDENTITY);
      const error = await failByBackend(new Response(padTo(LIMIT + 1, filler)));
      expect(error).to.include({ code: 'exchange_bad_response', phase: 'exchange' });
    });
  }

  for (const [status, code] of [
    [200, 'exchange_bad_response'],
    [400, 'exchange_rejected'],
    [500, 'server_unavailable'],
  ] as const) {
    it(`#70 cancels an endless body that comes with ${status}`, async () => {
      const { body, cancelled } = endless(new Uint8Array(4096).fill(32));
      expect(await failByBackend(new Response(body, { status }))).to.include({ code });
      expect(await cancelled).to.be.within(17, 20);
    });
  }

  it('#70 holds for the context as well', async () => {
    const { body, cancelled } = endless(new Uint8Array(30_000).fill(32));
    const { access_token, token_type } = TOKENS;
    const { send } = recordSend(json({ access_token, token_type }), new Response(body));
    const error = await catchConnectError(() => exchangeDirectly(send, REQUEST));
    expect(error).to.include({ code: 'profile_unavailable', phase: 'identity', status: 200 });
    expect(await cancelled).to.be.within(3, 5);
  });

  it('reads characters whose bytes arrive in separate chunks', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ name: 'é💶', ...IDENTITY }));
    const body = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    const { send } = recordSend(new Response(body));
    expect(await askBackend(send)).to.deep.equal(IDENTITY);
  });
});

describe('the response of the token endpoint', () => {
  const exchange = (body: unknown) => exchangeDirectly(recordSend(json(body)).send, REQUEST);

  for (const token_type of ['Bearer', 'bearer', 'BEARER']) {
    it(`#74 accepts ${token_type} as bearer`, async () => {
      const { tokens } = await exchange({ ...TOKENS, token_type, refresh_token: 'r' });
      expect(tokens).to.include({ accessToken: 'access', refreshToken: 'r' });
    });
  }

  for (const token_type of [undefined, null, '', 'mac', 'DPoP', 'bearer ', 'bearers', 1, NO_TEXT]) {
    it(`#74 refuses the token type ${JSON.stringify(token_type) ?? 'undefined'}`, async () => {
      const error = await catchConnectError(() => exchange({ ...TOKENS, token_type }));
      expect(error).to.include({ code: 'exchange_bad_response', phase: 'exchange' });
    });
  }

  for (const access_token of [
    undefined,
    '',
    'a b',
    'a\r\nb',
    'ä',
    {},
    null,
    true,
    ['a'],
    NO_TEXT,
  ]) {
    it(`#74 refuses the access token ${JSON.stringify(access_token) ?? 'undefined'}`, async () => {
      const error = await catchConnectError(() => exchange({ ...TOKENS, access_token }));
      expect(error).to.include({ code: 'exchange_bad_response', phase: 'exchange' });
    });
  }

  for (const [expires_in, seconds] of [
    [3600, 3600],
    ['3600', 3600],
    [0, 0],
    [undefined, undefined],
    [null, undefined],
    ['soon', undefined],
    ['', undefined],
    [{}, undefined],
    [true, undefined],
  ] as const) {
    it(`#74 reads expires_in ${JSON.stringify(expires_in) ?? 'undefined'} as ${seconds} s`, async () => {
      const before = Date.now();
      const { tokens } = await exchange({ ...TOKENS, expires_in });
      const { expiresAt } = tokens;
      if (seconds === undefined) expect(expiresAt).to.equal(undefined);
      else expect(expiresAt).to.be.within(before + seconds * 1000, Date.now() + seconds * 1000);
    });
  }

  it('#74 turns any expires_in into a finite time, or into none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (expires_in) => {
        const { tokens } = await exchange({ ...TOKENS, expires_in });
        expect(isFinite(tokens.expiresAt ?? 0)).to.equal(true);
      }),
      { numRuns: 500, examples: [[NO_TEXT]] },
    );
  });
});
