import type { Locator, Page } from '@playwright/test';
import { accessible, expect, picture, test } from './server';

const card = (page: Page, id: string) => page.locator(`.react-flow__node[data-id="${id}"]`);

const file = `weft: 1
name: forms
secrets: [bank_key, card_key]
triggers:
  # the bank signs
  - id: bank
    webhook: bank   # its path
nodes:
  # takes the money
  charge:   # once
    http: { url: "https://pay.example.com/charges", method: POST }
  # tells the shop
  tell: { needs: charge, set: { ok: true } }
`;

/// The same with all that the forms put in, and nothing else touched.
const filled = `weft: 1
name: forms
secrets: [bank_key, card_key]
triggers:
  # the bank signs
  - id: bank
    webhook: bank   # its path
    auth: { hmac: { secret: card_key, header: X-Signature, algorithm: sha512, prefix: v1= } }
nodes:
  # takes the money
  charge:   # once
    http: { url: "https://pay.example.com/charges", method: POST }
    compensate:
      shell: |
        ./refund "$ID"
        sleep 1
      env: { ID: "\${ .id }" }
      retry: { attempts: 3 }
      timeout: 10s
  # tells the shop
  tell: { needs: charge, set: { ok: true }, join: always, on_error: { continue: { ok: false } } }
notify: [{ on: [failed, timed_out, { waiting: 2h }], to: [ops] }]
concurrency: { key: "\${ .orderId }", limit: 2, policy: skip }
error_workflow: incident
input: { type: object, properties: { orderId: { type: string, title: Order } }, required: [orderId] }
`;

async function textOf(page: Page): Promise<string> {
  await page.locator('.bar-centre').getByText('YAML', { exact: true }).click();
  const text = (await page.locator('.yaml-pane .cm-line').allTextContents()).join('\n');
  await page.locator('.bar-centre').getByText(/^(Canvas|画布)$/).click();
  return text;
}

/// Opens a list by the keyboard and chooses by the mouse.
async function choose(page: Page, box: Locator, option: string): Promise<void> {
  await box.focus();
  await page.keyboard.press('ArrowDown');
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option').filter({ hasText: option }).first().click();
}

