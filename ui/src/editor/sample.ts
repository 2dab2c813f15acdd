import { useCallback, useMemo, useState } from 'react';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import type { Instance, InstanceItem } from '../api/types';
import { createStore, useStore } from '../components/store';
import type { RunHead } from '../runs/runStore';
import type { Trial } from './trials';

/// The run whose data stands for what is not known while one edits.
export interface Sample {
  run: Instance | null;
  /// Its id when a person chose it; null: the latest.
  chosen: string | null;
  choose: (id: string | null) => void;
  /// Runs to choose from, newest first.
  items: readonly InstanceItem[];
  reload: () => void;
}

const nothing = createStore<RunHead>({ instance: null, connection: 'connecting', at: 0, problem: null, scrub: null });
const offered = 10;

/// `first` is the run that the address names. A test run of the whole draft is the latest there is.
export function useSample(ns: string | null, name: string | null, first: string | null, trial: Trial | null): Sample {
  const [chosen, choose] = useState(first);
  const tried = useStore(trial?.run.head ?? nothing).instance;
  const found = useResource(name && ns ? `samples:${ns}/${name}` : null, async (signal) => {
    const filters = { workflow: name, namespace: ns, limit: offered };
    const [runs, tests] = await Promise.all([api.instances(filters, signal), api.instances({ ...filters, trigger: 'test' }, signal)]);
    return [...runs.items, ...tests.items].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  });
  const latest = found.data?.find((item) => item.trigger.kind !== 'test')?.id ?? null;
  const wanted = chosen ?? latest;
  const shown = useResource(wanted ? `sample:${wanted}` : null, (signal) => api.instance(wanted!, {}, signal));
  const reload = useCallback(() => found.reload(), [found.reload]);
  const run = chosen === null && tried ? tried : shown.data;
  return useMemo(() => ({ run, chosen, choose, items: found.data ?? [], reload }), [run, chosen, found.data, reload]);
}
