import type { Page } from '@playwright/test';
import { settled, watch } from '../e2e/watch';
import { comeIn, door, expect, needsPrograms, test } from './test';

needsPrograms();
test.describe.configure({ mode: 'serial' });

let page: Page;
let complained: () => void;

test.beforeAll(async ({ browser, house }) => {
  page = await door(browser, house);
  complained = watch(page);
  await comeIn(page, house);
});
test.afterAll(async () => {
  await page.context().close();
});
test.afterEach(() => {
  complained();
});

test('what is raised without a rule is kept by the server, and stands in the audit log', async () => {
  await page.goto('/without-rules');
  const copies = page.getByLabel('外へ書き出したファイルは、少なくとも');
  await expect(copies).toHaveValue(/^30/);
  await copies.fill('45');
  await page.getByLabel('規則がなくても知らせる').check();
  await page.getByRole('button', { name: '保存する' }).click();
  await expect(page.getByText('保存しました。')).toBeVisible();
  await page.reload();
  await expect(copies).toHaveValue(/^45/);
  await expect(page.getByLabel('規則がなくても知らせる')).toBeChecked();
  await page.goto('/settings/audit');
  await settled(page);
  await expect(page.getByText('規則なしの警告の変更').first()).toBeVisible();
});

test('today and the calendar of one rule are read from the server', async () => {
  await page.goto('/board');
  await settled(page);
  await expect(page.getByRole('status').filter({ hasText: /きょうは/ })).toBeVisible();
  await page.goto('/calendar?rule=no-such-rule');
  await settled(page);
  await expect(page.getByRole('combobox', { name: '規則' })).toHaveValue('no-such-rule');
  await expect(page.getByRole('list', { name: 'この月の合計' }).getByRole('listitem')).toHaveCount(0);
});
