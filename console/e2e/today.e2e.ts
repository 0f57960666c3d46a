import { expect, test } from './test';

test('a morning page that could not be read does not say that the day is quiet', async ({ page }) => {
  await page.addInitScript(() => {
    const own = window.fetch;
    window.fetch = (input, init) => {
      const address = input instanceof Request ? input.url : input.toString();
      if (!address.includes('/api/') || address.includes('/session')) return own(input, init);
      return Promise.resolve(Response.json({ title: 'Internal Server Error', status: 500, code: 'internal', detail: 'no answer' }, { status: 500 }));
    };
  });
  await page.goto('/');
  await expect(page.getByText('待っているものを読めませんでした')).toBeVisible();
  await expect(page.getByText('読めなかったものがあります。')).toBeVisible();
  await expect(page.getByText('きょうは静かです')).toHaveCount(0);
});
