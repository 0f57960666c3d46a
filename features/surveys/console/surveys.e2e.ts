import { expect, test, type Locator, type Page } from '../../../console/e2e/test';
import { settled, watch } from '../../../console/e2e/watch';

const open = '0193a00f-0000-722b-80a5-000000000004';
const question = (page: Page, n: number): Locator => page.getByRole('group', { name: `質問${String(n)}` });
const preview = (page: Page): Locator => page.getByRole('region', { name: '見え方' });
const list = (page: Page): Locator => page.getByRole('table', { name: 'アンケート' });

test('a survey is written, ordered by the keyboard, looked at as people see it, and sent', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/surveys');
  await settled(page);
  await page.getByRole('link', { name: 'アンケートを作る' }).click();
  await page.getByLabel('題名', { exact: true }).fill('忘年会について');
  await question(page, 1).getByLabel('質問の文').fill('出席しますか');
  await question(page, 1).getByLabel('選択肢').fill('はい\nいいえ');
  await page.getByRole('button', { name: '質問を足す' }).click();
  await question(page, 2).getByLabel('質問の文').fill('食べられないもの');
  await question(page, 2).getByRole('combobox', { name: '答え方' }).click();
  await page.getByRole('option', { name: '長い文' }).click();
  await question(page, 2).getByLabel('必ず答えてもらう').uncheck();
  await question(page, 2).getByRole('button', { name: '質問2を上へ' }).press('Enter');
  await expect(question(page, 1).getByLabel('質問の文')).toHaveValue('食べられないもの');
  await expect(preview(page).getByRole('radio', { name: 'はい' })).toBeVisible();
  await preview(page).getByRole('button', { name: 'English' }).click();
  await expect(preview(page).getByText(/^This survey is named/)).toBeVisible();

  await page.getByRole('button', { name: '下書きを保存する' }).click();
  await expect(page.getByText('保存しました。')).toBeVisible();
  await page.getByRole('button', { name: 'すぐに送る' }).click();
  await expect(page.getByText('届く相手がいません')).toBeVisible();
  await page.getByRole('combobox', { name: 'グループを足す' }).click();
  await page.getByRole('option').first().click();
  await page.getByRole('button', { name: '下書きを保存する' }).click();
  await expect(page.getByText(/台の端末、分かっている/)).toBeVisible();
  await page.getByRole('button', { name: 'すぐに送る' }).click();
  await expect(page.getByText('答えはまだありません。')).toBeVisible();
  await page.goto('/surveys');
  complained();
});

test('what cannot be sent says so at its field', async ({ page }) => {
  await page.goto('/surveys/new');
  await page.getByLabel('題名', { exact: true }).fill('途中');
  await page.getByRole('button', { name: '下書きを保存する' }).click();
  await page.getByRole('button', { name: 'すぐに送る' }).click();
  await expect(question(page, 1).getByText('書いてください', { exact: true })).toBeVisible();
  await expect(question(page, 1).getByText('二つ以上書いてください')).toBeVisible();
  await page.getByLabel('答えを残す日数').fill('1');
  await page.getByRole('button', { name: '下書きを保存する' }).click();
  await expect(page.getByText('受け付けられる範囲の外です')).toBeVisible();
});

test('results are counted, with who has not answered, and an anonymous survey waits for five', async ({ page }) => {
  const complained = watch(page);
  await page.goto('/surveys');
  await settled(page);
  await list(page).getByRole('link', { name: '在宅勤務の環境について' }).click();
  await settled(page);
  const days = page.getByRole('region', { name: '在宅勤務は週に何日ですか' });
  await expect(days.getByText('121人が回答')).toBeVisible();
  await expect(days.getByRole('listitem').filter({ hasText: 'なし' })).toContainText('%');
  await expect(page.getByRole('region', { name: '答えていない人' }).getByRole('listitem').first()).toBeVisible();
  await expect(page.getByRole('link', { name: 'CSVで保存' })).toHaveAttribute('href', /answers\.csv\?language=ja/);
  await page.getByRole('button', { name: '答えていない人に知らせる' }).click();
  await expect(page.getByText('答えていない人に知らせました。')).toBeVisible();
  await page.goto('/surveys');
  await list(page).getByRole('link', { name: /無記名アンケート/ }).click();
  await expect(page.getByText('無記名なので、5人が答えてから結果を見られます。')).toBeVisible();
  await expect(page.getByRole('region', { name: '答えていない人' })).toHaveCount(0);
  complained();
});

for (const [language, words] of [
  ['ja', { send: '送る', required: '答えてください', range: '受け付けられる範囲の外です', sent: '答えを送りました。ありがとうございました。', change: '答えを変えて送る' }],
  ['en', { send: 'Send', required: 'Answer this question', range: 'This is out of range', sent: 'Your answer is sent. Thank you.', change: 'Send the changed answer' }],
] as const) {
  test(`a person answers once, is told what is wrong, and may change the answer (${language})`, async ({ page }) => {
    const complained = watch(page);
    await page.addInitScript((chosen) => {
      localStorage.setItem('yagura-mock-session', 'miura');
      localStorage.setItem('yagura-language', chosen);
    }, language);
    await page.goto('/me/surveys');
    await settled(page);
    await page.getByRole('link', { name: '在宅勤務の環境について' }).click();
    await page.getByRole('button', { name: words.send, exact: true }).click();
    await expect(page.getByText(words.required)).toHaveCount(2);
    await expect(page.getByRole('radio').first()).toBeFocused();
    await page.getByRole('radio', { name: '3〜4日' }).check();
    const ease = page.getByLabel(/在宅勤務の働きやすさ/);
    await ease.fill('１１');
    await page.getByRole('button', { name: words.send, exact: true }).click();
    await expect(page.getByText(words.range)).toBeVisible();
    await expect(ease).toBeFocused();
    await ease.fill('７');
    await page.getByLabel(/困っていること/).fill('<b>VPN</b>');
    // What was begun is still there when the page is opened anew.
    await page.reload();
    await expect(ease).toHaveValue('７');
    await page.getByRole('button', { name: words.send, exact: true }).click();
    await expect(page.getByText(words.sent)).toBeVisible();
    await page.getByRole('radio', { name: 'なし' }).check();
    await page.getByRole('button', { name: words.change }).click();
    await expect(page.getByText(words.sent)).toBeVisible();
    complained();
  });
}

test('without a connection nothing is lost and it is said', async ({ page }) => {
  let away = false;
  await page.exposeFunction('isAway', () => away);
  await page.addInitScript(() => {
    localStorage.setItem('yagura-mock-session', 'miura');
    const real = window.fetch.bind(window);
    window.fetch = async (input, init) => {
      const asked = (window as unknown as { isAway: () => Promise<boolean> }).isAway;
      if (input instanceof Request && input.method === 'PUT' && (await asked())) throw new TypeError('away');
      return real(input, init);
    };
  });
  await page.goto(`/me/surveys/${open}`);
  await page.getByRole('radio', { name: 'なし' }).check();
  await page.getByLabel(/在宅勤務の働きやすさ/).fill('5');
  away = true;
  await page.getByRole('button', { name: '送る', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('つながっていないようです');
  await expect(page.getByLabel(/在宅勤務の働きやすさ/)).toHaveValue('5');
});

test('a survey that nobody asked them is not theirs, and an account of the console is told where to answer', async ({ page }) => {
  await page.goto('/me/surveys/0193a00f-0000-722b-80a5-000000000099');
  await expect(page.getByText(/端末のお知らせから開いたページで答えます/)).toBeVisible();
});
