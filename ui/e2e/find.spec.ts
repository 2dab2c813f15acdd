import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, picture, test } from './server';

/// Long enough that its end is out of sight, with a region that can be folded.
const long = `weft: 1
name: long
title: 长流程
nodes:
${Array.from({ length: 14 }, (_, index) => `  step${index}: { ${index > 0 ? `needs: step${index - 1}, ` : ''}set: { n: ${index} } }\n`).join('')}  each:
    title: 逐件发货
    needs: step13
    foreach: "[1, 2]"
    nodes:
      ship: { title: 打包, shell: echo parcel }
  last: { needs: each, title: 通知, shell: echo parcel done }
`;

const card = (page: Page, id: string) => page.locator(`.react-flow__node[data-id="${id}"]`);

test.beforeAll(async ({ weft }) => {
  await weft.call('/workflows', { yaml: long });
});

test('nodes are found on the canvas by keyboard, wherever they are', async ({ page, enter }) => {
  await enter(page, 'en');
  await page.goto('/workflows/default/long');
  await card(page, 'each').getByRole('button', { name: 'Collapse' }).click();
  await expect(card(page, 'each/ship')).toBeHidden();
  await page.locator('.canvas').focus();
  await page.keyboard.press('ControlOrMeta+f');
  const field = page.getByRole('textbox', { name: 'Find nodes' });
  await expect(field).toBeFocused();
  await page.keyboard.type('parcel');
  const count = page.locator('.find-count');
  await expect(count).toHaveText('1 of 2: 通知');
  await expect(card(page, 'last')).toBeInViewport();
  await expect(card(page, 'last')).toHaveClass(/looked-at/);
  // The other one is inside of the folded frame.
  await page.keyboard.press('Enter');
  await expect(count).toHaveText('2 of 2: 打包');
  await expect(card(page, 'each/ship')).toHaveClass(/looked-at/);
  await expect(card(page, 'each/ship')).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(count).toHaveText('1 of 2: 通知');
  await page.keyboard.press('Shift+Enter');
  await expect(count).toHaveText('2 of 2: 打包');
  const found = await new AxeBuilder({ page }).include('.find-bar').withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
  expect(found.violations.map((one) => `${one.id}: ${one.help}`)).toEqual([]);
  await picture(page, 'find-light-en');
  // Closed, the keyboard goes on from what was found.
  await page.keyboard.press('Escape');
  await expect(field).toBeHidden();
  await expect(page.locator('.canvas')).toBeFocused();
  await expect(page.locator('.drawer')).toContainText('ship');
  // A text field searches for itself.
  await page.locator('.drawer input').first().focus();
  await page.keyboard.press('ControlOrMeta+f');
  await expect(field).toBeHidden();
});

test('nodes of a run are found by what they are, in Chinese', async ({ page, weft, enter }) => {
  const { id } = await weft.call<{ id: string }>('/workflows/default/long/instances', { body: {} });
  await enter(page, 'zh', 'dark');
  await page.goto(`/instances/${encodeURIComponent(id)}`);
  await page.getByRole('button', { name: '查找节点' }).click();
  await page.keyboard.type('遍历');
  await expect(page.locator('.find-count')).toHaveText('1 / 1: 逐件发货');
  await expect(card(page, 'each')).toBeInViewport();
  await picture(page, 'find-run-dark-zh');
  await page.getByRole('textbox', { name: '查找节点' }).fill('没有这样的');
  await expect(page.locator('.find-count')).toHaveText('没有匹配');
  await page.keyboard.press('Escape');
  await expect(page.locator('.find-bar')).toBeHidden();
});
