import type { Language } from '../app/preferences';
import { parseCron, runsOf, type CronTimes } from './cron';
import { grammars, type Grammar, type Rhythm } from './cronGrammar';

/// So many times of day are listed at most.
const listed = 6;

const range = (low: number, high: number) => Array.from({ length: high - low + 1 }, (_, index) => low + index);
const same = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((value, index) => value === b[index]);

/// The step of values that follow each other at one distance and go on so from one round of `size` to the next.
function evenStep(values: readonly number[], size: number): number | null {
  const step = size / values.length;
  return values[0]! < step && values.every((value, index) => value === values[0]! + index * step) ? step : null;
}

const two = (value: number) => String(value).padStart(2, '0');
const clock = (hour: number, minute: number, second: number) => `${two(hour)}:${two(minute)}${second > 0 ? `:${two(second)}` : ''}`;

/// When in a day, or null when it cannot be said in short.
function rhythmOf({ seconds, minutes, hours }: CronTimes): Rhythm | null {
  const allDay = hours.length === 24;
  const spans = runsOf(hours);
  const second = seconds[0]!;
  if (seconds.length > 1) {
    const every = evenStep(seconds, 60);
    if (every === null || second !== 0 || minutes.length < 60) return null;
    if (allDay) return { every, unit: 'second' };
    return spans.length > 3 ? null : { every, unit: 'second', spans: spans.map(([from, to]) => [clock(from, 0, 0), clock(to, 59, seconds.at(-1)!)]) };
  }
  const step = evenStep(minutes, 60);
  const hourStep = hours.length > 2 ? evenStep(hours, 24) : null;
  const regular = (minutes.length > 2 && step !== null) || (minutes.length === 1 && hourStep !== null);
  if (!regular && minutes.length * hours.length <= listed) return { times: hours.flatMap((hour) => minutes.map((minute) => clock(hour, minute, second))) };
  const minute = minutes[0]!;
  if (minutes.length === 1) {
    if (allDay) return second === 0 ? { hourly: [minute] } : null;
    if (hourStep !== null) return { every: hourStep, unit: 'hour', from: clock(hours[0]!, minute, second) };
    return spans.length <= 3 && spans.every(([from, to]) => to > from) ? { every: 1, unit: 'hour', spans: spans.map(([from, to]) => [clock(from, minute, second), clock(to, minute, second)]) } : null;
  }
  if (allDay) {
    if (second !== 0) return null;
    if (step !== null && (minute === 0 || step === 1)) return { every: step, unit: 'minute' };
    if (minutes.length <= listed) return { hourly: minutes };
    const distance = minutes[1]! - minute;
    const goesOn = same(minutes, range(0, 59).filter((value) => value >= minute && (value - minute) % distance === 0));
    if (goesOn) return { everyHour: distance, from: minute };
    const [whole, more] = runsOf(minutes);
    return more ? null : { everyHour: 1, from: minute, to: whole![1] };
  }
  if (step !== null && spans.length <= 3) return { every: step, unit: 'minute', spans: spans.map(([from, to]) => [clock(from, minute, second), clock(to, minutes.at(-1)!, second)]) };
  return null;
}

/// On which days; '' is every day, null cannot be said in short.
function daysOf(times: CronTimes, grammar: Grammar): string | null {
  const { days, months, weekdays } = times;
  const someMonths = months.length < 12 ? months : null;
  const [anyDay, anyWeekday] = [days.length === 31, weekdays.length === 7];
  const least = Math.min(...months.map((month) => (month === 2 ? 28 : [4, 6, 9, 11].includes(month) ? 30 : 31)));
  const distance = (days[1] ?? 0) - days[0]!;
  const goesOn = days.length > 3 && distance > 1 && same(days, range(1, 31).filter((day) => day >= days[0]! && (day - days[0]!) % distance === 0));
  const ofMonth = () => grammar.monthDays(goesOn ? { from: days[0]!, step: distance } : days, someMonths, !goesOn && days.at(-1)! > least);
  if (times.eitherDay && !anyDay && !anyWeekday) return grammar.either(ofMonth(), grammar.weekdays(weekdays, someMonths));
  if ((anyDay && anyWeekday) || times.eitherDay) return someMonths ? grammar.everyDay(someMonths) : '';
  if (anyDay) return grammar.weekdays(weekdays, someMonths);
  return anyWeekday ? ofMonth() : null;
}

/// A schedule in words, such as `every weekday at 09:00`; null for what is no cron, or cannot be said exactly in short:
/// then the cron itself says it best.
export function cronWords(text: string, language: Language): string | null {
  const cron = parseCron(text);
  if (!cron) return null;
  const grammar = grammars[language];
  if ('every' in cron) return grammar.interval(cron.every);
  const rhythm = rhythmOf(cron.times);
  const days = daysOf(cron.times, grammar);
  return rhythm && days !== null ? grammar.sentence(days, rhythm) : null;
}
