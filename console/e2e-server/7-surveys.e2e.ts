import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import type { Page } from '@playwright/test';
import { settled, watch } from '../e2e/watch';
import type { House } from './house';
import { comeIn, door, expect, needsPrograms, test } from './test';

needsPrograms();
test.describe.configure({ mode: 'serial' });

/** Who sits at this machine: an account that every Linux has, or, without the right to become it, ours. */
const asRoot = process.getuid?.() === 0;
const person = asRoot ? { uid: 65534, gid: 65534 } : userInfo();
const title = '避難訓練について';

let admin: Page;
let mine: Page;
let complained: (() => void)[];

/** The link that the session program gives the browser to open. */
function link(house: House): URL {
  const desktop = join(house.folder, 'desktop-surveys');
  mkdirSync(desktop, { recursive: true });
  // Where the programs lie, the account may not be allowed to look.
  copyFileSync(join(house.programs, 'yagura-session'), join(desktop, 'yagura-session'));
  // A desktop whose browser writes down what it is to open.
  writeFileSync(join(desktop, 'xdg-open'), `#!/bin/sh\nprintf '%s' "$1" >'${desktop}/opened'\n`);
  for (const name of ['yagura-session', 'xdg-open']) chmodSync(join(desktop, name), 0o755);
  chownSync(desktop, person.uid, person.gid);
  execFileSync(join(desktop, 'yagura-session'), ['--mine', '--socket', house.socket], {
    uid: person.uid,
    gid: person.gid,
    cwd: '/',
    env: { PATH: `${desktop}:/usr/bin:/bin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new URL(readFileSync(join(desktop, 'opened'), 'utf8'));
}

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
  const to = link(house);
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
