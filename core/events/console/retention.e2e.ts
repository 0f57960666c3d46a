import { expect, test } from '../../../console/e2e/test';
import { watch } from '../../../console/e2e/watch';

test('rules are saved only after what they take away was seen, and a shorter time can be taken back', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/retention');
  const inForce = page.getByRole('table', { name: 'いまの決まり' });
  await expect(inForce.getByRole('row', { name: 'ほかに決まりのない記録 すべての端末 365日' })).toBeVisible();
  await expect(inForce.getByRole('row', { name: 'すべての操作 本社 › 経理部 消さない' })).toBeVisible();
  await page.getByRole('button', { name: '変える' }).click();
  const save = page.getByRole('button', { name: '保存する' });
  const web = page.getByRole('list', { name: '決まりを変える' }).getByRole('listitem').nth(1);
  await expect(save).toBeDisabled();
  await web.getByLabel('日数').fill('30');
  await page.getByRole('button', { name: '見積もる' }).click();
  await expect(page.getByText('この決まりで、次の夜に消える記録')).toBeVisible();
  await expect(page.getByText('3,674,400件')).toBeVisible();
  await expect(page.getByText(/早く消える記録があるので、保存しても/)).toBeVisible();
  // What was seen was of other rules: it has to be seen again.
  await web.getByLabel('日数').fill('60');
  await expect(save).toBeDisabled();
  await page.getByRole('button', { name: '見積もる' }).click();
  await save.click();
  const waiting = page.getByRole('region', { name: 'これからの決まり' });
  await expect(waiting.getByText(/それまでに取り消せます/)).toBeVisible();
  await expect(waiting.getByRole('row', { name: 'ウェブ（すべて） すべての端末 60日' })).toBeVisible();
  await expect(inForce.getByRole('row', { name: 'ウェブ（すべて） すべての端末 90日' })).toBeVisible();
  await waiting.getByRole('button', { name: 'この変更を取り消す' }).click();
  await expect(waiting).toHaveCount(0);
  complained();
});

test('a rule can be added for a group, and holds at once where nothing goes earlier', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/retention');
  await page.getByRole('button', { name: '変える' }).click();
  await page.getByRole('button', { name: '決まりを加える' }).click();
  const added = page.getByRole('list', { name: '決まりを変える' }).getByRole('listitem').last();
  await expect(added.getByText('同じ操作と端末の決まりがほかにあります')).toBeVisible();
  await expect(page.getByRole('button', { name: '見積もる' })).toBeDisabled();
  await added.getByRole('combobox', { name: '操作' }).click();
  await page.getByRole('option', { name: '印刷（すべて）' }).click();
  await added.getByRole('checkbox', { name: '消さない' }).check();
  await page.getByRole('button', { name: '見積もる' }).click();
  await expect(page.getByText('この決まりで、次の夜に消える記録はありません')).toBeVisible();
  await page.getByRole('button', { name: '保存する' }).click();
  await expect(page.getByRole('table', { name: 'いまの決まり' }).getByRole('row', { name: '印刷（すべて） すべての端末 消さない' })).toBeVisible();
  complained();
});

test('a hold says what it is about, and ends for a reason', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/holds');
  await page.getByRole('button', { name: '記録を保全する' }).click();
  const panel = page.getByRole('complementary', { name: '選んだ保全' });
  const hold = panel.getByRole('button', { name: '保全する' });
  await panel.getByLabel('名前').fill('返品の調査');
  await panel.getByLabel('理由').fill('取引先との話が終わるまで');
  // Without a word on what is held it would hold everything.
  await expect(hold).toBeDisabled();
  await panel.getByRole('combobox', { name: '操作' }).click();
  await page.getByRole('option', { name: '印刷（すべて）' }).click();
  await hold.click();
  await expect(panel.getByRole('heading', { name: '返品の調査' })).toBeVisible();
  await expect(page.getByRole('table', { name: '保全' }).getByRole('row', { name: /返品の調査 保全中 印刷（すべて）/ })).toBeVisible();
  await panel.getByRole('button', { name: /^保全を終える/ }).click();
  await panel.getByLabel('理由').fill('話が終わった');
  await panel.getByRole('button', { name: '保全を終える', exact: true }).click();
  await expect(panel.getByText('話が終わった')).toBeVisible();
  await expect(panel.getByText('終わり', { exact: true })).toBeVisible();
  complained();
});

test('an erasure is ordered after a look at what goes, and waits for somebody else', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/holds?open=new-erasure');
  const panel = page.getByRole('complementary', { name: '選んだ消去' });
  await panel.getByLabel('利用者').fill('三浦');
  await page.getByRole('option').first().click();
  await panel.getByLabel('理由').fill('本人の求め');
  await expect(panel.getByRole('button', { name: '消去を頼む' })).toHaveCount(0);
  await panel.getByRole('button', { name: '見積もる' }).click();
  await expect(panel.getByText('保全している記録は残ります。消すには、先に保全を終えてください。')).toBeVisible();
  await panel.getByRole('button', { name: /^消去を頼む/ }).click();
  await panel.getByLabel('確認のため「消去」と入力').fill('消去');
  await panel.getByRole('button', { name: '消去を頼む', exact: true }).click();
  await expect(panel.getByText('ほかの管理者の承認を待っています。')).toBeVisible();
  await expect(panel.getByRole('button', { name: /承認/ })).toHaveCount(0);
  await panel.getByRole('button', { name: '消去をやめる' }).click();
  await expect(panel.getByText('取りやめました。')).toBeVisible();
  complained();
});

test('an erasure that somebody else ordered is approved, and shows how far it is', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/holds');
  await page.getByRole('table', { name: '個人の記録の消去' }).getByRole('row', { name: /承認待ち/ }).getByRole('button').click();
  const panel = page.getByRole('complementary', { name: '選んだ消去' });
  await panel.getByRole('button', { name: /^消去を承認する/ }).click();
  await panel.getByLabel('確認のため「消去」と入力').fill('消去');
  await panel.getByRole('button', { name: '消去を承認する', exact: true }).click();
  await expect(panel.getByText(/2,400,000件のうち/).first()).toBeVisible();
  await expect(panel.getByText('済み', { exact: true })).toBeVisible({ timeout: 20_000 });
  await expect(panel.getByText('41,802件')).toBeVisible();
  complained();
});
