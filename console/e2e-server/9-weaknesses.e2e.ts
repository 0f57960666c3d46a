import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { settled, watch } from '../e2e/watch';
import { outside, whole } from '../e2e/whole';
import { comeIn, door, expect, needsPrograms, speak, test } from './test';

needsPrograms();
test.describe.configure({ mode: 'serial', timeout: 240_000 });

const cve = 'CVE-2026-90099';
const weakness = `/vulnerabilities/weaknesses/${cve}`;

/** A package of this machine and the name of its release; null where dpkg has none. Nothing of either is changed. */
function installed(): { release: string; source: string; version: string } | null {
  const release = existsSync('/etc/os-release') ? /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] : undefined;
  if (release === undefined || !existsSync('/etc/debian_version') || !existsSync('/usr/bin/dpkg-query')) return null;
  const [source = '', version = ''] = execFileSync('dpkg-query', ['-W', '-f', '${source:Package} ${source:Version}', 'bash'], { encoding: 'utf8' }).split(' ');
  return { release, source, version };
}

const here = installed();
if (here === null) process.stdout.write('SKIPPED: this machine is no Debian, so that a small file of Debian\'s tracker says nothing of it\n');
test.skip(here === null, 'this machine is no Debian');

/** What Debian's tracker would say if a version that nobody has mended this machine's shell. */
const tracker = JSON.stringify({
  [here?.source ?? '']: { [cve]: { description: 'a shell does what a file name says', releases: { [here?.release ?? '']: { status: 'resolved', fixed_version: '999:1', urgency: 'high', repositories: { [here?.release ?? '']: here?.version ?? '' } } } } },
});
const exploited = JSON.stringify({ title: 'KEV', catalogVersion: '1', dateReleased: '2026-11-01T00:00:00.000Z', count: 1, vulnerabilities: [{ cveID: cve, dateAdded: '2026-11-01', dueDate: '2026-11-22', knownRansomwareCampaignUse: 'Known', vulnerabilityName: 'Shell File Name Execution', requiredAction: 'Update.' }] });

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

/** Imports a file by the page of feeds. */
async function importInto(feed: string, name: string, text: string): Promise<void> {
  await page.goto('/vulnerabilities/feeds');
  await page.getByRole('table', { name: '情報源' }).getByRole('button', { name: feed, exact: true }).click();
  const panel = page.getByRole('complementary', { name: 'この情報源' });
  await panel.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
  await panel.getByRole('button', { name: '取り込む', exact: true }).click();
  await expect(panel.getByRole('status').getByText('取り込みました')).toBeVisible();
  await expect(panel.getByRole('region', { name: 'これまでの取り込み' })).toContainText(name);
}

/** Loads a page again until it shows what the server finds out by itself. */
async function until(path: string, shown: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await page.goto(path);
    await settled(page);
    await shown();
  }).toPass({ timeout: 80_000 });
}

test('a file of a feed is imported by hand, and the machine becomes red', async ({ house }) => {
  await importInto('Debian Security Tracker', 'tracker.json', tracker);
  await until(weakness, async () => {
    await expect(page.getByRole('table', { name: 'どの製品の、どの版か' })).toContainText('999:1', { timeout: 500 });
  });
  await page.goto('/vulnerabilities');
  // A feed that is only imported by hand is one that is used.
  await expect(page.getByRole('region', { name: '情報源' })).toContainText(/使っているもの\s*1/);
  const cell = page.getByRole('link', { name: /^すべて、(OS|更新プログラム): 1台/ }).first();
  await expect(cell).toBeVisible();
  const count = Number(/([\d,]+)台/.exec((await cell.getAttribute('aria-label')) ?? '')?.[1]);
  await cell.click();
  await settled(page);
  const table = page.getByRole('table', { name: /直せる弱点の残っている端末/ });
  await expect(table).toHaveAttribute('aria-rowcount', String(count + 1));
  await table.getByRole('link', { name: house.machine }).click();
  await expect(page.getByRole('region', { name: '直せる弱点' })).toContainText(cve);
});

