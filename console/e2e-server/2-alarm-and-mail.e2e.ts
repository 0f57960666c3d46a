import { execFileSync } from 'node:child_process';
import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { watch } from '../e2e/watch';
import type { House } from './house';
import { openMailbox, type Mailbox } from './mailbox';
import { comeIn, door, expect, needsPrograms, test } from './test';

needsPrograms();
test.describe.configure({ mode: 'serial' });

let page: Page;
let mailbox: Mailbox;
let complained: () => void;

const panel = (): Locator => page.getByRole('complementary', { name: '選んだ警告' });
const list = (): Locator => page.getByRole('table', { name: '警告' });
const title = 'サーバー証明書の期限が近い';

/** Puts in the place of the server's certificate one by the same authority that ends in ten days; gives back how to undo it. */
function shortenCertificate(house: House): () => void {
  const at = (name: string): string => join(house.folder, 'server', name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  openssl('req', '-new', '-key', at('server.key'), '-subj', '/CN=127.0.0.1', '-out', at('wish.pem'));
  openssl('x509', '-req', '-in', at('wish.pem'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-set_serial', '2', '-days', '10',
    '-extfile', at('names'), '-out', at('short.pem'));
  copyFileSync(at('server.pem'), at('long.pem'));
  renameSync(at('short.pem'), at('server.pem'));
  return () => {
    renameSync(at('long.pem'), at('server.pem'));
  };
}

test.beforeAll(async ({ browser, house }) => {
  mailbox = await openMailbox();
  page = await door(browser, house);
  complained = watch(page);
  await comeIn(page, house);
});
test.afterAll(async () => {
  await page.context().close();
  await mailbox.stop();
});
test.afterEach(() => {
  complained();
});

test('the test mail arrives at the mail server that the settings name', async () => {
  await page.goto('/settings/organisation');
  await page.getByLabel('メールサーバー').fill('127.0.0.1');
  await page.getByLabel('ポート').fill(String(mailbox.port));
  await page.getByRole('combobox', { name: '暗号化' }).click();
  await page.getByRole('option', { name: 'なし' }).click();
  await page.getByLabel('差出人').fill('yagura@minato.example');
  await page.getByRole('combobox', { name: '警告を受け取る人' }).fill('saeki@minato.example');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'メールの設定を保存' }).click();
  await expect(page.getByText('保存しました。')).toBeVisible();
  await page.getByLabel('宛先', { exact: true }).fill('miura@minato.example');
  await page.getByRole('button', { name: '送ってみる' }).click();
  await expect(page.getByText('受け付けられました。')).toBeVisible();
  expect(mailbox.mails).toHaveLength(1);
  expect(mailbox.mails[0]?.to).toEqual(['miura@minato.example']);
  expect(mailbox.mails[0]?.subject).toContain('Yagura');
});

test('an alarm appears in the list, on the morning page and in the mail of those who are to hear of it', async ({ house }) => {
  const undo = shortenCertificate(house);
  try {
    await expect(async () => {
      await page.goto('/alarms?state=open');
      await expect(list().getByRole('row', { name: new RegExp(title) })).toContainText('サーバー', { timeout: 2000 });
    }).toPass({ timeout: 60_000 });
    await page.goto('/');
    await expect(page.getByRole('main').getByText(title).first()).toBeVisible();
    await expect.poll(() => mailbox.mails.find(({ text }) => text.includes('サーバー証明書の期限が近づいています'))?.to, { timeout: 30_000 })
      .toEqual(['saeki@minato.example']);
    await page.goto('/alarms?state=open');
    await list().getByRole('button', { name: new RegExp(`^${title}`) }).click();
    await expect(panel().getByText('いまも続いています')).toBeVisible();
    await expect(panel().getByText('残りの日数')).toBeVisible();
  } finally {
    undo();
  }
});

test('somebody takes it on with a note; it ends by itself when its cause is gone', async () => {
  await panel().getByLabel('書き残す').fill('証明書を戻しています。');
  await panel().getByRole('button', { name: '自分が担当する' }).click();
  await expect(panel().getByText('対応中')).toBeVisible();
  await expect(panel().getByText('admin', { exact: true })).toBeVisible();
  await expect(async () => {
    await page.reload();
    await expect(panel().getByText('原因がなくなり、ひとりでに終わりました。')).toBeVisible({ timeout: 2000 });
  }).toPass({ timeout: 60_000 });
});

test('a note can be added afterwards and stays with the alarm, and its handling is in the audit log', async () => {
  await page.goto('/alarms');
  await list().getByRole('button', { name: new RegExp(`^${title}`) }).click();
  await expect(panel().getByLabel('書き残す')).toHaveValue('証明書を戻しています。');
  await panel().getByLabel('書き残す').fill('元の証明書に戻しました。');
  const keep = panel().getByRole('button', { name: '書いたものだけ保存する' });
  await keep.click();
  await expect(keep).toHaveCount(0);
  await expect(panel().getByText('対応済み', { exact: true })).toBeVisible();
  await page.reload();
  await expect(panel().getByLabel('書き残す')).toHaveValue('元の証明書に戻しました。');
  await page.goto('/settings/audit');
  await expect(page.getByRole('table', { name: '監査' }).getByRole('cell', { name: '警告への対応', exact: true }).first()).toBeVisible();
});
