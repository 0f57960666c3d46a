import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** What axe finds on a page that keeps people out, by the rules of WCAG 2.2, levels A and AA. Parts named by `except` are not asked. */
export async function faults(page: Page, ...except: string[]): Promise<string[]> {
  // The rules themselves are half a megabyte of script: where a page has them already, they are not read again.
  const known = await page.evaluate(() => 'axe' in window);
  const axe = new AxeBuilder({ page, ...(known ? { axeSource: ';' } : {}) })
    // What is fine is not listed; and no page of ours has frames, for which axe would open a second page each time.
    .options({ resultTypes: ['violations'] })
    .setLegacyMode()
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
  for (const part of except) axe.exclude(part);
  const { violations } = await axe.analyze();
  return violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`).slice(0, 3).join(' | ')}`);
}
