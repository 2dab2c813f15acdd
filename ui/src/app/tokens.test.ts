import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tokens, type Theme, type Tokens } from './tokens';

function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const statuses = ['ok', 'run', 'wait', 'retry', 'fail', 'idle', 'comp'] as const;
const grounds: (keyof Tokens)[] = ['surface', 'bg', 'raised', 'hover'];

test.each(['light', 'dark'] as Theme[])('every pair of the %s theme is readable', (theme) => {
  const colours = tokens[theme];
  const texts: [keyof Tokens, keyof Tokens][] = [
    ...grounds.flatMap((ground) => (['text', 'text2', 'text3'] as const).map((text) => [text, ground] as [keyof Tokens, keyof Tokens])),
    ...statuses.flatMap((status) => [[status, 'surface'], [status, `${status}Bg`], [status, 'accentBg']] as [keyof Tokens, keyof Tokens][]),
    ['onAccent', 'accent'], ['onAccent', 'accentHover'], ['accentText', 'surface'], ['accentText', 'accentBg'], ['text3', 'accentBg'],
  ];
  for (const [text, ground] of texts) expect(contrast(colours[text], colours[ground]), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  for (const ground of ['surface', 'bg', 'raised'] as const) {
    expect(contrast(colours.control, colours[ground]), `control on ${ground}`).toBeGreaterThanOrEqual(3);
    expect(contrast(colours.accentText, colours[ground]), `focus ring on ${ground}`).toBeGreaterThanOrEqual(3);
  }
});

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

test('colour literals stand in tokens.ts only, the canvas library is used in canvas/ only', () => {
  for (const path of sources('src')) {
    if (path.includes('.test.') || path.endsWith('tokens.ts')) continue;
    const text = readFileSync(path, 'utf8');
    if (/\.(ts|tsx|css)$/.test(path)) expect(text.match(/#[0-9a-fA-F]{6}\b|rgba?\(/)?.[0], path).toBeUndefined();
    if (!path.startsWith('src/canvas/')) expect(text.includes('@xyflow/'), path).toBe(false);
  }
});
