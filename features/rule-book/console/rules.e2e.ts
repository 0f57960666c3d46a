import { expect, test, type Locator, type Page } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

const design = '0193a002-0000-704a-8016-000000000010';
const trial = '0193a002-0000-704a-8016-00000000001e';
const root = '0193a002-0000-704a-8016-000000000001';

const rows = (page: Page): Locator => page.getByRole('table', { name: '規則' }).getByRole('row');
const row = (page: Page, name: string): Locator => rows(page).filter({ has: page.getByRole('link', { name, exact: true }) });
const level = (page: Page, name: string, word: string): Locator => page.getByRole('radiogroup', { name: `${name} の段階` }).getByText(word);
const bar = (page: Page): Locator => page.getByRole('region', { name: 'まだ保存していない変更' });

async function signIn(page: Page, name: string): Promise<void> {
  await page.addInitScript((who) => {
    localStorage.setItem('yagura-mock-session', who);
  }, name);
}

test('the list says of each rule what it does, how often it answered, and which exceptions end', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/rules');
  await settled(page);
  await expect(page.getByRole('heading', { name: '規則は 8件、うち 7件が働いています' })).toBeVisible();
  const internal = row(page, '社内限の持ち出しを知らせる');
  await expect(internal).toContainText('5日後に切れる');
  await expect(row(page, '許可していないソフトウェア')).toContainText('1つは期限切れ');
  const week = internal.getByRole('link', { name: /7日間に答えた/ });
  const count = Number(await week.textContent());
  expect(count).toBeGreaterThan(0);
  await week.click();
  await expect(page).toHaveURL(/\/events\?q=/);
  await settled(page);
  await expect(page.getByRole('table', { name: 'ログ検索' }).getByRole('row')).toHaveCount(count + 1);
  complained();
});

test('a level is changed in its row, tried on the last week, and saved as a new version', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/rules');
  await settled(page);
  await level(page, '22時から5時の操作', '警告').click();
  await expect(row(page, '22時から5時の操作')).toContainText('未保存');
  await bar(page).getByRole('button', { name: '確かめて保存する' }).click();
  await expect(page.getByText('記録 → 警告')).toBeVisible();
  const save = page.getByRole('button', { name: '保存して端末へ届ける' });
  await expect(save).toBeDisabled();
  await expect(page.getByRole('region', { name: '過去7日なら' })).toContainText(/人に、あわせて .+回知らせていました|一度も答えませんでした/);
  await page.getByRole('button', { name: '22時から5時の操作 の例を見る' }).click();
  await expect(page.getByRole('region', { name: '過去7日なら' }).getByRole('link').first()).toHaveAttribute('href', /\/events\?event=/);
  await expect(page.getByLabel('変えた理由')).toHaveValue('「22時から5時の操作」の段階を変える');
  await save.click();
  await expect(page.getByRole('status').filter({ hasText: '第6版として保存しました' })).toBeVisible();
  await expect(bar(page)).toHaveCount(0);
  await expect(page.getByText('第6版、佐伯 直樹')).toBeVisible();
  // The calendar, which stood beside the rules, is still there.
  await expect(page.getByText('会社の休み 4日')).toBeVisible();
  complained();
});

test('a trial can be given up, and then it is said that nobody knows', async ({ page }) => {
  await page.goto('/rules');
  await settled(page);
  await level(page, '22時から5時の操作', '警告').click();
  await bar(page).getByRole('button', { name: '確かめて保存する' }).click();
  await page.getByRole('button', { name: 'やめる', exact: true }).click();
  await expect(page.getByText('調べるのをやめました。')).toBeVisible();
  await expect(page.getByRole('button', { name: '保存して端末へ届ける' })).toBeEnabled();
});

test('prohibit is offered for programs, not where no endpoint can stop it, and the reason is said', async ({ page }) => {
  await page.goto('/rules');
  await settled(page);
  const programs = page.getByRole('radiogroup', { name: '許可していないソフトウェア の段階' });
  await programs.hover();
  await expect(programs.getByRole('radio', { name: '禁止' })).toBeEnabled();
  await expect(page.getByRole('radiogroup', { name: '大量の削除 の段階' }).getByRole('radio', { name: '禁止' })).toBeDisabled();
  await page.goto('/rules?edit=internal-only');
  await settled(page);
  await expect(page.getByText('止められる端末が一台もないので、「禁止」は選べません。')).toBeVisible();
  await expect(page.getByText('見るだけで止められません。')).toBeVisible();
});

