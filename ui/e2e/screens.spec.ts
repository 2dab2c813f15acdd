import { readFileSync } from 'node:fs';
import { accessible, expect, picture, settled, test } from './server';

/// A run in which something waits, retries, failed and was handled, and repeats.
const busy = `weft: 1
name: refund
title: 退款与对账
labels: { owner: 林薇, finance: "true" }
input:
  type: object
  required: [orderId]
  properties:
    orderId: { type: string, title: Order }
    amount: { type: number, default: 12.5 }
triggers:
  - { id: hook, webhook: refund, key: "\${ .body.orderId }", input: "\${ .body }" }
  - { id: nightly, cron: "0 2 * * *", timezone: Asia/Shanghai, input: { orderId: nightly } }
nodes:
  score:
    title: 风险评分
    python: |
      def main(input):
          print("scoring", input)
          return {"risk": 0.9}
  items:
    title: 逐件预占库存
    needs: score
    foreach: "\${ [range(5)] }"
    concurrency: 2
    nodes:
      hold:
        title: 预占一件
        shell: '[ "$N" != 1 ] || exit 3; echo "hold $N"'
        env: { N: "\${ $item }" }
        retry: { attempts: 9, delay: 1h, max_delay: 1h }
  crm:
    title: 同步 CRM
    needs: score
    shell: "echo no >&2; exit 4"
  tell:
    title: 通知值班
    needs: crm.failed
    set: { told: "\${ $error.code }" }
  route:
    title: 按风险分流
    needs: score
    switch:
      - { case: risky, when: "\${ .risk > 0.5 }" }
      - { case: fine }
  review:
    title: 人工复核
    needs: route.risky
    event: com.shop.review.done
    key: "\${ $input.orderId }"
    timeout: 24h
  approve:
    title: 主管审批
    needs: route.risky
    approval: { title: "退款 \${ $input.orderId }?", form: { type: object, properties: { note: { type: string } } } }
  auto:
    title: 自动放行
    needs: route.fine
    set: { approved: true }
  quote:
    title: 询运费
    needs: score
    http: http://127.0.0.1:9/quote
    retry: { attempts: 5, delay: 1h, max_delay: 1h }
  ship:
    title: 发货
    needs: [auto, review, items]
    shell: echo done
`;

const id = 'default.refund.hook.8841';

test.beforeAll(async ({ weft, service }) => {
  for (const example of ['hello-orders', 'order-intake', 'fan-out']) await weft.call('/workflows', { yaml: readFileSync(`../examples/${example}/workflow.yaml`, 'utf8') });
  await weft.call('/workflows', { yaml: busy });
  await weft.call('/workflows', { yaml: 'weft: 1\nname: score\ntitle: 评分模型\nnodes: { model: { shell: python model.py, queue: gpu } }\n' });
  await weft.call('/channels', { body: { name: 'ops', kind: 'webhook', config: { url: service.url } } });
  await weft.call('/secrets', { body: { namespace: 'default', name: 'SF_TOKEN', value: 'not-to-be-seen' } });
  await weft.call('/tokens', { body: { name: 'ci', permissions: ['view', 'operate'], expiresIn: '90d' } });
  await fetch(`${weft.url}/hooks/default/refund`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"orderId": "8841"}' });
  await expect.poll(async () => {
    const run = await weft.call<{ nodes: Record<string, { status: string }> }>(`/instances/${id}`).catch(() => null);
    return ['review', 'quote', 'items/1/hold', 'tell'].map((path) => run?.nodes[path]?.status);
  }, { timeout: 60_000 }).toEqual(['waiting', 'retrying', 'retrying', 'succeeded']);
});

