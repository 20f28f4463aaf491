// The built script in browsers of other apps, by what those call themselves.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { BROWSERS, IN_APP } from '../helpers/user-agents.js';
import {
  CANARY_EMAIL,
  clickConnect,
  pageWith,
  useWorld,
  waitForEvent,
  walkPortal,
  type Page,
} from './support.js';

const DIST = new URL('../../dist/', import.meta.url);
const FILE = 'monerium-connect.in-app.min.js';
const skip = existsSync(new URL(FILE, DIST)) ? false : 'run `npm run build` first';

const world = useWorld();
const { test } = world;

async function openIn(agent: string, script: string): Promise<Page> {
  for (const file of ['monerium-connect.min.js', 'monerium-connect.iife.min.js', FILE]) {
    const headers = { 'content-type': 'text/javascript; charset=utf-8' };
    world.site.serve(`/kit/${file}`, { headers, body: readFileSync(new URL(file, DIST), 'utf8') });
  }
  world.register(`${world.site.origin}/shop`);
  const pretend = `Object.defineProperty(navigator, 'userAgent', { value: ${JSON.stringify(agent)} })`;
  const body = world.element().replace('<monerium-connect', '<monerium-connect mode="auto"');
  world.site.serve('/shop', pageWith({ script: `<script>${pretend}</script>${script}`, body }));
  return world.open(await world.visit(), '/shop');
}

const listAsked = () => world.site.requests.filter(({ path }) => path === `/kit/${FILE}`).length;

const readNotice = (page: Page) =>
  page.evaluate(() => {
    const { shadowRoot } = document.querySelector('monerium-connect') ?? {};
    return shadowRoot?.querySelector<HTMLElement>('[part=notice]')?.innerText;
  });

const waitForNotice = (page: Page) =>
  page.waitForFunction(() => {
    const { shadowRoot } = document.querySelector('monerium-connect') ?? {};
    return Boolean(shadowRoot?.querySelector('[part=notice]'));
  });

const MODULE =
  '<script type="module" src="/kit/monerium-connect.min.js" referrerpolicy="no-referrer"></script>';
const CLASSIC =
  '<script src="/kit/monerium-connect.iife.min.js" referrerpolicy="no-referrer"></script>';

for (const [name, script, at] of [
  ['module', MODULE, 0],
  ['classic script', CLASSIC, 3],
] as const) {
  const { app = '', agent = '' } = IN_APP[at] ?? {};
  test(
    `#179 a customer is told of the camera, and connects: ${name}, ${app}`,
    { skip },
    async () => {
      const page = await openIn(agent, script);
      await waitForNotice(page);
      assert.match((await readNotice(page)) ?? '', /^Identity checks may need your camera\./);
      assert.equal(listAsked(), 1);
      await clickConnect(page);
      await walkPortal(page, { email: CANARY_EMAIL });
      await waitForEvent(page, 'monerium-connected');
      assert.equal(await readNotice(page), undefined);
    },
  );
}

test('#180 no other browser asks for the file of the notice', { skip }, async () => {
  const page = await openIn(BROWSERS[0]?.agent ?? '', MODULE);
  await clickConnect(page);
  await walkPortal(page, { email: CANARY_EMAIL });
  await waitForEvent(page, 'monerium-connected');
  assert.equal(listAsked(), 0);
});
