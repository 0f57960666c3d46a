import { expect, test } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

test('today stands by class with what is usual, and each number opens exactly its rows', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/board');
  await settled(page);
  const table = page.getByRole('table', { name: 'きょうの分類ごとの数' });
  await expect(table.getByRole('row', { name: /^いつもより多い操作/ })).toContainText('1');
  const figure = table.getByRole('link', { name: /「知らせた」\d+件を開く/ }).first();
  const count = Number(await figure.textContent());
  await figure.click();
  await expect(page).toHaveURL(/\/events\?q=/);
  await settled(page);
  await expect(page.getByRole('table', { name: 'ログ検索' }).getByRole('row')).toHaveCount(count + 1);
  complained();
});

test('red is only what nobody has looked at, and it opens those alarms', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/board');
  await settled(page);
  const red = 'rgb(183, 40, 46)';
  const table = page.getByRole('table', { name: 'きょうの分類ごとの数' });
  const open = table.getByRole('link', { name: '記録のしくみの「未対応」1件を開く' });
  await expect(open).toHaveCSS('color', red);
  for (const plain of await table.getByRole('link', { name: /「(知らせた|止めた|対応中|きょう対応済み)」/ }).all()) await expect(plain).not.toHaveCSS('color', red);
  await open.click();
  await expect(page).toHaveURL(/\/alarms\?state=open&class=sensor/);
  await expect(page.getByRole('table', { name: '警告' }).getByRole('row')).toHaveCount(2);
  complained();
});

test('the calendar of one rule counts its rows only, and its day opens the same in the log search', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/calendar');
  await settled(page);
  const all = await page.getByRole('list', { name: 'この月の合計' }).getByRole('listitem').count();
  await page.getByRole('combobox', { name: '規則' }).click();
  await page.getByRole('option').first().click();
  await expect(page).toHaveURL(/rule=/);
  await settled(page);
  expect(await page.getByRole('list', { name: 'この月の合計' }).getByRole('listitem').count()).toBeLessThan(all);
  complained();
});

test('what is raised without a rule is switched and saved, and a number that makes no sense cannot be', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/without-rules');
  await settled(page);
  const save = page.getByRole('button', { name: '保存' });
  await expect(save).toBeDisabled();
  const copies = page.getByLabel('外へ書き出したファイルは、少なくとも');
  await copies.fill('0');
  await expect(page.getByText('1から1,000,000までの数にしてください。')).toBeVisible();
  await expect(save).toBeDisabled();
  await copies.fill('50');
  await page.getByLabel('規則がなくても知らせる').check();
  await save.click();
  await expect(page.getByText('保存しました。')).toBeVisible();
  await page.goto('/rules');
  await settled(page);
  complained();
});

test('an alarm without a rule says the number, the usual one, and leads to those rows', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/alarms?state=open');
  await page.getByRole('table', { name: '警告' }).getByRole('button', { name: /^いつもより多い削除/ }).click();
  const panel = page.getByRole('complementary', { name: '選んだ警告' });
  await expect(panel.getByText('412')).toBeVisible();
  await expect(panel.getByText('いつもの数')).toBeVisible();
  await panel.getByRole('link', { name: 'この記録を見る' }).click();
  await expect(page.getByRole('combobox', { name: '検索の条件' })).toHaveValue(/kind:file\.delete,folder\.delete/);
  complained();
});
