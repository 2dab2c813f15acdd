import type { WorkflowStats } from '../api/types';
import { useT } from '../app/i18n';
import { clock } from '../components/time';

const size = { width: 100, height: 18, bar: 3, step: 4.2 };
const hour = 3600_000;

export interface Bars {
  completed: string;
  failed: string;
}

/// Both outlines of the bars: failures stand at the bottom, and the smallest count can still be seen.
export function barsOf(hours: WorkflowStats['hours']): Bars {
  const most = Math.max(1, ...hours.map(({ completed, failed }) => completed + failed));
  const tall = (count: number) => (count === 0 ? 0 : Math.max(2, Math.round((count / most) * (size.height - 2))));
  const bars: Bars = { completed: '', failed: '' };
  for (const [index, { completed, failed }] of hours.entries()) {
    const x = +(index * size.step).toFixed(1);
    const red = tall(failed);
    const grey = completed === 0 ? 0 : Math.max(2, tall(completed + failed) - red);
    if (red > 0) bars.failed += `M${x},${size.height}v${-red}h${size.bar}v${red}z`;
    if (grey > 0) bars.completed += `M${x},${size.height - red}v${-grey}h${size.bar}v${grey}z`;
  }
  return bars;
}

/// Share of runs that ended well; never 100 % when one did not.
export function rateText(rate: number): string {
  return `${(Math.floor(rate * 1000) / 10).toFixed(1)}%`;
}

/// What became of a workflow's runs, hour by hour; the same as a sentence for who does not see it.
export function HourBars({ stats }: { stats: WorkflowStats }) {
  const t = useT();
  const sum = (what: 'completed' | 'failed') => stats.hours.reduce((all, one) => all + one[what], 0);
  const [completed, failed] = [sum('completed'), sum('failed')];
  if (completed + failed === 0) return <span className="quiet">{t('workflows.noRuns')}</span>;
  const when = stats.hours.flatMap((one, index) => (one.failed > 0 ? [`${clock(Date.parse(stats.from) + index * hour).slice(0, 5)} (${one.failed})`] : []));
  const text = t('workflows.bars', { completed, failed }) + (when.length > 0 ? ` ${t('workflows.failedAt', { when: when.join(', ') })}` : '');
  const bars = barsOf(stats.hours);
  return (
    <svg className="hour-bars" role="img" aria-label={text} width={size.width} height={size.height}>
      <title>{text}</title>
      <path className="base" d={`M0,${size.height - 0.5}h${size.width}`} />
      <path className="completed" d={bars.completed} />
      <path className="failed" d={bars.failed} />
    </svg>
  );
}
