import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { watch } from '../e2e/watch';
import { comeIn, door, expect, needsPrograms, test } from './test';

needsPrograms();
test.describe.configure({ mode: 'serial' });

let page: Page;
let complained: () => void;

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

const panel = (name: string): Locator => page.getByRole('complementary', { name });

async function choosePerson(within: Locator, label: string): Promise<void> {
  await within.getByLabel(label, { exact: true }).fill('四方');
  await page.getByRole('option', { name: /四方 遥/ }).click();
}

test('somebody is there whose records can be held and erased', async () => {
  await page.goto('/people/import');
  const buffer = Buffer.from('社員番号,氏名,カナ,メール,部署\nS004,四方 遥,よも はるか,yomo@minato.example,経理部\n');
  await page.getByLabel('CSVファイルを選ぶ').setInputFiles({ name: 'meibo.csv', mimeType: 'text/csv', buffer });
  await page.getByRole('button', { name: '1人を取り込む' }).click();
  await expect(page.getByText('1人を取り込みました')).toBeVisible();
});

test('a longer time is estimated first, and taken as it was decided', async () => {
  await page.goto('/settings/retention');
  await page.getByRole('button', { name: '変える' }).click();
  await expect(page.getByRole('button', { name: '保存する' })).toBeDisabled();
  await page.getByRole('list', { name: '決まりを変える' }).getByRole('listitem').first().getByLabel('日数').fill('800');
  await page.getByRole('button', { name: '見積もる' }).click();
  await expect(page.getByText('この決まりで、次の夜に消える記録はありません')).toBeVisible();
  await page.getByRole('button', { name: '保存する' }).click();
  await expect(page.getByRole('row', { name: 'ほかに決まりのない記録 すべての端末 800日' }).first()).toBeVisible();
});

test('a hold on one person shows whose records it holds, and ends for a reason', async () => {
  await page.goto('/settings/holds');
  await page.getByRole('button', { name: '記録を保全する' }).click();
  const hold = panel('選んだ保全');
  await hold.getByLabel('名前').fill('退職の相談');
  await hold.getByLabel('理由').fill('弁護士の求め');
  await expect(hold.getByRole('button', { name: '保全する' })).toBeDisabled();
  await choosePerson(hold, '人');
  await hold.getByRole('button', { name: '保全する' }).click();
  await expect(page.getByRole('table', { name: '保全' }).getByRole('row', { name: /退職の相談 保全中 四方 遥さんの記録/ })).toBeVisible();
  await expect(hold.getByText('四方 遥さんの記録')).toBeVisible();
  await hold.getByRole('button', { name: /^保全を終える/ }).click();
  await hold.getByLabel('理由').fill('相談が終わった');
  await hold.getByRole('button', { name: '保全を終える', exact: true }).click();
  await expect(hold.getByText('相談が終わった')).toBeVisible();
});

test('an erasure is ordered after a look at what goes, and done', async () => {
  await page.goto('/settings/holds?open=new-erasure');
  const erasure = panel('選んだ消去');
  await choosePerson(erasure, '利用者');
  await erasure.getByLabel('理由').fill('本人の求め');
  await erasure.getByRole('button', { name: '見積もる' }).click();
  await erasure.getByRole('button', { name: /^消去を頼む/ }).click();
  await erasure.getByLabel('確認のため「消去」と入力').fill('消去');
  await erasure.getByRole('button', { name: '消去を頼む', exact: true }).click();
  await expect(erasure.getByText('済み', { exact: true })).toBeVisible({ timeout: 45_000 });
  await expect(page.getByRole('table', { name: '個人の記録の消去' }).getByRole('row', { name: /四方 遥 済み 本人の求め/ })).toBeVisible();
});

test('the head of the journal leaves for a folder, and what cannot arrive says why', async ({ house }) => {
  const worm = join(house.folder, 'worm');
  await page.goto('/settings/evidence');
  const places = page.getByRole('region', { name: '送り先' });
  await places.getByRole('button', { name: '変える' }).click();
  await places.getByRole('button', { name: '送り先を加える' }).click();
  const added = places.getByRole('list', { name: '送り先' }).getByRole('listitem').last();
  await added.getByRole('combobox', { name: '送り方' }).click();
  await page.getByRole('option', { name: 'フォルダー', exact: true }).click();
  await added.getByLabel('フォルダー', { exact: true }).fill(worm);
  await places.getByRole('button', { name: '保存する' }).click();
  await expect(places.getByText(worm)).toBeVisible();
  const sent = page.getByRole('region', { name: '送った証跡' });
  await sent.getByRole('button', { name: 'いま送る' }).click();
  await expect(sent.getByText(/No such file or directory/)).toBeVisible();
  mkdirSync(worm);
  await sent.getByRole('button', { name: 'いま送る' }).click();
  await expect(sent.getByRole('list', { name: '送った証跡' }).getByRole('listitem').first().getByText('届けた')).toBeVisible();
  const [file] = readdirSync(worm);
  const head = JSON.parse(readFileSync(join(worm, file ?? ''), 'utf8')) as { position: number; hash: string };
  await expect(sent.getByText(`#${head.position.toLocaleString('en-US')}`).or(sent.getByText(head.position.toLocaleString('en-US'))).first()).toBeVisible();
  expect(head.hash).toMatch(/^[0-9a-f]{64}$/);
});

test('where a purpose is wanted, other people\'s records are shown after it was said once', async ({ house }) => {
  // What was said on another day of this house holds for hours.
  await page.goto('/events');
  const none = page.getByRole('button', { name: '目的を入力する' });
  const ends = page.getByRole('button', { name: 'この件を終える' });
  await none.or(ends).first().waitFor();
  if (await ends.isVisible()) await ends.click();
  await expect(none).toBeVisible();
  await page.goto('/settings/organisation');
  await page.getByLabel('ほかの人の記録を見るときは、目的を入力する').check();
  await page.getByRole('button', { name: '保存する', exact: true }).click();
  await expect(page.getByText('保存しました。')).toBeVisible();
  await page.goto('/endpoints');
  await page.getByRole('link', { name: house.machine }).click();
  const needed = page.getByText('この記録を見るには目的が要ります').first();
  await expect(needed).toBeVisible();
  await page.getByRole('button', { name: '目的を入力する' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('目的', { exact: true }).fill('持ち出しの調査');
  await dialog.getByRole('button', { name: '記録を見る' }).click();
  await expect(needed).toHaveCount(0);
  await page.goto('/events');
  await expect(page.getByText('持ち出しの調査')).toBeVisible();
  await expect(page.getByRole('table', { name: 'ログ検索' })).toBeVisible();
  // The houses of other tests are as they were.
  await page.getByRole('button', { name: 'この件を終える' }).click();
  await expect(page.getByRole('heading', { name: '何のために記録を見ますか' })).toBeVisible();
  await page.goto('/settings/organisation');
  await page.getByLabel('ほかの人の記録を見るときは、目的を入力する').uncheck();
  await page.getByRole('button', { name: '保存する', exact: true }).click();
  await expect(page.getByText('保存しました。')).toBeVisible();
});
