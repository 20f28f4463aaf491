import { expect, test as base } from '@playwright/test';
import { moneriumFixture } from 'monerium-connect/testing';

const clients = [
  { clientId: 'shop-client', name: 'Shop', redirectUris: ['http://localhost:5199/'] },
];
const test = base.extend(moneriumFixture({ clients }));

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Connect with Monerium' }).click();
});

test('a customer connects', async ({ page, monerium }) => {
  await monerium.approve(page);
  await expect(page.locator('#customer')).toHaveText(/^Customer .+/);
  await expect(page.getByText('Connected to Monerium')).toBeVisible();
  expect(monerium.requests().filter(({ path }) => path === '/auth/token')).toHaveLength(1);
});

test('a customer who refuses can try again', async ({ page, monerium }) => {
  await monerium.refuse(page);
  await page.getByRole('button', { name: 'Connect with Monerium' }).click();
  await monerium.approve(page);
  await expect(page.locator('#customer')).toHaveText(/^Customer .+/);
});

test('the customer sees that Monerium is not available', async ({ page, monerium }) => {
  monerium.fail('token', 503);
  await monerium.approve(page);
  await expect(page.getByRole('status')).toHaveText(/not available/i);
  await expect(page.locator('#customer')).toBeEmpty();
});
