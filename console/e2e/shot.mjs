// Takes pictures of the pages of a running mock build: node e2e/shot.mjs <folder> [path ...]
import { chromium } from 'playwright-core';

const [folder = 'shots', ...paths] = process.argv.slice(2);
const options = Object.fromEntries((process.env.SHOT ?? '').split(',').filter(Boolean).map((part) => part.split('=')));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell', args: ['--no-sandbox'] });
const context = await browser.newContext({
  viewport: { width: Number(options.width ?? 1440), height: Number(options.height ?? 900) },
  colorScheme: options.scheme ?? 'light',
  locale: options.locale ?? 'ja-JP',
});
const page = await context.newPage();
page.on('console', (message) => {
  if (message.type() === 'error' || message.type() === 'warning') console.log(message.type(), message.text().slice(0, 600));
});
page.on('pageerror', (error) => console.log('pageerror', error.message.slice(0, 800)));
for (const path of paths) {
  await page.goto(`http://localhost:4173${path}`);
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.waitForTimeout(Number(options.wait ?? 700));
  const name = `${path.replaceAll(/[^a-z0-9]+/gi, '_') || 'root'}${options.tag ?? ''}.png`;
  await page.screenshot({ path: `${folder}/${name}`, fullPage: options.full === 'yes' });
  console.log(`${folder}/${name}`);
}
await browser.close();
