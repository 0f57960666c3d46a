import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { settled, watch } from '../e2e/watch';
import { comeIn, door, expect, needsPrograms, test } from './test';

needsPrograms();
test.describe.configure({ mode: 'serial' });

let page: Page;
let complained: () => void;

const name = '試しの道具の起動';
const tool = 'yagura-rule-tool';
const row = (): Locator => page.getByRole('table', { name: '規則' }).getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
const bar = (): Locator => page.getByRole('region', { name: 'まだ保存していない変更' });

async function save(): Promise<void> {
  await bar().getByRole('button', { name: '確かめて保存する' }).click();
  await page.getByRole('button', { name: '保存して端末へ届ける' }).click({ timeout: 40_000 });
  await expect(page.getByRole('status').filter({ hasText: '版として保存しました' })).toBeVisible();
}

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

test('an organisation without rules begins with the twelve ready ones', async () => {
  await page.goto('/rules');
  await settled(page);
  await expect(page.getByRole('list', { name: '用意された規則' }).locator('> li')).toHaveCount(12);
  await page.getByRole('button', { name: '「大量の削除」を使う' }).click();
  await save();
  await expect(page.getByRole('table', { name: '規則' }).getByRole('link', { name: '大量の削除', exact: true })).toBeVisible();
});

test('a rule is written, tried on the past, and its reader is told that nothing can stop the act yet', async () => {
  await page.getByRole('button', { name: '規則を書く' }).click();
  await page.getByLabel('名前', { exact: true }).fill(name);
  await page.getByRole('combobox', { name: '操作', exact: true }).fill('プロセスの開始');
  await page.getByRole('option', { name: 'プロセスの開始', exact: true }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('combobox', { name: 'ファイル名', exact: true }).fill(tool);
  await page.keyboard.press('Enter');
  await page.getByRole('radiogroup', { name: 'どうする' }).getByText('警告').click();
  await expect(page.getByText('止められる端末が一台もないので、「禁止」は選べません。')).toBeVisible();
  await page.getByRole('button', { name: '過去7日で試す' }).click();
  await expect(page.getByText('一度も答えませんでした。')).toBeVisible({ timeout: 30_000 });
  await page.getByLabel('符号').fill('e2e-tool');
  await save();
  await expect(row()).toBeVisible();
});

test('what it answered to is counted in its row, and the trial of the same rule finds the same', async ({ house }) => {
  copyFileSync('/bin/true', join(house.folder, tool));
  const run = (): void => {
    execFileSync(join(house.folder, tool));
  };
  await expect(async () => {
    // The rule may still be on its way to the agent.
    run();
    await page.goto('/rules');
    await expect(row().getByRole('link', { name: /7日間に答えた/ })).toBeVisible({ timeout: 3000 });
  }).toPass({ timeout: 60_000 });
  const week = row().getByRole('link', { name: /7日間に答えた/ });
  const count = Number(await week.textContent());
  await week.click();
  const purpose = page.getByLabel('目的');
  const found = page.getByRole('table', { name: 'ログ検索' });
  // Whoever has said why they read the log is not asked again.
  await purpose.or(found).first().waitFor();
  if (await purpose.isVisible()) {
    await purpose.fill('規則の点検');
    await page.getByRole('button', { name: '記録を見る' }).click();
  }
  await settled(page);
  await expect(found.getByRole('row').nth(1)).toContainText(tool);
  expect(await found.getByRole('row').count()).toBeGreaterThan(count);
  await page.goto('/rules?edit=e2e-tool');
  await page.getByRole('button', { name: '過去7日で試す' }).click();
  await expect(page.getByText(/人に、あわせて \d+回知らせていました。/)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('figure', { name: '知らせの見本' })).toContainText(tool);
});

test('what was told stands in the comparison, and its number opens exactly these rows', async () => {
  await page.goto('/comparison?by=endpoint');
  await settled(page);
  const number = page.getByRole('table', { name: '端末ごと' }).getByRole('link', { name: /の\d+件をログ検索で開く$/ }).first();
  const count = Number(await number.innerText());
  expect(count).toBeGreaterThan(0);
  await number.click();
  await expect(page).toHaveURL(/\/events\?q=/);
  await settled(page);
  await expect(page.getByRole('table', { name: 'ログ検索' })).toHaveAttribute('aria-rowcount', String(count + 1));
});

test('a rule is switched off in its row, and is out of the way', async () => {
  await page.goto('/rules');
  await settled(page);
  await page.getByRole('switch', { name: `${name} を働かせる` }).focus();
  await page.keyboard.press('Space');
  await save();
  await page.getByRole('combobox', { name: '表示' }).click();
  await page.getByRole('option', { name: '止めてある' }).click();
  await expect(row()).toBeVisible();
});
