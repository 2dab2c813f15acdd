import { expect, test } from './server';

test.beforeAll(async ({ weft }) => {
  await weft.call('/workflows', { yaml: `weft: 1
name: said
triggers:
  - { id: night, cron: "30 2 * * 1-5", timezone: Asia/Shanghai }
nodes:
  only: { set: { ok: true } }
` });
});

test('what the server says, and schedules, are in the language of the reader', async ({ page, enter }) => {
  await enter(page, 'zh');
  await page.goto('/workflows/default/said?mode=split&node=$start');
  await expect(page.locator('.react-flow__node[data-id="$start"]')).toContainText('每个工作日 02:30');
  await expect(page.locator('.next-fires')).toContainText('每个工作日 02:30 · Asia/Shanghai');
  await page.locator('.cm-content').first().click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.insertText('nodess: {}\n');
  await expect(page.locator('.problem-list')).toContainText('未知的键 `nodess`');
  await expect(page.locator('.problem-list')).toContainText('是否想写 `nodes`？');
  await page.goto('/triggers?trigger=default/said/night');
  await expect(page.locator('.trigger-list')).toContainText('每个工作日 02:30 · Asia/Shanghai');
  await page.getByRole('button', { name: '补跑' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('从').fill('2026-01-02T00:00');
  await dialog.getByLabel('到').fill('2026-01-01T00:00');
  await dialog.getByRole('button', { name: '补跑' }).click();
  await expect(dialog).toContainText('`to` 早于 `from`。');
});
