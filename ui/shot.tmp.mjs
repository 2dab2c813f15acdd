import { chromium } from '@playwright/test';
const base = process.env.BASE ?? 'http://127.0.0.1:5199';
const jobs = JSON.parse(process.argv[2]);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const job of jobs) {
  const context = await browser.newContext({ viewport: { width: job.w ?? 1440, height: job.h ?? 900 }, locale: job.lang === 'zh' ? 'zh-CN' : 'en-GB', colorScheme: job.theme ?? 'light' });
  await context.addInitScript(([l, t]) => localStorage.setItem('weft.preferences', JSON.stringify({ language: l, theme: t })), [job.lang ?? 'en', job.theme ?? 'light']);
  const page = await context.newPage();
  page.on('console', (m) => m.type() === 'error' && console.log(job.out, 'console:', m.text().slice(0, 300)));
  page.on('pageerror', (e) => console.log(job.out, 'pageerror:', String(e).slice(0, 600)));
  await page.goto(base + job.path, { waitUntil: 'domcontentloaded' });
  await page.waitForTimeout(job.wait ?? 2500);
  for (const act of job.acts ?? []) {
    try {
      if (act.click) await page.click(act.click, { timeout: 3000 });
      if (act.key) await page.keyboard.press(act.key);
      if (act.type) await page.keyboard.type(act.type);
      if (act.wait) await page.waitForTimeout(act.wait);
    } catch (e) { console.log(job.out, 'act failed', JSON.stringify(act), String(e).slice(0, 200)); }
  }
  await page.screenshot({ path: `/tmp/shots/${job.out}.png` });
  await context.close();
}
await browser.close();
