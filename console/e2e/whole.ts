import { expect, type Page } from '@playwright/test';
import { faults } from './faults';

/** Width of what sticks out to the right of the window, which nobody could reach without scrolling sideways. */
export async function outside(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** A page has nothing outside of its window, no word's key in the place of the word, and nothing that keeps people out. */
export async function whole(page: Page, where: string): Promise<void> {
  expect.soft(await outside(page), `${where} is too wide`).toBeLessThanOrEqual(0);
  expect.soft(await page.getByText(/^[a-z-]+:[a-z_]+(\.[a-z_]+)+$/).count(), `${where} has raw keys`).toBe(0);
  expect.soft(await faults(page), where).toEqual([]);
}
