// Runs the commands of docs/backend-in-any-language.md unchanged, one after the other.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { can, openEmulator } from '../helpers/backends.js';
import { missing } from '../helpers/engines.js';
import { CLIENT_ID, REDIRECT_URI } from '../helpers/site.js';
import { findSnippet, type IN_CURL } from '../helpers/snippets.js';

const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-curl-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const skip =
  !can('sh', '-c', 'curl --version && openssl version && basenc --version') &&
  missing('curl, openssl and basenc', 'curl, openssl and coreutils');

/** Runs the command that contains this text, with these variables. */
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

/** Creates the secrets of a flow, and lets the customer approve it. */
async function authorize(env: Record<string, string>) {
  const lines = await runCommand('VERIFIER=', env, 'echo "$VERIFIER $STATE $AUTH"');
  const [VERIFIER = '', STATE = '', AUTH = ''] = lines.trim().split(' ');
  const { code, state } = await comeBack(AUTH);
  assert.equal(state, STATE);
  return { VERIFIER, STATE, CODE: code };
}

/** Follows the redirects of Monerium, and returns the code and the state of the response. */
async function comeBack(auth: string) {
  for (let next = auth; ;) {
    const { headers } = await fetch(next, { redirect: 'manual' });
    next = new URL(headers.get('location') ?? '', next).href;
    const { searchParams } = new URL(next);
    const [code, state] = [searchParams.get('code'), searchParams.get('state')];
    if (code !== null && state !== null) return { code, state };
  }
}

describe('the commands for a backend in any language', { skip }, () => {
  it('get tokens from Monerium, and refresh them', async () => {
    const emulator = await openEmulator();
    emulator.registerClient({ clientId: CLIENT_ID, name: 'Shop', redirectUris: [REDIRECT_URI] });
    emulator.configure({ decision: 'approve' });
    const env = { API: emulator.url, CLIENT_ID, REDIRECT_URI };
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
});
