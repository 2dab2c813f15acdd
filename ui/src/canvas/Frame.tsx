import type { NodeProps } from '@xyflow/react';
import { ChevronLeft, ChevronRight, ChevronsDownUp } from 'lucide-react';
import { memo } from 'react';
import { useT, type Word } from '../app/i18n';
import { ChangeMark } from '../components/ChangeMark';
import { StatusIcon, toneOf } from '../components/Status';
import { PinMark } from '../components/PinMark';
import { detailOf } from '../components/reason';
import { useNow } from '../components/time';
import { active, type NodeStatus } from '../graph/run';
import { fieldsOf, textOf } from '../nodes/kind';
import { registry } from '../nodes/registry';
import { runPath } from '../graph/model';
import { Marker, Ports } from './Card';
import { useCanvas, useRunNode } from './context';
import type { CardNode } from './scene';

const cellsShown = 40;

function Heat({ counts }: { counts: Partial<Record<NodeStatus, number>> }) {
  const t = useT();
  const order: NodeStatus[] = ['succeeded', 'compensated', 'failed', 'timed_out', 'cancelled', 'skipped', 'running', 'scheduled', 'waiting', 'retrying', 'pending'];
  const all = order.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  if (all === 0) return null;
  const label = order.filter((status) => counts[status]).map((status) => `${t(`status.${status}`)} ${counts[status]}`).join(', ');
  if (all > cellsShown) {
    return (
      <span className="heat-bar" role="img" aria-label={label}>
        {order.filter((status) => counts[status]).map((status) => <i key={status} className={`heat-${status}`} style={{ flexGrow: counts[status] }} />)}
      </span>
    );
  }
  return (
    <span className="heat" role="img" aria-label={label}>
      {order.flatMap((status) => Array.from({ length: counts[status] ?? 0 }, (_, index) => <i key={`${status}${index}`} className={`heat-${status}`} />))}
    </span>
  );
}

/// A region: a frame around its own graph.
export const Frame = memo(function Frame({ data }: NodeProps<CardNode>) {
  const t = useT();
  const { mode, selected, overlay, iterations, showIteration, toggleFrame, graph, changes, pinned } = useCanvas();
  const run = useRunNode(data.node.path);
  const now = useNow(run !== undefined && active.has(run.status));
  const spec = registry[data.node.kind];
  const Icon = spec.icon;
  const title = data.node.title || textOf(data.fields.title) || data.node.id;
  const fields = fieldsOf(spec, data.fields);
  const status = mode === 'run' ? (run?.status ?? 'pending') : null;
  const known = mode === 'run' && data.node.kind !== 'group' ? (overlay?.iterations(runPath(graph, data.node.path, iterations)) ?? []) : [];
  const shown = iterations.get(data.node.path) ?? known[0] ?? 0;
  const step = (by: number) => {
    const next = known[known.indexOf(shown) + by];
    if (next !== undefined) showIteration(data.node.path, next);
  };
  const change = changes?.get(data.node.path);
  const classes = ['frame', mode, change ? `is-${change}` : '', status ? `is-${status} line-${toneOf(status)}` : '', selected === data.node.path ? 'selected' : ''];
  return (
    <div className={classes.join(' ')}>
      <Ports path={data.node.path} />
      <Marker marker={data.marker} />
      <div className="frame-head">
        <Icon size={16} strokeWidth={1.75} aria-hidden />
        <span className="card-title">{title}</span>
        {pinned.has(data.node.path) && <PinMark />}
        {change && <ChangeMark change={change} />}
        <span className={`frame-side mono${status ? ` tone-${toneOf(status)}` : ''}`}>{mode !== 'run' ? spec.summary(fields, t).text : run && <><StatusIcon status={run.status} label={t(`status.${run.status}` as Word)} /> {detailOf(run, now, t).detail}</>}</span>
        <button type="button" className="icon-button small nodrag" title={t('canvas.collapse')} aria-label={t('canvas.collapse')} onClick={() => toggleFrame(data.node.path)}>
          <ChevronsDownUp size={14} />
        </button>
      </div>
      <div className="frame-foot">
        {mode !== 'run' && <span>{spec.footer?.(fields, t)}</span>}
        {mode === 'run' && run?.counts && <Heat counts={run.counts} />}
        {known.length > 0 && (
          <span className="iteration-picker nodrag">
            <button type="button" className="icon-button small" aria-label={t('canvas.previousIteration')} onClick={() => step(-1)}><ChevronLeft size={14} /></button>
            <span>#{shown}</span>
            <button type="button" className="icon-button small" aria-label={t('canvas.nextIteration')} onClick={() => step(1)}><ChevronRight size={14} /></button>
          </span>
        )}
      </div>
    </div>
  );
});
