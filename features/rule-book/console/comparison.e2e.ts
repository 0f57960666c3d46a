import { readFileSync } from 'node:fs';
import { expect, test, type Locator, type Page } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

/** Days that are over, so that no number grows while one looks. */
const week = 'span=own&from=2026-11-10&to=2026-11-16';

async function open(page: Page, search: string): Promise<void> {
  await page.goto(`/comparison?${search}`);
  await settled(page);
}

const table = (page: Page, by: string): Locator => page.getByRole('table', { name: `${by}ごと` });
const row = (page: Page, by: string, name: string): Locator => table(page, by).getByRole('row').filter({ hasText: name });

/** Presses a number; the log search finds so many rows. */
async function opensItsRows(page: Page, link: Locator): Promise<void> {
  const count = Number(await link.innerText());
  expect(count).toBeGreaterThan(0);
  await link.click();
  await expect(page).toHaveURL(/\/events\?q=/);
  await settled(page);
  await expect(page.getByRole('table', { name: 'ログ検索' })).toHaveAttribute('aria-rowcount', String(count + 1));
}

test('a day has as many as the calendar says, and opens exactly these rows', async ({ page }) => {
  const complained = watch(page);
  await open(page, 'span=own&from=2026-11-12&to=2026-11-12');
  await expect(page.getByRole('status').filter({ hasText: '6件' })).toBeVisible();
  await page.goto('/calendar?day=2026-11-12');
  await settled(page);
  await expect(page.getByRole('region', { name: '十一月十二日 木曜日' })).toContainText('6件');
  await open(page, week);
  await page.getByText('日ごとの数を表で見る').click();
  const days = page.getByRole('table', { name: '日ごと' });
  await expect(days).toContainText('11月12日');
  await opensItsRows(page, days.getByRole('row').filter({ hasText: '11月12日' }).getByRole('link'));
  complained();
});

test('a bar of the trend opens its day, and days without anything have their place', async ({ page }) => {
  await open(page, week);
  await expect(page.getByText('7日間のうち、何もなかった日は2日。')).toBeVisible();
  await expect(page.getByTitle('11月14日 0件、端末 0台')).toHaveCount(1);
  const bar = page.getByTitle(/^11月12日 6件、端末 \d+台$/);
  await bar.click();
  await expect(page).toHaveURL(/2026-11-12/);
  await settled(page);
  await expect(page.getByRole('table', { name: 'ログ検索' })).toHaveAttribute('aria-rowcount', '7');
});

for (const [by, what, whose] of [
  ['group', 'グループ', /^川崎工場の\d+件をログ検索で開く$/],
  ['endpoint', '端末', /^PC-.*の\d+件をログ検索で開く$/],
  ['person', '人', /^[^/]+の\d+件をログ検索で開く$/],
  ['person', '人', /^PC-.* \/ .*の\d+件をログ検索で開く$/],
] as const) {
  test(`a number compared by ${by}, ${whose.source}, opens exactly the rows that were counted`, async ({ page }) => {
    const complained = watch(page);
    await open(page, `${week}&by=${by}`);
    await opensItsRows(page, table(page, what).getByRole('link', { name: whose }).first());
    await page.goBack();
    await settled(page);
    await opensItsRows(page, table(page, what).getByRole('link', { name: /^大量印刷 \d+件$/ }).first());
    complained();
  });
}

test('what was stopped is a number of its own, with rows of its own', async ({ page }) => {
  await open(page, `${week}&group=0193a002-0000-704a-8016-000000000002`);
  await opensItsRows(page, table(page, 'グループ').getByRole('link', { name: /の止めた\d+件/ }).first());
});

test('one goes down into a group, as far as its endpoints, and up again', async ({ page }) => {
  const complained = watch(page);
  await open(page, week);
  await row(page, 'グループ', '本社').getByRole('link', { name: '本社', exact: true }).click();
  await settled(page);
  await expect(table(page, 'グループ').getByRole('row')).toHaveCount(7);
  const way = page.getByRole('navigation', { name: 'グループの位置' });
  await expect(way).toContainText('本社');
  await row(page, 'グループ', '営業一課').getByRole('link', { name: '営業一課', exact: true }).click();
  await settled(page);
  await expect(page.getByRole('navigation', { name: '比べるもの' }).getByText('端末')).toHaveAttribute('aria-current', 'page');
  await expect(table(page, '端末').getByRole('link', { name: /^PC-EI1-\d+$/ }).first()).toBeVisible();
  await opensItsRows(page, table(page, '端末').getByRole('link', { name: /件をログ検索で開く$/ }).first());
  await page.goBack();
  await way.getByRole('link', { name: 'みなと精機' }).click();
  await settled(page);
  await expect(page).not.toHaveURL(/group=/);
  await expect(row(page, 'グループ', '大阪営業所')).toBeVisible();
  complained();
});

