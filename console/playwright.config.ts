import { defineConfig } from '@playwright/test';

// Another port where several builds are tested on one machine.
const port = Number(process.env['YAGURA_E2E_PORT'] ?? 4273);

export default defineConfig({
  testDir: '..',
  testMatch: ['console/e2e/*.e2e.ts', 'core/*/console/*.e2e.ts', 'features/*/console/*.e2e.ts'],
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    baseURL: `http://localhost:${String(port)}`,
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    viewport: { width: 1280, height: 900 },
    trace: 'off',
    launchOptions: { executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium-headless-shell', args: ['--no-sandbox'] },
  },
  webServer: {
    command: `npx vite build --mode mock --logLevel error && npx vite preview --mode mock --port ${String(port)} --strictPort`,
    port,
    // Beside two compilers on two processors the build alone takes minutes.
    timeout: 600_000,
    reuseExistingServer: false,
  },
});
