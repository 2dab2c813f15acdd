import type { CDPSession, Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { expect, test } from './server';

/// How much of the main thread a frame takes while a large canvas is moved. Numbers of a quiet machine only:
/// WEFT_UI_BENCH=FILE writes them there.
const file = process.env.WEFT_UI_BENCH;
test.skip(!file, 'WEFT_UI_BENCH is not set');
// Recording takes pictures of the whole page at every step.
test.use({ trace: 'off' });
test.setTimeout(600_000);

/// Layers of ten nodes, each of which needs two of the layer before it.
function large(name: string, count: number): string {
  const nodes = Array.from({ length: count }, (_, index) => {
    const needs = index < 10 ? '' : `    needs: [n${index - 10}, n${index % 10 === 9 ? index - 19 : index - 9}]\n`;
    return `  n${index}:\n${needs}    shell: echo step ${index}\n`;
  });
  return `weft: 1\nname: ${name}\nnodes:\n${nodes.join('')}`;
}

interface Figures {
  nodes: number;
  frames: number;
  framesPerSecond: number;
  mainThreadMsPerFrame: number;
  scriptMsPerFrame: number;
}

async function metrics(session: CDPSession): Promise<Record<string, number>> {
  const { metrics: list } = await session.send('Performance.getMetrics');
  return Object.fromEntries(list.map((one) => [one.name, one.value]));
}

async function measure(page: Page, session: CDPSession, nodes: number, act: () => Promise<void>): Promise<Figures> {
  await page.evaluate(() => {
    const counter = window as unknown as { frames: number };
    counter.frames = 0;
    const count = () => (++counter.frames, requestAnimationFrame(count));
    requestAnimationFrame(count);
  });
  const before = await metrics(session);
  const began = Date.now();
  await act();
  const frames = await page.evaluate(() => (window as unknown as { frames: number }).frames);
  const after = await metrics(session);
  const per = (name: string) => Number(((((after[name] ?? 0) - (before[name] ?? 0)) * 1000) / frames).toFixed(2));
  return { nodes, frames, framesPerSecond: Math.round((frames * 1000) / (Date.now() - began)), mainThreadMsPerFrame: per('TaskDuration'), scriptMsPerFrame: per('ScriptDuration') };
}

test('a canvas of 300 and of 1,000 nodes is panned and zoomed', async ({ page, weft, enter }) => {
  await enter(page, 'en');
  const session = await page.context().newCDPSession(page);
  // CPU time of the thread, whatever else the machine does.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const figures: Record<string, Figures | number | string> = { date: new Date().toISOString().slice(0, 10), machine: `${cpus().length} × ${cpus()[0]?.model ?? ''}`, browser: page.context().browser()?.version() ?? '' };
  for (const nodes of [300, 1000]) {
    await weft.call('/workflows', { yaml: large(`large-${nodes}`, nodes) });
    await page.goto(`/workflows/default/large-${nodes}`);
    await expect(page.locator('.react-flow__node').first()).toBeVisible({ timeout: 60_000 });
    figures[`open${nodes}ScriptMs`] = Math.round((await metrics(session)).ScriptDuration! * 1000);
    const box = (await page.locator('.canvas').boundingBox())!;
    const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    for (const [name, zoom] of [['far', true], ['near', false]] as const) {
      await page.getByRole('button', { name: zoom ? 'Fit (0)' : '%' }).first().click();
      await page.waitForFunction(() => document.getAnimations().length === 0);
      figures[`pan${nodes}${name}`] = await measure(page, session, nodes, async () => {
        await page.mouse.move(centre.x, centre.y);
        await page.mouse.down();
        for (let step = 0; step < 120; ++step) await page.mouse.move(centre.x + 180 * Math.sin(step / 12), centre.y + 120 * Math.cos(step / 9));
        await page.mouse.up();
      });
      figures[`zoom${nodes}${name}`] = await measure(page, session, nodes, async () => {
        for (let step = 0; step < 40; ++step) await page.mouse.wheel(0, step % 20 < 10 ? -40 : 40);
      });
    }
  }
  mkdirSync('../build/ui-test', { recursive: true });
  writeFileSync(file!, JSON.stringify(figures, null, 2) + '\n');
});