test('structured entries are filled in as forms, and become the YAML one would write', async ({ page, weft, enter }) => {
  test.slow();  // four pages looked at with axe
  await weft.call('/channels', { body: { name: 'ops', kind: 'webhook', config: { url: 'http://127.0.0.1:9/hook' } } });
  await weft.call('/workflows', { yaml: 'weft: 1\nname: incident\nnodes:\n  note: { set: 1 }\n' });
  await weft.call('/workflows', { yaml: file });
  await enter(page, 'en');
  await page.goto('/workflows/default/forms');
  await card(page, '$start').click();
  const drawer = page.locator('.drawer');
  const more = drawer.locator('.ant-tabs-tabpane-active > .fields > .fold > summary');
  const group = (name: string) => drawer.getByRole('group', { name, exact: true });

  // A signed webhook: its secret is one of the file's.
  const auth = group('Authentication');
  await choose(page, auth.getByRole('combobox', { name: 'Authentication' }), 'Signature (HMAC)');
  await expect(auth.getByRole('combobox', { name: 'Secret' })).toHaveValue('bank_key');
  await choose(page, auth.getByRole('combobox', { name: 'Secret' }), 'card_key');
  await auth.getByRole('textbox', { name: 'Header' }).click();
  await page.keyboard.type('X-Signature');
  await choose(page, auth.getByRole('combobox', { name: 'Algorithm' }), 'sha512');
  await auth.getByRole('textbox', { name: 'Prefix' }).click();
  await page.keyboard.type('v1=');
  await picture(page, 'forms-auth-en');
  await accessible(page, 'forms-auth-en');

  // Who is told, how many run at once, and what starts after a failure.
  await drawer.getByRole('tab', { name: 'Workflow' }).click();
  const notify = group('Notify');
  await notify.getByRole('button', { name: 'Add' }).click();
  const rule = group('Notify 1');
  await rule.getByRole('checkbox', { name: 'timed out' }).check();
  await rule.getByRole('checkbox', { name: 'has waited for' }).check();
  await rule.getByRole('textbox', { name: 'has waited for' }).fill('2h');
  await choose(page, rule.getByRole('combobox', { name: 'Channels' }), 'ops');
  await page.keyboard.press('Escape');
  await more.click();
  const concurrency = group('Runs at once');
  await concurrency.getByRole('textbox', { name: 'Runs that count together' }).click();
  await page.keyboard.type('.orderId');
  await concurrency.getByRole('spinbutton', { name: 'At once' }).fill('2');
  await choose(page, concurrency.getByRole('combobox', { name: 'Further runs' }), 'skip');
  await choose(page, drawer.getByRole('combobox', { name: 'Error workflow' }), 'incident');
  await picture(page, 'forms-workflow-en');
  await accessible(page, 'forms-workflow-en');

  // What undoes the node when the run fails later.
  await card(page, 'charge').click();
  await drawer.getByRole('tab', { name: 'Reliability' }).click();
  await more.click();
  const undo = group('Undo with');
  await choose(page, undo.getByRole('combobox', { name: 'Undo with' }), 'Shell');
  await undo.locator('.cm-content').first().fill('./refund "$ID"\nsleep 1');
  await undo.getByRole('button', { name: 'Add' }).click();
  await page.keyboard.type('ID');
  await page.keyboard.press('Enter');
  await undo.getByRole('textbox', { name: 'ID' }).fill('${ .id }');
  await undo.getByRole('spinbutton', { name: 'Attempts' }).fill('3');
  await undo.getByRole('textbox', { name: 'One attempt may take' }).fill('10s');
  await picture(page, 'forms-compensate-en');
  await accessible(page, 'forms-compensate-en');
  // Another kind and back: nothing of what was written is lost.
  await choose(page, undo.getByRole('combobox', { name: 'Undo with' }), 'HTTP');
  await expect(undo.getByRole('textbox', { name: 'URL' })).toHaveText('https://example.com/');
  await choose(page, undo.getByRole('combobox', { name: 'Undo with' }), 'Shell');

  // What it gives when it fails, and when it runs.
  await card(page, 'tell').click();
  await drawer.getByRole('tab', { name: 'Reliability' }).click();
  await more.click();
  await choose(page, drawer.getByRole('combobox', { name: 'Runs when' }), 'always');
  await expect(drawer).toContainText('also while the run fails');
  const failing = group('When it fails for good');
  await failing.getByRole('combobox', { name: 'When it fails for good' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await failing.getByRole('textbox', { name: 'Output then' }).fill('ok: false');
  await picture(page, 'forms-on-error-en');

  // The run's input, property by property.
  await card(page, '$start').click();
  await drawer.getByRole('tab', { name: 'Workflow' }).click();
  const input = group('Input (JSON Schema)');
  await input.getByRole('button', { name: 'Add a field' }).click();
  await page.keyboard.type('orderId');
  await page.keyboard.press('Enter');
  const property = group('Input (JSON Schema) orderId');
  await property.getByRole('checkbox', { name: 'Required' }).check();
  await property.locator('summary').click();
  await property.getByRole('textbox', { name: 'Title' }).click();
  await page.keyboard.type('Order');
  await picture(page, 'forms-input-en');
  await accessible(page, 'forms-input-en');

  expect(await textOf(page)).toBe(filled);
});

test('forms show what is written, and leave to YAML what they cannot show', async ({ page, weft, enter }) => {
  await weft.call('/workflows', { yaml: filled.replace('name: forms', 'name: filled').replace('webhook: bank', 'webhook: filled').replace('limit: 2', 'limit: 3') });
  await enter(page, 'zh', 'dark');
  await page.goto('/workflows/default/filled');
  await card(page, '$start').click();
  const drawer = page.locator('.drawer');
  await expect(drawer.getByRole('combobox', { name: '密钥' })).toHaveValue('card_key');
  await picture(page, 'forms-auth-zh-dark');
  await accessible(page, 'forms-auth-zh-dark');
  await drawer.getByRole('tab', { name: '工作流' }).click();
  await picture(page, 'forms-workflow-zh-dark');
  await drawer.getByRole('group', { name: '并发实例' }).scrollIntoViewIfNeeded();
  await picture(page, 'forms-workflow-2-zh-dark');
  await accessible(page, 'forms-workflow-zh-dark');
  await card(page, 'charge').click();
  await drawer.getByRole('tab', { name: '可靠性' }).click();
  await picture(page, 'forms-compensate-zh-dark');
  await accessible(page, 'forms-compensate-zh-dark');

  // What the forms cannot show is YAML, and what is written in it goes where it stood.
  const odd = `weft: 1\nname: odd\nsecrets: [key]\ntriggers:\n  - { id: one, webhook: odd/one, auth: &sender { preset: github, secret: key } }\n  - { id: two, webhook: odd/two, auth: *sender }\ninput: { type: object, minProperties: 1 }\nnodes:\n  only: { set: 1 }\n`;
  await weft.call('/workflows', { yaml: odd });
  await page.goto('/workflows/default/odd');
  await card(page, '$start').click();
  await expect(drawer.getByRole('textbox', { name: '认证' })).toContainText('preset: github');
  await drawer.getByRole('tab', { name: '工作流' }).click();
  await drawer.getByRole('textbox', { name: '输入（JSON Schema）' }).fill('type: object\nminProperties: 2');
  expect(await textOf(page)).toBe(odd.replace('minProperties: 1', 'minProperties: 2'));
});
