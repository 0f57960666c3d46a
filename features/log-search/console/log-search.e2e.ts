import { expect, test, type Page } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

const list = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('table', { name: 'ログ検索' });
const bar = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('combobox', { name: '検索の条件' });

async function ask(page: Page, question: string): Promise<void> {
  await bar(page).fill(question);
  await page.getByRole('button', { name: '検索', exact: true }).click();
  await settled(page);
}

test('a question and the four words are two views of one condition', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/events');
  await settled(page);
  await ask(page, '社内限');
  await expect(page).toHaveURL(/q=/);
  await page.getByRole('button', { name: /^何/ }).click();
  await page.getByLabel('警告', { exact: true }).check();
  await page.keyboard.press('Escape');
  await expect(bar(page)).toHaveValue('社内限 レベル:alarm');
  await settled(page);
  await list(page).getByRole('button').first().click();
  const panel = page.getByRole('complementary', { name: '選んだ記録' });
  await expect(panel.getByText('社内限の持ち出しを知らせる')).toBeVisible();
  await expect(panel.getByRole('heading', { name: /この端末の前後5分/ })).toBeVisible();
  await expect(page).toHaveURL(/event=/);
  await panel.getByRole('button', { name: '前後5分を一覧で見る' }).click();
  await expect(bar(page)).toHaveValue(/^社内限 以降:2026-.* まで:2026-.* 端末=PC-/);
  complained();
});

test('what may follow is offered and taken by the keyboard', async ({ page }) => {
  await page.goto('/events');
  await settled(page);
  await bar(page).pressSequentially('レベ');
  await expect(page.getByRole('option', { name: /レベル:/ })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(bar(page)).toHaveValue('レベル:');
  await bar(page).pressSequentially('禁');
  await expect(page.getByRole('option', { name: /禁止/ })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/q=/);
  await settled(page);
  await expect(page.getByRole('navigation', { name: '内訳' }).getByRole('button', { name: /禁止/ })).toHaveAttribute('aria-pressed', 'true');
});

test('a question that cannot be read says where, and mends itself', async ({ page }) => {
  await page.goto('/events');
  await settled(page);
  await bar(page).fill('見積 usr:中村');
  await bar(page).press('Escape');
  await page.getByRole('button', { name: '検索', exact: true }).click();
  const fault = page.getByRole('alert').filter({ hasText: '「usr」という項目はありません' });
  await expect(fault).toBeVisible();
  await fault.getByRole('button', { name: '「user」にする' }).click();
  await expect(bar(page)).toHaveValue('見積 user:中村');
  await expect(fault).toHaveCount(0);
});

test('drawing across the histogram and pressing a value narrow the question', async ({ page }) => {
  await page.goto('/events?q=見積');
  await settled(page);
  await page.getByRole('navigation', { name: '内訳' }).getByRole('button', { name: /ファイルのコピー/ }).click();
  await expect(bar(page)).toHaveValue('見積 種類:file.copy');
  const picture = page.getByRole('img', { name: /なぞると期間を絞ります/ });
  const box = await picture.boundingBox();
  if (!box) throw new Error('the histogram is not drawn');
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await expect(bar(page)).toHaveValue(/見積 種類:file.copy 日時:2026-11-\d\dT\d\d:00\.\.2026-11-/);
});

test('the log is read for a purpose, said once', async ({ page }) => {
  await page.goto('/events');
  await page.getByRole('button', { name: 'この件を終える' }).click();
  await expect(page.getByRole('heading', { name: '何のために記録を見ますか' })).toBeVisible();
  await expect(list(page)).toHaveCount(0);
  const open = page.getByRole('button', { name: '記録を見る' });
  await expect(open).toBeDisabled();
  await page.getByLabel('目的').fill('定期の点検');
  await open.click();
  await expect(page.getByText('定期の点検')).toBeVisible();
  await expect(list(page)).toBeVisible();
});

test('a search is kept, opened again, and exported in the background', async ({ page }) => {
  await page.goto('/events?q=見積');
  await settled(page);
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByRole('textbox', { name: '名前' }).fill('見積のすべて');
  await page.getByRole('button', { name: 'この名前で保存' }).click();
  const line = page.getByRole('navigation', { name: '保存した検索' });
  await expect(line.getByRole('button', { name: '見積のすべて' })).toHaveAttribute('aria-current', 'true');
  await line.getByRole('button', { name: 'よくある調べもの' }).click();
  await page.getByRole('button', { name: '禁止した操作' }).click();
  await expect(bar(page)).toHaveValue('レベル:禁止 以降:30d');
  await page.getByRole('button', { name: '書き出し', exact: true }).click();
  await page.getByRole('button', { name: 'CSV（Excel）' }).click();
  await expect(page.getByRole('link', { name: /CSVを受け取る/ })).toBeVisible({ timeout: 15_000 });
});

test('new records wait to be asked for, so that no row moves by itself', async ({ page }) => {
  await page.goto('/events');
  await settled(page);
  const first = list(page).getByRole('row').nth(1);
  const before = await first.innerText();
  const fresh = page.getByRole('button', { name: /新しい記録 \d+件を見る/ });
  await expect(fresh).toBeVisible({ timeout: 25_000 });
  expect(await first.innerText()).toBe(before);
  await fresh.click();
  await expect(first).not.toHaveText(before);
});

test('a saved search is changed, and told of every morning', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/events?q=見積');
  await settled(page);
  await page.getByRole('navigation', { name: '保存した検索' }).getByRole('button', { name: 'よくある調べもの' }).click();
  await page.getByRole('button', { name: '「見積の持ち出し・営業」を変える' }).click();
  await expect(page.getByText('12件（前回より後に受信 3件）')).toBeVisible();
  await expect(page.getByLabel('条件', { exact: true })).toHaveValue('見積 種類:file.copy 以降:7d');
  await page.getByRole('button', { name: 'いまの条件にする' }).click();
  await expect(page.getByLabel('条件', { exact: true })).toHaveValue('見積');
  await page.getByLabel('知らせる先').fill('kansa@minato-seiki.example nobody');
  await page.getByRole('button', { name: '変更を保存' }).click();
  await expect(page.getByText('メールアドレスとして読めないものがあります。')).toBeVisible();
  await page.getByLabel('知らせる先').fill('kansa@minato-seiki.example、soumu@minato-seiki.example');
  await page.getByRole('textbox', { name: '時刻' }).fill('07:45');
  await page.getByRole('checkbox', { name: '火' }).uncheck();
  await page.getByRole('button', { name: '変更を保存' }).click();
  await page.getByRole('button', { name: '「見積の持ち出し・営業」を変える' }).click();
  await expect(page.getByRole('textbox', { name: '時刻' })).toHaveValue('07:45');
  await expect(page.getByLabel('知らせる先')).toHaveValue('kansa@minato-seiki.example, soumu@minato-seiki.example');
  await expect(page.getByRole('checkbox', { name: '火' })).not.toBeChecked();
  complained();
});
