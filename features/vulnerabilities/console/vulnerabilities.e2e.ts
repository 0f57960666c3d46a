import { expect, test } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

const machines = '直せる弱点の残っている端末と機器です。名前を押すと、何をどう直すかが分かります。';

test('a red number leads to exactly its rows, a finding says why and what to do, and the remedy takes them along', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/vulnerabilities');
  await settled(page);
  const cell = page.getByRole('link', { name: /^本社 › 経理部、急ぐもの: [\d,]+台、最も重いものは緊急$/ });
  const count = Number(/([\d,]+)台/.exec((await cell.getAttribute('aria-label')) ?? '')?.[1]?.replaceAll(',', ''));
  expect(count).toBeGreaterThan(0);
  await cell.click();
  await expect(page).toHaveURL(/\/vulnerabilities\/machines\?group=.*emergency=true/);
  await settled(page);
  const table = page.getByRole('table', { name: machines });
  await expect(table).toHaveAttribute('aria-rowcount', String(count + 1));
  const remedy = page.getByRole('link', { name: '直す' });
  await expect(remedy).toHaveAttribute('href', /^\/distribution\/new\?from=vulnerabilities&group=.*&emergency=true$/);

  // Only what is past its deadline: fewer rows, and the address says so.
  await page.getByRole('checkbox', { name: '期限切れ' }).check();
  await expect(page).toHaveURL(/overdue=true/);
  await settled(page);
  await expect.poll(async () => Number(await table.getAttribute('aria-rowcount'))).toBeLessThan(count + 1);

  await table.getByRole('link').first().click();
  await settled(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^(PC|MAC|SV|vpn)-/);
  const first = page.getByRole('region', { name: '直せる弱点' }).locator('details').first();
  await first.locator('summary').click();
  await expect(first.getByText('入っている版')).toBeVisible();
  await expect(first.getByText('すること')).toBeVisible();
  complained();
});

test('an exception shows what stops being red before anybody decides, and a cut feed says why it was not imported', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/vulnerabilities/weaknesses/CVE-2026-90005');
  await settled(page);
  await page.getByRole('link', { name: '例外にする' }).click();
  const form = page.getByRole('complementary', { name: '例外を作る' });
  await expect(form.getByLabel('弱点の番号')).toHaveValue('CVE-2026-90005');
  const preview = form.getByRole('status', { name: 'いま赤くなくなるもの' });
  await expect(preview).toContainText(/[\d,]+台の[\d,]+件が、赤ではなくなります/);
  const everywhere = await preview.textContent();
  await form.getByRole('radio', { name: 'グループ' }).check();
  await form.getByRole('combobox', { name: 'グループ' }).fill('経理部');
  await page.getByRole('option', { name: /経理部/ }).click();
  await expect(preview).not.toHaveText(everywhere ?? '');
  await expect(preview).toContainText(/[\d,]+台の[\d,]+件が、赤ではなくなります/);
  const machines = /([\d,]+)台/.exec((await preview.textContent()) ?? '')?.[1];
  const save = form.getByRole('button', { name: '例外にする' });
  await expect(save).toBeDisabled();
  await form.getByLabel('わけ').fill('外から届かない検査室だけで使う');
  await form.getByLabel('いつまで').fill('2028-01-01');
  await expect(form.getByText('明日から1年のうちの日を選んでください')).toBeVisible();
  await form.getByLabel('いつまで').fill('2027-03-31');
  await save.click();
  const row = page.getByRole('row', { name: /CVE-2026-90005.*経理部/ });
  await expect(row).toContainText(String(machines));
  await row.getByRole('button', { name: 'CVE-2026-90005' }).click();
  await page.getByRole('button', { name: /^例外をやめる…/ }).click();
  await page.getByRole('button', { name: '例外をやめる', exact: true }).click();
  await expect(page.getByRole('row', { name: /CVE-2026-90005/ })).toHaveCount(0);

  // Inside the console, so that the mock keeps what was done.
  await page.getByRole('navigation', { name: 'この部屋のページ' }).getByRole('link', { name: '情報源' }).click();
  await page.getByRole('button', { name: 'CISA KEV' }).click();
  const feed = page.getByRole('complementary', { name: 'この情報源' });
  const cut = ['{"cveID":"CVE-2026-90001"}', '{"cveID":"CVE-2026-90014"}', '{"cveID":"CVE-20'].join('\n');
  await feed.locator('input[type=file]').setInputFiles({ name: 'kev.json', mimeType: 'application/json', buffer: Buffer.from(cut) });
  await feed.getByLabel('SHA-256').fill('0'.repeat(64));
  await feed.getByRole('button', { name: '取り込む', exact: true }).click();
  await expect(feed.getByText(/書かれたものと違います/)).toBeVisible();
  await feed.getByLabel('SHA-256').fill('');
  await feed.getByRole('button', { name: '取り込む', exact: true }).click();
  await expect(feed.getByText('3件目の途中でファイルが終わっています。ファイル全体をもう一度用意してください。').first()).toBeVisible();
  await expect(feed.getByText('前に取り込んだものは、そのまま使っています。').first()).toBeVisible();
  await feed.getByRole('button', { name: '別のファイルを取り込む' }).click();
  await feed.locator('input[type=file]').setInputFiles({ name: 'kev.json', mimeType: 'application/json', buffer: Buffer.from(cut.split('\n').slice(0, 2).join('\n')) });
  await feed.getByRole('button', { name: '取り込む', exact: true }).click();
  await expect(feed.getByRole('status').getByText('取り込みました')).toBeVisible();
  complained();
});

