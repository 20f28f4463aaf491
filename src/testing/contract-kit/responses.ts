import type { BackendResponse } from './backend-response.js';
import type { Harness } from './harness.js';
import { cookiesOf, isDeletion } from './cookies.js';
import { assertThat, assertOneExchange, readIdentity, type Clause } from './clause.js';
import { assertHidden, assertNoToken } from './secrets.js';

export const KEEP =
  'Answer the two ids only. Tokens belong on your server, not in a body, header or cookie.';
export const FLAGS =
  'Set-Cookie with HttpOnly, SameSite=Lax, and Secure on https; the prefix __Host- is best.';
const NEW_SESSION = 'Begin a session with a new random id after each connection, in a new cookie.';

/** A page's script has to read a token against forged requests. */
export const FOR_SCRIPTS = /csrf|xsrf/i;

/** @throws Violation for a cookie that a script or another site could use */
export function assertFlags(harness: Harness, answer: BackendResponse): void {
  const isSecure = harness.backend.origin.startsWith('https:');
  for (const cookie of cookiesOf(answer).filter((set) => !isDeletion(set))) {
    const { name, attributes } = cookie;
    const has = (flag: string) => attributes.some((text) => text.startsWith(flag));
    const isHidden = has('httponly') || FOR_SCRIPTS.test(name);
    assertThat(isHidden, `set the cookie ${name} without HttpOnly`);
    assertThat(has('samesite'), `set the cookie ${name} without SameSite`);
    const isForced = isSecure || has('samesite=none');
    assertThat(!isForced || has('secure'), `set the cookie ${name} without Secure`);
  }
}

/** What a response may show, and to which customer. */
export const responses: Clause[] = [
  {
    name: 'keeps the tokens to itself',
    why: 'what-reaches-the-browser',
    hint: KEEP,
    async check(harness) {
      harness.prepare();
      const answer = await harness.post(harness.createFields());
      assertOneExchange(harness);
      assertNoToken(answer);
    },
  },
  {
    name: 'does not repeat the code and the verifier',
    why: 'what-reaches-the-browser',
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
    why: 'the-exchange',
    hint: 'Answer with the profile and userId of the token response or of /auth/context.',
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
    why: 'the-exchange',
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
    why: 'what-reaches-the-browser',
    hint: FLAGS,
    async check(harness) {
      harness.prepare();
      assertFlags(harness, await harness.post(harness.createFields()));
    },
  },
  {
    name: 'takes over no session id that came with the post',
    why: 'session-ids',
    hint: NEW_SESSION,
    async check(harness) {
      harness.prepare();
      const sessionCookies = (answer: BackendResponse) =>
        cookiesOf(answer).filter(({ name }) => !FOR_SCRIPTS.test(name));
      const known = sessionCookies(await harness.post(harness.createFields()));
      if (known.length === 0) return;
      const cookie = known.map(({ name, value }) => `${name}=${value}`).join('; ');
      const set = sessionCookies(await harness.post(harness.createFields(), { cookie }));
      const values = new Set(known.map(({ value }) => value));
      const isFresh = set.some(({ value }) => !values.has(value));
      assertThat(isFresh, 'kept the session id of the post');
    },
  },
];
