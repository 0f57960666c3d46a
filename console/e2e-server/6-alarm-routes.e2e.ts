import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Locator, Page } from '@playwright/test';
import { settled, watch } from '../e2e/watch';
import { openMailbox, type Mailbox } from './mailbox';
import { comeIn, door, expect, needsPrograms, test } from './test';

needsPrograms();
test.describe.configure({ mode: 'serial' });

let page: Page;
let mailbox: Mailbox;
let program: Server;
const taken: unknown[] = [];
let answer = 200;
let complained: () => void;

const list = (): Locator => page.getByRole('table', { name: '送り先' });
const row = (name: string): Locator => list().getByRole('rowgroup').filter({ has: page.getByRole('rowheader', { name }) });
const hook = (): string => `http://127.0.0.1:${String((program.address() as AddressInfo).port)}/alarms?key=secret`;

test.beforeAll(async ({ browser, house }) => {
  mailbox = await openMailbox();
  program = createServer((request, response) => {
    void json(request).then((body) => {
      taken.push(body);
      response.writeHead(answer).end(answer === 200 ? 'ok' : 'no such channel');
    });
  });
  await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve));
  page = await door(browser, house);
  complained = watch(page);
  await comeIn(page, house);
});
test.afterAll(async () => {
  await page.context().close();
  await mailbox.stop();
  program.close();
});
test.afterEach(() => {
  complained();
});

test('where there are no routes, the page says what they are good for', async () => {
  await page.goto('/settings/alarm-routes');
  await settled(page);
  await expect(list().getByRole('row').nth(1)).toContainText('警告を受け取る人');
  await expect(page.getByText('ほかの送り先はまだありません。', { exact: false })).toBeVisible();
});

test('a route to a program is made, and a trial arrives as the page says', async () => {
  await page.getByRole('button', { name: '送り先を作る' }).click();
  await page.getByLabel('名前', { exact: true }).fill('台帳へ');
  await page.getByRole('radio', { name: /^JSON/ }).check();
  const url = page.getByRole('textbox', { name: 'Webhook のアドレス' });
  await url.fill('http://hooks.example.jp/x');
  await page.getByRole('button', { name: 'この送り先を作る' }).click();
  await expect(page.getByText('https:// で始まる Webhook のアドレスを書いてください')).toBeVisible();
  await url.fill(hook());
  await page.getByRole('button', { name: 'この送り先を作る' }).click();
  await expect(page.getByText('いまは 127.0.0.1 のアドレスです。')).toBeVisible();
  await expect(page.getByText('すべての警告を、すぐにJSON（127.0.0.1）へ送ります。')).toBeVisible();
  await expect(url).toHaveValue('');
  expect(await (await page.request.get('/api/v1/alarm-routes')).text()).not.toContain('secret');
  await page.getByRole('region', { name: '試す' }).getByRole('button', { name: '試す' }).click();
  await expect(page.getByText('受け取られました。')).toBeVisible();
  expect(taken).toHaveLength(1);
  expect(JSON.stringify(taken[0])).toContain('試験の警告です');
});

test('what the other end answers is quoted in red until something arrives, also after the route was changed', async () => {
  await page.getByLabel('名前', { exact: true }).fill('台帳のプログラムへ');
  await page.getByRole('combobox', { name: '重さ' }).click();
  await page.getByRole('option', { name: '高以上' }).click();
  await page.getByRole('button', { name: '保存する' }).click();
  await expect(page.getByText('保存しました。')).toBeVisible();
  // The server keeps the address, which the page does not know.
  await page.getByRole('region', { name: '試す' }).getByRole('button', { name: '試す' }).click();
  // The page may still show how the trial before went.
  await expect.poll(() => taken.length).toBe(2);
  await expect(page.getByText('受け取られました。')).toBeVisible();
  answer = 404;
  await page.getByRole('link', { name: '一覧へ戻る' }).click();
  await page.getByRole('button', { name: '「台帳のプログラムへ」を試す' }).click();
  await expect(row('台帳のプログラムへ').getByRole('status').getByText(/answered 404.*: no such channel/)).toBeVisible();
  await expect(row('台帳のプログラムへ').getByText('届いていません')).toBeVisible();
  await expect(row('台帳のプログラムへ')).toContainText('重さ「高」以上のすべての警告');
});

