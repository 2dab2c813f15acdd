import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath, type EdgeProps } from '@xyflow/react';
import { Plus } from 'lucide-react';
import { memo, useState } from 'react';
import { useT } from '../app/i18n';
import { ChangeMark } from '../components/ChangeMark';
import { midpoint, roundedPath, type Point } from '../graph/arrange';
import { edgeState } from '../graph/run';
import { useLevel } from './Card';
import { useCanvas, useRunNode } from './context';
import type { Wire as WireEdge } from './scene';

/// Where a label stands: at the beginning of the last straight piece, which no other edge shares yet.
function labelPoint(points: readonly Point[]): Point {
  const last = points.at(-1)!;
  const before = points.at(-2) ?? last;
  const length = Math.hypot(last.x - before.x, last.y - before.y);
  const share = length === 0 ? 0 : Math.min(0.5, 28 / length);
  return { x: before.x + (last.x - before.x) * share, y: before.y + (last.y - before.y) * share };
}

export const Wire = memo(function Wire({ id, source, target, data, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, selected }: EdgeProps<WireEdge>) {
  const t = useT();
  const { mode, insertOn, selected: selectedNode, changes } = useCanvas();
  const run = useRunNode(source);
  const level = useLevel();
  const [hover, setHover] = useState(false);
  const points = data?.points ?? null;
  const [fallback, middleX, middleY] = getSmoothStepPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, borderRadius: 8 });
  const path = points ? roundedPath(points) : fallback;
  const edge = { from: source, to: target, port: data?.port ?? null };
  const change = changes?.get(id);
  const state = mode === 'run' ? edgeState(edge, run) : change ?? (edge.port === 'failed' ? 'edit-failed' : 'edit');
  const label = points ? labelPoint(points) : { x: (middleX + targetX) / 2, y: (middleY + targetY) / 2 };
  const middle = points ? midpoint(points) : { x: middleX, y: middleY };
  const near = selectedNode !== null && (selectedNode === source || selectedNode === target) && mode === 'edit';
  return (
    <g className={`wire wire-${state}${selected ? ' selected' : ''}${near ? ' near' : ''}`} onMouseEnter={() => setHover(true)} onMouseLeave={() => setHover(false)}>
      <BaseEdge id={id} path={path} markerEnd={`url(#arrow-${selected || hover ? 'accent' : state})`} interactionWidth={20} />
      {level !== 'block' && <EdgeLabelRenderer>
        {(edge.port || change) && (
          <span className={`wire-label wire-${state}`} style={{ transform: `translate(-50%,-50%) translate(${label.x}px,${label.y}px)` }}>{edge.port} {change && <ChangeMark change={change} />}</span>
        )}
        {insertOn && level === 'all' && (
          <button
            type="button"
            className={`wire-plus nodrag nopan${hover || selected ? ' shown' : ''}`}
            style={{ transform: `translate(-50%,-50%) translate(${middle.x}px,${middle.y}px)` }}
            aria-label={t('canvas.insertOn', { from: source, to: target })}
            data-edge={id}
            onMouseEnter={() => setHover(true)}
            onMouseLeave={() => setHover(false)}
            onClick={(event) => insertOn(edge, event.currentTarget)}
          >
            <Plus size={12} strokeWidth={2} />
          </button>
        )}
      </EdgeLabelRenderer>}
    </g>
  );
});

/// Arrow heads, one for each colour an edge may have.
export function Arrows() {
  return (
    <svg className="arrows" aria-hidden>
      <defs>
        {['edit', 'edit-failed', 'open', 'taken', 'failure', 'dead', 'added', 'removed', 'accent'].map((state) => (
          <marker key={state} id={`arrow-${state}`} className={`arrow-${state}`} viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto">
            <path d="M0,0.5 L9.5,5 L0,9.5 z" />
          </marker>
        ))}
      </defs>
    </svg>
  );
}
