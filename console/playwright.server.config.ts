import { defineConfig } from '@playwright/test';

/** The console on a real server and a real agent, which the tests start themselves from the folder YAGURA_BIN_DIR. */
export default defineConfig({
  testDir: 'e2e-server',
  testMatch: '*.e2e.ts',
  outputDir: 'test-results',
  // One house for all: what the first day leaves behind is what every page is looked at with.
  workers: 1,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    viewport: { width: 1440, height: 900 },
    actionTimeout: 15_000,
    launchOptions: { executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium-headless-shell', args: ['--no-sandbox'] },
  },
});
