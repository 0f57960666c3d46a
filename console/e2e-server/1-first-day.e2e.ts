import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { settled, watch } from '../e2e/watch';
import { comeIn, door, expect, needsPrograms, password, test } from './test';

needsPrograms();
test.describe.configure({ mode: 'serial' });

let page: Page;
let complained: () => void;

test.beforeAll(async ({ browser, house }) => {
  page = await door(browser, house);
  complained = watch(page);
});
test.afterAll(async () => {
  await page.context().close();
});
test.afterEach(() => {
  complained();
});

const panel = (name: string): Locator => page.getByRole('complementary', { name });

async function chooseGroup(within: Page | Locator, label: string, group: string): Promise<void> {
  await within.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: group }).click();
}

test('the one-time link opens the door once, and asks for a password', async ({ house }) => {
  await comeIn(page, house);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(new URL(page.url()).hash).toBe('');
});

test('the checklist of the first day leads to what it is about, and remembers what is done', async ({ house }) => {
  await page.goto('/settings/first-run');
  const organisation = page.getByRole('listitem').filter({ hasText: '組織の名前' });
  await expect(organisation.getByText('これから')).toBeVisible();
  await organisation.getByRole('link', { name: '設定する' }).click();
  await page.getByLabel('組織の名前').fill('みなと精機');
  await page.getByLabel('控えを置くフォルダー').fill(`${house.folder}/backups`);
  await page.getByRole('button', { name: '保存する', exact: true }).click();
  await expect(page.getByText('保存しました。')).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'メニュー' }).getByText('みなと精機')).toBeVisible();
  await page.goto('/settings/first-run');
  await expect(organisation.getByText('済み')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: `${house.folder}/backups` }).getByText('済み')).toBeVisible();
  await page.getByRole('button', { name: '飛ばす: メール' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: '急ぎの知らせ' }).getByText('飛ばした')).toBeVisible();
});

test('a backup is made while the server goes on, and says where it lies', async ({ house }) => {
  await page.goto('/settings/organisation');
  const made = page.getByRole('region', { name: '取った控え' });
  await made.getByRole('button', { name: 'いま控えを取る' }).click();
  await expect(made.getByText('済み')).toBeVisible({ timeout: 30_000 });
  await expect(made.getByText(`${house.folder}/backups/`)).toBeVisible();
});

test('a test mail that cannot go quotes why', async () => {
  await page.goto('/settings/organisation');
  await page.getByLabel('メールサーバー').fill('127.0.0.1');
  await page.getByLabel('ポート').fill('9');
  await page.getByRole('combobox', { name: '暗号化' }).click();
  await page.getByRole('option', { name: 'なし' }).click();
  await page.getByLabel('差出人').fill('yagura@minato.example');
  await page.getByRole('button', { name: 'メールの設定を保存' }).click();
  await page.getByLabel('宛先').fill('saeki@minato.example');
  await page.getByRole('button', { name: '送ってみる' }).click();
  await expect(page.getByText(/送れませんでした。.*Connection refused/)).toBeVisible({ timeout: 30_000 });
});

test('a quiet server has no alarms', async () => {
  await page.goto('/alarms');
  await expect(page.getByText('警告はありません。')).toBeVisible();
});

test('this machine is there with its inventory', async ({ house }) => {
  await page.goto('/endpoints');
  await page.getByRole('link', { name: house.machine }).click();
  await expect(page.getByRole('heading', { level: 1, name: house.machine })).toBeVisible();
  await expect(page.getByText('応答あり').first()).toBeVisible();
  const machine = page.getByRole('region', { name: 'この端末' });
  await expect(machine.getByText(/Debian|Linux/).first()).toBeVisible();
  await page.getByRole('link', { name: 'ソフトウェア' }).click();
  await page.getByRole('searchbox', { name: /ソフトウェア|名前/ }).fill('bash');
  await expect(page.getByRole('row', { name: /^bash / })).toBeVisible();
});

test('the log is opened, and a purpose is said once', async () => {
  await page.goto('/events');
  await page.getByRole('button', { name: '目的を入力する' }).click();
  await page.getByLabel('目的', { exact: true }).fill('導入の確認');
  await page.getByRole('button', { name: '記録を見る' }).click();
  await expect(page.getByText('導入の確認')).toBeVisible();
  await expect(page.getByRole('table', { name: 'ログ検索' })).toBeVisible();
});

test('a program that runs now is found by its words and narrowed by its kind', async ({ house }) => {
  const marker = `marker-${String(process.pid)}`;
  execFileSync('/usr/bin/env', ['true', marker]);
  await expect(async () => {
    await page.goto(`/events?text=${marker}&kind=process.start`);
    await settled(page);
    await expect(page.getByRole('row', { name: new RegExp(marker) }).first()).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 30_000 });
  await page.getByRole('row', { name: new RegExp(marker) }).first().getByRole('button').first().click();
  await expect(panel('選んだ記録').getByText(house.machine).first()).toBeVisible();
  await expect(panel('選んだ記録').getByText(marker).first()).toBeVisible();
  await page.goto(`/events?text=${marker}&kind=file.*`);
  await expect(page.getByText('この条件に合う記録はありません。')).toBeVisible();
});