test('the morning page, the overview and an alarm lead to what cannot wait', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/');
  await settled(page);
  const line = page.getByRole('link', { name: /^急ぐ弱点 未対応: \d+$/ });
  const count = Number(await line.textContent());
  expect(count).toBeGreaterThan(0);
  await line.click();
  await expect(page).toHaveURL(/\/vulnerabilities\/weaknesses\?emergency=true/);
  await settled(page);
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', String(count + 1));

  await page.goto('/vulnerabilities');
  await settled(page);
  await expect(page.getByRole('link', { name: `急ぐもの${String(count)}件を見る` })).toHaveAttribute('href', /emergency=true/);
  await expect(page.getByRole('link', { name: 'この弱点を直す' })).toHaveAttribute('href', /^\/distribution\/new\?from=vulnerabilities&weakness=CVE-/);
  await page.getByRole('heading', { level: 2 }).first().getByRole('link').click();
  await expect(page).toHaveURL(/\/vulnerabilities\/weaknesses\/CVE-/);

  await page.goto('/alarms?state=open');
  await page.getByRole('button', { name: /^悪用が確認された弱点が残っています/ }).click();
  await page.getByRole('link', { name: '弱点を見る' }).click();
  await expect(page).toHaveURL(/\/vulnerabilities\/weaknesses\/CVE-2026-90001$/);
  await page.goto('/alarms?state=handling');
  await page.getByRole('button', { name: /^情報源が古くなっています/ }).click();
  await page.getByRole('link', { name: '情報源を見る' }).click();
  await expect(page.getByRole('complementary', { name: 'この情報源' })).toContainText('MSRC');
  complained();
});

test('an auditor sees what is weak, and is offered no change', async ({ page }) => {
  await page.addInitScript(() => {
    localStorage.setItem('yagura-mock-session', 'okada');
  });
  await page.goto('/vulnerabilities');
  await settled(page);
  await expect(page.getByRole('link', { name: /急ぐもの: [\d,]+台/ }).first()).toBeVisible();
  await expect(page.getByRole('link', { name: '直す' })).toBeHidden();
  await page.goto('/vulnerabilities/settings');
  await settled(page);
  await expect(page.getByRole('checkbox', { name: /「緊急」の弱点が、期限を過ぎた/ })).toBeDisabled();
  await expect(page.getByRole('button', { name: '保存' })).toBeHidden();
});
