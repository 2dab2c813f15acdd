import { accessible, expect, picture, test } from './server';

test('a queue that nobody works on stands out, with what to do about it', async ({ page, enter, weft }) => {
  await weft.call('/workflows', { yaml: 'weft: 1\nname: score\nnodes: { a: { shell: echo 1, queue: gpu } }\n' });
  await enter(page, 'en');
  await page.getByRole('link', { name: 'Workers & queues' }).click();
  const row = (name: string) => page.getByRole('row').filter({ has: page.locator('.queue-name', { hasText: new RegExp(`^${name}$`) }) });
  await expect(row('gpu')).toContainText('Nobody polls it');
  await expect(row('gpu')).toContainText('weft worker --queue gpu');
  await expect(row('weft')).toContainText('Served');
  await expect(row('weft-system')).toContainText('Served');
  // What waits there is counted while the page is looked at.
  await weft.call('/workflows/default/score/instances', { body: {} });
  await expect(row('gpu')).toContainText('1 nodes');
  await row('gpu').getByRole('link', { name: 'score' }).click();
  await expect(page).toHaveURL(/\/workflows\/default\/score$/);
});

test('a token is shown once, works until it is revoked', async ({ page, enter, weft, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await enter(page, 'en');
  await page.goto('/tokens');
  await page.getByRole('button', { name: 'New token' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('ci');
  await dialog.getByRole('checkbox', { name: 'publish' }).check();
  await picture(page, 'token-new-light-en');
  await accessible(page, 'new token');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(dialog).toContainText('it is not shown again');
  await picture(page, 'token-once-light-en');
  await accessible(page, 'token shown once');
  await page.keyboard.press('Escape');
  const text = await dialog.locator('.token-text').innerText();
  await dialog.getByRole('button', { name: 'Copy the token' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text);
  await dialog.getByRole('button', { name: 'I have kept it' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(text)).toHaveCount(0);

  const call = () => fetch(`${weft.url}/api/v1/session`, { headers: { Authorization: `Bearer ${text}` } });
  expect(((await (await call()).json()) as { permissions: string[] }).permissions.sort()).toEqual(['publish', 'view']);
  const row = page.getByRole('row').filter({ hasText: 'ci' });
  await expect(row).toContainText('in 89d');
  await row.getByRole('button', { name: 'Revoke: ci' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(row).toHaveCount(0);
  expect((await call()).status).toBe(401);
});

test('who may not manage tokens is told so', async ({ page, enter, weft }) => {
  const { token } = await weft.call<{ token: string }>('/tokens', { body: { name: 'reader', permissions: ['view'] } });
  await enter(page, 'en');
  await page.request.post(`${weft.url}/api/v1/session`, { headers: { Authorization: `Bearer ${token}` } });
  await page.goto('/tokens');
  await expect(page.getByText('reader does not have it')).toBeVisible();
  await expect(page.getByRole('button', { name: 'New token' })).toHaveCount(0);
});

test('the list of workflows shows what the runs of the last day came to, and when the next one starts', async ({ page, enter, weft }) => {
  await weft.call('/workflows', { yaml: 'weft: 1\nname: fine\ntriggers: [ { id: yearly, cron: "0 0 1 1 *" } ]\nnodes: { a: { set: 1 } }\n' });
  await weft.call('/workflows', { yaml: 'weft: 1\nname: half\ntriggers: [ { id: off, cron: "0 0 1 1 *", paused: true } ]\nnodes: { a: { when: "${ $input.bad == true }", fail: { code: bad } } }\n' });
  await weft.call('/workflows/default/fine/instances', { body: {} });
  for (const bad of [true, false]) await weft.call('/workflows/default/half/instances', { body: { input: { bad } } });
  interface Item { name: string; stats: { hours: { completed: number; failed: number }[] } }
  await expect.poll(async () => {
    const { items } = await weft.call<{ items: Item[] }>('/workflows?details=true');
    return items.filter((item) => ['fine', 'half'].includes(item.name)).map((item) => item.stats.hours.reduce((sum, hour) => sum + hour.completed + hour.failed, 0));
  }, { timeout: 90_000 }).toEqual([1, 2]);
  await enter(page, 'en');
  const row = (name: string) => page.getByRole('row').filter({ has: page.locator(`a[href$="/${name}"]`) });
  await expect(row('fine').getByRole('img', { name: 'Last 24 hours: 1 completed, 0 failed.' })).toBeVisible();
  await expect(row('fine')).toContainText('100.0%');
  await expect(row('fine')).toContainText(/in \d+[dhms]/);
  await expect(row('half').getByRole('img', { name: /^Last 24 hours: 1 completed, 1 failed\. Failures at \d\d:00 \(1\)\.$/ })).toBeVisible();
  await expect(row('half').locator('.tone-fail', { hasText: '50.0%' })).toBeVisible();
  await expect(row('half')).toContainText('Paused');
  await picture(page, 'workflows-numbers-light-en');
});