test('a ready rule is taken with one press and nothing is judged before it is saved', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/rules?view=ready');
  await settled(page);
  const all = page.getByRole('list', { name: '用意された規則' }).locator('> li');
  await expect(all).toHaveCount(12);
  const night = all.filter({ hasText: '業務時間外のファイル操作' });
  await expect(night).toContainText('だれかが、業務時間外にファイルの作成・コピー・書き換えをしたとき、1時間に20回になったら');
  await expect(night).toContainText('会社の暦');
  await page.getByRole('button', { name: '「業務時間外のファイル操作」を使う' }).click();
  await expect(night).toContainText('加えました。保存すると働きます');
  await expect(bar(page)).toContainText('変更が 1つあります');
  await page.getByRole('link', { name: '一覧に戻る' }).click();
  await expect(row(page, '業務時間外のファイル操作')).toContainText('未保存');
  await bar(page).getByRole('button', { name: 'すべて捨てる' }).click();
  await expect(row(page, '業務時間外のファイル操作')).toHaveCount(0);
  complained();
});

test('a rule is written in plain words, with its sentence and its pop-up beside it', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/rules');
  await settled(page);
  await page.getByRole('button', { name: '規則を書く' }).click();
  await bar(page).getByRole('button', { name: '確かめて保存する' }).click();
  await expect(bar(page).getByRole('alert')).toContainText('直すところが 2つあります');
  await expect(page.getByText('条件が一つもないと、すべてに答えてしまいます')).toBeVisible();
  await page.getByLabel('名前', { exact: true }).fill('図面の持ち出し');
  await page.getByRole('combobox', { name: '操作', exact: true }).fill('ファイルのコピー');
  await page.getByRole('option', { name: 'ファイルのコピー', exact: true }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('group', { name: 'どこへ' }).getByLabel('持ち運べる機器').check();
  await page.getByRole('button', { name: '文字の条件を足す' }).click();
  await page.getByRole('combobox', { name: 'どれかがある' }).fill('*.dwg');
  await page.keyboard.press('Enter');
  await page.getByLabel('まとまったら').check();
  await page.getByLabel('回数').fill('20');
  await page.getByRole('radiogroup', { name: 'どうする' }).getByText('警告').click();
  await page.getByLabel('文面').fill('図面 を書き出しました。');
  await page.getByLabel('文面').evaluate((field: HTMLTextAreaElement) => {
    field.setSelectionRange(2, 2);
  });
  await page.getByRole('group', { name: '差し込む' }).getByRole('button', { name: '対象' }).click();
  await expect(page.getByLabel('文面')).toHaveValue('図面%FILE% を書き出しました。');
  const sentence = page.getByRole('region', { name: '文で読むと' });
  await expect(sentence).toContainText('だれかが、持ち運べる機器へファイルのコピーをしたとき（ファイルの名前に「*.dwg」がある）、10分に20回になったら、本人に知らせ、管理者への警告にする。');
  const popup = page.getByRole('figure', { name: '知らせの見本' });
  await expect(popup).toContainText('図面の持ち出し');
  await expect(popup).not.toContainText('%FILE%');
  await page.getByRole('button', { name: '実際の操作で埋める' }).click();
  await expect(page.getByText(/同じ種類の操作で、最後にあったもの（2026年11月1\d日/)).toBeVisible();
  await page.getByRole('button', { name: '英語の人には' }).click();
  await expect(popup).toContainText('History (D)');
  await bar(page).getByRole('button', { name: '確かめて保存する' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '変更を確かめて保存する' })).toBeVisible();
  await expect(page.getByText('足す', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: '保存して端末へ届ける' }).click();
  await expect(row(page, '図面の持ち出し')).toBeVisible();
  complained();
});

