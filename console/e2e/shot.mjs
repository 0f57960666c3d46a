// Takes pictures of the pages of a running mock build: node e2e/shot.mjs <folder> [path ...]
// SHOT=name=value,… says how: width, height, scheme=dark, locale=en-US, wait, full=yes, tag. Of a real server: at=127.0.0.1:PORT and
// link=/sign-in#… (what `./dev bench vulnerabilities` prints where it stays), for its address https://yagura.test.
import { chromium } from 'playwright-core';

const [folder = 'shots', ...paths] = process.argv.slice(2);
const options = Object.fromEntries((process.env.SHOT ?? '').split(',').filter(Boolean).map((part) => part.split('=')));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell', args: ['--no-sandbox', ...(options.at ? [`--host-resolver-rules=MAP yagura.test:443 ${options.at}`] : [])] });
const context = await browser.newContext({
  viewport: { width: Number(options.width ?? 1440), height: Number(options.height ?? 900) },
  colorScheme: options.scheme ?? 'light',
  locale: options.locale ?? 'ja-JP',
  ignoreHTTPSErrors: true,
});
const base = options.at ? 'https://yagura.test' : 'http://localhost:4173';
const page = await context.newPage();
page.on('console', (message) => {
  if (message.type() === 'error' || message.type() === 'warning') console.log(message.type(), message.text().slice(0, 600));
});
page.on('pageerror', (error) => console.log('pageerror', error.message.slice(0, 800)));
if (options.link) {
  await page.goto(`${base}${options.link}`);
  await page.getByRole('button', { name: /^(サインインする|Sign in)$/ }).click();
  const chosen = page.getByLabel(/^(新しいパスワード|New password)$/);
  await page.getByRole('navigation').or(chosen).first().waitFor();
  if (await chosen.isVisible()) {
    await chosen.fill('a long enough sentence');
    await page.getByLabel(/^(もう一度|Once more|Again)$/).fill('a long enough sentence');
    await page.locator('form button[type=submit]').click();
    await page.getByRole('navigation').first().waitFor();
  }
}
for (const path of paths) {
  await page.goto(`${base}${path}`);
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.waitForTimeout(Number(options.wait ?? 700));
  const name = `${path.replaceAll(/[^a-z0-9]+/gi, '_') || 'root'}${options.tag ?? ''}.png`;
  await page.screenshot({ path: `${folder}/${name}`, fullPage: options.full === 'yes' });
  console.log(`${folder}/${name}`);
}
await browser.close();
