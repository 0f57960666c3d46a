import { expect, test } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

test('an alarm is taken on, and is red no more', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/alarms?state=open');
  const list = page.getByRole('table', { name: '警告' });
  await list.getByRole('button', { name: /^記録の一部が失われた/ }).click();
  const panel = page.getByRole('complementary', { name: '選んだ警告' });
  await expect(panel.getByText('まだ誰も見ていません')).toBeVisible();
  await panel.getByLabel('書き残す').fill('更新の直後だけでした。');
  await panel.getByRole('button', { name: '自分が担当する' }).click();
  await expect(panel.getByText('対応中')).toBeVisible();
  await panel.getByRole('button', { name: '対応済みにする' }).click();
  await expect(panel.getByText('対応済み', { exact: true })).toBeVisible();
  await expect(list.getByRole('button', { name: /^記録の一部が失われた/ })).toHaveCount(0);
  complained();
});

test('a note can be written without taking an alarm on, also when it is over', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/alarms?state=handled');
  await page.getByRole('table', { name: '警告' }).getByRole('button', { name: /^空きが残りわずか/ }).click();
  const panel = page.getByRole('complementary', { name: '選んだ警告' });
  const keep = panel.getByRole('button', { name: '書いたものだけ保存する' });
  await expect(keep).toHaveCount(0);
  await panel.getByLabel('書き残す').fill('ディスクも足しました。');
  await keep.click();
  await expect(keep).toHaveCount(0);
  await expect(panel.getByLabel('書き残す')).toHaveValue('ディスクも足しました。');
  await expect(panel.getByText('対応済み', { exact: true })).toBeVisible();
  complained();
});

test('from an alarm of a rule it is one press to the five minutes before and after, with the event itself beside them', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/alarms');
  const list = page.getByRole('table', { name: '警告' });
  await expect(list.getByRole('link', { name: /の前後5分の記録$/ })).toHaveCount(1);
  await list.getByRole('link', { name: /^USBメモリなどへの書き出し/ }).click();
  await expect(page.getByRole('combobox', { name: '検索の条件' })).toHaveValue(/^以降:2026-11-17T08:25 まで:2026-11-17T08:35 端末=PC-/);
  await settled(page);
  const event = page.getByRole('complementary', { name: '選んだ記録' });
  await expect(event.getByRole('heading', { name: /見積_顧客別単価_2026下期\.xlsx/ })).toBeVisible();
  await expect(page.getByRole('table', { name: 'ログ検索' }).locator('tr[aria-current="true"]')).toHaveCount(1);
  complained();
});

test('the panel of an alarm of a rule leads to its event among all that were against the rule', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/alarms?state=open');
  await page.getByRole('table', { name: '警告' }).getByRole('button', { name: /^USBメモリなどへの書き出し/ }).click();
  const panel = page.getByRole('complementary', { name: '選んだ警告' });
  await expect(panel.getByText('持ち運べる機器への書き出し')).toBeVisible();
  await expect(panel.getByRole('link', { name: '前後5分の記録を見る' })).toHaveAttribute('href', /since=2026-11-16T23:25:00\.000Z&until=2026-11-16T23:35:00\.000Z/);
  await panel.getByRole('link', { name: 'この操作の記録を見る' }).click();
  await expect(page.getByRole('combobox', { name: '検索の条件' })).toHaveValue(/^rule:removable-write endpoint:PC-/);
  await settled(page);
  await expect(page.getByRole('complementary', { name: '選んだ記録' }).getByRole('heading', { name: /見積_顧客別単価_2026下期\.xlsx/ })).toBeVisible();
  complained();
});

test('in the list what nobody has handled is red, and what somebody has is plain', async ({ page }) => {
  await page.goto('/alarms');
  const list = page.getByRole('table', { name: '警告' });
  const red = 'rgb(183, 40, 46)';
  await expect(list.getByText('未対応').first()).toHaveCSS('color', red);
  await expect(list.getByText('対応中').first()).not.toHaveCSS('color', red);
  await expect(list.getByText('対応済み').first()).not.toHaveCSS('color', red);
});
