import type { Page } from '@playwright/test';
import { expect, picture, test } from './server';

const card = (page: Page, id: string) => page.locator(`.react-flow__node[data-id="${id}"]`);
const file = (name: string) => `weft: 1
name: ${name}
# what it begins with
nodes:
  first:   # says hello
    shell: echo hello
  second: { needs: first, set: { ok: true } }
  third:
    needs: second
    set: "\${ $nodes.second.output.ok }"
`;

/// What the browser would paste, without asking the system's clipboard.
async function paste(page: Page, text: string): Promise<void> {
  await page.locator('.canvas').focus();
  await page.evaluate((clip) => {
    const data = new DataTransfer();
    data.setData('text/plain', clip);
    document.activeElement!.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  }, text);
}

async function textOf(page: Page): Promise<string> {
  await page.locator('.bar-centre').getByText('YAML').click();
  const text = (await page.locator('.yaml-pane .cm-line').allTextContents()).join('\n');
  await page.locator('.bar-centre').getByText('Canvas').click();
  return text;
}

test('nodes are copied, pasted, duplicated, renamed and deleted; comments and order stay', async ({ page, weft, enter, context }) => {
  await weft.call('/workflows', { yaml: file('edits') });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await enter(page, 'en');
  await page.goto('/workflows/default/edits');
  await card(page, 'first').click();
  await page.locator('.canvas').focus();
  await page.keyboard.press('ControlOrMeta+c');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('first:   # says hello\n  shell: echo hello\n');
  await paste(page, 'first:\n  shell: echo hello\n');
  await expect(card(page, 'first_2')).toBeVisible();
  await expect(page.locator('.toast')).toContainText('first → first_2');

  await paste(page, `curl -X PUT http://127.0.0.1:9/a -H 'A: b' -d '{"q": 1}'`);
  await expect(card(page, 'request')).toContainText('PUT /a');
  await paste(page, '0 2 * * 1-5');
  await expect(card(page, '$start')).toContainText('every weekday at 02:00');
  await expect(page.locator('.next-fires li').first()).toBeVisible();

  await card(page, 'second').click();
  await page.locator('.canvas').focus();
  await page.keyboard.press('F2');
  await page.getByRole('textbox', { name: 'Rename' }).fill('checked');
  await page.keyboard.press('Enter');
  await expect(card(page, 'third')).toContainText('$nodes.checked.output.ok');
  await page.locator('.canvas').focus();
  await page.keyboard.press('ControlOrMeta+d');
  await expect(card(page, 'checked_2')).toBeVisible();

  await card(page, 'first_2').click();
  await card(page, 'request').click({ modifiers: ['Shift'] });
  await page.locator('.canvas').focus();
  await page.keyboard.press('Delete');
  await expect(card(page, 'request')).toBeHidden();
  await expect(card(page, 'first_2')).toBeHidden();

  const text = await textOf(page);
  expect(text).toContain('# what it begins with');
  expect(text).toContain('  first:   # says hello\n    shell: echo hello\n  checked: { needs: first, set: { ok: true } }');

  // The draft is still there after the page was closed.
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith('weft.draft.')));
  await page.reload();
  await expect(card(page, 'checked_2')).toBeVisible();
  await expect(page.locator('.badge-draft')).toContainText('Draft on r1');

  // Every step can be taken back, to the text that was deployed.
  await page.locator('.canvas').focus();
  await page.getByRole('button', { name: 'More' }).first().click();
  await page.getByRole('menuitem', { name: 'Discard the draft' }).click();
  await expect(card(page, 'checked_2')).toBeHidden();
  expect(await textOf(page)).toBe(file('edits').replace(/\n$/, '\n'));
});

test('two people edit one workflow: the second is asked, nothing is overwritten', async ({ page, weft, enter }) => {
  await weft.call('/workflows', { yaml: file('shared') });
  await enter(page, 'zh');
  await page.goto('/workflows/default/shared');
  await card(page, 'third').click();
  await page.locator('.canvas').focus();
  await page.keyboard.press('ControlOrMeta+d');
  await expect(card(page, 'third_2')).toBeVisible();
  await weft.call('/workflows', { yaml: file('shared').replace('echo hello', 'echo goodbye') });
  await page.getByRole('button', { name: /^部署/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: '部署' }).click();
  await expect(page.getByRole('alert')).toContainText('r2');
  await picture(page, 'conflict-zh');
  await page.getByRole('button', { name: '采用对方的' }).click();
  await expect(card(page, 'first')).toContainText('echo goodbye');
  await expect(card(page, 'third_2')).toBeHidden();
});
