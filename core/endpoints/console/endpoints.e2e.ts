import { expect, test } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

test('a number of the morning page opens exactly its rows', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('link', { name: '応答のない端末 参考: 4' }).click();
  await expect(page).toHaveURL(/\/endpoints\?state=silent$/);
  await expect(page.getByRole('table', { name: '端末一覧' }).getByRole('row')).toHaveCount(1 + 4);
});

test('the list is narrowed by words and chips, the address keeps it, and a row opens', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/endpoints');
  await page.getByRole('searchbox', { name: '端末の名前、利用者、IP' }).fill('PC-KEI');
  await expect(page).toHaveURL(/q=PC-KEI/);
  await page.getByRole('combobox', { name: '状態' }).click();
  await page.getByRole('option', { name: '応答あり' }).click();
  await expect(page).toHaveURL(/q=PC-KEI&state=online/);
  await settled(page);
  const list = page.getByRole('table', { name: '端末一覧' });
  const before = await list.getByRole('row').count();
  expect(before).toBeGreaterThan(3);
  await page.reload();
  await settled(page);
  await expect(list.getByRole('row')).toHaveCount(before);
  await page.getByRole('button', { name: '条件を外す: 状態 応答あり' }).click();
  await expect(page).toHaveURL(/\/endpoints\?q=PC-KEI$/);
  await list.getByRole('link', { name: 'PC-KEI-012' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'PC-KEI-012' })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/\/endpoints\?q=PC-KEI$/);
  complained();
});

test('rows are walked with the keyboard and opened with Enter', async ({ page }) => {
  await page.goto('/endpoints');
  await settled(page);
  const links = page.getByRole('table', { name: '端末一覧' }).getByRole('link');
  await links.first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('j');
  await expect(links.nth(2)).toBeFocused();
  const name = await links.nth(2).innerText();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
});

test('the whole fleet is reached by scrolling, page by page', async ({ page }) => {
  await page.goto('/endpoints?sort=hostname');
  await settled(page);
  for (let step = 0; step < 12; step += 1) await page.mouse.wheel(0, 4000);
  await expect(page.getByRole('row', { name: /PC-YAK-022/ })).toBeVisible();
});

test('Ctrl K finds an endpoint by a part of its name', async ({ page }) => {
  await page.goto('/');
  await settled(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '端末・ページを探す' }).fill('kei-014');
  await expect(page.getByRole('option', { name: /PC-KEI-014/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'PC-KEI-014' })).toBeVisible();
});

test('a token is made with its commands, and can be revoked', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/enrolment');
  await page.getByRole('button', { name: '登録キーを作る' }).click();
  const panel = page.getByRole('complementary', { name: '登録キーの内容' });
  await panel.getByLabel('名前').fill('営業所の入れ替え');
  await panel.getByRole('button', { name: '作る' }).click();
  await expect(panel.getByText('登録キーができました')).toBeVisible();
  await expect(panel.getByLabel('Linux', { exact: true })).toContainText('yagura-agent enrol');
  await panel.getByRole('button', { name: '閉じる' }).click();
  await page.getByRole('button', { name: '営業所の入れ替え' }).click();
  await panel.getByRole('button', { name: '取り消す…' }).click();
  await panel.getByRole('button', { name: '取り消す', exact: true }).click();
  await expect(page.getByRole('row', { name: /営業所の入れ替え/ })).toContainText('取り消し');
  complained();
});

test('retiring an endpoint asks for a reason and the typed name first', async ({ page }) => {
  await page.goto('/endpoints/0193a001-0000-7025-800b-00000000000d');
  await page.getByRole('button', { name: '引退させる…' }).click();
  const act = page.getByRole('button', { name: '引退させる', exact: true });
  await expect(act).toBeDisabled();
  await page.getByLabel('理由').fill('入れ替え');
  await expect(act).toBeDisabled();
  await page.getByLabel('確認のため「PC-KEI-012」と入力').fill('PC-KEI-012');
  await act.click();
  await expect(page.getByText('引退', { exact: true })).toBeVisible();
});

test('who has looked takes the mark of a suspected copy off', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/endpoints?clone=yes');
  await page.getByRole('table', { name: '端末一覧' }).getByRole('link').first().click();
  await expect(page.getByText('複製の疑い', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: '複製ではない' }).click();
  await expect(page.getByText('複製の疑い', { exact: true })).toHaveCount(0);
  await expect(page.getByRole('button', { name: '複製ではない' })).toHaveCount(0);
  complained();
});

test('the person whose endpoint it is, is looked for by kana', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/endpoints/0193a001-0000-7025-800b-00000000000d');
  // What still comes in above would push the field, and the choices with it, out of sight.
  await settled(page);
  const manage = page.getByRole('region', { name: 'この端末の扱い' });
  await manage.getByRole('combobox', { name: '利用者' }).fill('みうら');
  await page.getByRole('option', { name: /^三浦 由美子/ }).first().click();
  await page.getByRole('navigation', { name: '端末の内容' }).getByRole('link', { name: '資産' }).click();
  await expect(page.getByText('三浦 由美子').first()).toBeVisible();
  complained();
});
