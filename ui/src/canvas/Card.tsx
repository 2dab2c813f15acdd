import { Handle, Position, useStore, type NodeProps } from '@xyflow/react';
import { CircleX, RefreshCw, Timer, TriangleAlert, Undo2 } from 'lucide-react';
import { memo } from 'react';
import { useT, type Word } from '../app/i18n';
import { ChangeMark } from '../components/ChangeMark';
import { PinMark } from '../components/PinMark';
import { detailOf } from '../components/reason';
import { Status, StatusIcon, toneOf } from '../components/Status';
import { useNow } from '../components/time';
import { active } from '../graph/run';
import { fieldsOf, textOf } from '../nodes/kind';
import { registry } from '../nodes/registry';
import { useCanvas, useRunNode } from './context';
import type { CardNode } from './scene';

/// How much a card shows, by the zoom.
type Level = 'all' | 'title' | 'block';

export function useLevel(): Level {
  return useStore((state) => (state.transform[2] < 0.25 ? 'block' : state.transform[2] < 0.5 ? 'title' : 'all'));
}

export function Ports({ path }: { path: string }) {
  const { mode, portsOf, direction } = useCanvas();
  const down = direction === 'DOWN';
  const exits = portsOf(path);
  const connectable = mode === 'edit';
  return (
    <>
      <Handle type="target" position={down ? Position.Top : Position.Left} isConnectable={connectable} />
      {exits.map((exit, index) => (
        <Handle
          key={exit}
          id={exit}
          type="source"
          position={down ? Position.Bottom : Position.Right}
          isConnectable={connectable}
          className="port-case"
          title={exit}
          style={{ [down ? 'left' : 'top']: `${((index + 1) / (exits.length + 1)) * 100}%` }}
        />
      ))}
      <Handle id=">" type="source" position={down ? Position.Bottom : Position.Right} isConnectable={connectable} className={exits.length > 0 ? 'port-hidden' : ''} />
      {connectable && <Handle id="failed" type="source" position={down ? Position.Right : Position.Bottom} className="port-failed" title=".failed" />}
    </>
  );
}

export function Marker({ marker }: { marker: 'error' | 'warning' | null }) {
  const t = useT();
  if (!marker) return null;
  return marker === 'error' ? (
    <CircleX className="card-marker tone-fail" size={16} strokeWidth={2} role="img" aria-label={t('problems.errors', { count: 1 })} />
  ) : (
    <TriangleAlert className="card-marker tone-wait" size={16} strokeWidth={2} role="img" aria-label={t('problems.warnings', { count: 1 })} />
  );
}

function Badges({ node }: { node: Record<string, unknown> }) {
  const badges = [];
  const retry = node.retry;
  const attempts = typeof retry === 'number' ? retry : (retry as { attempts?: number } | undefined)?.attempts;
  if (node.once === true) badges.push(<span key="once">1×</span>);
  else if (attempts) badges.push(<span key="retry"><RefreshCw size={12} strokeWidth={2} />{attempts}</span>);
  if (node.timeout) badges.push(<span key="timeout"><Timer size={12} strokeWidth={2} />{textOf(node.timeout)}</span>);
  if (node.compensate) badges.push(<span key="compensate"><Undo2 size={12} strokeWidth={2} /></span>);
  return <span className="card-badges">{badges.slice(0, 2)}</span>;
}

function RunRow({ path }: { path: string }) {
  const t = useT();
  const run = useRunNode(path);
  const now = useNow(run !== undefined && active.has(run.status));
  if (!run) return <span className="card-row"><Status status="pending" size={14} /></span>;
  const { detail, right } = detailOf(run, now, t);
  return (
    <span className="card-row">
      <Status status={run.status} size={14} />
      <span className="card-detail">{detail}</span>
      <span className="card-right">{right}</span>
    </span>
  );
}

export const Card = memo(function Card({ data }: NodeProps<CardNode>) {
  const t = useT();
  const level = useLevel();
  const { mode, selected, changes, pinned } = useCanvas();
  const isPinned = pinned.has(data.node.path);
  const run = useRunNode(data.node.path);
  const spec = registry[data.node.kind];
  const Icon = spec.icon;
  const title = data.node.title || textOf(data.fields.title) || data.node.id;
  const summary = spec.summary(fieldsOf(spec, data.fields), t);
  const status = mode === 'run' ? (run?.status ?? 'pending') : null;
  const change = changes?.get(data.node.path);
  const classes = ['card', mode, change ? `is-${change}` : '', status ? `is-${status} line-${toneOf(status)}` : '', selected === data.node.path ? 'selected' : '', data.fields.disabled === true ? 'disabled' : '', run?.handled ? 'is-handled' : '', `level-${level}`];
  const said = status ? t(`status.${status}` as Word) : change && t(`diff.${change}`);
  const kindName = t(`kind.${data.node.kind}` as Word);
  return (
    <div className={classes.join(' ')} aria-label={[title, kindName, said, isPinned && t('pin.pinned')].filter(Boolean).join(', ')}>
      <Ports path={data.node.path} />
      <Marker marker={data.marker} />
      {level !== 'block' && (
        <>
          <span className="card-tile"><Icon size={16} strokeWidth={1.75} aria-hidden /></span>
          <span className="card-text">
            <span className="card-row">
              <span className="card-title">{title}</span>
              {isPinned && <PinMark />}
              {mode === 'edit' && level === 'all' && !isPinned && <Badges node={data.fields} />}
              {level === 'title' && status && <StatusIcon status={status} />}
              {level === 'title' && change && <ChangeMark change={change} short />}
            </span>
            {level === 'all' && (mode === 'run'
              ? <RunRow path={data.node.path} />
              : <span className={`card-row card-summary${summary.code ? ' mono' : ''}`}>{change && <ChangeMark change={change} />}<span className="card-detail">{data.fields.disabled === true ? t('card.disabled') : summary.text}</span></span>)}
          </span>
        </>
      )}
    </div>
  );
});
