import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createSocket, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/// A `weft dev` of its own on free ports, with an empty store.
export interface Weft {
  url: string;
  /// What `weft dev` printed: signs the browser in, once.
  entrance: string;
  token: string;
  stop: () => Promise<void>;
  call: <T>(path: string, options?: { method?: string; body?: unknown; yaml?: string }) => Promise<T>;
}

export async function freePort(): Promise<number> {
  const socket = createSocket().listen(0, '127.0.0.1');
  await new Promise((resolve) => socket.once('listening', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const url = /http:\/\/\S+token=\S+/.exec(text)?.[0];
      if (url) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`weft dev ended with ${code}: ${text}`)));
  });
}

/// Starts `weft dev`; its files go to `data`.
export async function start(options: string[], data: string): Promise<Weft> {
  const binary = process.env.WEFT_BINARY ?? '../build/release/weft';
  const child = spawn(binary, ['dev', '--port', String(await freePort()), '--data', data, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const entrance = await firstLine(child);
  const url = new URL(entrance).origin;
  const token = readFileSync(join(data, 'token'), 'utf8').trim();
  return {
    url, entrance, token,
    call: async (path, options = {}) => {
      const response = await fetch(`${url}/api/v1${path}`, {
        method: options.method ?? (options.body !== undefined || options.yaml ? 'POST' : 'GET'),
        headers: { Authorization: `Bearer ${token}`, ...(options.yaml ? { 'Content-Type': 'application/yaml' } : options.body !== undefined ? { 'Content-Type': 'application/json' } : {}) },
        body: options.yaml ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as never;
    },
    stop: async () => {
      child.kill('SIGINT');
      await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

/// A service for http nodes: answers 503 until it is told to work.
export interface Service {
  url: string;
  works: boolean;
  calls: number;
}

/// Signs the browser in, with the language and the theme.
export async function enter(page: Page, weft: Weft, language: 'en' | 'zh', theme: 'light' | 'dark' = 'light'): Promise<void> {
  const files = process.env.WEFT_UI;
  if (files) {
    await page.route('**/*', async (route) => {
      const path = new URL(route.request().url()).pathname;
      if (/^\/(api|hooks|readyz|healthz)/.test(path)) return route.fallback();
      return route.fulfill({ path: existsSync(files + path) && path !== '/' ? files + path : `${files}/index.html` });
    });
  }
  await page.addInitScript(([chosen, look]) => {
    if (!localStorage.getItem('weft.preferences')) localStorage.setItem('weft.preferences', JSON.stringify({ language: chosen, theme: look }));
  }, [language, theme] as const);
  // Each page has cookies of its own; the printed address works once, so a token signs in.
  await page.request.post(`${weft.url}/api/v1/session`, { headers: { Authorization: `Bearer ${weft.token}` } });
  await page.goto(weft.url);
}

export const test = base.extend<{ enter: (page: Page, language: 'en' | 'zh', theme?: 'light' | 'dark') => Promise<void> }, { weft: Weft; service: Service }>({
  weft: [async ({}, use) => {
    const data = mkdtempSync(join(tmpdir(), 'weft-ui-'));
    const weft = await start(['--temporal-port', String(await freePort())], data);
    await use(weft);
    await weft.stop();
    rmSync(data, { recursive: true, force: true });
  }, { scope: 'worker', timeout: 60_000 }],

  service: [async ({}, use) => {
    const service: Service = { url: '', works: false, calls: 0 };
    const server: Server = createServer((_request, response) => {
      ++service.calls;
      response.writeHead(service.works ? 200 : 503, { 'Content-Type': 'application/json' });
      response.end(service.works ? '{"price": 12}' : '{"code": "BUSY"}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await use(service);
    server.close();
  }, { scope: 'worker' }],

  baseURL: async ({ weft }, use) => use(weft.url),

  enter: async ({ weft }, use) => use((page, language, theme) => enter(page, weft, language, theme)),
});

export { expect } from '@playwright/test';

/// Until nothing moves or fades any more, but what never ends.
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // What was just shown begins to move with the next frame.
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
    await Promise.allSettled(document.getAnimations().filter((animation) => animation.effect?.getTiming().iterations !== Infinity).map((animation) => animation.finished));
  });
}

/// A picture for people to look at.
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `../build/ui-test/pictures/${name}.png` });
}

/// What axe finds wrong with the page fails the test, which goes on.
export async function accessible(page: Page, name: string): Promise<void> {
  await settled(page);
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
  const problems = found.violations.map((one) => `${one.id}: ${one.help}\n${one.nodes.slice(0, 4).map((node) => `   ${node.target.join(' ')}  ${node.failureSummary?.split('\n')[1] ?? ''}`).join('\n')}`);
  expect.soft(problems, `${name}\n${problems.join('\n')}`).toEqual([]);
}