test('what is exploited leads the overview and the morning page, and its alarm opens it', async () => {
  await importInto('CISA Known Exploited Vulnerabilities', 'kev.json', exploited);
  await until('/vulnerabilities', async () => {
    await expect(page.getByRole('link', { name: '急ぐもの1件を見る' })).toBeVisible({ timeout: 500 });
  });
  await expect(page.getByRole('heading', { level: 2 }).first()).toContainText(/Shell File Name Execution|CVE-2026-90099|a shell does/);
  await page.getByRole('link', { name: '急ぐもの1件を見る' }).click();
  await expect(page.getByRole('table').getByRole('link', { name: new RegExp(cve) })).toBeVisible();
  await page.goto('/');
  await settled(page);
  await page.getByRole('link', { name: '急ぐ弱点 未対応: 1' }).click();
  await expect(page).toHaveURL(/\/vulnerabilities\/weaknesses\?emergency=true/);
  await until('/alarms?state=open', async () => {
    await expect(page.getByRole('button', { name: /^悪用が確認された弱点/ })).toBeVisible({ timeout: 500 });
  });
  await page.getByRole('button', { name: /^悪用が確認された弱点/ }).click();
  await page.getByRole('link', { name: '弱点を見る' }).click();
  await expect(page).toHaveURL(new RegExp(`${weakness}$`));
  await expect(page.getByText('ランサムウェアで悪用').first()).toBeVisible();
});

test('the remedy takes machine and package along; a policy that does not allow it is named, and a rollout that begins tomorrow is taken back', async ({ house }) => {
  await page.goto(weakness);
  await page.getByRole('link', { name: '直す' }).first().click();
  await expect(page.getByLabel('配布の名前')).toHaveValue(new RegExp(cve));
  await expect(page.getByLabel('パッケージ名')).toHaveValue('bash');
  await expect(page.getByText('弱点の一覧から1台を選びました。')).toBeVisible();
  await page.getByRole('button', { name: '確かめる' }).click();
  await expect(page.getByText('端末の決まりで許されていない').first()).toBeVisible();
  await expect(page.getByRole('button', { name: /への配布を始める$/ })).toBeHidden();

  // A policy lets it, and nothing is done: it begins tomorrow, only tries, and is taken back before.
  const headers = { origin: house.url };
  const groups = (await (await page.request.get('/api/v1/groups')).json()) as { items: { id: string; parent_id?: string | null }[] };
  const root = groups.items.find((group) => !group.parent_id)?.id ?? '';
  const allowed = await page.request.put(`/api/v1/policies/distribution/${root}`, { headers: { ...headers, 'if-match': '*' }, data: { inherit: 'replace', value: { allowed: ['updates'] } } });
  expect(allowed.ok(), await allowed.text()).toBe(true);
  await page.getByLabel('試すだけ（何も変えない）').check();
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('開始（空なら今すぐ）').fill(`${tomorrow}T12:00`);
  const start = page.getByRole('button', { name: '1台への配布を始める' });
  await expect(async () => {
    await page.getByRole('button', { name: '確かめる' }).click();
    await expect(start).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await start.click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(cve);
  await expect(page.getByText('開始待ち').first()).toBeVisible();
  await expect(page.getByRole('table', { name: '端末' })).toContainText(house.machine);
  await page.getByRole('button', { name: /^取り消す…/ }).click();
  await page.getByRole('button', { name: '取り消す', exact: true }).click();
  await expect(page.getByText('取り消し', { exact: true }).first()).toBeVisible();
  await page.goto('/distribution');
  await expect(page.getByRole('table').getByRole('link', { name: new RegExp(cve) })).toBeVisible();
  const forbidden = await page.request.put(`/api/v1/policies/distribution/${root}`, { headers: { ...headers, 'if-match': '*' }, data: { inherit: 'replace', value: { allowed: [] } } });
  expect(forbidden.ok(), await forbidden.text()).toBe(true);
});

test('a weakness that is lived with, with a reason and until a day, leaves the red and comes back', async () => {
  await page.goto(weakness);
  await page.getByRole('link', { name: '例外にする' }).click();
  const form = page.getByRole('complementary', { name: '例外を作る' });
  await expect(form.getByRole('status', { name: 'いま赤くなくなるもの' })).toContainText('1台の1件が、赤ではなくなります。');
  await form.getByLabel('わけ').fill('外から届かない検査室だけで使う');
  await form.getByLabel('いつまで').fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10));
  await form.getByRole('button', { name: '例外にする' }).click();
  await expect(page.getByRole('row', { name: new RegExp(cve) })).toContainText('外から届かない検査室だけで使う');
  await page.goto('/vulnerabilities/weaknesses?emergency=true');
  await expect(page.getByText('この条件に合う弱点はありません。')).toBeVisible();
  await page.goto('/vulnerabilities');
  await expect(page.getByText('急ぐ弱点はありません')).toBeVisible();
  await page.getByRole('link', { name: '1件' }).first().click();
  await expect(page).toHaveURL(/standing=excepted/);
  await expect(page.getByRole('table').getByRole('link', { name: new RegExp(cve) })).toBeVisible();

  await page.goto('/vulnerabilities/exceptions');
  await page.getByRole('button', { name: cve }).click();
  await page.getByRole('button', { name: /^例外をやめる…/ }).click();
  await page.getByRole('button', { name: '例外をやめる', exact: true }).click();
  await expect(page.getByRole('row', { name: new RegExp(cve) })).toHaveCount(0);
  await page.goto('/vulnerabilities/weaknesses?emergency=true');
  await expect(page.getByRole('table').getByRole('link', { name: new RegExp(cve) })).toBeVisible();
});

