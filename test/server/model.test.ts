import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, it } from 'node:test';
import { runs } from '../helpers/runs.js';

const RUNS = runs(100_000);

/** What the model has to come across, so that its rules mean something. */
// prettier-ignore
const REACHED = [
  'renewed', 'sent again', 'ended', 'ended in doubt', 'lease-taken-over', 'write-retried',
  'replay-refused', 'exchanged', 'refresh-shared', 'lost answer', 'loss noticed late',
  'sent by another clock', 'a proxy answers', 'is silent',
];

async function runModel(): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const args = ['--import=tsx', 'test/server/model-run.ts', String(RUNS)];
  const child = spawn(process.execPath, args);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += String(data)));
  child.stderr.on('data', (data) => (stderr += String(data)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

describe('three processes that share a store', () => {
  it(`#211 keep the six rules in every order of their steps, by any clock: ${RUNS}`, async () => {
    const { code, stdout, stderr } = await runModel();
    assert.equal(code, 0, stderr);
    for (const what of REACHED) assert.ok(stdout.includes(what), `never reached: ${what}`);
  });
});
