// Starts WebKitGTK for the tests: its driver, and a display of its own, since it cannot do without
// one. Both end with this process.
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import getPort from 'get-port';
import { findWebKit } from './browsers.mjs';

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
const stopAll = () => children.forEach((child) => child.kill());
process.once('exit', stopAll);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => process.exit(1));
}

/**
 * @template {import('node:child_process').ChildProcess} Child
 * @param {Child} child
 */
function track(child) {
  children.add(child);
  child.once('exit', () => children.delete(child));
  // Nothing is to wait for it: it ends with this process.
  child.unref();
  return child;
}

/**
 * Xvfb chooses a free display by itself and writes its number to a pipe.
 * @param {string} xvfb
 * @returns {Promise<string>}
 */
function startDisplay(xvfb) {
  const args = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
  const child = track(spawn(xvfb, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] }));
  const pipe = /** @type {import('node:net').Socket} */ (child.stdio[3]);
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}.`)));
    pipe.on('data', (bytes) => {
      text += bytes;
      if (!text.includes('\n')) return;
      pipe.destroy();
      resolve(`:${text.trim()}`);
    });
  });
}

/** @type {Promise<string> | undefined} */
let display;

/**
 * What one driver process offers: it holds a single session, which is one browser.
 * @param {{ backForwardCache?: boolean }} [options]
 */
export async function startWebKitDriver({ backForwardCache = false } = {}) {
  const webkit = findWebKit();
  if (!webkit) throw new Error('No WebKitGTK found: run `npm run setup -- --all`.');
  display ??= startDisplay(webkit.xvfb);
  const port = await getPort();
  const env = {
    ...process.env,
    DISPLAY: await display,
    GDK_BACKEND: 'x11',
    LIBGL_ALWAYS_SOFTWARE: '1',
    NO_AT_BRIDGE: '1',
    // Without a graphics card its buffers cost a fifth of all processor time.
    WEBKIT_DISABLE_DMABUF_RENDERER: '1',
  };
  const args = [`--port=${port}`, '--host=127.0.0.1'];
  const child = track(spawn(webkit.driver, args, { stdio: 'ignore', env }));
  while (child.exitCode === null && child.signalCode === null) {
    const status = await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined);
    if (status?.ok) {
      const options = driverOptions(port, webkit.browser, backForwardCache);
      return { options, stop: () => child.kill() };
    }
    await wait(25);
  }
  throw new Error('WebKitWebDriver ended by itself.');
}

/**
 * Options for webdriverio.
 * @param {number} port
 * @param {string} binary
 * @param {boolean} backForwardCache
 */
function driverOptions(port, binary, backForwardCache) {
  const capabilities = {
    browserName: 'MiniBrowser',
    'wdio:enforceWebDriverClassic': true,
    // Else each command waits until its page is loaded, and the driver has waited for one for good.
    pageLoadStrategy: /** @type {const} */ ('none'),
    'webkitgtk:browserOptions': {
      binary,
      args: [
        '--automation',
        '--javascript-can-open-windows-automatically=true',
        `--enable-page-cache=${backForwardCache}`,
      ],
    },
  };
  const connection = { hostname: '127.0.0.1', port, path: '/', connectionRetryCount: 0 };
  return { ...connection, logLevel: /** @type {const} */ ('error'), capabilities };
}
