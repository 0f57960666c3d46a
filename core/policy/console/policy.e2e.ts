import { expect, test } from '../../../console/e2e/test';
import { watch } from '../../../console/e2e/watch';

const root = '0193a002-0000-704a-8016-000000000001';

test('a rule is edited, its change is shown first, and it rolls out ring by ring', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/policies');
  await page.getByRole('link', { name: '第3版' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'みなと精機の操作ログ' })).toBeVisible();
  const check = page.getByRole('button', { name: '変わるところを確かめる' });
  await expect(check).toBeDisabled();
  await page.getByLabel('終わりも記録する').click();
  await check.click();
  const preview = page.getByRole('region', { name: '変わるところ' });
  await expect(preview.getByRole('row', { name: /終わりも記録する true false/ })).toBeVisible();
  await preview.getByLabel('変えた理由').fill('行が多すぎるため');
  await preview.getByRole('button', { name: '保存して展開を始める' }).click();
  await expect(page.getByText('第4版、佐伯 直樹')).toBeVisible();
  const rollout = page.getByRole('region', { name: '展開' });
  await expect(rollout.getByText('展開中')).toBeVisible();
  await rollout.getByRole('button', { name: '止める' }).click();
  await expect(rollout.getByText('止めている')).toBeVisible();
  await rollout.getByRole('button', { name: '続ける' }).click();
  await expect(rollout.getByText('展開中')).toBeVisible();
  complained();
});

test('a value the server refuses is marked at its field', async ({ page }) => {
  await page.goto('/policies');
  await page.goto(`/policies/assets/${root}`);
  await page.getByLabel('調べる間隔（秒）').fill('5');
  await expect(page.getByText('小さすぎます')).toBeVisible();
});

test('the same rule can be written as YAML', async ({ page }) => {
  await page.goto('/policies');
  await page.getByRole('link', { name: '第3版' }).click();
  await page.getByRole('button', { name: 'YAML で' }).click();
  const yaml = page.getByLabel('YAML', { exact: true });
  await yaml.fill((await yaml.inputValue()).replace('hash: true', 'hash: false'));
  await page.getByRole('button', { name: '書式で' }).click();
  await expect(page.getByLabel('ファイルのSHA-256を記録する')).not.toBeChecked();
});

test('a grant says to whom, what, why and until when', async ({ page }) => {
  await page.goto('/grants?open=new');
  const panel = page.getByRole('complementary', { name: '許可の内容' });
  await panel.getByRole('combobox', { name: '利用者', exact: true }).fill('三浦');
  await page.getByRole('option', { name: /三浦/ }).first().click();
  const give = panel.getByRole('button', { name: '許可を出す' });
  await expect(give).toBeDisabled();
  await panel.getByLabel('理由').fill('展示会');
  await give.click();
  await expect(panel.getByRole('heading', { name: /三浦/ })).toBeVisible();
});
