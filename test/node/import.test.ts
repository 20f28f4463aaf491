import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';

const root = new URL('../..', import.meta.url);

/** What the child process says about one import. */
interface Report {
  readonly error: string | null;
  readonly touched: readonly string[];
  readonly exports: readonly string[];
  readonly isDefined: boolean;
}

/**
 * Runs in a process of its own: the browser's globals throw at their mere mention, and Web Crypto
 * notes every call. Only Lit may ask whether there is a document.
 */
const CHILD = `
  const touched = [];
  const note = (name) => { if (!touched.includes(name)) touched.push(name); };
  const names = ['window', 'document', 'location', 'history', 'localStorage', 'sessionStorage'];
  for (const name of names) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get() {
        const [, , caller] = new Error().stack.split('\\n');
        if (/node_modules.(lit|@lit)/.test(caller)) return undefined;
        note(name);
        throw new ReferenceError(name + ' is not defined');
      },
    });
  }
  const spy = (owner, method) => {
    const original = owner[method];
    owner[method] = function (...values) { note(method); return original.apply(this, values); };
  };
  spy(crypto.subtle, 'digest');
  spy(crypto.subtle, 'generateKey');
  spy(crypto, 'getRandomValues');
  spy(crypto, 'randomUUID');
  let error = null;
  let module = {};
  try {
    module = await import(process.env.ENTRY);
    await eval(process.env.THEN)(module);
  } catch (reason) {
    error = String(reason && reason.stack || reason);
  }
  await new Promise((resolve) => setImmediate(resolve));
  const registry = globalThis.customElements;
  console.log(JSON.stringify({
    error,
    touched,
    exports: Object.keys(module),
    isDefined: Boolean(registry && registry.get('monerium-connect')),
  }));
`;

/** @param then the code of a function that is called with what was imported */
function importInNode(entry: string, then = '() => {}'): Report {
  const loader = entry.endsWith('.ts') ? ['--import=tsx'] : [];
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...loader, '--input-type=module', `--eval=${CHILD}`],
    {
      cwd: fileURLToPath(root),
      env: { ...process.env, ENTRY: new URL(entry, root).href, THEN: then },
      encoding: 'utf8',
      // A handle left open by the import would keep the process alive.
      timeout: 20_000,
    },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Report;
}

const ENTRIES: { entry: string; defines: boolean; brings?: string }[] = [
  { entry: 'src/index.ts', defines: true, brings: 'MoneriumConnect' },
  { entry: 'src/element/monerium-connect.ts', defines: false, brings: 'MoneriumConnect' },
  { entry: 'src/core.ts', defines: false, brings: 'createConnector' },
  { entry: 'src/server/index.ts', defines: false, brings: 'createExchangeHandler' },
  { entry: 'src/server/sql.ts', defines: false, brings: 'createSqlStore' },
  { entry: 'src/server/valkey.ts', defines: false, brings: 'createValkeyStore' },
  { entry: 'src/server/node.ts', defines: false, brings: 'toNodeListener' },
  { entry: 'src/locales/index.ts', defines: false },
  { entry: 'src/locales/de.ts', defines: false },
  { entry: 'src/wallet/wallet.ts', defines: false },
  { entry: 'dist/wallet/wallet.js', defines: false },
  { entry: 'dist/index.js', defines: true, brings: 'MoneriumConnect' },
  { entry: 'dist/element/monerium-connect.js', defines: false, brings: 'MoneriumConnect' },
  { entry: 'dist/core.js', defines: false, brings: 'createConnector' },
  { entry: 'dist/server/index.js', defines: false, brings: 'createExchangeHandler' },
  { entry: 'dist/locales/index.js', defines: false },
  { entry: 'dist/locales/de.min.js', defines: false },
];

