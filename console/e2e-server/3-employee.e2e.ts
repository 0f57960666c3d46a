import { execFileSync } from 'node:child_process';
import type { Page } from '@playwright/test';
import { settled, watch } from '../e2e/watch';
import { askForMine, asRoot, person } from './person';
import { comeIn, door, expect, needsPrograms, test } from './test';

needsPrograms();
test.describe.configure({ mode: 'serial' });

const own = `mine-${String(process.pid)}`;
const others = `theirs-${String(process.pid)}`;

let page: Page;
let complained: () => void;

test.beforeAll(async ({ browser, house }) => {
  page = await door(browser, house);
  complained = watch(page);
});
test.afterAll(async () => {
  await page.context().close();
});
test.afterEach(() => {
  complained();
});

test('a person at the machine comes in by the link of their session program, once', async ({ browser, house }) => {
  const administrator = await door(browser, house);
  await comeIn(administrator, house);
  for (const marker of [own, others]) {
    await expect(async () => {
      // Again each time: where this file is the first, the agent may only just begin to see programs.
      execFileSync('/usr/bin/env', ['true', marker], { cwd: '/', ...(marker === own ? { uid: person.uid, gid: person.gid } : {}) });
      await administrator.goto(`/events?text=${marker}&kind=process.start`);
      await settled(administrator);
      await expect(administrator.getByRole('row', { name: new RegExp(marker) }).first()).toBeVisible({ timeout: 1000 });
    }).toPass({ timeout: 30_000 });
  }
  await administrator.context().close();
  const link = askForMine(house);
  expect(link.origin).toBe(house.url);
  await page.goto(link.pathname + link.hash);
  await page.getByRole('button', { name: 'サインインする' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '記録されること' })).toBeVisible();
  const again = await door(browser, house);
  await again.goto(link.pathname + link.hash);
  await again.getByRole('button', { name: 'サインインする' }).click();
  await expect(again.getByRole('alert')).toContainText('このリンクはもう使えません');
  await again.context().close();
});

test('they read what is recorded about them, for how long, and who may look', async ({ house }) => {
  await page.goto('/me');
  const programs = page.getByRole('region', { name: '操作ログ' });
  await expect(programs.getByText('残す期間')).toBeVisible();
  await expect(programs.getByText('監査担当')).toBeVisible();
  await expect(programs.getByText(house.machine)).toBeVisible();
  const endpoints = page.getByRole('region', { name: 'あなたの端末' });
  await expect(endpoints.getByText(house.machine)).toBeVisible();
  await expect(endpoints.getByText(person.name)).toBeVisible();
});

test('their own records are there, and nobody else\'s', async () => {
  test.skip(!asRoot, 'everything on this machine runs under one account');
  await page.goto('/me/events');
  await settled(page);
  const table = page.getByRole('table', { name: '自分の記録' });
  await expect(table.getByRole('row', { name: new RegExp(own) }).first()).toBeVisible();
  await expect(table.getByText(others)).toHaveCount(0);
  const answer = await page.request.get('/api/v1/me/events?limit=1000');
  expect(answer.status()).toBe(200);
  expect(await answer.text()).not.toContain(others);
});

test('the rest of the house is closed to them, in the menu, by address and by request', async () => {
  await page.goto('/me');
  const menu = page.getByRole('navigation', { name: 'メニュー' });
  await expect(menu.getByRole('link')).not.toHaveCount(0);
  for (const path of ['/endpoints', '/events', '/people', '/alarms', '/settings/audit', '/settings/admins']) {
    await expect(menu.locator(`a[href^="${path}"]`), path).toHaveCount(0);
    await page.goto(path);
    await expect(page.getByText('このページを見る権限がありません'), path).toBeVisible();
  }
  for (const path of ['endpoints', 'events', 'people', 'accounts', 'alarms', 'audit', 'admins', 'settings']) {
    expect((await page.request.get(`/api/v1/${path}`)).status(), path).toBe(403);
  }
});