for (const language of ['en', 'zh'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test(`every screen, ${language}, ${theme}`, async ({ page, enter }) => {
      test.setTimeout(300_000);
      await enter(page, language, theme);
      const screens: [string, string, string][] = [
        ['workflows', '/workflows', 'a.row-link'],
        ['editor', '/workflows/default/refund?node=quote', '.drawer'],
        ['editor-start', '/workflows/default/order-intake?node=$start', '.drawer'],
        ['editor-split', '/workflows/default/refund?mode=split&node=route', '.cm-node'],
        ['runs', '/instances', 'a.row-link'],
        ['run', `/instances/${id}?node=quote&tab=graph`, '.panel'],
        ['run-timeline', `/instances/${id}?node=${encodeURIComponent('items/1/hold')}&tab=timeline`, '.timeline-row'],
        ['run-logs', `/instances/${id}?tab=logs`, '.log-line'],
        ['run-data', `/instances/${id}?tab=data`, '.json'],
        ['run-events', `/instances/${id}?tab=events`, '.events .link'],
        ['triggers', '/triggers?trigger=default/refund/hook', '.trigger-view tbody tr'],
        ['approvals', '/approvals', '.table tbody tr'],
        ['notifications', '/notifications', '.table tbody tr'],
        ['queues', '/queues', '.table .tone-ok'],
        ['secrets', '/secrets', '.table tbody tr'],
        ['tokens', '/tokens', '.table tbody tr'],
        ['audit', '/audit', '.table tbody tr'],
      ];
      for (const [name, path, ready] of screens) {
        await page.goto(path);
        await expect(page.locator(ready).first(), name).toBeVisible();
        if (path.includes('/workflows/') || name === 'run') await expect(page.locator('.react-flow__node').first(), name).toBeVisible();
        await settled(page);
        await picture(page, `${name}-${theme}-${language}`);
        await accessible(page, `${name} ${theme} ${language}`);
      }
    });
  }
}

test('the language is switched without a reload, and the address keeps what is shown', async ({ page, enter }) => {
  await enter(page, 'en');
  await page.goto('/instances?status=running');
  await expect(page.getByRole('tab', { name: 'Running' })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.getByRole('tab', { name: '运行中' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  expect(page.url()).toContain('status=running');
});

test('the outline is walked by keyboard and selects what the canvas shows', async ({ page, enter }) => {
  await enter(page, 'en');
  await page.goto('/workflows/default/refund');
  await page.getByRole('button', { name: 'Outline' }).click();
  const tree = page.getByRole('tree');
  await tree.getByRole('treeitem').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(tree.locator('[aria-selected=true]')).toContainText('逐件预占库存');
  await expect(page.locator('.drawer')).toContainText('items');
});

test('a text that cannot be read keeps the last picture and locks nothing', async ({ page, enter }) => {
  await enter(page, 'en');
  await page.goto('/workflows/default/fan-out?mode=split');
  await expect(page.locator('.react-flow__node')).toHaveCount(7);
  await page.locator('.cm-content').first().click();
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.type('{ ');
  await expect(page.locator('.canvas.stale')).toBeVisible();
  await expect(page.locator('.canvas-note')).toContainText('Line');
  await expect(page.locator('.react-flow__node')).toHaveCount(7);
  await page.keyboard.press('ControlOrMeta+z');
  await expect(page.locator('.canvas.stale')).toBeHidden();
});

test('a run is scrubbed through its past', async ({ page, enter }) => {
  await enter(page, 'en');
  await page.goto(`/instances/${id}`);
  await expect(page.locator('.react-flow__node[data-id=route]').getByText('Succeeded')).toBeVisible();
  await page.getByRole('button', { name: 'First event' }).click();
  await expect(page.locator('.react-flow__node[data-id=route]').getByText('Pending')).toBeVisible();
  await page.getByRole('button', { name: 'Live' }).click();
  await expect(page.locator('.react-flow__node[data-id=route]').getByText('Succeeded')).toBeVisible();
});

test('the run is read and decided on a phone', async ({ page, enter }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await enter(page, 'zh');
  await picture(page, 'phone-workflows-zh');
  await page.goto(`/instances/${id}`);
  await expect(page.locator('.react-flow__node').first()).toBeVisible();
  await picture(page, 'phone-run-zh');
  await page.goto('/approvals');
  await page.getByRole('button', { name: '审批' }).first().click();
  await picture(page, 'phone-approve-zh');
  await page.getByRole('dialog').getByRole('button', { name: '同意' }).last().click();
  await expect(page.getByText('没有待审批事项。')).toBeVisible();
});
