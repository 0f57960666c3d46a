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
  await expect(page.locator('main')).toBeVisible();
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
  await expect(page.getByRole('status', { name: /読み込んでいます|Loading/ })).toHaveCount(0);
}
