import { expect, test } from '../../../console/e2e/test';
import { watch } from '../../../console/e2e/watch';

const head = 'employee_number,name,kana,email,department';
const good = 'M09001,新井 葵,あらい あおい,arai.a@minato.example,本社 総務部';
const bad = ['M09002,,なまえなし,x@minato.example,本社 総務部', 'M09003,今井 蓮,いまい れん,not-an-address,本社 総務部'];
const csv = (...lines: string[]): { name: string; mimeType: string; buffer: Buffer } => ({
  name: 'meibo.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from([head, ...lines].join('\n')),
});

test('a file with bad rows names them by line and imports nobody; the mended one is imported', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/people/import');
  await page.getByLabel('CSVファイルを選ぶ').setInputFiles(csv(good, ...bad));
  const unread = page.getByRole('table', { name: '読めない行' });
  await expect(unread.getByRole('row', { name: '3行目 名前 書かれていません —' })).toBeVisible();
  await expect(unread.getByRole('row', { name: /4行目 メール メールアドレスの形ではありません not-an-address/ })).toBeVisible();
  await expect(page.getByRole('button', { name: '1人を取り込む' })).toBeDisabled();
  await page.getByLabel('CSVファイルを選ぶ').setInputFiles(csv(good));
  await page.getByRole('button', { name: '1人を取り込む' }).click();
  await expect(page.getByText('1人を取り込みました')).toBeVisible();
  await page.getByRole('navigation', { name: 'この部屋のページ' }).getByRole('link', { name: '利用者' }).click();
  await page.getByRole('searchbox').fill('あらい');
  await expect(page.getByRole('row', { name: /新井 葵/ })).toBeVisible();
  complained();
});

test('a file in Shift_JIS is read too', async ({ page }) => {
  // 氏名 "新井" in CP932.
  const line = Buffer.concat([Buffer.from(`${head}\nM09010,`), Buffer.from([0x90, 0x56, 0x88, 0xe4]), Buffer.from(',,,\n')]);
  await page.goto('/people/import');
  await page.getByLabel('CSVファイルを選ぶ').setInputFiles({ name: 'meibo.csv', mimeType: 'text/csv', buffer: line });
  await expect(page.getByText('Shift_JIS (CP932)')).toBeVisible();
  await expect(page.getByRole('button', { name: '1人を取り込む' })).toBeEnabled();
});