test('the log is asked in its own language, and what is found is a file', async ({ house }) => {
  const marker = `marker-${String(process.pid)}`;
  await page.goto('/events');
  const bar = page.getByRole('combobox', { name: '検索の条件' });
  await bar.fill(`コマンド：${marker} 端末=${house.machine} 以降:1h -種類:process.exit`);
  await page.getByRole('button', { name: '検索', exact: true }).click();
  await expect(page.getByRole('row', { name: new RegExp(marker) }).first()).toBeVisible();
  await expect(page.getByRole('navigation', { name: '内訳' }).getByRole('button', { name: /プロセスの開始/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /なぞると期間を絞ります/ })).toBeVisible();
  await page.getByRole('button', { name: '書き出し', exact: true }).click();
  await page.getByRole('button', { name: 'CSV（Excel）' }).click();
  const fetched = page.waitForEvent('download');
  await page.getByRole('link', { name: /CSVを受け取る/ }).click();
  const text = readFileSync(await (await fetched).path(), 'utf8');
  expect(text.startsWith('\ufeff発生,')).toBe(true);
  expect(text).toContain(marker);
});

test('a group is made', async () => {
  await page.goto('/groups');
  await page.getByRole('button', { name: 'グループを作る' }).click();
  await panel('グループの内容').getByLabel('名前').fill('試し運用');
  await panel('グループの内容').getByRole('button', { name: '保存する' }).click();
  await expect(page.getByRole('list', { name: 'グループ' }).getByRole('button', { name: '試し運用' })).toBeVisible();
});

