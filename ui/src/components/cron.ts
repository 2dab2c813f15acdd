/// The values that each field of a cron may have, in order. Read as the server reads them (`src/dsl/cron.cc`).
export interface CronTimes {
  seconds: number[];
  minutes: number[];
  hours: number[];
  days: number[];
  months: number[];
  /// From Monday, 1, to Sunday, 7.
  weekdays: number[];
  /// Both kinds of days are restricted: either is enough.
  eitherDay: boolean;
}

/// Times of fields, or seconds between two fires.
export type Cron = { times: CronTimes } | { every: number };

interface Field {
  low: number;
  high: number;
  names?: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fields: Record<'second' | 'minute' | 'hour' | 'day' | 'month' | 'weekday', Field> = {
  second: { low: 0, high: 59 }, minute: { low: 0, high: 59 }, hour: { low: 0, high: 23 },
  day: { low: 1, high: 31 }, month: { low: 1, high: 12, names: months }, weekday: { low: 0, high: 7, names: weekdays },
};
const shorthands: Record<string, string> = {
  '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *',
};
const monthLengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Thrown inside of this file for whatever the server would refuse.
class NotACron extends Error {}

function numberOf(text: string, field: Field): number {
  const name = field.names?.indexOf(text.toLowerCase()) ?? -1;
  const value = name >= 0 ? field.low + name : /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= field.low && value <= field.high)) throw new NotACron();
  return value;
}

function valuesOf(text: string, field: Field): number[] {
  // Sunday is 0 and 7; a star counts it once.
  const last = field === fields.weekday ? 6 : field.high;
  const found = new Set<number>();
  for (const item of text.split(',')) {
    const slash = item.indexOf('/');
    const range = slash < 0 ? item : item.slice(0, slash);
    const step = slash < 0 ? '1' : item.slice(slash + 1);
    let [from, to] = [field.low, last];
    const dash = range.indexOf('-', 1);
    if (dash > 0) {
      [from, to] = [numberOf(range.slice(0, dash), field), numberOf(range.slice(dash + 1), field)];
      if (field === fields.weekday && to === 0 && from > 0) to = 7;
      if (to < from) throw new NotACron();
    } else if (range !== '*' && range !== '?') {
      from = numberOf(range, field);
      to = slash >= 0 ? Math.max(from, last) : from;
    }
    if (!/^\d+$/.test(step) || Number(step) < 1 || Number(step) > last - field.low + 1) throw new NotACron();
    for (let value = from; value <= to; value += Number(step)) found.add(field === fields.weekday && value === 0 ? 7 : value);
  }
  return [...found].sort((a, b) => a - b);
}

function timesOf(text: string): CronTimes {
  const parts = text.split(/[ \t]+/);
  if (parts.length === 5) parts.unshift('0');
  const [second, minute, hour, day, month, weekday] = parts;
  if (parts.length !== 6 || !second || !minute || !hour || !day || !month || !weekday) throw new NotACron();
  const times: CronTimes = {
    seconds: valuesOf(second, fields.second), minutes: valuesOf(minute, fields.minute), hours: valuesOf(hour, fields.hour),
    days: valuesOf(day, fields.day), months: valuesOf(month, fields.month), weekdays: valuesOf(weekday, fields.weekday),
    // crontab(5): restricted is a field without a star.
    eitherDay: !/[*?]/.test(day) && !/[*?]/.test(weekday),
  };
  if (!times.eitherDay && !times.months.some((one) => times.days[0]! <= monthLengths[one - 1]!)) throw new NotACron();
  return times;
}

/// Ranges of values that follow each other.
export function runsOf(values: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last && last[1] === value - 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs;
}

const unitSeconds: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400, W: 604800, D: 86400, H: 3600, M: 60, S: 1 };

function secondsOf(text: string): number {
  const iso = /^P(?=[\dT])((?:[\d.]+[WD])*)(?:T((?:[\d.]+[HMS])+))?$/.test(text);
  if (!iso && !/^([\d.]+(ms|s|m|h|d))+$/.test(text)) throw new NotACron();
  let total = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)(ms|[smhdWDHMS])/g)) total += Number(number) * unitSeconds[unit!]!;
  total = Math.round(total * 1000) / 1000;
  if (!Number.isInteger(total) || total < 1) throw new NotACron();
  return total;
}

/// null: the server would not take it.
export function parseCron(text: string): Cron | null {
  const trimmed = text.replace(/^[ \t]+|[ \t]+$/g, '');
  const lower = trimmed.toLowerCase();
  try {
    const every = /^@every[ \t]+(.*)$/i.exec(trimmed);
    if (every) return { every: secondsOf(every[1]!) };
    return { times: timesOf(lower.startsWith('@') ? (shorthands[lower] ?? '') : trimmed) };
  } catch (error) {
    if (error instanceof NotACron) return null;
    throw error;
  }
}