test('days are changed, what makes no sense is refused, and who comes second reads it again', async ({ house }) => {
  await page.goto('/vulnerabilities/settings');
  const critical = page.getByLabel('緊急', { exact: true });
  await expect(critical).toHaveValue('7日');
  const save = page.getByRole('button', { name: '保存する' });
  await expect(save).toBeDisabled();
  await critical.fill('0');
  await expect(page.getByText('1から3,650までの数にしてください。')).toBeVisible();
  await expect(save).toBeDisabled();
  await critical.fill('5');
  await save.click();
  await expect(page.getByText('保存しました。')).toBeVisible();
  const seen = (await (await page.request.get('/api/v1/vulnerabilities/settings')).json()) as { value: { days: Record<string, number> }; etag: string };
  expect(seen.value.days['critical']).toBe(5);
  const value = { ...seen.value, days: { ...seen.value.days, critical: 6 } };
  await page.request.put('/api/v1/vulnerabilities/settings', { headers: { origin: house.url, 'if-match': seen.etag }, data: value });
  await page.getByLabel('重要', { exact: true }).fill('20');
  await save.click();
  await expect(page.getByRole('alert')).toContainText('ほかの人が先に変えました。');
  await page.getByRole('button', { name: '読み直す' }).click();
  await expect(critical).toHaveValue('6日');
  await expect(page.getByLabel('重要', { exact: true })).toHaveValue('30日');
  await page.goto('/settings/audit');
  await expect(page.getByRole('table').getByText(/弱点の設定|期限/).first()).toBeVisible();
});

test('the rooms are whole in ja, light, and en, dark, wide and narrow', async () => {
  const machine = ((await (await page.request.get('/api/v1/vulnerabilities/machines')).json()) as { items: { asset_id: string; endpoint_id?: string }[] }).items[0];
  const rollout = ((await (await page.request.get('/api/v1/distribution/rollouts')).json()) as { items: { id: string }[] }).items[0];
  const endpoint = `/endpoints/${machine?.endpoint_id ?? ''}`;
  const paths = [
    '/vulnerabilities', weakness, `/vulnerabilities/machines/${machine?.asset_id ?? ''}`, `${endpoint}/vulnerabilities`, `${endpoint}/distribution`,
    ...['weaknesses', 'machines', 'exceptions', 'exceptions?open=new', 'appliances', 'feeds', 'feeds?open=new', 'settings'].map((name) => `/vulnerabilities/${name}`),
    '/distribution', `/distribution/${rollout?.id ?? ''}`, '/distribution/new', '/distribution/shelf', '/distribution/shelf?open=package', '/distribution/shelf?open=script',
  ];
  for (const path of paths) {
    await page.goto(path);
    await settled(page);
    for (const [language, scheme] of [['ja', 'light'], ['en', 'dark']] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await speak(page, language);
      await page.setViewportSize({ width: 390, height: 900 });
      await settled(page);
      expect.soft(await outside(page), `${path} ${language} is too wide for 390`).toBeLessThanOrEqual(0);
      await page.setViewportSize({ width: 1440, height: 900 });
      await settled(page);
      await whole(page, `${path} ${language}`);
    }
    await speak(page, 'ja');
  }
});