test('an enrolment token shows its commands once, each to be copied', async ({ house }) => {
  await page.goto('/settings/enrolment');
  await page.getByRole('button', { name: '登録キーを作る' }).click();
  const made = panel('登録キーの内容');
  await made.getByLabel('名前').fill('営業所の入れ替え');
  await made.getByRole('button', { name: '作る' }).click();
  await expect(made.getByText('登録キーができました')).toBeVisible();
  await expect(made.getByLabel('Linux', { exact: true })).toContainText(`enrol --server ${house.url}`);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await made.getByRole('button', { name: '写す: Linux' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('yagura-agent enrol');
  await made.getByRole('button', { name: '閉じる' }).click();
  await page.getByRole('button', { name: '営業所の入れ替え' }).click();
  await expect(made.getByText('yagura-agent enrol')).toHaveCount(0);
});

test('a policy is edited, its change is shown before it is saved, and it reaches this machine', async ({ house }) => {
  await page.goto('/policies?feature=operation_log');
  await page.getByRole('link', { name: /^ここで決める: 全社/ }).click();
  await page.getByLabel('終わりも記録する').click();
  await page.getByRole('button', { name: '変わるところを確かめる' }).click();
  const preview = page.getByRole('region', { name: '変わるところ' });
  await expect(preview.getByText('1台が対象です。')).toBeVisible();
  await expect(preview.getByRole('row', { name: /終わりも記録する/ })).toBeVisible();
  await preview.getByRole('combobox', { name: '広げ方' }).click();
  await page.getByRole('option', { name: '一度に全台へ' }).click();
  await preview.getByLabel('変えた理由').fill('行が多すぎるため');
  await preview.getByRole('button', { name: '保存して展開を始める' }).click();
  await expect(page.getByText('第1版、admin')).toBeVisible();
  await expect(page.getByRole('region', { name: '展開' }).getByText('行き渡った')).toBeVisible({ timeout: 30_000 });
  await page.goto('/endpoints');
  await page.getByRole('link', { name: house.machine }).click();
  await page.getByRole('link', { name: '適用中の決まり' }).click();
  await expect(page.getByRole('row', { name: /終わりも記録する しない 全社/ })).toBeVisible();
});

test('a policy that narrows nothing is refused with the place that is wrong', async () => {
  await page.goto('/policies?feature=operation_log');
  await page.getByRole('link', { name: '第1版' }).click();
  await page.getByRole('button', { name: 'YAML で' }).click();
  const yaml = page.getByLabel('YAML', { exact: true });
  await yaml.fill('processes:\n  exclude:\n    - name: すべて\n');
  await page.getByRole('button', { name: '変わるところを確かめる' }).click();
  await page.getByLabel('変えた理由').fill('試し');
  await page.getByRole('button', { name: '保存して展開を始める' }).click();
  await expect(page.getByText('1か所に使えない値があります。')).toBeVisible();
});

test('a permission is given to one endpoint, with its reason and its end', async ({ house }) => {
  await page.goto('/grants?open=new');
  const grant = panel('許可の内容');
  await grant.getByRole('combobox', { name: '誰に' }).click();
  await page.getByRole('option', { name: '端末' }).click();
  await grant.getByRole('combobox', { name: '端末' }).fill(house.machine);
  await page.getByRole('option', { name: house.machine }).first().click();
  await grant.getByLabel(/許す中身/).fill('processes:\n  hash: false\n');
  await grant.getByLabel('理由').fill('検証のため');
  await grant.getByRole('button', { name: '許可を出す' }).click();
  await expect(page.getByRole('row', { name: /検証のため/ })).toContainText('有効');
});

test('a list of people with a bad row imports nobody; the mended list is imported', async () => {
  const list = (...lines: string[]): { name: string; mimeType: string; buffer: Buffer } => ({
    name: 'meibo.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(['社員番号,氏名,カナ,メール,部署', ...lines].join('\n')),
  });
  const good = 'M001,三浦 由美子,みうら ゆみこ,miura@minato.example,経理部';
  await page.goto('/people/import');
  await page.getByLabel('CSVファイルを選ぶ').setInputFiles(list(good, 'M002,今井 蓮,いまい れん,not-an-address,総務部'));
  await expect(page.getByRole('row', { name: /3行目 メール メールアドレスの形ではありません/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /人を取り込む/ })).toBeDisabled();
  await page.getByLabel('CSVファイルを選ぶ').setInputFiles(list(good));
  await page.getByRole('button', { name: '1人を取り込む' }).click();
  await expect(page.getByText('1人を取り込みました')).toBeVisible();
  await page.goto('/people?q=ミウラ');
  await expect(page.getByRole('row', { name: /三浦 由美子/ })).toBeVisible();
});

test('an administrator is made with one\'s own password, and gets a one-time link', async () => {
  await page.goto('/settings/admins?open=new');
  const made = panel('管理者の内容');
  await made.getByLabel('サインインの名前').fill('okada');
  await made.getByLabel('名前', { exact: true }).fill('岡田 真理');
  await made.getByRole('combobox', { name: '役割' }).click();
  await page.getByRole('option', { name: '監査担当' }).click();
  await made.getByLabel(/あなたのパスワード|自分のパスワード/).fill('wrong');
  await made.getByRole('button', { name: '加えてリンクを作る' }).click();
  await expect(made.getByText(/パスワードが違います/)).toBeVisible();
  await made.getByLabel(/あなたのパスワード|自分のパスワード/).fill(password);
  await made.getByRole('button', { name: '加えてリンクを作る' }).click();
  await expect(made.getByText(/\/sign-in#/)).toBeVisible();
  await made.getByRole('button', { name: '閉じる' }).click();
  await expect(page.getByRole('row', { name: /岡田 真理/ })).toContainText('監査担当');
});

test('an API token is shown once', async () => {
  await page.goto('/settings/tokens');
  await page.getByRole('button', { name: 'トークンを作る' }).click();
  const made = panel('トークンの内容');
  await made.getByLabel('名前').fill('資産台帳への転記');
  await made.getByRole('button', { name: '作る', exact: true }).click();
  await expect(made.getByLabel('トークン', { exact: true })).toContainText('yg');
  await made.getByRole('button', { name: '閉じる' }).click();
  await expect(page.getByRole('row', { name: /資産台帳への転記/ })).toContainText('有効');
});

test('a command is given and seen done', async ({ house }) => {
  await page.goto('/endpoints');
  await page.getByRole('link', { name: house.machine }).click();
  await page.getByRole('link', { name: '指示の履歴' }).click();
  await page.getByRole('button', { name: 'いま集め直す' }).click();
  await expect(page.getByRole('row', { name: /資産を集め直す/ }).first()).toContainText('完了', { timeout: 30_000 });
});

test('a notice goes to all, and its delivery is counted', async () => {
  await page.goto('/settings/notices?open=new');
  const notice = panel('知らせの内容');
  await notice.getByLabel('題').fill('今夜の停止');
  await notice.getByLabel('本文').fill('20時から30分、ファイルサーバーが止まります。');
  await chooseGroup(notice, '送る相手のグループ', '全社');
  await expect(notice.getByText('1台に出ます。')).toBeVisible();
  await notice.getByRole('button', { name: '送る' }).click();
  await expect(page.getByRole('row', { name: /今夜の停止/ })).toBeVisible();
});

test('the audit log has all of it, with who did it', async () => {
  await page.goto('/settings/audit');
  const audit = page.getByRole('table', { name: '監査' });
  for (const act of [
    'サインイン', '設定の変更', '記録の閲覧', 'グループの作成', '登録キーの作成', '決まりの変更', '許可',
    '名簿の取り込み', '管理者の追加', 'トークンの作成', '指示', '知らせ', '控えの開始', 'メールの試し送り',
  ]) {
    await expect(audit.getByRole('cell', { name: act, exact: true }).first(), act).toBeVisible();
  }
  await audit.getByRole('row', { name: /決まりの変更/ }).first().getByRole('button').click();
  await expect(panel('選んだ行').getByText('行が多すぎるため')).toBeVisible();
});

test('signing out closes the door', async () => {
  await page.getByRole('button', { name: 'Administrator のメニュー' }).click();
  await page.getByRole('menuitem', { name: 'サインアウト' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'サインイン' })).toBeVisible();
  await page.goto('/endpoints');
  await expect(page.getByRole('heading', { level: 1, name: 'サインイン' })).toBeVisible();
});
