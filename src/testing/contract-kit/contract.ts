import { setTimeout as wait } from 'node:timers/promises';
import {
  assertThat,
  assertIdentity,
  assertOneExchange,
  refuses,
  reports,
  type Clause,
} from './clause.js';
import { foreignPosts } from './foreign-posts.js';
import { responses } from './responses.js';

/** How long a code is watched after the post has failed. */
const LATER_MS = 2000;
const COMPARE = 'Compare it with a list of your own, exactly, before you ask Monerium.';
const ONCE =
  'Send a code once, also after an error: a second use can make Monerium revoke the tokens.';
const DEADLINE = 'Set one deadline, below 20 s, from the request to the last byte of the response.';
const READ = 'Take nothing but a JSON object with status 200, and follow no redirect.';

export const contract: Clause[] = [
  {
    name: 'connects a right post',
    why: 'the-exchange',
    isBasic: true,
    hint: 'Answer 200 with {"profile":"…","userId":"…"} after one token request with the four fields.',
    async check(harness) {
      harness.prepare();
      const fields = harness.createFields();
      const answer = await harness.post(fields);
      const { length } = harness.exchanges;
      const seen = `answered ${answer.status}, and never asked Monerium`;
      assertThat(length > 0 || answer.status === 200, seen);
      assertOneExchange(harness);
      const [sent] = harness.exchanges;
      for (const [name, value] of Object.entries(fields)) {
        assertThat(sent?.get(name) === value, `sent another ${name} to Monerium`);
      }
      assertIdentity(answer);
    },
  },
  ...responses,
  {
    name: 'asks /auth/context when the token response has no ids',
    why: 'the-exchange',
    hint: 'GET {api}/auth/context with the new token; profile is defaultProfile, or the only one.',
    async check(harness) {
      harness.prepare({ idsInToken: false });
      assertIdentity(await harness.post(harness.createFields()));
      assertOneExchange(harness);
    },
  },
  {
    name: 'fails when Monerium sends no ids',
    why: 'the-exchange',
    hint: 'Without both ids answer 5xx: a 200 has to name who was connected.',
    async check(harness) {
      harness.prepare({ idsInToken: false, context: 'not-found' });
      const { status } = await harness.post(harness.createFields());
      assertOneExchange(harness);
      assertThat(status >= 400, `answered ${status}`);
    },
  },
  ...foreignPosts,
  refuses(
    'a body over 8 KiB',
    'the-four-fields',
    'Set a limit of 8 KiB for the body of this route.',
    (harness) => harness.post(harness.createFields({ padding: 'x'.repeat(64 * 1024) })),
  ),
  refuses(
    'a body that is no JSON',
    'the-four-fields',
    'Answer 400 when the body cannot be parsed.',
    (harness) => harness.post('{"code":'),
  ),
  refuses('a redirect URI that is not yours', 'the-four-fields', COMPARE, (harness) =>
    harness.post(
      harness.createFields({ redirect_uri: `${harness.backend.redirectUri}/elsewhere` }),
    ),
  ),
  refuses('a client that is not yours', 'the-four-fields', COMPARE, (harness) =>
    harness.post(harness.createFields({ client_id: '00000000-0000-4000-8000-000000000000' })),
  ),
  ...['x'.repeat(42), 'x'.repeat(129), `${'x'.repeat(43)}\n`, ['x'.repeat(43)]].map((verifier) =>
    refuses(
      `a malformed code_verifier (${describe(verifier)})`,
      'the-four-fields',
      'It is a string of 43 to 128 characters of A-Z, a-z, 0-9, "-", ".", "_" and "~".',
      (harness) => harness.post(harness.createFields({ code_verifier: verifier })),
    ),
  ),
  ...['', 'x'.repeat(2049), { a: 1 }].map((code) =>
    refuses(
      `a malformed code (${describe(code)})`,
      'the-four-fields',
      'It is a string of 1 to 2,048 printable ASCII characters.',
      (harness) => harness.post(harness.createFields({ code })),
    ),
  ),
  {
    name: 'refuses a code that was posted before',
    why: 'the-exchange',
    hint: 'Pass on what Monerium says of it: 4xx, such as 400 with {"error":"invalid_grant"}.',
    async check(harness) {
      harness.prepare();
      const fields = harness.createFields();
      assertThat((await harness.post(fields)).status === 200, 'did not connect the first post');
      const { status } = await harness.post(fields);
      assertThat(status >= 400 && status < 500, `answered ${status}, not 4xx`);
    },
  },
  {
    name: 'connects one of two posts of one code at once',
    why: 'the-exchange',
    hint: 'One of them has to fail with 4xx, whichever comes second.',
    async check(harness) {
      harness.prepare({ delayMs: 100 });
      const fields = harness.createFields();
      const answers = await Promise.all([harness.post(fields), harness.post(fields)]);
      const statuses = answers.map(({ status }) => status).sort();
      const [good = 0, bad = 0] = statuses;
      assertThat(good === 200 && bad >= 400 && bad < 500, `answered ${statuses.join(' and ')}`);
    },
  },
  {
    name: 'reports that Monerium refused the code',
    why: 'failures-of-monerium',
    hint: 'Answer 4xx, such as 400 with {"error":"invalid_grant"}.',
    async check(harness) {
      harness.prepare({ oauthErrors: true });
      const { status } = await harness.post(
        harness.createFields({ code_verifier: 'x'.repeat(43) }),
      );
      assertOneExchange(harness);
      assertThat(status >= 400 && status < 500, `answered ${status}, not 4xx`);
    },
  },
  reports('is down', ONCE, { token: 'unavailable' }),
  {
    name: 'does not send a code again later',
    why: 'failures-of-monerium',
    hint: ONCE,
    async check(harness) {
      harness.prepare({ token: 'unavailable' });
      await harness.post(harness.createFields());
      await wait(LATER_MS);
      assertOneExchange(harness);
    },
  },
  reports('is broken', ONCE, { token: 'server-error' }),
  reports('is busy', ONCE, { token: 'rate-limit' }),
  reports('closes the connection', ONCE, { token: 'reset' }),
  reports('sends a page', READ, { token: 'html' }),
  {
    name: 'follows no redirect with the code',
    why: 'failures-of-monerium',
    hint: READ,
    async check(harness) {
      harness.prepare({ token: 'redirect', redirectTo: `${harness.emulator.url}/elsewhere` });
      const { status } = await harness.post(harness.createFields());
      const isFollowed = harness.emulator.requests.some(({ path }) => path === '/elsewhere');
      assertThat(!isFollowed, 'took the request to another address');
      assertThat(status >= 500, `answered ${status}, not 5xx`);
    },
  },
  reports('sends without an end', READ, { token: 'endless' }),
  reports('sends byte by byte', DEADLINE, { token: 'drip' }),
  reports('hangs at /auth/context', DEADLINE, {
    idsInToken: false,
    context: 'hang',
  }),
  {
    name: 'lets a page of another origin post',
    why: 'pages-on-another-origin',
    hint: 'Answer the preflight and the post with Access-Control-Allow-Origin for your own origins.',
    isCors: true,
    async check(harness) {
      harness.prepare();
      const { origin } = harness.backend;
      const wish = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      };
      const preflight = await harness.send({ method: 'OPTIONS', headers: wish });
      assertThat(preflight.status < 300, `answered the preflight with ${preflight.status}`);
      const allowed = preflight.headers.get('access-control-allow-headers') ?? '';
      assertThat(/content-type|\*/i.test(allowed), 'does not allow the header Content-Type');
      const { headers } = await harness.post(harness.createFields());
      for (const answer of [preflight.headers, headers]) {
        const value = answer.get('access-control-allow-origin') ?? 'none';
        assertThat(value === origin || value === '*', `allows the origin ${value}`);
      }
    },
  },
  {
    name: 'lets no page of a foreign origin post or read',
    why: 'other-sites',
    hint: 'Never echo the Origin header: name your own origins, and send Vary: Origin.',
    async check(harness) {
      harness.prepare();
      const origin = 'https://foreign.example';
      const wish = { origin, 'access-control-request-method': 'POST' };
      const preflight = await harness.send({ method: 'OPTIONS', headers: wish });
      const { headers } = await harness.post(harness.createFields(), { origin });
      for (const answer of [preflight.headers, headers]) {
        const value = answer.get('access-control-allow-origin') ?? '';
        assertThat(value !== origin && value !== '*', `allows the origin ${value}`);
      }
    },
  },
];

function describe(value: unknown): string {
  if (typeof value !== 'string') return Array.isArray(value) ? 'a list' : 'an object';
  return `${value.length} characters${value.endsWith('\n') ? ', one a line break' : ''}`;
}
