import type { Language } from '../app/preferences';
import { runsOf } from './cron';

/// When in a day something happens.
export type Rhythm =
  | { times: string[] }
  | { every: number; unit: 'second' | 'minute' | 'hour'; spans?: [string, string][]; from?: string }
  /// At these minutes of every hour.
  | { hourly: number[] }
  /// Every so many minutes, begun anew in each hour.
  | { everyHour: number; from: number; to?: number };

/// Days of a month: these, or from one on at a step, to the month's end.
export type MonthDays = readonly number[] | { from: number; step: number };

/// How a language puts a schedule together. `months` null: all.
export interface Grammar {
  interval(seconds: number): string;
  everyDay(months: readonly number[]): string;
  weekdays(weekdays: readonly number[], months: readonly number[] | null): string;
  /// `rare`: some month lacks one of the days.
  monthDays(days: MonthDays, months: readonly number[] | null, rare: boolean): string;
  either(monthDays: string, weekdays: string): string;
  /// `days` is empty for every day.
  sentence(days: string, rhythm: Rhythm): string;
}

const workdays = '1,2,3,4,5';
/// Values as items of a list, three or more in a row as a range.
const grouped = (values: readonly number[], name: (value: number) => string, to: (from: string, to: string) => string) =>
  runsOf(values).flatMap(([from, last]) => (last - from < 2 ? [...new Set([from, last])].map(name) : [to(name(from), name(last))]));

const units: [seconds: number, english: string, chinese: string][] = [[86400, 'day', '天'], [3600, 'hour', '小时'], [60, 'minute', '分钟'], [1, 'second', '秒']];

function spanOf(seconds: number, write: (count: number, unit: (typeof units)[number]) => string): string[] {
  let rest = seconds;
  return units.flatMap((unit) => {
    const count = Math.floor(rest / unit[0]);
    rest %= unit[0];
    return count > 0 ? [write(count, unit)] : [];
  });
}

const monthNames = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const and = (items: readonly string[]) => (items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`);
const through = (from: string, to: string) => `${from} to ${to}`;
const count = (number: number, unit: string) => (number === 1 ? unit : `${number} ${unit}s`);
const inMonths = (months: readonly number[]) => and(grouped(months, (month) => monthNames[month - 1]!, through));

const english: Grammar = {
  interval: (seconds) => {
    const parts = spanOf(seconds, (number, [, unit]) => `${number} ${unit}${number === 1 ? '' : 's'}`);
    return `every ${parts.length === 1 ? parts[0]!.replace(/^1 /, '') : parts.join(' ')}`;
  },
  everyDay: (months) => `every day in ${inMonths(months)}`,
  weekdays: (weekdays, months) => {
    const names = weekdays.join() === workdays ? 'weekday' : and(grouped(weekdays, (day) => dayNames[day - 1]!, through));
    return `every ${names}${months ? ` in ${inMonths(months)}` : ''}`;
  },
  monthDays: (days, months, rare) => {
    const of = months ? inMonths(months) : 'every month';
    if ('step' in days) return `every ${days.step} days from day ${days.from} of ${of}`;
    return `on ${days.length === 1 ? 'day' : 'days'} ${and(grouped(days, String, through))} of ${of}${rare ? (days.length === 1 ? ' (if it exists)' : ' (if they exist)') : ''}`;
  },
  either: (monthDays, weekdays) => `${monthDays} and ${weekdays}`,
  sentence: (days, rhythm) => {
    if ('times' in rhythm) return `${days || 'every day'} at ${and(rhythm.times)}`;
    const lead = days ? `${days}, ` : '';
    if ('hourly' in rhythm) return `${lead}every hour${rhythm.hourly.join() === '0' ? ' on the hour' : ` at minute${rhythm.hourly.length === 1 ? '' : 's'} ${and(rhythm.hourly.map(String))}`}`;
    if ('everyHour' in rhythm) return `${lead}every hour: every ${count(rhythm.everyHour, 'minute')} from minute ${rhythm.from}${rhythm.to === undefined ? '' : ` to ${rhythm.to}`}`;
    const often = `${lead}every ${count(rhythm.every, rhythm.unit)}`;
    if (rhythm.spans) return `${often} ${and(rhythm.spans.map(([from, to]) => `from ${from} to ${to}`))}`;
    return rhythm.from && rhythm.from !== '00:00' ? `${often} from ${rhythm.from}` : often;
  },
};

const upTo = (from: string, to: string) => `${from}至${to}`;
const dayNamesZh = ['周一', '周二', '周三', '周四', '周五', '周六', '周日'];
const numbersZh = (values: readonly number[]) => grouped(values, String, (from, to) => `${from} 至 ${to}`).join('、');
const chineseUnit = { second: '秒', minute: '分钟', hour: '小时' };
const everyZh = (number: number, unit: keyof typeof chineseUnit) => (number === 1 ? `每${chineseUnit[unit]}` : `每 ${number} ${chineseUnit[unit]}`);

const beside = (days: string, time: string) => `${days}${days.endsWith('）') ? '' : ' '}${time}`;

const chinese: Grammar = {
  interval: (seconds) => {
    const parts = spanOf(seconds, (number, [, , unit]) => `${number} ${unit}`);
    return parts.length === 1 && parts[0]!.startsWith('1 ') ? `每${parts[0]!.slice(2)}` : `每 ${parts.join(' ')}`;
  },
  everyDay: (months) => `每年 ${numbersZh(months)} 月每天`,
  weekdays: (weekdays, months) => {
    const names = weekdays.join() === workdays ? '每个工作日' : `每${grouped(weekdays, (day) => dayNamesZh[day - 1]!, upTo).join('、')}`;
    return months ? `每年 ${numbersZh(months)} 月的${names}` : names;
  },
  monthDays: (days, months, rare) => {
    const of = months ? `每年 ${numbersZh(months)} 月` : '每月';
    if ('step' in days) return `${of}从 ${days.from} 日起每 ${days.step} 天`;
    return `${of}${months && months.length > 1 ? '的' : ''} ${numbersZh(days)} 日${rare ? '（若有）' : ''}`;
  },
  either: (monthDays, weekdays) => `${monthDays}及${weekdays}`,
  sentence: (days, rhythm) => {
    if ('times' in rhythm) return beside(days || '每天', rhythm.times.join('、'));
    const lead = days ? `${days}，` : '';
    if ('hourly' in rhythm) return rhythm.hourly.join() === '0' ? `${lead}每小时整点` : `${lead}每小时第 ${rhythm.hourly.join('、')} 分钟`;
    if ('everyHour' in rhythm) return `${lead}每小时从第 ${rhythm.from} ${rhythm.to === undefined ? '' : `至 ${rhythm.to} `}分钟${rhythm.to === undefined ? '起' : ''}，${everyZh(rhythm.everyHour, 'minute')}`;
    const often = everyZh(rhythm.every, rhythm.unit);
    if (rhythm.spans) return beside(days || '每天', `${rhythm.spans.map(([from, to]) => `${from} 至 ${to}`).join('、')}，${often}`);
    return rhythm.from && rhythm.from !== '00:00' ? beside(days || '每天', `${rhythm.from} 起${often}`) : lead + often;
  },
};

export const grammars: Record<Language, Grammar> = { en: english, zh: chinese };
