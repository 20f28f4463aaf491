import type { BackendResponse, Harness } from './harness.js';
import { cookiesOf } from './cookies.js';
import { assertThat, assertOneExchange, readIdentity, type Clause } from './clause.js';

const KEEP =
  'Answer the two ids only. Tokens belong on your server, not in a body, header or cookie.';
const NEW_SESSION = 'Begin a session with a new random id after each connection, in a new cookie.';

/** What of a text's base64 does not depend on its neighbours, for each of the three places. */
function base64Parts(text: string): string[] {
  return [0, 1, 2].map((shift) => {
    const bytes = Buffer.from(`${'-'.repeat(shift)}${text}`);
    const usable = bytes.length - (bytes.length % 3);
    return bytes
      .subarray(0, usable)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4);
  });
}

function assertHidden({ text, headers }: BackendResponse, secret: string, what: string): void {
  const shown = text + JSON.stringify([...headers]);
  const forms = [secret, ...base64Parts(secret)];
  assertThat(!forms.some((form) => shown.includes(form)), `sent ${what} to the browser`);
}

function checkFlags(harness: Harness, answer: BackendResponse): void {
  const isSecure = harness.backend.origin.startsWith('https:');
  for (const { name, attributes } of cookiesOf(answer)) {
    const has = (flag: string) => attributes.some((text) => text.startsWith(flag));
    assertThat(has('httponly'), `set the cookie ${name} without HttpOnly`);
    assertThat(has('samesite'), `set the cookie ${name} without SameSite`);
    assertThat(!isSecure || has('secure'), `set the cookie ${name} without Secure`);
  }
}

/** What an answer may show, and whose it is. */
export const responses: Clause[] = [
  {
    name: 'keeps the tokens to itself',
    hint: KEEP,
    async check(harness) {
      harness.prepare();
      const answer = await harness.post(harness.createFields());
      assertOneExchange(harness);
      for (const prefix of ['access_', 'refresh_']) assertHidden(answer, prefix, 'a token');
    },
  },
  {
    name: 'does not repeat the code and the verifier',
    hint: KEEP,
    async check(harness) {
      harness.prepare();
      const { code, code_verifier: verifier, ...rest } = harness.createFields();
      const answer = await harness.post({ code, code_verifier: verifier, ...rest });
      assertHidden(answer, String(code), 'the code');
      assertHidden(answer, String(verifier), 'the verifier');
    },
  },
  {
    name: 'takes the ids from Monerium, not from the post',
    hint: 'Answer with the profile and userId of the token answer or of /auth/context.',
    async check(harness) {
      harness.prepare();
      const ids = { profile: 'posted-profile', userId: 'posted-user' };
      const answer = await harness.post(harness.createFields(ids));
      if (answer.status !== 200) return;
      const { profile, userId } = readIdentity(answer);
      const isPosted = profile === ids.profile || userId === ids.userId;
      assertThat(!isPosted, 'answered with an id of the post');
    },
  },
  {
    name: 'asks /auth/context for the second version of the API',
    hint: 'Send Accept: application/vnd.monerium.api-v2+json, or Monerium answers in another shape.',
    async check(harness) {
      harness.prepare({ idsInToken: false });
      await harness.post(harness.createFields());
      const asked = harness.emulator.requests.find(({ path }) => path.startsWith('/auth/context'));
      const accept = asked?.headers.accept ?? 'application/vnd.monerium.api-v2+json';
      assertThat(accept.includes('vnd.monerium.api-v2+json'), `asked with Accept: ${accept}`);
    },
  },
  {
    name: 'sets cookies that no script and no other site can use',
    hint: 'Set-Cookie with HttpOnly, SameSite=Lax, and Secure on https; the prefix __Host- is best.',
    async check(harness) {
      harness.prepare();
      checkFlags(harness, await harness.post(harness.createFields()));
    },
  },
  {
    name: 'takes over no session id that came with the post',
    hint: NEW_SESSION,
    async check(harness) {
      harness.prepare();
      const known = cookiesOf(await harness.post(harness.createFields()));
      if (known.length === 0) return;
      const cookie = known.map(({ name, value }) => `${name}=${value}`).join('; ');
      const set = cookiesOf(await harness.post(harness.createFields(), { cookie }));
      const values = new Set(known.map(({ value }) => value));
      const isFresh = set.some(({ value }) => !values.has(value));
      assertThat(isFresh, 'kept the session id of the post');
    },
  },
];