test('what one wrote lays over what somebody else saved meanwhile', async ({ page }) => {
  await page.goto('/rules');
  await settled(page);
  await level(page, '大量の削除', '記録').click();
  const status = await page.evaluate(async (group) => {
    const path = `/api/v1/policies/rule_book/${group}`;
    const now = (await (await fetch(path)).json()) as { etag: string; value: { rules: { id: string }[] } };
    const value = { ...now.value, rules: now.value.rules.filter((rule) => rule.id !== 'new-program') };
    const answer = await fetch(path, { method: 'PUT', headers: { 'content-type': 'application/json', 'if-match': now.etag }, body: JSON.stringify({ inherit: 'replace', value, comment: '別の人' }) });
    return answer.status;
  }, root);
  expect(status).toBe(200);
  await bar(page).getByRole('button', { name: '確かめて保存する' }).click();
  await page.getByRole('button', { name: '保存して端末へ届ける' }).click();
  await expect(page.getByText('ほかの人が先に新しい版を保存しました。')).toBeVisible();
  await page.getByRole('button', { name: '新しい版に自分の変更を載せる' }).click();
  await page.getByRole('button', { name: '保存して端末へ届ける' }).click();
  await expect(page.getByRole('status').filter({ hasText: '第7版として保存しました' })).toBeVisible();
  await expect(row(page, 'この端末で初めて動いたプログラム')).toHaveCount(0);
  await expect(page.getByRole('radiogroup', { name: '大量の削除 の段階' }).getByRole('radio', { name: '記録' })).toBeChecked();
});

test('nobody loses what was not saved without being asked', async ({ page }) => {
  await page.goto('/rules');
  await settled(page);
  await page.getByRole('switch', { name: '大量の削除 を働かせる' }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('navigation', { name: 'メニュー' }).getByRole('link', { name: '端末' }).click();
  const asked = page.getByRole('dialog', { name: '保存していない変更があります' });
  await asked.getByRole('button', { name: 'ここに残る' }).click();
  await expect(page).toHaveURL(/\/rules/);
  await expect(row(page, '大量の削除')).toContainText('未保存');
  await page.getByRole('navigation', { name: 'メニュー' }).getByRole('link', { name: '端末' }).click();
  await asked.getByRole('button', { name: '捨てて移る' }).click();
  await expect(page).toHaveURL(/\/endpoints/);
});

test('a group shows what it adds and what comes from above, which is changed where it is written', async ({ page }) => {
  const complained = watch(page);
  await page.goto(`/rules?group=${design}`);
  await settled(page);
  await expect(row(page, '図面の書き出し')).toContainText('ここで足した規則');
  const above = row(page, '大量の削除');
  await expect(above).toContainText('みなと精機から');
  await expect(above.getByRole('switch')).toHaveCount(0);
  await above.getByRole('link', { name: '大量の削除', exact: true }).click();
  await expect(page.getByText('みなと精機の規則です。ここでは読むだけです。')).toBeVisible();
  await expect(page.getByLabel('名前', { exact: true })).toBeDisabled();
  await page.getByRole('link', { name: 'みなと精機の規則を開く' }).click();
  await expect(page.getByLabel('名前', { exact: true })).toBeEnabled();
  complained();
});

test('a group without rules begins with the ready ones', async ({ page }) => {
  await page.goto(`/rules?group=${trial}`);
  await settled(page);
  await expect(page.getByText('このグループには、まだ規則がありません。')).toBeVisible();
  await page.getByRole('button', { name: '「大量の印刷」を使う' }).click();
  await expect(bar(page)).toBeVisible();
});

test('many rules are looked through by name and by what they do', async ({ page }) => {
  await page.goto('/rules?group=0193a002-0000-704a-8016-00000000000d');
  await settled(page);
  await expect(rows(page)).toHaveCount(101);
  await page.getByRole('searchbox', { name: '規則を探す' }).fill('取引先 24');
  await expect(rows(page)).toHaveCount(2);
  await expect(page).toHaveURL(/q=/);
});

test('an auditor reads the rules and finds nothing to change', async ({ page }) => {
  await signIn(page, 'okada');
  await page.goto('/rules');
  await settled(page);
  await expect(rows(page)).toHaveCount(9);
  await expect(page.getByRole('button', { name: '規則を書く' })).toHaveCount(0);
  await expect(page.getByRole('switch')).toHaveCount(0);
  await page.goto('/rules?edit=internal-only');
  await expect(page.getByText('決まりを変える権限がないため、読むだけです。')).toBeVisible();
});

test('from a row of the log one comes to the rule that answered', async ({ page }) => {
  await page.goto('/events?q=規則=internal-only');
  await settled(page);
  await page.getByRole('table', { name: 'ログ検索' }).getByRole('row').nth(1).getByRole('button').first().click();
  await page.getByRole('complementary').getByRole('link', { name: '社内限の持ち出しを知らせる' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '社内限の持ち出しを知らせる' })).toBeVisible();
});
