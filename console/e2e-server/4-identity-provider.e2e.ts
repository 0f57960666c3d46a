import type { Page } from '@playwright/test';
import { watch } from '../e2e/watch';
import type { House } from './house';
import type { known } from './provider';
import { cameBack, comeIn, decideOnPassword, door, expect, needsPrograms, password, test } from './test';

needsPrograms();
test.describe.configure({ mode: 'serial' });

let page: Page;
let complained: () => void;

test.beforeAll(async ({ browser, house }) => {
  page = await door(browser, house);
  complained = watch(page);
});
test.afterAll(async () => {
  await page.context().close();
});
test.afterEach(() => {
  complained();
});

/** Presses the provider's button as one of those whom it knows, or as nobody whom it knows. */
async function pressAs(who: keyof typeof known | null, house: House): Promise<void> {
  await page.context().setExtraHTTPHeaders(who === null ? {} : { 'x-sign-in-as': who });
  await page.goto('/sign-in');
  await page.getByRole('link', { name: '社内の認証 でサインイン' }).click();
  await cameBack(page, house);
}

test('whom the provider does not vouch for comes back to the sign-in page with a reason', async ({ house }) => {
  await pressAs(null, house);
  await expect(page.getByRole('heading', { level: 1, name: 'サインイン' })).toBeVisible();
  await expect(page.getByRole('alert')).toBeVisible();
});

test('whom the provider knows and the house does not is told that there is no account', async ({ house }) => {
  await page.context().clearCookies();
  await pressAs('u-stranger', house);
  await expect(page.getByRole('alert')).toContainText('アカウント');
  await page.context().clearCookies();
});

test('who has an account under the same address comes in, with their own rights', async ({ browser, house }) => {
  const administrator = await door(browser, house);
  await comeIn(administrator, house);
  await administrator.goto('/settings/admins?open=new');
  const made = administrator.getByRole('complementary', { name: '管理者の内容' });
  await made.getByLabel('サインインの名前').fill('okada-m');
  await made.getByLabel('名前', { exact: true }).fill('岡田 満');
  await made.getByLabel('メール').fill('okada@minato.example');
  await made.getByRole('combobox', { name: '役割' }).click();
  await administrator.getByRole('option', { name: '監査担当' }).click();
  await made.getByLabel(/あなたのパスワード|自分のパスワード/).fill(password);
  await made.getByRole('button', { name: '加えてリンクを作る' }).click();
  await expect(made.getByText(/\/sign-in#/)).toBeVisible();
  await administrator.context().close();
  await pressAs('u-okada', house);
  await decideOnPassword(page);
  await expect(page.getByRole('button', { name: '岡田 満 のメニュー' })).toBeVisible();
  await page.goto('/settings/admins');
  await expect(page.getByText('このページを見る権限がありません')).toBeVisible();
});

test('signing out of the house closes it again', async () => {
  await page.getByRole('button', { name: '岡田 満 のメニュー' }).click();
  await page.getByRole('menuitem', { name: 'サインアウト' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'サインイン' })).toBeVisible();
  await page.goto('/endpoints');
  await expect(page.getByRole('heading', { level: 1, name: 'サインイン' })).toBeVisible();
});
