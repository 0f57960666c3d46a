import { expect, test } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

const ledger = '組織が持つものを一行ずつ。だれが知らせたものでも、同じ機器は一行にまとまります。';

test('the ledger is narrowed, sorted and searched, all of it in the address', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/assets?kind=printer');
  await settled(page);
  const table = page.getByRole('table', { name: ledger });
  await expect(table.getByRole('row')).toHaveCount(3);
  await page.getByLabel(/^名前、製造番号/).fill('大阪');
  await expect(table.getByRole('row')).toHaveCount(2);
  await expect(page).toHaveURL(/q=/);
  await expect(table.getByRole('link', { name: '複合機 大阪' })).toBeVisible();
  complained();
});

test('who has a program is a press on its line', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/packages?q=terapad');
  await settled(page);
  const row = page.getByRole('row', { name: /TeraPad/ });
  const machines = Number((await row.getByRole('cell').nth(2).textContent())?.replace(',', ''));
  await row.getByRole('link', { name: /TeraPad/ }).click();
  await expect(page).toHaveURL(/\/assets\?package=TeraPad&package_version=1\.11/);
  await settled(page);
  await expect(page.getByRole('table', { name: ledger })).toHaveAttribute('aria-rowcount', String(machines + 1));
  complained();
});

test('what somebody writes down about an asset is kept, and leaving before that is asked about', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/assets?kind=network');
  await page.getByRole('link', { name: 'core-sw-01' }).click();
  await settled(page);
  await page.getByRole('textbox', { name: '場所' }).fill('本社地下');
  await page.getByRole('button', { name: '項目を加える' }).click();
  await page.getByRole('textbox', { name: '項目の名前' }).last().fill('ラック');
  await page.getByRole('textbox', { name: '値' }).last().fill('B-07');
  await page.getByRole('button', { name: '保存' }).click();
  await expect(page.getByRole('button', { name: '保存' })).toBeDisabled();
  await page.goto('/assets?q=本社地下');
  await settled(page);
  complained();
});

test('an asset that is told of by two sources says by what it is one, and can be taken apart', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/assets?source=fusioninventory');
  await settled(page);
  await page.getByRole('table', { name: ledger }).getByRole('link').nth(1).click();
  await settled(page);
  const told = page.getByRole('region', { name: '知らせているもの' });
  await expect(told.getByText('製造番号が同じ')).toBeVisible();
  await told.getByRole('button', { name: '分ける' }).last().click();
  await expect(told.getByText('両方の履歴と、書きとめたこと')).toBeVisible();
  complained();
});

test('an alarm about an asset leads to it, and its day in the calendar to the alarm', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/calendar?day=2026-11-16');
  await settled(page);
  await page.getByRole('link', { name: '資産の警告' }).click();
  await expect(page).toHaveURL(/\/alarms\?class=asset&since=/);
  await settled(page);
  await page.getByRole('button', { name: /メモリの容量が変わりました/ }).click();
  await page.getByRole('link', { name: '資産を見る' }).click();
  await expect(page).toHaveURL(/\/assets\//);
  await expect(page.getByRole('region', { name: '変わったこと' }).getByText('8192 MiB')).toBeVisible();
  complained();
});

test('which alarms are raised is switched and saved', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/asset-watch');
  await settled(page);
  const save = page.getByRole('button', { name: '保存' });
  await expect(save).toBeDisabled();
  await page.getByRole('checkbox', { name: 'IPアドレス', exact: true }).check();
  await save.click();
  await expect(save).toBeDisabled();
  await expect(page.getByRole('checkbox', { name: 'IPアドレス', exact: true })).toBeChecked();
  complained();
});
