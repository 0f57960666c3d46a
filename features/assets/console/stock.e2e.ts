import { expect, test } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

test.use({ viewport: { width: 390, height: 844 } });

// One white pixel.
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==', 'base64');

test('a round begins, what is found is marked with its new place, and what is missing remains', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/stock-taking');
  await settled(page);
  await page.getByRole('textbox', { name: '名前' }).fill('大阪の点検');
  await page.getByRole('textbox', { name: /対象の場所/ }).fill('本社サーバー室');
  await page.getByRole('button', { name: '始める', exact: true }).click();
  await settled(page);
  await expect(page.getByText('1件のうち0件を確かめました').first()).toBeVisible();

  // What the round does not look for can be found too.
  await page.getByRole('textbox', { name: '管理番号か製造番号' }).fill('mfp-0004');
  await page.getByRole('button', { name: 'さがす' }).click();
  await expect(page.getByRole('heading', { name: '複合機 大阪' })).toBeVisible();
  await expect(page.getByText('この棚卸の対象ではありませんが')).toBeVisible();
  await page.getByRole('textbox', { name: '場所' }).fill('本社サーバー室');
  await page.getByRole('textbox', { name: '気づいたこと' }).fill('ラベルなし');
  await page.getByRole('button', { name: '確かめた', exact: true }).click();
  await expect(page.getByText('「複合機 大阪」を確かめました')).toBeVisible();
  await expect(page.getByRole('region', { name: '対象の外で見つけたもの' }).getByText('ラベルなし')).toBeVisible();

  await page.getByRole('region', { name: 'まだ見つからないもの' }).getByRole('button', { name: 'core-sw-01' }).click();
  await page.getByRole('button', { name: '確かめた', exact: true }).click();
  await expect(page.getByText('すべて確かめました。')).toBeVisible();

  await page.getByRole('button', { name: /棚卸を締める/ }).click();
  await page.getByRole('button', { name: '棚卸を締める', exact: true }).click();
  await expect(page.getByText('締めました')).toBeVisible();
  await expect(page.getByRole('textbox')).toHaveCount(0);
  await expect(page.getByRole('link', { name: '結果をCSVで保存' })).toHaveAttribute('href', /\/report\?language=ja$/);
  complained();
});

test('a label leads into the round that is under way, and a number that nothing has is said', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/a/0193a001-0000-7025-800b-00000000000d');
  await expect(page).toHaveURL(/\/stock-taking\/.*\?asset=0193a001-0000-7025-800b-00000000000d/);
  await settled(page);
  await page.getByRole('button', { name: 'やめる' }).click();
  await page.getByRole('textbox', { name: '管理番号か製造番号' }).fill('ない番号');
  await page.getByRole('button', { name: 'さがす' }).click();
  await expect(page.getByText('この番号の資産は見つかりません。')).toBeVisible();
  complained();
});

test('a photo is made smaller, shown and removed', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/assets/0193a001-0000-7025-800b-00000000000d');
  await settled(page);
  const photos = page.getByRole('region', { name: '写真' });
  await expect(photos.getByText('写真はありません。')).toBeVisible();
  await photos.locator('input[type=file]').setInputFiles({ name: 'front.png', mimeType: 'image/png', buffer: png });
  await expect(photos.getByRole('img')).toHaveCount(1);
  await photos.getByRole('button', { name: 'この写真を消す' }).click();
  await expect(photos.getByText('写真はありません。')).toBeVisible();
  complained();
});
