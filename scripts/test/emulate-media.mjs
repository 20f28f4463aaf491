// A command for tests in puppeteer: emulates media features in every window of the browser. The
// runner's own `emulateMedia()` reaches only the test's own page, not the windows that it opens.

/** @typedef {import('puppeteer-core').MediaFeature} MediaFeature */
/** @typedef {{ getPage(id: string): import('puppeteer-core').Page }} PuppeteerLauncher */

/** @returns {import('@web/test-runner').TestRunnerPlugin<MediaFeature[]>} */
export function emulateMediaPlugin() {
  return {
    name: 'emulate-media-everywhere',
    async executeCommand({ command, payload, session }) {
      if (command !== 'emulate-media-everywhere') return undefined;
      if (session.browser.type !== 'puppeteer') throw new Error(`${session.browser.name} cannot.`);
      const launcher = /** @type {PuppeteerLauncher} */ (/** @type {unknown} */ (session.browser));
      const pages = await launcher.getPage(session.id).browser().pages();
      await Promise.all(pages.map((page) => page.emulateMediaFeatures(payload)));
      return true;
    },
  };
}
