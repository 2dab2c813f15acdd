import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enter, expect, freePort, start, test } from './server';

/// How long after the history has it a change of a node is on the screen, how many cards a change draws, and what it
/// takes to open an instance with 50,000 events. Numbers of a quiet machine only: WEFT_UI_BENCH_LIVE=FILE writes them
/// there.
const file = process.env.WEFT_UI_BENCH_LIVE;
test.skip(!file, 'WEFT_UI_BENCH_LIVE is not set');
test.use({ trace: 'off' });
test.setTimeout(900_000);

const steps = 30;
const stepsYaml = `weft: 1\nname: steps\nnodes:\n  s0: { wait: 700ms }\n${Array.from({ length: steps - 1 }, (_, index) => `  s${index + 1}: { needs: s${index}, wait: 700ms }\n`).join('')}`;
const longYaml = `weft: 1
name: long
nodes:
  a: { foreach: "[range(9000)]", concurrency: 200, nodes: { pause: { wait: 1ms } } }
  b: { needs: a, foreach: "[range(9000)]", concurrency: 200, nodes: { rest: { wait: 1ms } } }
  c: { needs: b, foreach: "[range(9000)]", concurrency: 200, nodes: { halt: { wait: 1ms } } }
  last: { needs: c, event: com.example.go, timeout: 1h }
`;
/// Temporal's own limits are raised, so that the run is not continued in a new one.
const limits = ['limit.historyCount.suggestContinueAsNew=200000', 'limit.historyCount.error=200000', 'limit.historySize.suggestContinueAsNew=200000000', 'limit.historySize.error=200000000'];

interface Document {
  status: string;
  run: { events: number };
  nodes: Record<string, { status: string; endedAt?: string }>;
}
interface Drawn {
  at: number;
  cards: string[];
  ended: string[];
}

function share(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? 0);
}

function note(name: string, figures: object): void {
  mkdirSync('../build/ui-test', { recursive: true });
  let all = {};
  try {
    all = JSON.parse(readFileSync(file!, 'utf8')) as object;
  } catch {
    // The first figures.
  }
  writeFileSync(file!, `${JSON.stringify({ ...all, date: new Date().toISOString().slice(0, 10), [name]: figures }, null, 2)}\n`);
}

test('a change is on the screen', async ({ page, weft }) => {
  await weft.call('/workflows', { yaml: stepsYaml });
  const { id } = await weft.call<{ id: string }>('/workflows/default/steps/instances', { body: {} });
  await enter(page, weft, 'en');
  await page.goto(`/instances/${id}`);
  await expect(page.locator('.card').first()).toBeVisible({ timeout: 60_000 });
  await page.evaluate(() => {
    const drawn: Drawn[] = [];
    (window as unknown as { drawn: Drawn[] }).drawn = drawn;
    new MutationObserver((records) => {
      const cards = new Set<string>();
      const ended = new Set<string>();
      for (const record of records) {
        const card = (record.target as Element).closest?.('.card.run');
        const path = card?.closest('.react-flow__node')?.getAttribute('data-id');
        if (!card || !path || record.attributeName !== 'class' || record.target !== card) continue;
        cards.add(path);
        if (card.classList.contains('is-succeeded')) ended.add(path);
      }
      if (cards.size > 0) drawn.push({ at: Date.now(), cards: [...cards], ended: [...ended] });
    }).observe(document.querySelector('.canvas')!, { subtree: true, attributes: true, attributeFilter: ['class'] });
  });
  await expect.poll(async () => (await weft.call<Document>(`/instances/${id}`)).status, { timeout: 120_000 }).toBe('completed');
  await expect(page.locator('.card.is-succeeded')).toHaveCount(steps);
  const drawn = await page.evaluate(() => (window as unknown as { drawn: Drawn[] }).drawn);
  const { nodes } = await weft.call<Document>(`/instances/${id}`);
  const delays = drawn.flatMap(({ at, ended }) => ended.map((path) => at - Date.parse(nodes[path]!.endedAt!)));
  const spans = drawn.slice(1).map(({ at }, index) => at - drawn[index]!.at);
  note('change', { changes: delays.length, p50Ms: share(delays, 0.5), p99Ms: share(delays, 0.99), drawings: drawn.length, mostCardsDrawn: Math.max(...drawn.map(({ cards }) => cards.length)), shortestBetweenMs: Math.min(...spans) });
  expect(delays.length).toBeGreaterThan(steps / 2);
});

test('an instance of 50,000 events is opened', async ({ page }) => {
  const temporalCli = /^WEFT_TEMPORAL_CLI:\w+=(.*)$/m.exec(readFileSync('../build/release/CMakeCache.txt', 'utf8'))![1]!;
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), 'weft-ui-'));
  const temporal = spawn(temporalCli, ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error', ...limits.flatMap((limit) => ['--dynamic-config-value', limit])], { stdio: 'ignore' });
  const weft = await start(['--temporal', `127.0.0.1:${port}`], data);
  try {
    await expect.poll(async () => (await fetch(`${weft.url}/readyz`)).status, { timeout: 60_000 }).toBe(200);
    await weft.call('/workflows', { yaml: longYaml });
    const { id } = await weft.call<{ id: string }>('/workflows/default/long/instances', { body: {} });
    await expect.poll(async () => (await weft.call<Document>(`/instances/${id}`)).nodes.last?.status, { timeout: 600_000, intervals: [2000] }).toBe('waiting');
    await enter(page, weft, 'en');
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const began = Date.now();
    await page.goto(`${weft.url}/instances/${id}`);
    await expect(page.locator('.card.is-waiting')).toBeVisible({ timeout: 30_000 });
    const shown = Date.now() - began;
    const metrics = Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map((one) => [one.name, one.value]));
    const { run } = await weft.call<Document>(`/instances/${id}`);
    note('open', { events: run.events, shownMs: shown, mainThreadMs: Math.round(metrics.TaskDuration! * 1000), scriptMs: Math.round(metrics.ScriptDuration! * 1000) });
  } finally {
    await weft.stop();
    temporal.kill('SIGTERM');
    rmSync(data, { recursive: true, force: true });
  }
});
