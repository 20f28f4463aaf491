// WebKitGTK without JavaScript, by its own WebDriver.
import { remote } from 'webdriverio';
import { startWebKitDriver } from '../../scripts/setup/webkit.mjs';
import type { PlainPage } from '../e2e/support/plain.js';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export async function openPlainWebKit(): Promise<PlainPage> {
  const { options, stop } = await startWebKitDriver();
  const { capabilities } = options;
  capabilities['webkitgtk:browserOptions'].args.push('--enable-javascript=false');
  const client = await remote(options);
  const find = async (selector: string): Promise<string> => {
    const found = (await client.findElement('css selector', selector)) as Record<string, string>;
    return found[ELEMENT] ?? '';
  };
  return {
    goto: (url) => client.navigateTo(url).then(() => undefined),
    reload: () => client.refresh(),
    url: () => client.getUrl(),
    text: () => client.getPageSource(),
    click: async (selector) => client.elementClick(await find(selector)),
    type: async (selector, text) => client.elementSendKeys(await find(selector), text),
    async close() {
      await client.deleteSession().catch(() => undefined);
      stop();
    },
  };
}
