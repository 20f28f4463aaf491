// The contract kit judges every backend that the project shows.
import assert from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';
import { contract } from '../../demo/contract-kit/contract.js';
import {
  can,
  check,
  faultsOf,
  openEmulator,
  run,
  serve,
  type Handler,
} from '../helpers/backends.js';
import { CLIENT_ID, REDIRECT_URI } from '../helpers/site.js';

// The examples that run in here say on the console what fails, as they should.
before(() => void mock.method(console, 'error', () => undefined));
after(() => mock.restoreAll());

const folder = 'demo/backend';
const tsx = ['--import=tsx'];
const php = [
  '-d',
  'display_errors=stderr',
  '-S',
  '127.0.0.1:{port}',
  `${folder}/other/connect.php`,
];
const hasPhp = can('php', '-r', "exit(extension_loaded('curl') ? 0 : 1);");
const hasPython = can('python3', '--version');

const programs = [
  {
    name: 'Node http',
    command: process.execPath,
    args: [...tsx, `${folder}/examples/node-http.ts`],
  },
  { name: 'Express', command: process.execPath, args: [...tsx, `${folder}/examples/express.ts`] },
  { name: 'Hono', command: process.execPath, args: [...tsx, `${folder}/examples/hono.ts`] },
  { name: 'PHP', command: 'php', args: php, skip: !hasPhp && 'there is no php with curl here' },
  {
    name: 'Python',
    command: 'python3',
    args: [`${folder}/other/connect.py`],
    skip: !hasPython && 'there is no python3 here',
  },
];

describe('the contract holds for the example of', { concurrency: true }, () => {
  for (const { name, command, args, skip = false } of programs) {
    it(name, { skip }, async () => {
      const emulator = await openEmulator();
      const url = await run(command, args, emulator.url);
      const findings = await check(emulator, url, 20_000);
      assert.deepEqual(faultsOf(findings), []);
      assert.equal(findings.length, contract.length);
    });
  }

  it('a Worker', async () => {
    const emulator = await openEmulator();
    const { default: worker } = await import('../../demo/backend/examples/worker.js');
    const environment = { CLIENT_ID, REDIRECT_URI, MONERIUM_API_URL: emulator.url };
    const url = await serve((request) => worker.fetch(request, environment));
    assert.deepEqual(faultsOf(await check(emulator, url, 20_000)), []);
  });

  it('a route handler of Next.js', async () => {
    const emulator = await openEmulator();
    Object.assign(process.env, { CLIENT_ID, REDIRECT_URI, MONERIUM_API_URL: emulator.url });
    const route = await import('../../demo/backend/examples/nextjs/route.js');
    const methods: Record<string, Handler> = { ...route };
    const url = await serve(
      (request) => methods[request.method]?.(request) ?? new Response(null, { status: 405 }),
    );
    assert.deepEqual(faultsOf(await check(emulator, url, 20_000)), []);
  });
});
