import type { Page } from '@playwright/test';
import { expect, picture, test } from './server';

const card = (page: Page, id: string) => page.locator(`.react-flow__node[data-id="${id}"]`);

/// Puts a kind behind what is selected, by keyboard.
async function add(page: Page, kind: string): Promise<void> {
  await page.locator('.canvas').focus();
  await page.keyboard.press('/');
  await page.getByRole('combobox').last().fill(kind);
  await page.keyboard.press('Enter');
}

async function typeInto(page: Page, label: string, text: string): Promise<void> {
  const field = page.locator('.drawer').getByLabel(label, { exact: true });
  await field.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

test('a workflow is built by keyboard and mouse, deployed, started, watched, opened where it failed and mended', async ({ page, service, enter }) => {
  await enter(page, 'en');
  await expect(page.getByText('No workflows are deployed here yet.')).toBeVisible();
  await picture(page, 'workflows-empty-en');
  await page.getByRole('button', { name: 'New workflow' }).first().click();

  // event, by the button of an empty canvas
  await page.getByRole('button', { name: 'Add the first node' }).click();
  await page.getByRole('combobox').last().fill('event');
  await page.getByRole('option', { name: /Wait for event/ }).click();
  await expect(card(page, 'event')).toBeVisible();
  await typeInto(page, 'Event type', 'com.shop.order');
  await expect(card(page, 'event').getByText('com.shop.order')).toBeVisible();

  // shell and python, by keyboard
  await add(page, 'shell');
  await expect(card(page, 'shell')).toBeVisible();
  await typeInto(page, 'Script', 'echo "packing"\n');
  await add(page, 'python');
  await expect(card(page, 'python')).toBeVisible();
  await typeInto(page, 'Code', 'def main(input):\n    return {"ok": True}\n');

  // switch, from the palette by mouse; http behind its first case, by a wire let go over nothing
  await page.locator('.palette-row[data-kind=switch]').click();
  await expect(card(page, 'switch')).toBeVisible();
  const handle = card(page, 'switch').locator('[data-handleid=yes]');
  const from = (await handle.boundingBox())!;
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x - 30, from.y + 60, { steps: 5 });
  await page.mouse.move(from.x - 60, from.y + 90, { steps: 5 });
  await page.mouse.up();
  await page.getByRole('combobox').last().fill('http');
  await page.keyboard.press('Enter');
  await expect(card(page, 'http')).toBeVisible();
  await typeInto(page, 'URL', `${service.url}/quote`);
  await page.getByRole('tab', { name: 'Reliability' }).click();
  await page.locator('.drawer').getByRole('spinbutton', { name: 'Attempts' }).fill('1');

  // set behind the other case, by dragging it out of the palette
  await page.locator('.palette-row[data-kind=set]').dragTo(page.locator('.canvas'), { targetPosition: { x: 90, y: 300 } });
  await expect(card(page, 'set')).toBeVisible();
  await page.locator('.drawer').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Rename' }).fill('nothing');
  await page.keyboard.press('Enter');
  await expect(card(page, 'nothing')).toBeVisible();
  const no = (await card(page, 'switch').locator('[data-handleid=no]').boundingBox())!;
  const into = (await card(page, 'nothing').boundingBox())!;
  await page.mouse.move(no.x + no.width / 2, no.y + no.height / 2);
  await page.mouse.down();
  await page.mouse.move(into.x + into.width / 2, into.y + 40, { steps: 8 });
  await page.mouse.move(into.x + into.width / 2, into.y + 6, { steps: 8 });
  await page.mouse.up();
  await expect(page.locator('.wire-label', { hasText: 'no' })).toBeVisible();

  // an edge takes one more node; undone, it is as it was
  await page.locator('.wire-plus[data-edge="shell>>python"]').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('combobox').last().fill('wait');
  await page.keyboard.press('Enter');
  await expect(card(page, 'wait')).toBeVisible();
  await page.locator('.canvas').focus();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(card(page, 'wait')).toBeHidden();
  await picture(page, 'editor-built-en');

  // the text is what was drawn
  await page.locator('.bar-centre').getByText('Split').click();
  await expect(page.locator('.yaml-pane')).toContainText('needs: switch.yes');
  await expect(page.locator('.yaml-pane')).toContainText('needs: switch.no');
  await picture(page, 'editor-split-en');
  await page.locator('.bar-centre').getByText('Canvas').click();
  await expect(page.getByRole('button', { name: '0 errors, 0 warnings' })).toBeVisible();

  // deploy and start
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Then start a run' }).check();
  await picture(page, 'deploy-en');
  await page.getByRole('dialog').getByRole('button', { name: 'Deploy' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start run' }).click();

  // watched node by node: it waits for its event, which is sent from here
  await expect(card(page, 'event').getByText('Waiting')).toBeVisible();
  await picture(page, 'run-waiting-en');
  await card(page, 'event').click();
  await page.locator('.panel').getByRole('button', { name: 'Send event' }).click();
  await page.getByRole('dialog').getByLabel('Value as JSON').or(page.getByRole('dialog').getByLabel('Data')).first().fill('{"ok": true}');
  await page.getByRole('dialog').getByRole('button', { name: 'Send', exact: true }).click();
  await expect(card(page, 'shell').getByText('Succeeded')).toBeVisible();
  await expect(card(page, 'python').getByText('Succeeded')).toBeVisible();
  await expect(card(page, 'switch').getByText('→ yes')).toBeVisible();
  await expect(card(page, 'http').getByText('Failed')).toBeVisible();
  await expect(card(page, 'nothing').getByText('Skipped')).toBeVisible();

  // its failure, opened
  await expect(page.locator('.strip.outcome')).toContainText('http.status');
  await page.locator('.strip.outcome').getByRole('button').click();
  await expect(page.locator('.panel')).toContainText('503');
  await picture(page, 'run-failed-en');

  // and mended: the service works again, the node is run once more with what came before it
  service.works = true;
  await page.getByRole('button', { name: 'Re-run from here…' }).click();
  await expect(page.getByRole('dialog')).toContainText('Outputs kept');
  await picture(page, 'rerun-en');
  await page.getByRole('dialog').getByRole('button', { name: 'Re-run' }).click();
  await expect(page.locator('.strip.outcome')).toContainText('Completed');
  await expect(card(page, 'http').getByText('Succeeded')).toBeVisible();
  await picture(page, 'run-mended-en');
});
