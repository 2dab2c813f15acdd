import { useT, type Word } from '../app/i18n';
import type { Instance } from '../api/types';
import { detailOf } from '../components/reason';
import { Status, toneOf } from '../components/Status';
import { useStore } from '../components/store';
import { clock, millis, span, useNow } from '../components/time';
import { definitionPath, type Graph } from '../graph/model';
import { active, isOpen, type RunNode } from '../graph/run';
import { registry } from '../nodes/registry';
import type { RunStore } from './runStore';

interface Bar {
  from: number;
  to: number;
  tone: string;
  label: string;
  kind: 'bar' | 'wait' | 'gap' | 'planned';
}

/// The bars of one node: an attempt each, dashed between them, hatched while it waits, hollow where one is planned.
function barsOf(node: RunNode, now: number, t: ReturnType<typeof useT>): Bar[] {
  const started = millis(node.startedAt);
  if (started === null) return [];
  const ended = millis(node.endedAt) ?? now;
  const tries = (node.tries ?? []).filter((one) => millis(one.startedAt ?? one.scheduledAt) !== null);
  const bars: Bar[] = [];
  if (node.status === 'waiting' || (tries.length < 2 && node.status !== 'retrying')) {
    bars.push({ from: started, to: ended, tone: toneOf(node.status), label: node.status === 'waiting' ? detailOf(node, now, t).detail : '', kind: node.status === 'waiting' ? 'wait' : 'bar' });
  } else {
    let before: number | null = null;
    for (const one of tries) {
      const from = millis(one.startedAt ?? one.scheduledAt)!;
      const to = millis(one.endedAt) ?? now;
      if (before !== null) bars.push({ from: before, to: from, tone: 'retry', label: '', kind: 'gap' });
      bars.push({ from, to, tone: one.endedAt ? (one.error ? 'fail' : toneOf(node.status)) : 'run', label: t('panel.attemptN', { n: one.attempt }), kind: 'bar' });
      before = to;
    }
  }
  const next = node.status === 'retrying' ? millis(node.reason?.until) : null;
  if (next !== null) {
    const last = bars.at(-1)!.to;
    bars.push({ from: last, to: next, tone: 'retry', label: '', kind: 'gap' }, { from: next, to: next, tone: 'retry', label: '', kind: 'planned' });
  }
  return bars;
}

/// By their beginning, what runs inside of a region below it.
function inOrder(nodes: Readonly<Record<string, RunNode>>): [string, RunNode][] {
  const start = (node: RunNode | undefined) => millis(node?.startedAt) ?? Infinity;
  const regionOf = (path: string) => {
    const steps = path.split('/');
    for (let length = steps.length - 1; length > 0; --length) if (nodes[steps.slice(0, length).join('/')]) return steps.slice(0, length).join('/');
    return null;
  };
  const children = new Map<string | null, string[]>();
  for (const path of Object.keys(nodes)) children.set(regionOf(path), [...(children.get(regionOf(path)) ?? []), path]);
  const list = (region: string | null): [string, RunNode][] =>
    (children.get(region) ?? []).sort((a, b) => start(nodes[a]) - start(nodes[b]) || a.localeCompare(b, 'en', { numeric: true })).flatMap((path) => [[path, nodes[path]!] as [string, RunNode], ...list(path)]);
  return list(null);
}

export function Timeline({ run, graph, instance, selected, onSelect }: { run: RunStore; graph: Graph; instance: Instance; selected: string | null; onSelect: (path: string) => void }) {
  const t = useT();
  useStore(run.version);
  const open = isOpen(instance.status);
  const now = useNow(open);
  const begin = millis(instance.startedAt) ?? now;
  const rows = inOrder(run.nodes);
  // A far attempt that is planned stands at the edge: it may not squeeze what has been.
  const horizon = now + Math.max(10_000, (now - begin) * 0.6);
  const ends = rows.flatMap(([, node]) => [millis(node.endedAt), node.status === 'retrying' ? Math.min(horizon, millis(node.reason?.until) ?? 0) : null].filter((time) => time !== null));
  const end = Math.max(begin + 1000, millis(instance.endedAt) ?? now, ...ends) + (open ? 500 : 0);
  const percent = (time: number) => `${Math.max(0, Math.min(100, ((time - begin) / (end - begin)) * 100))}%`;
  const ticks = Array.from({ length: 7 }, (_, index) => begin + ((end - begin) * index) / 6);
  return (
    <div className="timeline">
      <table>
        <thead><tr><th>{t('timeline.node')}</th><th className="timeline-axis"><div>{ticks.map((tick, index) => <span key={index} style={{ left: percent(tick) }}>{end - begin < 10000 ? `+${span(tick - begin)}` : clock(tick)}</span>)}</div></th></tr></thead>
        <tbody>
          {rows.map(([path, node]) => {
            const { path: defined, iterations } = definitionPath(path);
            const definition = graph.nodes.find((candidate) => candidate.path === defined);
            const Icon = definition ? registry[definition.kind].icon : null;
            const bars = barsOf(node, now, t);
            const started = millis(node.startedAt);
            const after = !active.has(node.status) && started !== null ? `${span((millis(node.endedAt) ?? now) - started)}${node.case ? ` → ${node.case}` : ''}${node.error ? ` · ${node.error.code}` : ''}` : '';
            return (
              <tr key={path} className={path === selected ? 'chosen' : ''} onClick={() => onSelect(path)}>
                <th scope="row">
                  <button type="button" className="timeline-name" style={{ paddingLeft: (path.split('/').length - 1) * 8 }} onClick={() => onSelect(path)}>{Icon && <Icon size={14} strokeWidth={2} aria-hidden />}<span>{definition?.title ?? definition?.id ?? path}{iterations.size > 0 && ` #${[...iterations.values()].join('.')}`}</span></button>
                  <Status status={node.status} />
                </th>
                <td>
                  <div className="timeline-row">
                    {bars.map((bar, index) => <i key={index} className={`timeline-${bar.kind} line-${bar.tone}`} style={{ left: percent(bar.from), width: bar.kind === 'planned' ? 10 : `max(3px, calc(${percent(bar.to)} - ${percent(bar.from)}))` }} title={`${bar.label} ${clock(bar.from)} – ${clock(bar.to)}`}>{(bar.to - bar.from) / (end - begin) > 0.06 ? bar.label : ''}</i>)}
                    {after && <span style={{ left: `calc(max(${percent(bars.at(-1)?.to ?? begin)}, ${percent(bars.at(-1)?.from ?? begin)} + 8px) + 6px)` }}>{after}</span>}
                    {open && <b className="timeline-now" style={{ left: percent(now) }} aria-hidden />}
                  </div>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="timeline-legend">
        <span><i className="timeline-bar line-ok" /> {t('timeline.runs')}</span><span><i className="timeline-wait line-wait" /> {t('status.waiting' as Word)}</span>
        <span><i className="timeline-gap line-retry" /> {t('timeline.delay')}</span><span><i className="timeline-planned line-retry" /> {t('timeline.planned')}</span>
      </p>
    </div>
  );
}
