// The commands of docs/backend-in-any-language.md, one after the other, as they stand there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { can, openEmulator } from '../helpers/backends.js';
import { missing } from '../helpers/engines.js';
import { BASE, go } from '../helpers/languages.js';
import { CLIENT_ID, ORIGIN, REDIRECT_URI } from '../helpers/site.js';
import { findSnippet, type IN_CURL } from '../helpers/snippets.js';

const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-curl-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const skip =
  go.skip ||
  (!can('sh', '-c', 'curl --version && openssl version && basenc --version') &&
    missing('curl, openssl and basenc', 'curl, openssl and coreutils'));

/** Runs the command that has this text, with these variables. */
async function runCommand(
  part: (typeof IN_CURL)[number],
  env: Record<string, string>,
  more = '',
): Promise<string> {
  const { code } = findSnippet('docs/backend-in-any-language.md', part);
  const child = spawn('sh', ['-ec', code + more], { cwd: folder, env: { ...process.env, ...env } });
  child.stdin.end();
  return text(child.stdout);
}

/** Makes the secrets of a flow, and lets the customer allow it. */
async function authorize(env: Record<string, string>) {
  const lines = await runCommand('VERIFIER=', env, 'echo "$VERIFIER $STATE $AUTH"');
  const [VERIFIER = '', STATE = '', AUTH = ''] = lines.trim().split(' ');
  const { code, state } = await comeBack(AUTH);
  assert.equal(state, STATE);
  return { VERIFIER, STATE, CODE: code };
}

/** What Monerium responds with, after its own redirects. */
async function comeBack(auth: string) {
  for (let next = auth; ;) {
    const { headers } = await fetch(next, { redirect: 'manual' });
    next = new URL(headers.get('location') ?? '', next).href;
    const { searchParams } = new URL(next);
    const [code, state] = [searchParams.get('code'), searchParams.get('state')];
    if (code !== null && state !== null) return { code, state };
  }
}

const statusOf = (response: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1]);

describe('the commands for a backend in any language', { skip }, () => {
  const open = async () => {
    const emulator = await openEmulator();
    const redirectUris = [REDIRECT_URI, `${BASE}/callback`];
    emulator.registerClient({ clientId: CLIENT_ID, name: 'Shop', redirectUris });
    emulator.configure({ decision: 'approve' });
    return { emulator, env: { API: emulator.url, CLIENT_ID, REDIRECT_URI, ORIGIN } };
  };

  it('get tokens of Monerium, and refresh them', async () => {
    const { env } = await open();
    const flow = await authorize(env);
    const answer = await runCommand('grant_type=authorization_code', { ...env, ...flow });
    const tokens = JSON.parse(answer) as Record<string, string>;
    const { access_token: ACCESS_TOKEN = '', refresh_token: REFRESH_TOKEN = '', userId } = tokens;
    const context = await runCommand('/auth/context', { ...env, ACCESS_TOKEN });
    assert.equal((JSON.parse(context) as { userId: string }).userId, userId);
    const renewed = await runCommand('grant_type=refresh_token', { ...env, REFRESH_TOKEN });
    const { access_token: next = '' } = JSON.parse(renewed) as Record<string, string>;
    assert.match(next, /^access_/);
    assert.notEqual(next, ACCESS_TOKEN);
  });

  it('go through both flows of a server, and end the session', async () => {
    const { emulator, env } = await open();
    const { url } = await go.start(emulator.url, { baseUrl: 'http://127.0.0.1:{port}/monerium' });
    const redirectUris = [REDIRECT_URI, `${url}/callback`];
    emulator.registerClient({ clientId: CLIENT_ID, name: 'Shop', redirectUris });
    const own = { ...env, BASE_URL: url, ORIGIN: new URL(url).origin };

    const begun = await runCommand('/start?return_to', own);
    assert.equal(statusOf(begun), 303);
    const { code: CODE, state: STATE } = await comeBack(
      /^location: (\S+)/im.exec(begun)?.[1] ?? '',
    );
    const ended = await runCommand('/callback?code', { ...own, CODE, STATE });
    assert.match(ended, /^location: http:\/\/[\d.:]+\/cart\?monerium_result=connected\s$/im);
    const asked = await runCommand('--request DELETE', own);
    assert.match(asked, /^HTTP\/1\.1 200 [\s\S]*"userId"[\s\S]*HTTP\/1\.1 204 /);

    const posted = await runCommand('--data @-', { ...own, ...(await authorize(env)) });
    assert.equal(statusOf(posted), 200);
  });
});
