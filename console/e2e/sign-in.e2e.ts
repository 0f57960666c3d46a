import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './test';
import { watch } from './watch';

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    if (localStorage.getItem('yagura-mock-session') === null) localStorage.setItem('yagura-mock-session', 'nobody');
  });
});

test('a wrong password is said, a right one opens the page that was wanted', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/health');
  await page.getByLabel('名前').fill('saeki');
  await page.getByLabel('パスワード', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'サインインする' }).click();
  await expect(page.getByRole('alert')).toContainText('名前かパスワードが違います');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')).toEqual([]);
  await page.getByLabel('パスワード', { exact: true }).fill('yagura');
  await page.getByRole('button', { name: 'サインインする' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'サーバーの具合' })).toBeVisible();
  complained();
});

test('who has the second step on is asked for the code', async ({ page }) => {
  await page.goto('/');
  await page.getByLabel('名前').fill('okada');
  await page.getByLabel('パスワード', { exact: true }).fill('yagura');
  await page.getByRole('button', { name: 'サインインする' }).click();
  await page.getByLabel('6桁のコード').fill('123456');
  await page.getByRole('button', { name: 'サインインする' }).click();
  await expect(page.getByRole('button', { name: '岡田 真理 のメニュー' })).toBeVisible();
});

test('the identity provider is a second way in, and the door says when it led nowhere', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('link', { name: 'みなと精機のアカウント でサインイン' }).click();
  await expect(page.getByRole('alert')).toContainText('この人のアカウントがここにありません');
});

test('an auditor finds no way to change a rule', async ({ page }) => {
  await page.addInitScript(() => {
    localStorage.setItem('yagura-mock-session', 'okada');
  });
  await page.goto('/policies');
  await expect(page.getByRole('link', { name: '第3版' })).toBeVisible();
  await expect(page.getByText('ここで決める')).toHaveCount(0);
  await page.goto('/settings/admins');
  await expect(page.getByText('このページを見る権限がありません')).toBeVisible();
});

test('an employee sees what is recorded about them and nothing else', async ({ page }) => {
  await page.addInitScript(() => {
    localStorage.setItem('yagura-mock-session', 'miura');
  });
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1, name: '記録されること' })).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'メニュー' }).getByRole('listitem')).toHaveCount(1);
  await page.goto('/endpoints');
  await expect(page.getByText('このページを見る権限がありません')).toBeVisible();
});

test('a one-time link is used by a press, not by opening it, and leads to a new password', async ({ page }) => {
  await page.goto('/sign-in#first');
  await page.getByRole('button', { name: 'サインインする' }).click();
  await expect(page.getByRole('heading', { name: '新しいパスワードを決める' })).toBeVisible();
  expect(new URL(page.url()).hash).toBe('');
  await page.getByLabel('新しいパスワード').fill('a long enough sentence');
  await page.getByLabel('もう一度').fill('a long enough sentence');
  await page.getByRole('button', { name: 'パスワードを替える' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /十一月十七日/ })).toBeVisible();
});

test('signing out leads back to the door', async ({ page }) => {
  await page.addInitScript(() => {
    if (localStorage.getItem('yagura-mock-session') !== 'nobody-again') localStorage.setItem('yagura-mock-session', 'saeki');
  });
  await page.goto('/');
  await page.getByRole('button', { name: '佐伯 直樹 のメニュー' }).click();
  await page.getByRole('menuitem', { name: 'サインアウト' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'サインイン' })).toBeVisible();
});
