import type { Page } from '@playwright/test';
import { settled, watch } from '../e2e/watch';
import { askForMine } from './person';
import { comeIn, door, expect, needsPrograms, test } from './test';

needsPrograms();
test.describe.configure({ mode: 'serial' });

const title = '避難訓練について';

let admin: Page;
let mine: Page;
let complained: (() => void)[];

test.beforeAll(async ({ browser, house }) => {
  admin = await door(browser, house);
  mine = await door(browser, house);
  complained = [watch(admin), watch(mine)];
  await comeIn(admin, house);
});
test.afterAll(async () => {
  await admin.context().close();
  await mine.context().close();
});
test.afterEach(() => {
  for (const check of complained) check();
});

test('an administrator writes a survey and sends it to everybody', async () => {
  await admin.goto('/surveys/new');
  await admin.getByLabel('題名', { exact: true }).fill(title);
  const first = admin.getByRole('group', { name: '質問1' });
  await first.getByLabel('質問の文').fill('場所は分かりましたか');
  await first.getByLabel('選択肢').fill('はい\nいいえ');
  await admin.getByRole('button', { name: '質問を足す' }).click();
  const second = admin.getByRole('group', { name: '質問2' });
  await second.getByLabel('質問の文').fill('気づいたこと');
  await second.getByRole('combobox', { name: '答え方' }).click();
  await admin.getByRole('option', { name: '長い文' }).click();
  await admin.getByRole('combobox', { name: 'グループを足す' }).click();
  await admin.getByRole('option').first().click();
  await admin.getByRole('button', { name: '下書きを保存する' }).click();
  await expect(admin.getByText(/今なら 1台の端末/)).toBeVisible();
  await admin.getByRole('button', { name: 'すぐに送る' }).click();
  await expect(admin.getByText('答えはまだありません。')).toBeVisible();
});

test('the person comes to it without a password and answers on their own page', async ({ house }) => {
  const to = askForMine(house);
  const survey = admin.url().split('/').at(-1) ?? '';
  // As the pop-up's button asks for it.
  await mine.goto(`${to.pathname}?to=/me/surveys/${survey}${to.hash}`);
  await mine.getByRole('button', { name: 'サインインする' }).click();
  await expect(mine.getByRole('heading', { level: 1, name: title })).toBeVisible();
  await expect(mine.getByText(/記名のアンケートです/)).toBeVisible();
  await mine.getByRole('radio', { name: 'はい' }).check();
  await mine.getByRole('button', { name: '送る', exact: true }).click();
  await expect(mine.getByText('答えてください')).toHaveCount(1);
  await mine.getByLabel(/気づいたこと/).fill('<b>階段</b>が暗い');
  await mine.getByRole('button', { name: '送る', exact: true }).click();
  await expect(mine.getByText('答えを送りました。ありがとうございました。')).toBeVisible();
  await mine.goto('/me/surveys');
  await expect(mine.getByText('回答済み')).toBeVisible();
});

test('the answer is in the results and in the file, and the end is the end', async () => {
  await admin.reload();
  await settled(admin);
  const question = admin.getByRole('region', { name: '場所は分かりましたか' });
  await expect(question.getByRole('listitem').filter({ hasText: 'はい' })).toContainText('1人（100%）');
  await expect(admin.getByRole('list', { name: '書かれたこと' })).toContainText('<b>階段</b>が暗い');
  const file = await admin.request.get((await admin.getByRole('link', { name: 'CSVで保存' }).getAttribute('href')) ?? '');
  expect(await file.text()).toContain(',はい,<b>階段</b>が暗い');
  await admin.getByRole('button', { name: /^今すぐ終える/ }).click();
  await admin.getByRole('button', { name: '今すぐ終える', exact: true }).click();
  await expect(admin.getByRole('button', { name: /^答えごと取り除く/ })).toBeVisible();
  await mine.getByRole('link', { name: title }).click();
  await expect(mine.getByText('このアンケートは終わりました。答えは受け付けていません。')).toBeVisible();
  await expect(mine.getByRole('radio', { name: 'はい' })).toBeDisabled();
});
