import { expect, test } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

test('a device is registered, asked at once, and shows its toner', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/assets/devices');
  await settled(page);
  const table = page.getByRole('table', { name: '機器' });
  await expect(table.getByRole('row', { name: /BRN3005/ }).getByText('応答なし')).toBeVisible();
  await expect(table.getByRole('img', { name: /Cyan Toner 残り8%/ })).toBeVisible();

  await page.getByRole('button', { name: '登録する' }).click();
  const panel = page.getByRole('complementary', { name: '登録する' });
  await panel.getByRole('textbox', { name: 'アドレスか名前' }).fill('192.168.10.77');
  await panel.getByRole('combobox', { name: '認証情報' }).click();
  await page.getByRole('option', { name: '本社 プリンター' }).click();
  await panel.getByRole('button', { name: '登録する' }).click();
  const made = page.getByRole('complementary', { name: '機器' });
  await expect(made.getByText('まだ聞いていない')).toBeVisible();
  await made.getByRole('button', { name: 'いま聞く' }).click();
  await expect(made.getByText('Epson LP-S3290')).toBeVisible();
  await expect(made.getByText('88%')).toBeVisible();
  complained();
});

test('a credential is v3 unless somebody chooses otherwise, and unprotected only when they say so', async ({ page }) => {
  await page.goto('/assets/devices?open=credentials');
  await settled(page);
  const panel = page.getByRole('complementary', { name: '認証情報' });
  const add = panel.getByRole('button', { name: '加える', exact: true });
  await panel.getByRole('textbox', { name: '呼び名' }).fill('支店');
  await panel.getByRole('textbox', { name: 'ユーザー' }).fill('yagura');
  await expect(add).toBeDisabled();
  await panel.getByRole('combobox', { name: '署名', exact: true }).click();
  await page.getByRole('option', { name: 'なし' }).click();
  await expect(add).toBeDisabled();
  await panel.getByRole('checkbox').check();
  await add.click();
  await expect(panel.getByText('支店', { exact: true })).toBeVisible();
});

test('a range is checked before it is searched, and the search says how far it is', async ({ page }) => {
  await page.goto('/assets/devices?open=discover');
  await settled(page);
  const panel = page.getByRole('complementary', { name: '範囲から探す' });
  await panel.getByRole('textbox', { name: '範囲' }).fill('192.168.10.0/24');
  await panel.getByRole('button', { name: '範囲を確かめる' }).click();
  await expect(panel.getByText('254アドレスに聞きます')).toBeVisible();
  await panel.getByRole('combobox', { name: '試す認証情報' }).click();
  await page.getByRole('option', { name: 'ネットワーク機器' }).click();
  await panel.getByRole('button', { name: '探しはじめる' }).click();
  await expect(panel.getByText('探し終わりました')).toBeVisible();
});

test('the page of an asset that is asked shows its pages, its toner and its ports', async ({ page }) => {
  await page.goto('/assets?kind=printer');
  await page.getByRole('link', { name: '複合機 本社3階' }).click();
  await settled(page);
  await expect(page.getByText('182,344枚')).toBeVisible();
  await expect(page.getByText('Cyan Toner')).toBeVisible();
  await expect(page.getByText('ncmac0')).toBeVisible();
});
