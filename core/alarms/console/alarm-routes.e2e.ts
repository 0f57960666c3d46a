import { expect, test, type Locator, type Page } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

const list = (page: Page): Locator => page.getByRole('table', { name: '送り先' });
const row = (page: Page, name: string): Locator => list(page).getByRole('rowgroup').filter({ has: page.getByRole('rowheader', { name }) });
const does = (page: Page): Locator => page.getByRole('region', { name: 'この送り先がすること' });
const mail = (page: Page): Locator => page.getByRole('group', { name: '届くメール' });
const save = (page: Page): Locator => page.getByRole('button', { name: '保存する' });

async function open(page: Page, name: string): Promise<void> {
  await page.goto('/settings/alarm-routes');
  await list(page).getByRole('link', { name }).click();
  await expect(page.getByLabel('名前', { exact: true })).toHaveValue(name);
}

test('each route says which alarms it sends, where to and when, and the one that is always there comes first', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/alarm-routes');
  await settled(page);
  const first = list(page).getByRole('row').nth(1);
  await expect(first).toContainText('警告を受け取る人');
  await expect(first).toContainText('it@minato.example');
  await expect(row(page, 'だれも見ていないときは部長へ')).toContainText('重さ「中」以上のすべての警告');
  await expect(row(page, 'だれも見ていないときは部長へ')).toContainText('2時間たっても未対応なら');
  await expect(row(page, '川崎工場の責任者へ')).toContainText('川崎工場とその下の端末の、すべての警告');
  await expect(row(page, '川崎工場の責任者へ').getByRole('cell', { name: '4', exact: true })).toBeVisible();
  await first.getByRole('link', { name: '組織の設定で変える' }).click();
  await expect(page.getByRole('combobox', { name: '警告を受け取る人' })).toBeVisible();
  complained();
});

test('what does not arrive is red with what was answered, and so is a route whose group is gone', async ({ page }) => {
  await page.goto('/settings/alarm-routes');
  await settled(page);
  const failing = row(page, 'ログ収集装置へすべて');
  await expect(failing.getByText('届いていません')).toBeVisible();
  await expect(failing.getByText('3時間前')).toBeVisible();
  const red = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--aka').trim());
  expect(red).toBe('#b7282e');
  await expect(failing.getByText(/Connection refused/)).toHaveCSS('color', 'rgb(183, 40, 46)');
  await expect(row(page, '旧 品川営業所の責任者へ').getByText('グループがなくなりました')).toHaveCSS('color', 'rgb(183, 40, 46)');
  await expect(row(page, '川崎工場の責任者へ').getByText('最後に送った')).not.toHaveCSS('color', 'rgb(183, 40, 46)');
});

test('a route is switched in its row, and tried there with the answer beside it', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/alarm-routes');
  const name = '便りの途絶えた端末を台帳へ';
  const turn = page.getByRole('switch', { name: `「${name}」を使う` });
  await expect(turn).not.toBeChecked();
  // The pointer meets the picture of the switch, which lies over it.
  await turn.click({ force: true });
  await expect(turn).toBeChecked();
  await page.getByRole('button', { name: `「${name}」を試す` }).click();
  await expect(row(page, name).getByText('受け取られました。')).toBeVisible();
  await page.getByRole('button', { name: '「ログ収集装置へすべて」を試す' }).click();
  const failing = row(page, 'ログ収集装置へすべて');
  await expect(failing.getByText('受け取られませんでした。')).toBeVisible();
  await expect(failing.getByRole('status').getByText(/Connection refused/)).toBeVisible();
  complained();
});

test('a route is made in plain words, refused at its field, and read back as a sentence', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/settings/alarm-routes');
  await page.getByRole('button', { name: '送り先を作る' }).click();
  const make = page.getByRole('button', { name: 'この送り先を作る' });
  await expect(make).toBeDisabled();
  await page.getByLabel('名前', { exact: true }).fill('川崎工場の責任者へ');
  await page.getByRole('combobox', { name: '重さ' }).click();
  await page.getByRole('option', { name: '高以上' }).click();
  await page.getByRole('combobox', { name: '規則の分類' }).fill('大量');
  await page.getByRole('option', { name: '大量印刷' }).click();
  await page.getByRole('combobox', { name: '規則の分類' }).fill('own_class');
  await page.getByRole('option', { name: '「own_class」を加える' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('combobox', { name: 'グループ' }).click();
  await page.getByRole('option', { name: '本社 › 経理部' }).click();
  await page.getByRole('combobox', { name: '宛先' }).fill('keiri');
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: /^一日一回/ }).check();
  await expect(does(page)).toContainText(
    '本社 › 経理部とその下の端末の、重さ「高」以上の「大量印刷」、「own_class」の規則の警告を、毎日9時にまとめてkeiriへ送ります。',
  );
  await make.click();
  await expect(page.getByText('同じ名前の送り先があります')).toBeVisible();
  await page.getByLabel('名前', { exact: true }).fill('経理部長へ');
  await make.click();
  await expect(page.getByText('「keiri」はメールアドレスではありません')).toBeVisible();
  await page.getByRole('combobox', { name: '宛先' }).press('Backspace');
  await page.getByRole('combobox', { name: '宛先' }).fill('keiri@minato.example');
  await page.keyboard.press('Enter');
  await make.click();
  await expect(page.getByText('この送り先を消す')).toBeVisible();
  await expect(page).toHaveURL(/open=0193/);
  await page.getByRole('region', { name: '試す' }).getByRole('button', { name: '試す' }).click();
  await expect(page.getByText('メールの列に入りました。')).toBeVisible();
  await page.getByRole('link', { name: '一覧へ戻る' }).click();
  await expect(row(page, '経理部長へ')).toContainText('毎日9時にまとめて');
  complained();
});

