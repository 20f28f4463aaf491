// The handler in a newer Node and outside Node: in the runtimes that test/runtimes has from npm,
// or in those of the system.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { build } from 'esbuild';
import { starts } from '../../src/testing/contract-kit/starts.js';
import { check, faultsOf, findRuntime, openEmulator, run } from '../helpers/backends.js';
import { CLIENT_ID, ORIGIN, REDIRECT_URI } from '../helpers/site.js';

const BASE = `${ORIGIN}/monerium`;

const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-runtimes-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Both handlers, with the sessions of the examples. */
const SITE = `import {
  createConnectHandler, createConnections, createExchangeHandler, createMemoryStore,
} from 'monerium-connect/server';
import { createSessions } from './sessions.js';

function createSite({ CLIENT_ID, REDIRECT_URI, MONERIUM_API_URL: apiUrl }) {
  const store = createMemoryStore();
  const sessions = createSessions(createConnections({ store, apiUrl }));
  const common = { clientId: CLIENT_ID, store, apiUrl, ...sessions };
  const exchange = createExchangeHandler({ ...common, redirectUris: [REDIRECT_URI] });
  const secret = 'a secret of the shop, 32 bytes or more';
  const connect = createConnectHandler({ ...common, baseUrl: '${BASE}', secret });
  return (request) =>
    (new URL(request.url).pathname === '/api/monerium' ? exchange : connect)(request);
}
`;

/** One file, as a deployment makes it. */
async function bundle(name: string, code: string): Promise<string> {
  const outfile = join(folder, name);
  const stdin = { contents: SITE + code, resolveDir: 'examples', loader: 'ts' } as const;
  await build({
    stdin,
    bundle: true,
    format: 'esm',
    outfile,
    tsconfig: 'tsconfig.json',
    external: ['node:*'],
  });
  return outfile;
}

/** With an old date, under which workerd refuses a `cache` of its `fetch`. */
function workerdConfig(apiUrl: string): string {
  const texts = { CLIENT_ID, REDIRECT_URI, MONERIUM_API_URL: apiUrl };
  const bindings = Object.entries(texts).map(([name, text]) => `(name="${name}", text="${text}")`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  bindings = [${bindings.join(', ')}],
  compatibilityDate = "2023-02-28",
);
`;
}

const ADDRESS = `{ port: Number(process.env.PORT), hostname: '127.0.0.1' }`;

interface Runtime {
  name: string;
  /** Makes what is to be run, and says how: its arguments. */
  prepare(apiUrl: string): Promise<string[]>;
}

const runtimes: Runtime[] = [
  {
    name: 'node',
    async prepare() {
      const code = `import { createServer } from 'node:http';
        import { toNodeListener } from 'monerium-connect/node';
        createServer(toNodeListener(createSite(process.env))).listen(process.env.PORT);`;
      return [await bundle('node.mjs', code)];
    },
  },
  {
    name: 'deno',
    async prepare() {
      const code = `import process from 'node:process';
        Deno.serve(${ADDRESS}, createSite(process.env));`;
      return ['run', '-A', await bundle('deno.mjs', code)];
    },
  },
  {
    name: 'bun',
    async prepare() {
      const code = `Bun.serve({ ...${ADDRESS}, idleTimeout: 60, fetch: createSite(process.env) });`;
      return ['run', await bundle('bun.mjs', code)];
    },
  },
  {
    name: 'workerd',
    async prepare(apiUrl) {
      const code = `let handle;
        export default { fetch: (request, env) => (handle ??= createSite(env))(request) };`;
      await bundle('worker.js', code);
      const config = join(folder, 'config.capnp');
      writeFileSync(config, workerdConfig(apiUrl));
      return ['serve', config, '-shttp=127.0.0.1:{port}'];
    },
  },
];

describe('the contract holds in', { concurrency: true }, () => {
  for (const { name, prepare } of runtimes) {
    const program = findRuntime(name);
    const skip = !program && `no ${name}: \`npm run setup -- --all\` installs it`;
    it(name, { skip }, async () => {
      const emulator = await openEmulator();
      const url = await run(program ?? '', await prepare(emulator.url), emulator.url);
      assert.deepEqual(faultsOf(await check(emulator, url, 20_000)), []);
      const base = url.replace('/api/monerium', '/monerium');
      const pages = { redirectUri: `${BASE}/callback` };
      assert.deepEqual(faultsOf(await check(emulator, base, 20_000, starts, pages)), []);
    });
  }
});
