import { test as base, type BrowserContext, type BrowserContextOptions } from '@playwright/test';

export { expect, type Locator, type Page } from '@playwright/test';

/**
 * Playwright's `test`, with one browser context for all cases of a worker: the console's files are then read and compiled once, and
 * not for each case. A case still begins with nothing stored, in a page of its own: the made-up office lives in the page's memory,
 * what a case signs in as or remembers in the storage that is emptied before it. Of what `test.use` may say only the window's size
 * reaches it: a case that needs more imports Playwright's own `test`.
 */
export const test = base.extend<object, { shared: BrowserContext }>({
  shared: [
    async ({ browser }, use, worker) => {
      const context = await browser.newContext(worker.project.use as BrowserContextOptions);
      await use(context);
      await context.close();
    },
    { scope: 'worker' },
  ],
  page: async ({ shared, baseURL, viewport }, give) => {
    const page = await shared.newPage();
    if (viewport) await page.setViewportSize(viewport);
    const browser = await shared.newCDPSession(page);
    await browser.send('Storage.clearDataForOrigin', { origin: baseURL ?? '', storageTypes: 'cookies,local_storage,indexeddb' });
    await browser.detach();
    await give(page);
    await page.close();
  },
});
