// The contract kit judges every backend that the project shows.
import assert from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';
import { createMemoryStore, type Store } from '../../src/server/index.js';
import { contract } from '../../src/testing/contract-kit/contract.js';
import { sessions } from '../../src/testing/contract-kit/sessions.js';
import { skipWithout } from '../../scripts/setup/folders.mjs';
import { check, faultsOf, openEmulator, run, serve } from '../helpers/backends.js';
import { frameworks, languages } from '../helpers/languages.js';
import { CLIENT_ID, REDIRECT_URI } from '../helpers/site.js';
import { CALLBACK, Site, SITE } from '../node/backend-fixture.js';

// The examples that run in here say on the console what fails, as they should.
before(() => void mock.method(console, 'error', () => undefined));
after(() => mock.restoreAll());

const tsx = ['--import=tsx'];
/** A namespace of Cloudflare with one object, which keeps its rows in memory. */
const memory = createMemoryStore();
const object = {
  async fetch(_url: string, { body }: { body: string }) {
    const [name, id, ...rest] = JSON.parse(body) as [keyof Store, string, ...never[]];
    const [first, second] = rest.map((value) => value ?? undefined) as [never, never];
    return Response.json({ result: await memory[name]?.(id, first, second, first) });
  },
};
const STORE = { idFromName: (name: string) => name, get: () => object };

/** With `stay-connected`. */
const whole = [...contract, ...sessions];

const skip = skipWithout('examples');

/** In TypeScript, as they are. What imports a package that the project has not is `apart`. */
const inNode = [
  { name: 'README.md', file: 'server.mjs', isApart: true },
  { name: 'Node http', file: 'node-http.ts' },
  { name: 'Express', file: 'express.ts', isApart: true },
  { name: 'Hono', file: 'hono.ts' },
  { name: 'Fastify', file: 'fastify.ts', isApart: true },
  { name: 'NestJS', file: 'nestjs.ts', isApart: true },
];

/** One route of a framework. */
const routes = [
  { name: 'a route handler of Next.js', route: 'nextjs' },
  { name: 'a server route of Nuxt, in h3', route: 'nuxt', isApart: true },
  { name: 'an endpoint of SvelteKit', route: 'sveltekit' },
  { name: 'a resource route of React Router', route: 'react-router', isApart: true },
];

interface Program {
  name: string;
  command: string;
  args: string[];
  skip: string | false;
}

const programs: Program[] = [
  ...inNode.map(({ name, file, isApart = false }) => ({
    name,
    command: process.execPath,
    args: [...tsx, `examples/${file}`],
    skip: isApart && skip,
  })),
  ...routes.map(({ name, route, isApart = false }) => ({
    name,
    command: process.execPath,
    args: [...tsx, 'test/helpers/route-server.ts', route],
    skip: isApart && skip,
  })),
];

describe('#228 the contract holds for', { concurrency: true }, () => {
  for (const { name, command, args, skip } of programs) {
    it(`#228 the example of ${name}`, { skip }, async () => {
      const emulator = await openEmulator();
      const url = await run(command, args, emulator.url);
      const findings = await check(emulator, url, 20_000, whole);
      assert.deepEqual(faultsOf(findings), []);
      assert.equal(findings.length, whole.length);
    });
  }

  for (const { name, skip, start } of [...languages, ...frameworks]) {
    it(`#228 the example in ${name}`, { skip }, async () => {
      const emulator = await openEmulator();
      const { url } = await start(emulator.url);
      const findings = await check(emulator, `${url}/session`, 20_000, whole);
      assert.deepEqual(faultsOf(findings), []);
      assert.equal(findings.length, whole.length);
    });
  }

  it('#228 the example of a Worker', async () => {
    const emulator = await openEmulator();
    const { default: worker } = await import('../../examples/worker.js');
    const environment = { CLIENT_ID, REDIRECT_URI, MONERIUM_API_URL: emulator.url, STORE };
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
