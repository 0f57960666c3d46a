import type { Page } from '@playwright/test';
import { faults } from '../e2e/faults';
import { settled, watch } from '../e2e/watch';
import { comeIn, door, expect, needsPrograms, test } from './test';

needsPrograms();

let page: Page;

test.beforeAll(async ({ browser, house }) => {
  page = await door(browser, house);
  // What moves after it was drawn, as the browser itself counts it, without what follows a press or a key.
  await page.addInitScript(() => {
    const counted = window as unknown as { moved: number };
    counted.moved = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) counted.moved += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await comeIn(page, house);
});
test.afterAll(async () => {
  // The administrator's language is kept, and the tests that follow read Japanese.
  await page.goto('/');
  const japanese = page.getByRole('button', { name: '日本語に切り替える' });
  await japanese.or(page.getByRole('button', { name: 'English に切り替える' })).first().waitFor();
  if (await japanese.isVisible()) {
    await japanese.click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
  }
  await settled(page);
  await page.context().close();
});

interface Listed {
  items: { id: string }[];
}

/** The first of a list that the API gives: what a page is filled with is only known once the house stands. */
async function first(path: string): Promise<string> {
  const answer = await page.request.get(path);
  const { items } = (await answer.json()) as Listed;
  return items[0]?.id ?? 'none';
}

async function every(): Promise<string[]> {
  const endpoint = `/endpoints/${await first('/api/v1/endpoints')}`;
  const group = await first('/api/v1/groups');
  return [
    '/', '/account', '/endpoints', endpoint,
    ...['events', 'assets', 'software', 'vulnerabilities', 'policies', 'commands', 'distribution'].map((tab) => `${endpoint}/${tab}`),
    '/groups', `/groups?open=${group}`, '/commands', '/alarms', '/events', `/events?event=${await first('/api/v1/events')}`,
    '/rules', '/rules?view=ready', '/policies', `/policies/operation_log/${group}`, `/policies/assets/${group}`, '/grants', '/grants?open=new',
    '/vulnerabilities', ...['weaknesses', 'machines', 'exceptions', 'appliances', 'feeds', 'settings'].map((name) => `/vulnerabilities/${name}`),
    '/distribution', '/distribution/new', '/distribution/shelf', '/people', '/people/import', '/accounts', '/me', '/me/events',
    '/settings/organisation', '/settings/first-run', '/settings/enrolment', '/settings/enrolment?open=new',
    '/settings/admins', '/settings/admins?open=new', '/settings/tokens', '/settings/tokens?open=new',
    '/settings/notices', '/settings/notices?open=new', '/settings/alarm-routes',
    '/settings/alarm-routes?open=new', '/settings/audit', '/settings/health', '/endpoints/none', '/no-such-page',
  ];
}

for (const language of ['ja', 'en'] as const) {
  test(`every page is whole in ${language}: light and dark, at 1280 and 1920, still and without a raw key`, async () => {
    test.setTimeout(600_000);
    await page.goto('/');
    if ((await page.locator('html').getAttribute('lang')) !== language) {
      await page.getByRole('button', { name: language === 'en' ? 'English に切り替える' : 'Switch to 日本語' }).click();
      await expect(page.locator('html')).toHaveAttribute('lang', language);
    }
    const complained = watch(page);
    for (const path of await every()) {
      for (const [scheme, width] of [['light', 1280], ['dark', 1920]] as const) {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 900 });
        await page.goto(path);
        await settled(page);
        const where = `${path} ${scheme} ${String(width)}`;
        const moved = await page.evaluate(() => (window as unknown as { moved: number }).moved);
        expect.soft(moved, `${where} moved`).toBeLessThan(0.1);
        const outside = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect.soft(outside, `${where} is too wide`).toBeLessThanOrEqual(0);
        expect.soft(await page.getByText(/^[a-z-]+:[a-z_]+(\.[a-z_]+)+$/).count(), `${where} has raw keys`).toBe(0);
        // Names and colours are asked for once in each scheme; the mock's test asks for the rest of the square.
        if ((language === 'ja') === (scheme === 'light')) expect.soft(await faults(page), where).toEqual([]);
      }
    }
    complained();
  });
}