/** What a component does with a connector while a server renders it. */
const USE_CONNECTOR = `({ createConnector }) => {
  const shown = (options) => {
    const connector = createConnector({ clientId: 'c', backendUrl: '/api', ...options });
    const remove = connector.subscribe(() => {});
    connector.setOptions({ clientId: '', ...options });
    const { connection } = connector;
    remove();
    connector.cancel();
    connector.end();
    return JSON.stringify(connection);
  };
  const found = [{}, { stayConnected: true }, { identity: { profile: 'p', userId: 'u' } }, {
    identity: null,
  }].map(shown).join();
  const expected =
    '{"status":"idle"},{"status":"checking"},' +
    '{"status":"connected","profile":"p","userId":"u"},{"status":"idle"}';
  if (found !== expected) throw new Error(found);
}`;

describe('an import in plain Node', () => {
  for (const { entry, defines, brings } of ENTRIES) {
    const skip = existsSync(new URL(entry, root)) ? false : `no ${entry}: run npm run build first`;

    it(`#86 of ${entry} neither throws nor touches window, storage or crypto`, { skip }, () => {
      const { error, touched, exports, isDefined } = importInNode(entry);
      assert.equal(error, null);
      assert.deepEqual(touched, []);
      assert.ok(!brings || exports.includes(brings), exports.join());
      assert.equal(isDefined, defines);
    });
  }

  for (const entry of ['src/core.ts', 'dist/core.js']) {
    const skip = existsSync(new URL(entry, root)) ? false : `no ${entry}: run npm run build first`;

    it(`#86 of ${entry} makes connectors that touch nothing either`, { skip }, () => {
      const { error, touched } = importInNode(entry, USE_CONNECTOR);
      assert.equal(error, null);
      assert.deepEqual(touched, []);
    });
  }

  it('#86 of the core brings the flow, and no element', () => {
    assert.deepEqual([...importInNode('src/core.ts').exports].sort(), [
      'ConnectError',
      'createConnector',
      'isConnectError',
    ]);
  });

  it('#86 of the index brings the public API', () => {
    assert.deepEqual([...importInNode('src/index.ts').exports].sort(), [
      'ConnectError',
      'MoneriumBeforeConnectEvent',
      'MoneriumConnect',
      'MoneriumConnectedEvent',
      'MoneriumDisconnectedEvent',
      'MoneriumErrorEvent',
      'MoneriumStatusEvent',
      'isConnectError',
    ]);
  });

  const built = existsSync(new URL('dist/locales/index.js', root));
  it('of the built locales loads each of them', { skip: built ? false : 'npm run build' }, () => {
    const load = `async () => {
      const registry = globalThis[Symbol.for('monerium-connect.texts')];
      const [[tags, load]] = registry;
      for (const tag of tags.split(' ')) await load(tag);
      const missing = tags.split(' ').filter((tag) => !registry.some(([own]) => own === tag));
      if (registry.length < 30 || missing.length > 0) throw new Error(missing.join());
    }`;
    assert.equal(importInNode('dist/locales/index.js', load).error, null);
  });

  it('keeps no element that a server has made', () => {
    const code = `
      const { MoneriumConnect } = await import(process.env.ENTRY);
      const made = Array.from({ length: 50 }, () => new WeakRef(new MoneriumConnect()));
      await new Promise((resolve) => setTimeout(resolve));
      globalThis.gc();
      console.log(made.filter((element) => element.deref()).length);
    `;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import=tsx', '--expose-gc', '--input-type=module', `--eval=${code}`],
      {
        cwd: fileURLToPath(root),
        env: { ...process.env, ENTRY: new URL('src/index.ts', root).href },
        encoding: 'utf8',
        timeout: 20_000,
      },
    );
    assert.equal(stdout.trim(), '0', stderr);
  });

  it('#86 of the server brings the backend half, and no element', () => {
    assert.deepEqual([...importInNode('src/server/index.ts').exports].sort(), [
      'ConnectError',
      'ConnectionEndedError',
      'ExchangeError',
      'createConnectHandler',
      'createConnections',
      'createExchangeHandler',
      'createMemoryStore',
      'createSeal',
    ]);
  });
});
