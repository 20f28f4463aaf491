// The backends in other languages: the flow that the server starts, and what they keep.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Harness } from '../../src/testing/contract-kit/harness.js';
import { assertResult, StartVisitor } from '../../src/testing/contract-kit/start-visitor.js';
import { starts } from '../../src/testing/contract-kit/starts.js';
import type { Emulator } from '../../src/testing/emulator/emulator.js';
import { check, faultsOf, openEmulator } from '../helpers/backends.js';
import {
  BASE,
  frameworks,
  languages,
  type Language,
  type LanguageOptions,
} from '../helpers/languages.js';
import { CLIENT_ID, ORIGIN, REDIRECT_URI } from '../helpers/site.js';

const redirectUri = `${BASE}/callback`;

/** A customer at a backend that has begun, and all that the backend keeps. */
async function open(language: Language, options?: LanguageOptions) {
  const emulator = await openEmulator();
  emulator.registerClient({ clientId: CLIENT_ID, name: 'Shop', redirectUris: [redirectUri] });
  const { url, folder } = await language.start(emulator.url, options);
  const site = { origin: ORIGIN, redirectUri, clientId: CLIENT_ID, headers: {}, cors: false };
  const harness = new Harness({ url, timeoutMs: 20_000, ...site }, emulator);
  const visitor = new StartVisitor(harness);
  emulator.configure({ decision: 'approve' });
  const token = async () => (await visitor.open('/token')).text;
  return { emulator, harness, visitor, folder, token };
}

async function assertStarts(language: Language): Promise<void> {
  const emulator = await openEmulator();
  const { url } = await language.start(emulator.url);
  const findings = await check(emulator, url, 20_000, starts, { origin: ORIGIN, redirectUri });
  assert.deepEqual(faultsOf(findings), []);
  assert.equal(findings.length, starts.length);
}

const refreshTokens = (emulator: Emulator) =>
  emulator.refreshRequests().map(({ body }) => new URLSearchParams(body).get('refresh_token'));

/** How Monerium answers to the token. */
async function useToken({ url }: Emulator, token: string): Promise<number> {
  const accept = 'application/vnd.monerium.api-v2+json';
  const headers = { accept, authorization: `Bearer ${token}` };
  return (await fetch(`${url}/auth/context`, { headers })).status;
}

function textsIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'));
}

for (const language of frameworks) {
  const { name, skip } = language;
  it(`#262 passes every clause of the flow that the server starts, in ${name}`, { skip }, () =>
    assertStarts(language),
  );
}

for (const language of languages) {
  const { name, skip } = language;
  describe(`the backend in ${name}`, { skip, concurrency: true }, () => {
    it(`#262 passes every clause of the flow that the server starts, in ${name}`, async () => {
      await assertStarts(language);
    });

    it(`#263 refreshes once for requests at once, and replaces both tokens, in ${name}`, async () => {
      const { emulator, visitor, token } = await open(language, { withToken: true });
      emulator.configure({ expiresIn: 0 });
      await visitor.connect();
      emulator.configure({ expiresIn: 3600, delayMs: 100 });
      const tokens = await Promise.all(Array.from({ length: 8 }, token));
      assert.equal(emulator.refreshRequests().length, 1);
      assert.equal(new Set(tokens).size, 1);
      assert.equal(await useToken(emulator, tokens[0] ?? ''), 200);

      emulator.configure({ expiresIn: 0 });
      const again = new StartVisitor(visitor.harness);
      await again.connect();
      const renewed: string[] = [];
      for (let at = 0; at < 2; at++) renewed.push((await again.open('/token')).text);
      assert.equal(new Set([...tokens, ...renewed]).size, 3);
      assert.equal(new Set(refreshTokens(emulator)).size, 3);
    });

    it(`#264 keeps the connection when Monerium is down, and ends it when it is refused, in ${name}`, async () => {
      const { emulator, visitor, token } = await open(language, { withToken: true });
      emulator.configure({ expiresIn: 0 });
      await visitor.connect();
      emulator.configure({ token: 'unavailable' });
      const { status, text } = await visitor.open('/token');
      assert.deepEqual([status, text], [503, 'server_unavailable']);
      assert.equal((await visitor.session()).status, 200);
      emulator.configure({ token: 'none' });
      assert.equal(await useToken(emulator, await token()), 200);

      emulator.reset(); // Monerium knows no token any more.
      assert.equal(await token(), 'nobody');
      assert.equal((await visitor.session()).status, 204);
    });

    it(`#265 keeps no token in the clear, in ${name}`, async () => {
      const { emulator, visitor, folder, token } = await open(language, { withToken: true });
      emulator.configure({ expiresIn: 0 });
      await visitor.connect();
      const kept = [await token(), await token(), ...refreshTokens(emulator)];
      assert.equal(new Set(kept).size, 4);
      const texts = textsIn(folder);
      assert.notEqual(texts.length, 0);
      for (const secret of kept.map(String)) {
        const forms = ['utf8', 'hex', 'base64'] as const;
        // From each place where base64 may begin.
        const shown = forms.flatMap((form) =>
          [0, 1, 2].map((at) => Buffer.from(secret.slice(at)).toString(form).slice(0, 32)),
        );
        assert.deepEqual(
          texts.filter((text) => shown.some((form) => text.includes(form))),
          [],
        );
      }
    });

    it(`#266 says nothing of a fault of its own to the customer, in ${name}`, async () => {
      const { harness, visitor, folder } = await open(language);
      await visitor.connect();
      const { response } = await visitor.approach();
      rmSync(folder, { recursive: true });
      writeFileSync(folder, ''); // Nothing can be kept, and nothing read.
      harness.prepare();
      const answer = await visitor.callback(response);
      assertResult(harness, answer, 'server_unavailable');
      assert.equal(answer.text, '');
      assert.equal(harness.exchanges.length, 0);
      const unavailable = [503, '{"error":"temporarily_unavailable"}'];
      const asked = await visitor.session();
      assert.deepEqual([asked.status, asked.text.replaceAll(/\s/g, '')], unavailable);
      const fields = harness.createFields({ redirect_uri: REDIRECT_URI });
      const body = JSON.stringify(fields);
      const headers = { origin: ORIGIN, 'content-type': 'application/json' };
      const posted = await harness.send({ method: 'POST', headers, body }, {}, '/session');
      assert.deepEqual([posted.status, posted.text.replaceAll(/\s/g, '')], unavailable);
    });
  });
}
