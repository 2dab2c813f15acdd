import type { Page } from '@playwright/test';
import { accessible, expect, picture, test } from './server';

const card = (page: Page, id: string) => page.locator(`.react-flow__node[data-id="${id}"]`);

/// What is deployed; the node `stock` would fail.
const flow = (name: string) => `weft: 1
name: ${name}
input:
  type: object
  required: [orderId]
  properties: { orderId: { type: string, title: Order } }
nodes:
  stock: { shell: 'echo "no such shop" >&2; exit 9' }
  price: { needs: stock, set: '\${ { total: (.count * 3) } }' }
  ship: { needs: price, shell: 'echo "shipped $ORDER for $TOTAL"', env: { ORDER: '\${ $input.orderId }', TOTAL: '\${ .total }' } }
`;

const words = {
  en: { test: 'Test', run: 'Run the draft', order: 'Order', data: 'Data', type: 'Type an output', json: 'Output as JSON', pin: 'Pin it', pinned: 'Pinned', back: 'Back to editing', node: 'Test the node', unpin: 'Unpin', pinLast: 'Pin its last output', failed: 'Failed', completed: 'Completed', succeeded: 'Succeeded', reads: 'reads the results of' },
  zh: { test: '测试', run: '运行草稿', order: 'Order', data: '数据', type: '填写输出', json: 'JSON 格式的输出', pin: '固定', pinned: '已固定', back: '返回编辑', node: '测试节点', unpin: '取消固定', pinLast: '固定最近一次输出', failed: '失败', completed: '已完成', succeeded: '成功', reads: '要读取 `stock` 的输出' },
} as const;

for (const language of ['en', 'zh'] as const) {
  test(`a draft is run, mended by a pin, and one node is tried alone, ${language}`, async ({ page, weft, enter }) => {
    const w = words[language];
    const name = `tries-${language}`;
    await weft.call('/workflows', { yaml: flow(name) });
    await enter(page, language, language === 'zh' ? 'dark' : 'light');
    await page.goto(`/workflows/default/${name}`);
    const drawer = page.locator('.drawer');
    const dock = page.locator('.dock');

    // One node alone, before anything ran: it says what it misses.
    await card(page, 'price').click();
    await drawer.getByRole('tab', { name: w.data }).click();
    await drawer.getByRole('button', { name: w.node }).click();
    await expect(drawer.getByText(w.reads)).toBeVisible();

    // The whole draft: its first node fails, on the canvas too.
    await page.getByRole('button', { name: w.test, exact: true }).click();
    await dock.getByLabel(w.order).fill('8841');
    await dock.getByRole('button', { name: w.run }).click();
    await expect(dock.locator('.status').first()).toContainText(w.failed);
    await expect(card(page, 'stock').locator('.card')).toHaveClass(/is-failed/);

    // A typed output is pinned to it; then the draft completes, by keyboard.
    await card(page, 'stock').click();
    await drawer.getByRole('tab', { name: w.data }).click();
    await drawer.getByRole('button', { name: w.type }).click();
    await drawer.getByLabel(w.json).fill('{"count": 4}');
    await drawer.getByRole('button', { name: w.pin, exact: true }).click();
    await expect(card(page, 'stock').locator('.pin-mark')).toHaveText(w.pinned);
    await page.locator('.canvas').focus();
    await page.keyboard.press('ControlOrMeta+Enter');
    await expect(dock.locator('.status').first()).toContainText(w.completed);
    await expect(card(page, 'ship').locator('.card')).toHaveClass(/is-succeeded/);
    await picture(page, `test-run-${language}`);
    await accessible(page, `test-run-${language}`);

    // One node alone, on what came before it in that run.
    await page.getByRole('button', { name: w.back }).first().click();
    await card(page, 'ship').click();
    await drawer.getByRole('tab', { name: w.data }).click();
    await drawer.getByRole('button', { name: w.node }).click();
    await expect(drawer.locator('.node-outcome')).toContainText(w.succeeded);
    await expect(drawer.locator('.node-outcome')).toContainText('shipped 8841 for 12');
    await drawer.getByRole('button', { name: w.pinLast }).click();
    await expect(card(page, 'ship').locator('.pin-mark')).toBeVisible();
    await drawer.locator('.node-outcome').scrollIntoViewIfNeeded();
    await picture(page, `test-node-${language}`);
    await drawer.getByRole('button', { name: w.unpin }).click();
    await expect(card(page, 'ship').locator('.pin-mark')).toBeHidden();

    // Pins stay with the browser and are no part of the text.
    await page.reload();
    await expect(card(page, 'stock').locator('.pin-mark')).toHaveText(w.pinned);
    // The run has a page of its own, with the graph that was tried.
    const [tried] = (await weft.call<{ items: { id: string }[] }>(`/instances?workflow=${name}&trigger=test&status=completed`)).items;
    await page.goto(`/instances/${encodeURIComponent(tried!.id)}`);
    await expect(card(page, 'ship').locator('.card')).toHaveClass(/is-succeeded/);
    await picture(page, `test-instance-${language}`);
    const { source } = await weft.call<{ source: string }>(`/workflows/default/${name}`);
    expect(source).toBe(flow(name));
    expect((await weft.call<{ items: unknown[] }>(`/instances?workflow=${name}`)).items).toEqual([]);
  });
}

test('a draft goes on in another browser, and two of them are a choice', async ({ page, weft, enter, browser }) => {
  await weft.call('/workflows', { yaml: flow('shared-draft') });
  await enter(page, 'en');
  await page.goto('/workflows/default/shared-draft');
  await card(page, 'ship').click();
  await page.locator('.canvas').focus();
  await page.keyboard.press('ControlOrMeta+d');
  await expect(card(page, 'ship_2')).toBeVisible();
  await page.keyboard.press('ControlOrMeta+s');
  await expect(page.getByText('The draft is saved.', { exact: true })).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await enter(other, 'en');
  await expect(other.locator('tr', { hasText: 'shared-draft' }).locator('.badge-draft')).toBeVisible();
  await other.goto(`${weft.url}/workflows/default/shared-draft`);
  await expect(card(other, 'ship_2')).toBeVisible();
  await card(other, 'ship_2').click();
  await other.locator('.canvas').focus();
  await other.keyboard.press('Delete');
  await expect(card(other, 'ship_2')).toBeHidden();
  await card(other, 'price').click();
  await other.locator('.canvas').focus();
  await other.keyboard.press('ControlOrMeta+d');
  await other.keyboard.press('ControlOrMeta+s');
  await expect(other.getByText('The draft is saved.', { exact: true })).toBeVisible();

  // The first has seen none of that.
  await card(page, 'stock').click();
  await page.locator('.canvas').focus();
  await page.keyboard.press('ControlOrMeta+d');
  await page.keyboard.press('ControlOrMeta+s');
  await expect(page.getByRole('alert').filter({ hasText: 'saved another draft' })).toBeVisible();
  await picture(page, 'draft-rival-en');
  await page.getByRole('button', { name: 'Take theirs' }).click();
  await expect(card(page, 'price_2')).toBeVisible();
  await expect(card(page, 'stock_2')).toBeHidden();
  await other.context().close();
});
