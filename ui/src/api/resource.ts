import { useCallback, useEffect, useRef, useState } from 'react';
import { Problem } from './client';

export interface Resource<T> {
  data: T | null;
  /// The last failure; `data` then still holds what was read before.
  problem: Problem | null;
  loading: boolean;
  /// When `data` was read.
  at: Date | null;
  reload: () => void;
}

/// Reads with `load`, again when `key` changes and every `every` milliseconds while the page is visible. `key` null
/// reads nothing.
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>, every?: number): Resource<T> {
  const [state, setState] = useState<{ key: string | null; data: T | null; problem: Problem | null; at: Date | null }>({
    key: null, data: null, problem: null, at: null,
  });
  const [generation, setGeneration] = useState(0);
  const loader = useRef(load);
  loader.current = load;

  useEffect(() => {
    if (key === null) return;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = () => {
      if (every && !controller.signal.aborted) timer = setTimeout(() => (document.hidden ? next() : void read()), every);
    };
    const read = async () => {
      try {
        const data = await loader.current(controller.signal);
        if (!controller.signal.aborted) setState({ key, data, problem: null, at: new Date() });
      } catch (error) {
        if (controller.signal.aborted) return;
        const problem = error instanceof Problem ? error : new Problem(0, 'client', String(error));
        setState((old) => ({ ...old, key, data: old.key === key ? old.data : null, problem }));
      }
      next();
    };
    void read();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [key, every, generation]);

  const reload = useCallback(() => setGeneration((value) => value + 1), []);
  const fresh = state.key === key;
  return {
    data: fresh ? state.data : null,
    problem: fresh ? state.problem : null,
    loading: key !== null && !fresh,
    at: state.at,
    reload,
  };
}
