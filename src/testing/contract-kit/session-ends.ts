import { assertThat, type Clause } from './clause.js';
import { laxOrigins } from './origins.js';
import { namesOf } from './session-ids.js';
import { assertNobody, connectTwo, Visitor } from './visitor.js';

const END = 'End the session on DELETE, on the server too, and answer 204.';
const COMPARE = 'Compare the whole Origin header of a DELETE with a list of your own, by ===.';
const OTHERS = 'End only the session of the cookie or header that was sent.';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
/** The names of a parameter that replaces the method. */
const OVERRIDE = { _method: 'DELETE', method: 'DELETE' };

const isDone = (status: number) =>
  (status >= 200 && status < 300) || status === 404 || status === 410;

/** What ends a session, and what does not. */
export const sessionEnds: Clause[] = [
  {
    name: 'ends the session',
    why: 'the-end-of-a-session',
    hint: END,
    async check(harness) {
      harness.prepare();
      const visitor = await Visitor.connect(harness);
      const cookie = visitor.jar.header;
      const { status } = await visitor.ask('DELETE');
      assertThat(isDone(status), `answered DELETE with ${status}, not 204`);
      // Somebody may have a copy of the cookie.
      for (const changes of [{}, { cookie }]) {
        const after = await visitor.ask('GET', changes);
        assertThat(after.status !== 200, 'still knows the session after DELETE');
        assertNobody(after);
      }
    },
  },
  {
    name: 'accepts a second DELETE',
    why: 'the-end-of-a-session',
    hint: 'A second DELETE is no error: answer 204, 404 or 410.',
    async check(harness) {
      harness.prepare();
      const visitor = await Visitor.connect(harness);
      const cookie = visitor.jar.header;
      await visitor.ask('DELETE');
      const { status } = await visitor.ask('DELETE', { cookie });
      assertThat(isDone(status), `answered ${status}`);
    },
  },
  {
    name: 'ends no session for another origin',
    why: 'other-sites',
    hint: COMPARE,
    async check(harness) {
      harness.prepare();
      const visitor = await Visitor.connect(harness);
      for (const [what, change] of laxOrigins) {
        const origin = change(new URL(harness.backend.origin));
        await visitor.ask('DELETE', { origin, 'sec-fetch-site': 'cross-site' });
        await visitor.assertConnected(`ended the session for ${what}`);
      }
    },
  },
  {
    name: 'ends a session by DELETE only',
    why: 'other-sites',
    hint: 'Let no parameter replace the method: any page can make a browser GET, and post a form.',
    async check(harness) {
      harness.prepare();
      const visitor = await Visitor.connect(harness);
      const foreign = { origin: 'https://foreign.example', 'sec-fetch-site': 'cross-site' };
      await visitor.ask('GET', {}, OVERRIDE);
      await visitor.assertConnected('ended the session by a GET with _method=DELETE');
      await visitor.ask('GET', { ...foreign, origin: '' }, OVERRIDE);
      await visitor.assertConnected('ended the session by a link with _method=DELETE');
      const form = new TextEncoder().encode('_method=DELETE&method=DELETE');
      await visitor.postBody(form, { ...foreign, ...FORM }, OVERRIDE);
      await visitor.assertConnected('ended the session by a form with _method=DELETE');
    },
  },
  {
    name: 'ends no other session',
    why: 'the-end-of-a-session',
    hint: OTHERS,
    async check(harness) {
      harness.prepare();
      const both = await connectTwo(harness);
      if (!both) return;
      const [first, second] = both;
      const named = { ...namesOf(second.ids), ...Object.fromEntries(second.jar.entries) };
      await first.askSignedOut('DELETE', named);
      await second.assertConnected('ended a session that only the address names');
      await first.askSignedOut('DELETE');
      await second.assertConnected('ended the session of another without one of its own');
      await first.ask('DELETE', {}, named);
      await second.assertConnected('ended the session of another together with its own');
    },
  },
];
