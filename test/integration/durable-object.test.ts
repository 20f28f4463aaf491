// The example of a Durable Object in workerd, held against what several processes need.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, it } from 'node:test';
import { build } from 'esbuild';
import { findRuntime, run } from '../helpers/backends.js';

const workerd = findRuntime('workerd');
const skip = !workerd && 'no workerd: `npm run setup -- --all` installs it';

mkdirSync('build', { recursive: true });
const folder = resolve(mkdtempSync('build/durable-object-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Passes each call on to the object, by `openStore` of the example. */
const WORKER = `import { MoneriumStore, openStore } from './durable-object.js';
export { MoneriumStore };
export default {
  async fetch(request, { STORE }) {
    if (request.method !== 'POST') return new Response();
    const [name, ...args] = await request.json();
    return Response.json({ result: await openStore(STORE)[name](...args) });
  },
};
`;

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "disk", disk = (path = "${folder}/disk", writable = true)),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  bindings = [(name = "STORE", durableObjectNamespace = "MoneriumStore")],
  durableObjectNamespaces = [(className = "MoneriumStore", uniqueKey = "shop", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  compatibilityDate = "2026-01-01",
);
`;

it('a Durable Object holds what four processes need of a store', { skip }, async () => {
  const common = { bundle: true, format: 'esm', tsconfig: 'tsconfig.json' } as const;
  const resolveDir = 'examples/stores';
  const stdin = { contents: WORKER, resolveDir } as const;
  await build({ ...common, stdin, outfile: join(folder, 'worker.js') });
  const entryPoints = [
    'src/testing/contract-kit/main.ts',
    'test/integration/stores/durable-object.ts',
  ];
  const node = { platform: 'node', packages: 'external', entryNames: '[name]' } as const;
  await build({ ...common, ...node, entryPoints, outdir: folder, outExtension: { '.js': '.mjs' } });
  mkdirSync(join(folder, 'disk'));
  writeFileSync(join(folder, 'config.capnp'), CONFIG);
  const args = ['serve', join(folder, 'config.capnp'), '-shttp=127.0.0.1:{port}'];
  const STORE_URL = await run(workerd ?? '', args, '');
  const line = ['main.mjs', 'check-store', 'durable-object.mjs', '--rounds', '5'];
  const child = spawn(process.execPath, line, {
    cwd: folder,
    env: { ...process.env, STORE_URL },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [report, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  assert.match(report, /\n11 hold, 0 fail\n$/);
  assert.equal(code, 0);
});
