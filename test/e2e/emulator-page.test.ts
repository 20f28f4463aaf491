// The page of the emulator, on which a developer registers clients and switches faults on.
import assert from 'node:assert/strict';
import { useWorld, type Page } from './support.js';

const world = useWorld();
const { test } = world;

async function openControlPage(): Promise<Page> {
  const page = await (await world.visit()).newPage();
  await page.goto(`${world.emulator.url}/`);
  return page;
}

/** The switches apply to posts of the token endpoint. */
async function tokenStatus(): Promise<number> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(`${world.emulator.url}/auth/token`, { method: 'POST', headers });
  return response.status;
}

test('a developer switches a fault on and forgets it again', async () => {
  const page = await openControlPage();
  assert.equal(await tokenStatus(), 400);
  await page.evaluate(() => {
    const select = document.querySelector<HTMLSelectElement>('#switch-token');
    if (!select) return;
    select.value = 'unavailable';
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });
  // The script of the page listens only when the page is loaded.
  await page.waitForFunction(
    () =>
      document.readyState === 'complete' &&
      document.querySelector('option[value="unavailable"][selected]') !== null,
  );
  assert.equal(await tokenStatus(), 503);
  const listed = await page.evaluate(() => document.querySelector('#requests')?.textContent ?? '');
  assert.match(listed, /POST \/auth\/token 400/);
  await page.click('#reset button');
  await page.waitForFunction(() => document.querySelectorAll('#requests li').length === 0);
  assert.equal(await tokenStatus(), 400);
});

test('a developer registers a client, and reads why a redirect URI is refused', async () => {
  const page = await openControlPage();
  const register = (redirectUris: string) =>
    page.evaluate((uris) => {
      const field = (name: string) => document.querySelector<HTMLInputElement>(`[name=${name}]`);
      const [id, name, list] = [field('clientId'), field('name'), field('redirectUris')];
      if (!id || !name || !list) return;
      [id.value, name.value, list.value] = ['page-client', 'Registered <i>here</i>', uris];
      id.form?.requestSubmit();
    }, redirectUris);
  await register('https://shop.example/#fragment');
  await page.waitForFunction(() => document.querySelector('#problem')?.textContent !== '');
  const problem = await page.evaluate(() => document.querySelector('#problem')?.textContent ?? '');
  assert.match(problem, /has a fragment/);
  await register('https://shop.example/ https://shop.example/back');
  await page.waitForFunction(
    () => document.querySelector('#clients')?.textContent.includes('page-client') ?? false,
  );
  const clients = await page.evaluate(() => document.querySelector('#clients')?.textContent ?? '');
  assert.match(clients, /Registered <i>here<\/i>/);
  assert.match(clients, /shop\.example\/back/);
});
