import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createClient } from '@libsql/client';
import { buildSync } from 'esbuild';
import { SQL_SCHEMA } from '../../src/server/sql.js';
import { makeFolder } from '../helpers/engines.js';

const BUILT = 'dist/bin/monerium-connect.js';
const { folder, remove } = makeFolder();
const STORE_URL = `file:${join(folder, 'site.db')}`;

/** Compiled once: every run starts five processes. */
mkdirSync('build', { recursive: true });
const compiled = mkdtempSync('build/check-store-');
const fileOf = (name: string) => join(compiled, `${name}.mjs`);

before(async () => {
  const stores = ['sound', 'broken'].map((name) => `test/integration/stores/${name}.ts`);
  buildSync({
    entryPoints: ['src/testing/contract-kit/main.ts', ...stores],
    outdir: compiled,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
  });
  const client = createClient({ url: STORE_URL });
  await client.executeMultiple(SQL_SCHEMA);
  client.close();
});

after(() => {
  remove();
  rmSync(compiled, { recursive: true, force: true });
});

async function run(args: string[], { FAULT = '', program = fileOf('main') } = {}) {
  const env = { ...process.env, STORE_URL, FAULT };
  const child = spawn(process.execPath, [program, 'check-store', ...args], { env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += String(data)));
  child.stderr.on('data', (data) => (stderr += String(data)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

/** The fault, a part of the clause that has to fail, and how. */
const broken: [fault: string, only: string, seen: RegExp][] = [
  ['reads a claim before it writes', 'gives a claim to one', /^FAILS .*: [2-8] winners in round/m],
  ['claims in the memory of each process', 'gives a claim to one', /: 4 winners in round 1$/m],
  ['keeps claims permanently', 'when its time is over', /: still refuses it 6 s after its end$/m],
  ['reads a version before it writes', 'takes one of eight', /: [2-8] winners in round/m],
  ['forgets versions', 'refuses every other version', /: took a write with 0 where /m],
  ['begins every row with version 1', 'never had', /: began with the version 1 again$/m],
  ['reads from a cache', 'reads what another', /: read something else$/m],
  ['keeps rows in the memory of each process', 'reads what another', /does not find the row$/m],
  [
    'fails under load',
    'refreshes 100',
    /store of connections failed \(Error: too many \(Error: 20/m,
  ],
  ['has another clock', 'returns the time', /: its clock is 6\d{4} ms ahead of this one$/m],
  ['confirms before it has written', 'kill -9 what it has', /: lost \d+ of \d+ rows/m],
];

describe('monerium-connect check-store', { concurrency: 2 }, () => {
  it('ends with 0 when everything holds', async () => {
    const { code, stdout, stderr } = await run([fileOf('sound'), '--rounds', '3']);
    assert.equal(stderr, '');
    assert.match(stdout, /^holds {2}refreshes 100 connections once each/m);
    assert.match(stdout, /\n11 hold, 0 fail\n$/);
    assert.equal(code, 0);
  });

  for (const [fault, only, seen] of broken) {
    it(`names the fault of a store that ${fault}`, async () => {
      const args = [fileOf('broken'), '--rounds', '5', '--only', only];
      const { code, stdout } = await run(args, { FAULT: fault });
      assert.match(stdout, seen);
      assert.match(stdout, /^ {7}right {2}\w+/m);
      assert.match(stdout, /\n0 hold, 1 fail\n$/);
      assert.equal(code, 1);
    });
  }

  it('has time for a store that is on a busy machine', async () => {
    const args = [fileOf('broken'), '--rounds', '1', '--only', 'refreshes 100'];
    const { stdout } = await run(args, { FAULT: 'is on a busy machine' });
    assert.match(stdout, /\n1 hold, 0 fail\n$/);
  });

  const skip = !existsSync(BUILT) && `no ${BUILT}: run npm run build first`;
  it('runs a module of plain JavaScript as it is shipped', { skip }, async () => {
    const file = join(folder, 'my-store.mjs');
    writeFileSync(
      file,
      `const taken = new Set();
       export const store = {
         read: async () => undefined,
         replace: async () => false,
         claim: async (key) => !taken.has(key) && Boolean(taken.add(key)),
       };`,
    );
    const { code, stdout } = await run([file, '--rounds', '1', '--only', 'one of eight'], {
      program: BUILT,
    });
    assert.match(stdout, /: 4 winners in round 1$/m);
    assert.match(stdout, /: wrote no row where there was none$/m);
    assert.equal(code, 1);
  });

  it('ends with 2 and one message when it cannot begin', async () => {
    const file = join(folder, 'no-store.mjs');
    writeFileSync(file, 'export const store = { read() {} };');
    const wrong: [string[], RegExp][] = [
      [[], /^Usage: monerium-connect check-store <file>/],
      [['nowhere.js'], /^There is no file .*nowhere\.js\.$/m],
      [[file, '--rounds', 'x'], /^--rounds needs a whole number from 1 on, not x\.$/m],
      [[file], /has to export `store`; it has no replace, no claim$/m],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr } = await run(args);
      assert.match(stderr, message);
      assert.equal(code, 2);
    }
  });
});
