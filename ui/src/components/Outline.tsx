import { useRef, type KeyboardEvent } from 'react';
import { useT, type Word } from '../app/i18n';
import type { Graph, GraphNode } from '../graph/model';
import { startPath } from '../graph/model';
import type { NodeStatus } from '../graph/run';
import { registry } from '../nodes/registry';
import { PinMark } from './PinMark';
import { StatusIcon } from './Status';

interface Props {
  graph: Graph;
  selected: string | null;
  onSelect: (path: string) => void;
  onOpen?: (path: string) => void;
  onKey?: (event: KeyboardEvent) => void;
  status?: (path: string) => NodeStatus | undefined;
  pinned?: ReadonlySet<string>;
}

/// The graph as a tree, equal to the canvas for those who do not see or point.
export function Outline({ graph, selected, onSelect, onOpen, onKey, status, pinned }: Props) {
  const t = useT();
  const list = useRef<HTMLUListElement>(null);
  const paths = [startPath, ...flat(graph, undefined)];
  const current = selected && paths.includes(selected) ? selected : startPath;
  const key = (event: KeyboardEvent) => {
    const at = paths.indexOf(current);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const target = step !== undefined ? paths[at + step] : event.key === 'Home' ? paths[0] : event.key === 'End' ? paths.at(-1) : undefined;
    if (target) {
      event.preventDefault();
      onSelect(target);
      list.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(target)}"]`)?.focus();
    } else if (event.key === 'Enter') onOpen?.(current);
    else onKey?.(event);
  };
  const row = (path: string, level: number, node?: GraphNode) => {
    const Icon = node ? registry[node.kind].icon : null;
    const state = status?.(path);
    const needs = graph.edges.filter((edge) => edge.to === path).map((edge) => edge.from.split('/').at(-1) + (edge.port ? `.${edge.port}` : ''));
    return (
      <li key={path} role="treeitem" aria-level={level} aria-selected={path === selected} tabIndex={path === current ? 0 : -1} data-path={path} className={path === selected ? 'chosen' : ''} style={{ paddingLeft: 4 + level * 12 }} onClick={() => onSelect(path)} onDoubleClick={() => onOpen?.(path)} onFocus={() => path !== selected && onSelect(path)}>
        {Icon && <Icon size={14} strokeWidth={2} aria-hidden />}
        <span className="outline-title">{node ? (node.title ?? node.id) : t('canvas.triggers')}</span>
        {node && <span className="sr">, {t(`kind.${node.kind}` as Word)}{needs.length > 0 && `, ${t('outline.after', { names: needs.join(', ') })}`}</span>}
        {state && <StatusIcon status={state} label={t(`status.${state}` as Word)} />}
        {pinned?.has(path) && <PinMark />}
      </li>
    );
  };
  const rows = (parent: string | undefined, level: number): React.ReactNode[] =>
    graph.nodes.filter((node) => node.parent === parent).flatMap((node) => [row(node.path, level, node), ...rows(node.path, level + 1)]);
  return (
    <ul className="outline" role="tree" aria-label={t('canvas.outline')} onKeyDown={key} ref={list}>
      {row(startPath, 1)}
      {rows(undefined, 1)}
    </ul>
  );
}

function flat(graph: Graph, parent: string | undefined): string[] {
  return graph.nodes.filter((node) => node.parent === parent).flatMap((node) => [node.path, ...flat(graph, node.path)]);
}
