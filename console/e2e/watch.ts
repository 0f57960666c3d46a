import { expect, type Page } from '@playwright/test';

/** Collects everything a page complains about; a refused resource of the mock (404 on purpose) is no complaint. */
export function watch(page: Page): () => void {
  const complaints: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (text.includes('the server responded with a status of')) return;
    complaints.push(text);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return () => {
    expect(complaints).toEqual([]);
  };
}

/** Waits until nothing on the page says that it is loading. */
export async function settled(page: Page): Promise<void> {
  // One part may begin to load when another has come, so the page has to be quiet twice in a row.
  let quiet = 0;
  await expect
    .poll(
      async () => {
        const waiting =
          (await page.locator('[aria-busy="true"]').count()) +
          (await page.getByRole('status', { name: /読み込んでいます|Loading/ }).count()) +
          ((await page.locator('main h1, main h2, main p').count()) === 0 ? 1 : 0);
        quiet = waiting === 0 ? quiet + 1 : 0;
        return quiet;
      },
      { intervals: [50] },
    )
    .toBeGreaterThanOrEqual(2);
}
