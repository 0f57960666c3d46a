import { expect, test } from '../../../console/e2e/test';
import { watch } from '../../../console/e2e/watch';

test('where the head goes is changed, and a place that cannot be is named', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/evidence');
  const places = page.getByRole('region', { name: '送り先' });
  await expect(places.getByText('メール kansa@minato.example')).toBeVisible();
  await places.getByRole('button', { name: '変える' }).click();
  await places.getByRole('button', { name: '送り先を加える' }).click();
  const added = places.getByRole('list', { name: '送り先' }).getByRole('listitem').last();
  await expect(places.getByRole('button', { name: '保存する' })).toBeDisabled();
  await added.getByLabel('宛先').fill('kansa');
  await places.getByRole('button', { name: '保存する' }).click();
  await expect(added.getByText('メールアドレスではありません')).toBeVisible();
  await added.getByLabel('宛先').fill('auditor@hojin.example');
  await places.getByRole('button', { name: '保存する' }).click();
  await expect(places.getByText('メール auditor@hojin.example')).toBeVisible();
  complained();
});

test('a bucket is given with its key, which is asked for and never shown again', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/evidence');
  const places = page.getByRole('region', { name: '送り先' });
  await places.getByRole('button', { name: '変える' }).click();
  await places.getByRole('button', { name: '送り先を加える' }).click();
  const added = places.getByRole('list', { name: '送り先' }).getByRole('listitem').last();
  await added.getByRole('combobox', { name: '送り方' }).click();
  await page.getByRole('option', { name: 'バケット（S3）' }).click();
  await added.getByLabel('バケット', { exact: true }).fill('minato-shoko');
  await added.getByLabel('アクセスキーID').fill('AKIAEXAMPLE');
  await places.getByRole('button', { name: '保存する' }).click();
  await expect(added.getByText('このバケットのシークレットアクセスキーを入れてください')).toBeVisible();
  await added.getByLabel('シークレットアクセスキー').fill('hunter2');
  await places.getByRole('button', { name: '保存する' }).click();
  await expect(places.getByText('バケット minato-shoko（Amazon S3）')).toBeVisible();
  await expect(page.getByText('hunter2')).toHaveCount(0);
  complained();
});

test('what did not arrive says why, and a head can be sent now', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/evidence');
  const sent = page.getByRole('region', { name: '送った証跡' });
  await expect(sent.getByText(/No such file or directory/)).toBeVisible();
  await sent.getByRole('button', { name: 'いま送る' }).click();
  await expect(sent.getByText(/佐伯 直樹が送りました/).first()).toBeVisible();
  await expect(sent.getByRole('list', { name: '送った証跡' }).getByRole('listitem').first().getByText('届けた')).toHaveCount(3);
  complained();
});
