import type { Page } from '@playwright/test';
import { settled, watch } from '../e2e/watch';
import { outside, whole } from '../e2e/whole';
import { comeIn, door, expect, needsPrograms, speak, test } from './test';

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
  await page.goto('/');
  // The tests that follow read Japanese.
  await speak(page, 'ja');
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
    // The rooms behind these two are looked at where there is something in them (9-weaknesses).
    '/vulnerabilities', '/distribution', '/people', '/people/import', '/accounts', '/me', '/me/events',
    '/settings/organisation', '/settings/first-run', '/settings/enrolment', '/settings/enrolment?open=new',
    '/settings/admins', '/settings/admins?open=new', '/settings/tokens', '/settings/tokens?open=new',
    '/settings/notices', '/settings/notices?open=new', '/settings/alarm-routes',
    '/settings/alarm-routes?open=new', '/settings/audit', '/settings/health', '/endpoints/none', '/no-such-page',
  ];
}

for (const [language, scheme, widths] of [['ja', 'light', [1280, 1920]], ['en', 'dark', [1920, 1280]]] as const) {
  // What language and scheme do to each other is asked on the mock, where a page need not be loaded for it.
  test(`every page is whole in ${language}, ${scheme}, at 1280 and 1920, still and without a raw key`, async () => {
    test.setTimeout(600_000);
    await page.goto('/');
    await speak(page, language);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    const complained = watch(page);
    for (const path of await every()) {
      const [loaded, resized] = widths;
      await page.setViewportSize({ width: loaded, height: 900 });
      await page.goto(path);
      await settled(page);
      const moved = await page.evaluate(() => (window as unknown as { moved: number }).moved);
      expect.soft(moved, `${path} moved`).toBeLessThan(0.1);
      await whole(page, `${path} at ${String(loaded)}`);
      await page.setViewportSize({ width: resized, height: 900 });
      expect.soft(await outside(page), `${path} is too wide for ${String(resized)}`).toBeLessThanOrEqual(0);
    }
    complained();
  });
}
