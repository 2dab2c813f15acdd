import type { Page } from '@playwright/test';
import { accessible, expect, picture, test } from './server';

const before = `weft: 1
name: shipping
title: 发货
nodes:
  stock: { title: 查库存, http: https://stock.example/items }
  check: { title: 校验, needs: stock, switch: [ { case: enough, when: .count > 0 }, { case: short } ] }
  legacy: { title: 旧系统登记, needs: check.enough, shell: legacy-register }
  parcels:
    title: 逐件打包
    needs: legacy
    foreach: "\${ [range(3)] }"
    nodes:
      pack: { title: 打包, shell: pack-one }
      label: { title: 贴标签, needs: pack, shell: print-label }
  tell: { title: 通知仓库, needs: check.short, set: { told: true } }
`;
const after = before
  .replace('  legacy: { title: 旧系统登记, needs: check.enough, shell: legacy-register }\n', '')
  .replace('needs: legacy', 'needs: check.enough')
  .replace('shell: print-label', 'shell: print-label --large')
  .replace('  tell:', '  report: { title: 生成报表, needs: parcels, python: "def main(input): return {}" }\n  tell:');

const card = (page: Page, path: string) => page.getByRole('dialog').locator(`.react-flow__node[data-id="${path}"]`);

async function write(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').first().click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

for (const [language, theme] of [['en', 'light'], ['zh', 'dark']] as const) {
  test(`what a deployment changes is one picture, ${language}, ${theme}`, async ({ page, enter, weft }) => {
    await weft.call('/workflows', { yaml: before });
    await enter(page, language, theme);
    await page.goto('/workflows/default/shipping?mode=yaml');
    await expect(page.locator('.cm-content').first()).toContainText('legacy');
    await write(page, after);
    const words = language === 'en' ? { deploy: 'Deploy', added: 'added', removed: 'removed', changed: 'changed', text: 'Text' } : { deploy: '部署', added: '新增', removed: '删除', changed: '修改', text: '文本' };
    await page.getByRole('button', { name: new RegExp(`^${words.deploy} r\\d+$`) }).click();
    const dialog = page.getByRole('dialog');
    // Each by its word, and by more than that.
    await expect(card(page, 'report').locator('.card.is-added')).toContainText(words.added);
    await expect(card(page, 'legacy').locator('.card.is-removed')).toContainText(words.removed);
    await expect(card(page, 'parcels/label').locator('.card.is-changed')).toContainText(words.changed);
    await expect(card(page, 'stock').locator('.status')).toHaveCount(0);
    await expect(dialog.locator('.react-flow__edge[data-id="check>enough>parcels"] .wire-added')).toBeAttached();
    await expect(dialog.locator('.react-flow__edge[data-id="legacy>>parcels"] .wire-removed')).toBeAttached();
    await picture(page, `deploy-graph-${theme}-${language}`);
    await accessible(page, `deploy ${theme} ${language}`);

    // From the list, and by the arrow keys of the canvas; the text of the chosen node stands below.
    await dialog.locator('.change-list').getByRole('button').filter({ hasText: /^.*parcels\/label$/ }).click();
    await expect(dialog.locator('.graph-diff-text')).toContainText('print-label --large');
    await dialog.locator('.canvas').focus();
    await page.keyboard.press('ArrowUp');
    await expect(dialog.locator('.graph-diff-text h4')).toHaveText('parcels/pack');
    await expect(dialog.locator('.graph-diff-text')).not.toContainText('print-label');

    await dialog.getByText(words.text, { exact: true }).click();
    await expect(dialog.locator('.diff tr.removed').first()).toContainText('legacy');
    await dialog.getByRole('button', { name: words.deploy, exact: true }).click();
    await expect(dialog).toBeHidden();
  });
}

test('an earlier revision is compared with what is in the editor', async ({ page, enter, weft }) => {
  await weft.call('/workflows', { yaml: before.replace('name: shipping', 'name: revised') });
  await weft.call('/workflows', { yaml: after.replace('name: shipping', 'name: revised') });
  await enter(page, 'en');
  await page.goto('/workflows/default/revised');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByText('Revisions', { exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('No node and no edge has changed.');
  await page.getByRole('option', { name: /^r1/ }).click();
  await expect(card(page, 'legacy').locator('.card.is-removed')).toBeVisible();
  await expect(card(page, 'report').locator('.card.is-added')).toBeVisible();
  await picture(page, 'revisions-graph-light-en');
});