test('a class is chosen among those that occurred, and calm groups stay in the list', async ({ page }) => {
  await open(page, `${week}&group=0193a002-0000-704a-8016-000000000002`);
  const classes = page.getByRole('group', { name: '分類' });
  await classes.getByRole('button', { name: /使えないプログラム/ }).click();
  await expect(page).toHaveURL(/class=program/);
  await settled(page);
  await expect(table(page, 'グループ').getByRole('row')).toHaveCount(7);
  // Nothing is no link: only the name is.
  await expect(table(page, 'グループ').getByRole('row').last().getByRole('link')).toHaveCount(1);
  await expect(table(page, 'グループ').getByRole('link', { name: /大量印刷/ })).toHaveCount(0);
  await opensItsRows(page, table(page, 'グループ').getByRole('link', { name: /件をログ検索で開く$/ }).first());
  await page.goBack();
  await classes.getByRole('button', { name: /すべて/ }).click();
  await expect(page).not.toHaveURL(/class=/);
});

test('rows are sorted by any column, and the address knows', async ({ page }) => {
  await open(page, week);
  const first = (): Locator => table(page, 'グループ').getByRole('row').nth(1);
  await expect(first()).toContainText('川崎工場');
  await page.getByRole('button', { name: '件数', exact: true }).click();
  await expect(first()).toContainText('大阪営業所');
  await expect(page).toHaveURL(/sort=total/);
  await expect(page.getByRole('columnheader', { name: '件数' })).toHaveAttribute('aria-sort', 'ascending');
});

test('the table is saved as it is shown', async ({ page }) => {
  await open(page, `${week}&class=print`);
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: '表をCSVに保存' }).click();
  const file = await coming;
  expect(file.suggestedFilename()).toBe('yagura-group-2026-11-10-2026-11-16.csv');
  const text = readFileSync(await file.path(), 'utf8');
  const [head, ...rows] = text.trimEnd().split('\r\n');
  expect(head).toBe('\uFEFF名前,件数,うち止めた,起きた端末,端末の数,1台あたり,割合（%）,大量印刷');
  expect(rows).toHaveLength(3);
  const total = rows.map((line) => Number(line.split(',')[1])).reduce((sum, one) => sum + one, 0);
  await expect(page.getByRole('status').filter({ hasText: `${String(total)}件` })).toBeVisible();
});

test('on paper all rows are there, without what can only be pressed', async ({ page }) => {
  await open(page, `${week}&by=endpoint`);
  const count = Number(/(\d+)台の端末で/.exec(await page.getByRole('main').innerText())?.[1]);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await expect(page.getByRole('main').getByRole('table').getByRole('row')).toHaveCount(count + 1);
  await expect(page.getByText('みなと精機　端末の比較、11月10日 – 11月16日。')).toBeVisible();
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await expect(page.getByRole('button', { name: '印刷' })).toBeHidden();
});

test('other days are chosen, and what cannot be compared is said', async ({ page }) => {
  await open(page, '');
  await page.getByRole('combobox', { name: '期間' }).click();
  await page.getByRole('option', { name: '日を決める' }).click();
  await page.getByLabel('最後の日').fill('2026-10-01');
  await expect(page.getByRole('alert')).toHaveText('最後の日が、最初の日より前になっています。');
  await page.getByLabel('最初の日').fill('2024-10-01');
  await expect(page.getByRole('alert')).toHaveText('一度に比べられるのは460日までです。');
  await page.getByLabel('最初の日').fill('2026-09-29');
  await settled(page);
  await expect(page.getByText('3日間のうち、何もなかった日は3日。')).toBeVisible();
});

test('a calm time is said to be calm', async ({ page }) => {
  const complained = watch(page);
  await open(page, 'span=last_month');
  await expect(page.getByText('この間、規則に触れた操作はありませんでした。')).toBeVisible();
  await expect(page.getByText('3グループ、うち何もなかったのは3。')).toBeVisible();
  await page.getByRole('navigation', { name: '比べるもの' }).getByRole('link', { name: '人' }).click();
  await settled(page);
  await expect(page.getByText('あれば、多い順にここに並びます。')).toBeVisible();
  complained();
});

test('a server that fails, a group that is gone and a person who may not are told apart', async ({ page }) => {
  await open(page, 'group=0193a002-0000-704a-8016-0000000000ff');
  await expect(page.getByRole('alert')).toContainText('そのグループはありません', { timeout: 20_000 });
  await page.evaluate(() => {
    sessionStorage.setItem('yagura.mock', 'failing');
  });
  await page.goto('/comparison');
  await expect(page.getByRole('main').getByRole('button', { name: 'もう一度試す' })).toBeVisible({ timeout: 20_000 });
  await page.evaluate(() => {
    sessionStorage.clear();
    localStorage.setItem('yagura-mock-session', 'miura');
  });
  await page.goto('/comparison');
  await expect(page.getByText('このページを見る権限がありません')).toBeVisible();
});

test('a comparison that did not count everything says so', async ({ page }) => {
  await page.addInitScript(() => {
    const own = window.fetch;
    window.fetch = async (input, init) => {
      const answer = await own(input, init);
      const address = input instanceof Request ? input.url : input.toString();
      if (!address.includes('/rule-book/comparison')) return answer;
      const view = (await answer.json()) as object;
      return Response.json({ ...view, complete: false });
    };
  });
  await open(page, week);
  await expect(page.getByText('新しい方の5万件までを数えました')).toBeVisible();
});
