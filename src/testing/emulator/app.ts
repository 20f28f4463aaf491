import { Hono } from 'hono';
import { loadAssets } from './assets.js';
import { controlPage } from './control-page.js';
import { controlRoutes } from './control-routes.js';
import { addFailures, createMonerium, type App } from './monerium.js';
import type { Store } from './store.js';

/** All routes of the emulator, which listens on `hostname`. */
export function createApp(store: Store, hostname: string): App {
  const app: App = new Hono();
  // Before the recorder: requests that control the emulator are not recorded.
  app.route('/', controlPage(store, hostname, loadAssets));
  app.route('/emulator', controlRoutes(store, hostname));
  app.route('/', createMonerium(store, loadAssets));
  addFailures(app);
  return app;
}