test('who was not first keeps what they wrote until they read it again', async () => {
  await list().getByRole('link', { name: '台帳のプログラムへ' }).click();
  await page.getByLabel('名前', { exact: true }).fill('だれかの台帳へ');
  const status = await page.evaluate(async () => {
    const { items } = (await (await fetch('/api/v1/alarm-routes')).json()) as { items: Record<string, unknown>[] };
    const [{ id, name, on, to } = {}] = items;
    const body = JSON.stringify({ name, on, to, least: 'critical' });
    const headers = { 'If-Match': '*', 'Content-Type': 'application/json' };
    return (await fetch(`/api/v1/alarm-routes/${String(id)}`, { method: 'PUT', headers, body })).status;
  });
  expect(status).toBe(200);
  await page.getByRole('button', { name: '保存する' }).click();
  await expect(page.getByRole('alert')).toContainText('ほかの人が先に変えました');
  await expect(page.getByLabel('名前', { exact: true })).toHaveValue('だれかの台帳へ');
  await page.getByRole('button', { name: 'いまの内容を読み直す' }).click();
  await expect(page.getByRole('combobox', { name: '重さ' })).toHaveValue('至急だけ');
  await expect(page.getByLabel('名前', { exact: true })).toHaveValue('台帳のプログラムへ');
});

test('a mail in own words arrives as it was shown', async () => {
  await page.goto('/settings/organisation');
  await page.getByLabel('メールサーバー').fill('127.0.0.1');
  await page.getByLabel('ポート').fill(String(mailbox.port));
  await page.getByRole('combobox', { name: '暗号化' }).click();
  await page.getByRole('option', { name: 'なし' }).click();
  await page.getByLabel('差出人').fill('yagura@minato.example');
  await page.getByRole('button', { name: 'メールの設定を保存' }).click();
  await expect(page.getByText('保存しました。')).toBeVisible();
  await page.goto('/settings/alarm-routes?open=new');
  await page.getByLabel('名前', { exact: true }).fill('当番へ');
  await page.getByRole('combobox', { name: '宛先' }).fill('toban@minato.example');
  await page.keyboard.press('Enter');
  await page.getByLabel('件名', { exact: true }).fill('当番へ: %TITLE% ×%COUNT%');
  await page.getByLabel('警告ごとの文').fill('%TIME% に %HOST% で');
  await expect(page.getByRole('group', { name: '届くメール' })).toContainText(/当番へ: .+ ×1/);
  await page.getByRole('button', { name: 'この送り先を作る' }).click();
  await page.getByRole('region', { name: '試す' }).getByRole('button', { name: '試す' }).click();
  await expect(page.getByText('メールの列に入りました。')).toBeVisible();
  await expect.poll(() => mailbox.mails.find(({ to }) => to.includes('toban@minato.example'))?.subject, { timeout: 30_000 }).toBe('当番へ: 試験の警告です ×1');
  expect(mailbox.mails.find(({ to }) => to.includes('toban@minato.example'))?.text).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} に - で/);
});

test('a route is switched off in its row and removed after a question, and the audit log has it all', async () => {
  await page.goto('/settings/alarm-routes');
  const turn = page.getByRole('switch', { name: '「当番へ」を使う' });
  // The row shows it at once; a page that is loaded anew before the server has it would take it back.
  const kept = page.waitForResponse((answer) => answer.request().method() === 'PUT' && answer.ok());
  await turn.click({ force: true });
  await expect(turn).not.toBeChecked();
  await kept;
  await page.reload();
  await expect(turn).not.toBeChecked();
  for (const name of ['当番へ', '台帳のプログラムへ']) {
    await list().getByRole('link', { name }).click();
    await page.getByRole('button', { name: /^この送り先を消す…/ }).click();
    await page.getByRole('button', { name: 'この送り先を消す', exact: true }).click();
    await expect(list().getByRole('link', { name })).toHaveCount(0);
  }
  await page.goto('/settings/audit');
  const audit = page.getByRole('table', { name: '監査' });
  await expect(audit.getByRole('cell', { name: '警告の送り先を削除', exact: true })).toHaveCount(2);
  await expect(audit.getByRole('cell', { name: '警告の送り先を試験', exact: true })).toHaveCount(4);
});
