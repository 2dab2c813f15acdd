import { useEffect, useMemo, useState, type RefObject } from 'react';
import { useT } from '../app/i18n';
import type { Graph } from '../graph/model';
import type { Fields } from '../nodes/kind';
import { findNodes } from './find';

export interface Find {
  query: string;
  setQuery: (query: string) => void;
  /// What fits, and the one of it that is looked at.
  paths: readonly string[];
  current: string | null;
  step: (by: number) => void;
  field: RefObject<HTMLInputElement>;
  close: () => void;
}

interface Options {
  graph: Graph;
  fields: (path: string) => Fields;
  /// Off: there is nothing to search with.
  on: boolean;
  field: RefObject<HTMLInputElement>;
  /// The field is gone; `at` is what was looked at last.
  onClose: (at: string | null) => void;
}

/// Searches on the canvas, opened by Ctrl-F wherever nothing else takes text. `find` is null while it is closed.
export function useFind({ graph, fields, on, field, onClose }: Options): { find: Find | null; open: () => void } {
  const t = useT();
  const [query, setQuery] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const paths = useMemo(() => (query === null ? [] : findNodes(graph, fields, query, t)), [graph, fields, query, t]);
  const current = chosen !== null && paths.includes(chosen) ? chosen : (paths[0] ?? null);

  const open = () => {
    setQuery((old) => old ?? '');
    requestAnimationFrame(() => field.current?.select());
  };
  useEffect(() => {
    if (!on) return;
    const listen = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== 'f') return;
      const target = event.target as HTMLElement;
      if (target !== field.current && target.closest('input, textarea, [contenteditable=true], [role=dialog]')) return;
      event.preventDefault();
      open();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [on]);

  const close = () => {
    setQuery(null);
    setChosen(null);
    onClose(current);
  };
  const step = (by: number) => {
    const at = current === null ? -1 : paths.indexOf(current);
    setChosen(paths[(at + by + paths.length) % paths.length] ?? null);
  };
  return { find: query === null ? null : { query, setQuery, paths, current, step, field, close }, open };
}
