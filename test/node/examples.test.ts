// The contract kit judges every backend that the project shows.
import assert from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';
import { contract } from '../../src/testing/contract-kit/contract.js';
import { sessions } from '../../src/testing/contract-kit/sessions.js';
import { can, check, faultsOf, openEmulator, run, serve } from '../helpers/backends.js';
import { missing } from '../helpers/engines.js';
import { CLIENT_ID, REDIRECT_URI } from '../helpers/site.js';
import { CALLBACK, Site, SITE } from './backend-fixture.js';

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
/** Debian's packages are for Debian's own Python. */
const fastApi = ['python3', '/usr/bin/python3'].find((python) =>
  can(python, '-c', 'import fastapi, uvicorn'),
);

/** With `stay-connected`. */
const whole = [...contract, ...sessions];

const programs = [
  {
    name: 'README.md',
    command: process.execPath,
    args: [...tsx, `${folder}/examples/server.mjs`],
  },
  {
    name: 'Node http',
    command: process.execPath,
    args: [...tsx, `${folder}/examples/node-http.ts`],
  },
  { name: 'Express', command: process.execPath, args: [...tsx, `${folder}/examples/express.ts`] },
  { name: 'Hono', command: process.execPath, args: [...tsx, `${folder}/examples/hono.ts`] },
  ...[
    ['a route handler of Next.js', 'nextjs'],
    ['a server route of Nuxt, in h3', 'nuxt'],
    ['an endpoint of SvelteKit', 'sveltekit'],
    ['a resource route of React Router', 'react-router'],
  ].map(([name = '', route = '']) => ({
    ...{ name, command: process.execPath, args: [...tsx, 'test/helpers/route-server.ts', route] },
  })),
  { name: 'Fastify', command: process.execPath, args: [...tsx, `${folder}/examples/fastify.ts`] },
  { name: 'NestJS', command: process.execPath, args: [...tsx, `${folder}/examples/nestjs.ts`] },
  {
    name: 'PHP',
    command: 'php',
    args: php,
    clauses: contract,
    skip: !hasPhp && missing('PHP with curl', 'php-cli, php-curl'),
  },
  {
    name: 'Python',
    command: 'python3',
    args: [`${folder}/other/connect.py`],
    clauses: contract,
    skip: !hasPython && missing('Python', 'python3-fastapi'),
  },
  {
    name: 'FastAPI',
    command: fastApi ?? '',
    args: [`${folder}/other/connect_fastapi.py`],
    clauses: contract,
    skip: !fastApi && missing('FastAPI', 'python3-fastapi, python3-uvicorn'),
  },
];

describe('#228 the contract holds for', { concurrency: true }, () => {
  for (const { name, command, args, skip = false, clauses = whole } of programs) {
    it(`#228 the example of ${name}`, { skip }, async () => {
      const emulator = await openEmulator();
      const url = await run(command, args, emulator.url);
      const findings = await check(emulator, url, 20_000, clauses);
      assert.deepEqual(faultsOf(findings), []);
      assert.equal(findings.length, clauses.length);
    });
  }

  it('#228 the example of a Worker', async () => {
    const emulator = await openEmulator();
    const { default: worker } = await import('../../examples/worker.js');
    const environment = { CLIENT_ID, REDIRECT_URI, MONERIUM_API_URL: emulator.url };
    const url = await serve((request) => worker.fetch(request, environment));
    assert.deepEqual(faultsOf(await check(emulator, url, 20_000, whole)), []);
  });

  it('#228 the demo backend', async () => {
    const site = new Site();
    await site.start();
    try {
      await site.restart({ timeoutMs: 15_000 });
      const url = `${site.backend.url}/monerium/connect`;
      const pages = { origin: SITE, redirectUri: CALLBACK };
      assert.deepEqual(faultsOf(await check(site.emulator, url, 20_000, whole, pages)), []);
    } finally {
      await site.close();
    }
  });
});
