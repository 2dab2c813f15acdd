import { useSyncExternalStore } from 'react';
import { language, translate } from '../app/i18n';

/// A span in one or two units: `0.4s`, `1m 11s`, `3h 14m`, `2d 4h`.
export function span(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return ms < 100 ? `${Math.round(ms)}ms` : `${(ms / 1000).toFixed(1)}s`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  const whole = Math.floor(seconds);
  const parts: [number, string][] = [[Math.floor(whole / 86400), 'd'], [Math.floor(whole / 3600) % 24, 'h'], [Math.floor(whole / 60) % 60, 'm'], [whole % 60, 's']];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = parts.slice(Math.max(0, first), Math.max(0, first) + 2).filter(([count], index) => index === 0 || count > 0);
  return shown.map(([count, unit]) => `${count}${unit}`).join(' ');
}

/// A span in one unit, for ages: `12s`, `2m`, `6h`, `3d`.
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86400)}d`;
}

export function millis(time: string | null | undefined): number | null {
  if (!time) return null;
  const value = Date.parse(time);
  return Number.isNaN(value) ? null : value;
}

function locale(): string {
  return language() === 'zh' ? 'zh-CN' : 'en-GB';
}

export function clock(time: number | string | null | undefined): string {
  const value = typeof time === 'string' ? millis(time) : time;
  if (value === null || value === undefined) return '—';
  return new Date(value).toLocaleTimeString(locale(), { hour12: false });
}

/// The time of day, with the day where it is not today.
export function dayClock(time: number | string | null | undefined, now = Date.now()): string {
  const value = typeof time === 'string' ? millis(time) : time;
  if (value === null || value === undefined) return '—';
  const days = Math.round((new Date(value).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return clock(value);
  if (days === -1) return `${translate('time.yesterday')} ${clock(value).slice(0, 5)}`;
  if (days === 1) return `${translate('time.tomorrow')} ${clock(value).slice(0, 5)}`;
  return new Date(value).toLocaleString(locale(), { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false });
}

/// The zone stands last in every language.
export function fullTime(time: number | string | null | undefined): string {
  const value = typeof time === 'string' ? millis(time) : time;
  if (value === null || value === undefined) return '';
  const zoneName = new Intl.DateTimeFormat(locale(), { timeZoneName: 'short' }).formatToParts(value).find((part) => part.type === 'timeZoneName')?.value ?? '';
  return `${new Date(value).toLocaleString(locale(), { hour12: false })} ${zoneName}`;
}

export function ago(time: string | null | undefined, now: number): string {
  const value = millis(time);
  if (value === null) return '';
  return now - value < 1000 ? translate('time.now') : translate('time.ago', { span: age(now - value) });
}

export function until(time: string | null | undefined, now: number): string {
  const value = millis(time);
  if (value === null) return '';
  return value <= now ? translate('time.now') : translate('time.in', { span: age(value - now + 999) });
}

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const ticks = new Set<() => void>();
let second = Date.now();
setInterval(() => {
  if (ticks.size === 0 || document.hidden) return;
  second = Date.now();
  for (const tick of [...ticks]) tick();
}, 1000);

const never = () => () => undefined;
const everySecond = (tick: () => void) => {
  second = Date.now();
  ticks.add(tick);
  return () => ticks.delete(tick);
};

/// The time, told once a second while `on`.
export function useNow(on = true): number {
  return useSyncExternalStore(on ? everySecond : never, () => second);
}