test('the mail is shown as its words are written, and a placeholder that is none is told at once', async ({ page }) => {
  const complained = watch(page);
  await open(page, 'だれも見ていないときは部長へ');
  await expect(mail(page)).toContainText('[要確認] USBメモリなどへの書き出し（PC-EI1-014）');
  await expect(mail(page)).toContainText('120分たってもだれも対応していません');
  await page.getByLabel('件名', { exact: true }).fill('至急 %WHO%');
  await expect(page.getByText('%WHO% は差し込めるものにありません')).toBeVisible();
  await expect(save(page)).toBeDisabled();
  await page.getByLabel('件名', { exact: true }).fill('至急 ');
  await page.getByRole('button', { name: '%HOST% 端末' }).click();
  await expect(page.getByLabel('件名', { exact: true })).toHaveValue('至急 %HOST%');
  await expect(mail(page)).toContainText('至急 PC-EI1-014');
  // Also while one writes far below where the page begins.
  await expect(mail(page)).toBeInViewport({ ratio: 1 });
  await save(page).click();
  await expect(page.getByText('保存しました。')).toBeVisible();
  complained();
});

test('the address of a webhook is never shown again, and kept where none is given', async ({ page }) => {
  const complained = watch(page);
  await open(page, '重いものを当番のチャットへ');
  await expect(page.getByRole('textbox', { name: 'Webhook のアドレス' })).toHaveValue('');
  await expect(page.getByText('いまは prod-07.flow.example のアドレスです。')).toBeVisible();
  await page.getByRole('combobox', { name: '重さ' }).click();
  await page.getByRole('option', { name: '至急だけ' }).click();
  await save(page).click();
  await expect(page.getByText('保存しました。')).toBeVisible();
  await expect(page.getByText('いまは prod-07.flow.example のアドレスです。')).toBeVisible();
  // Another service has no address yet.
  await page.getByRole('radio', { name: /^Slack/ }).check();
  await expect(save(page)).toBeDisabled();
  await page.getByRole('textbox', { name: 'Webhook のアドレス' }).fill('http://hooks.example/x');
  await save(page).click();
  await expect(page.getByText('https:// で始まる Webhook のアドレスを書いてください')).toBeVisible();
  await page.getByRole('textbox', { name: 'Webhook のアドレス' }).fill('https://hooks.example/x');
  await save(page).click();
  await expect(page.getByText('いまは hooks.example のアドレスです。')).toBeVisible();
  complained();
});

test('who was not first is told, and keeps what they wrote until they read it again', async ({ page }) => {
  await open(page, '川崎工場の責任者へ');
  await page.getByLabel('名前', { exact: true }).fill('川崎の工場長へ');
  await page.evaluate(async () => {
    const { items } = (await (await fetch('/api/v1/alarm-routes')).json()) as { items: { id: string; name: string }[] };
    const route = items.find(({ name }) => name === '川崎工場の責任者へ');
    await fetch(`/api/v1/alarm-routes/${route?.id ?? ''}`, { method: 'PUT', headers: { 'If-Match': '*' }, body: JSON.stringify({ ...route, least: 'critical' }) });
  });
  await save(page).click();
  await expect(page.getByRole('alert')).toContainText('ほかの人が先に変えました');
  await expect(page.getByLabel('名前', { exact: true })).toHaveValue('川崎の工場長へ');
  await page.getByRole('button', { name: 'いまの内容を読み直す' }).click();
  await expect(page.getByRole('combobox', { name: '重さ' })).toHaveValue('至急だけ');
  await expect(page.getByLabel('名前', { exact: true })).toHaveValue('川崎工場の責任者へ');
});

test('unsaved changes are not left without a question', async ({ page }) => {
  const complained = watch(page);
  await open(page, 'USBへの書き出しを情報システムへ');
  await page.getByLabel('名前', { exact: true }).fill('別の名前');
  await page.getByRole('link', { name: '一覧へ戻る' }).click();
  const question = page.getByRole('dialog', { name: '保存していない変更があります' });
  await question.getByRole('button', { name: 'ここに残る' }).click();
  await expect(question).toHaveCount(0);
  await expect(page.getByLabel('名前', { exact: true })).toHaveValue('別の名前');
  await page.getByRole('navigation', { name: 'メニュー' }).getByRole('link', { name: '端末' }).click();
  await question.getByRole('button', { name: '捨てて離れる' }).click();
  await expect(page).toHaveURL(/\/endpoints/);
  complained();
});

test('a route is removed after a question that says what stops', async ({ page }) => {
  const complained = watch(page);
  await open(page, '川崎工場の責任者へ');
  await page.getByRole('button', { name: /^この送り先を消す…/ }).click();
  await expect(page.getByText('待っている4件は送られません')).toBeVisible();
  await page.getByRole('button', { name: 'この送り先を消す', exact: true }).click();
  await expect(page).toHaveURL(/alarm-routes$/);
  await expect(list(page).getByRole('rowheader')).toHaveCount(7);
  await expect(row(page, '川崎工場の責任者へ')).toHaveCount(0);
  complained();
});
