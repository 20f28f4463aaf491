// The scripts of docs/apps.md, with stand-ins for Capacitor, Electron and the page.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { requirePackage, skipWithout } from '../../scripts/setup/folders.mjs';
import { findSnippet } from '../helpers/snippets.js';

const OUT = resolve('build/shell-snippets');
const globals = globalThis as unknown as Record<string, unknown>;

after(() => rmSync(OUT, { recursive: true, force: true }));

/** Runs a script whose packages are what `stand-ins` has by their names. */
async function run(text: string, standIns: Record<string, object>): Promise<void> {
  const { code } = findSnippet('docs/apps.md', text);
  mkdirSync(OUT, { recursive: true });
  const outfile = join(OUT, `${crypto.randomUUID()}.mjs`);
  globals['standIns'] = standIns;
  const names = Object.keys(standIns);
  await build({
    stdin: { contents: code, resolveDir: resolve('.') },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    logLevel: 'silent',
    plugins: [
      {
        name: 'stand-ins',
        setup(bundler) {
          const filter = /^[@\w][\w@/-]*$/;
          bundler.onResolve({ filter }, ({ path }) =>
            names.includes(path) ? { path, namespace: 'stand-in' } : undefined,
          );
          bundler.onLoad({ filter, namespace: 'stand-in' }, ({ path }) => ({
            contents: `module.exports = globalThis.standIns[${JSON.stringify(path)}];`,
          }));
        },
      },
    ],
  });
  await import(pathToFileURL(outfile).href);
}

/** An element that notes what a script does with it. */
function addElement() {
  const taken: string[] = [];
  const element: { openUrl?: (url: string) => void; resume(url: string): boolean } = {
    resume(url) {
      taken.push(url);
      return url.includes('state=mc1.');
    },
  };
  globals['document'] = { querySelector: () => element };
  return { element, taken };
}

const OWN = 'https://shop.example/connect?code=c&state=mc1.s';

describe('the scripts for apps', () => {
  it('by Capacitor open the browser, take what comes back, and close it only then', async () => {
    const { element, taken } = addElement();
    const log: string[] = [];
    let hear: (event: { url: string }) => unknown = () => {};
    const App = {
      addListener: (type: string, listener: typeof hear) => {
        log.push(type);
        hear = listener;
      },
      getLaunchUrl: () => Promise.resolve({ url: 'https://shop.example/menu' }),
    };
    const Browser = {
      open: ({ url }: { url: string }) => Promise.resolve(void log.push(`open ${url}`)),
      close: () => {
        log.push('close');
        return Promise.reject(new Error('not on Android'));
      },
    };
    const standIns = { '@capacitor/app': { App }, '@capacitor/browser': { Browser } };
    await run('@capacitor/app', { ...standIns, 'monerium-connect': {} });
    element.openUrl?.('https://api.monerium.dev/auth');
    hear({ url: OWN });
    assert.deepEqual(taken, ['https://shop.example/menu', OWN]);
    assert.deepEqual(log, ['appUrlOpen', 'open https://api.monerium.dev/auth', 'close']);
  });

  const skip = skipWithout('examples');
  it(
    'by Electron open Monerium alone, and pass the callback on to the page',
    { skip },
    async () => {
      const { element, taken } = addElement();
      const opened: string[] = [];
      const main = new Map<string, (event: unknown, url: string) => void>();
      const page = new Map<string, (event: unknown, url: string) => void>();
      const loaded: string[] = [];
      class BrowserWindow {
        webContents = { send: (channel: string, url: string) => page.get(channel)?.({}, url) };
        loadURL = (url: string) => Promise.resolve(void loaded.push(url));
      }
      const electron = {
        app: { whenReady: () => Promise.resolve(), getAppPath: () => '/app' },
        BrowserWindow,
        ipcMain: {
          on: (name: string, listen: (event: unknown, url: string) => void) =>
            main.set(name, listen),
        },
        shell: { openExternal: (url: string) => opened.push(url) },
        contextBridge: {
          exposeInMainWorld: (name: string, value: unknown) => (globals[name] = value),
        },
        ipcRenderer: {
          send: (name: string, url: string) => main.get(name)?.({}, url),
          on: (name: string, listen: (event: unknown, url: string) => void) =>
            page.set(name, listen),
        },
      };
      const express = requirePackage('express', 'examples');
      let server: Server | undefined;
      const listening = (...args: unknown[]) => {
        const site = express();
        const { listen } = site;
        site.listen = ((...rest: Parameters<typeof listen>) =>
          (server = listen.apply(site, rest))) as typeof listen;
        return (void args, site);
      };
      const standIn = Object.assign(listening, { static: express.static, default: listening });
      await run('BrowserWindow', { electron, express: standIn });
      await run('contextBridge', { electron });
      await run('desktop.onCallback', {});
      assert.ok(server, 'no server');
      if (loaded.length === 0) await once(server, 'listening');
      element.openUrl?.('https://api.monerium.dev/auth?state=mc1.s');
      element.openUrl?.('https://evil.example/');
      assert.deepEqual(opened, ['https://api.monerium.dev/auth?state=mc1.s']);
      const response = await fetch('http://127.0.0.1:4180/callback?code=c&state=mc1.s');
      assert.equal(await response.text(), 'You can close this tab.');
      assert.deepEqual(taken, ['http://127.0.0.1:4180/callback?code=c&state=mc1.s']);
      server.close();
    },
  );
});
