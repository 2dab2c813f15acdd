import { useMemo, useState } from 'react';
import { useT } from '../app/i18n';
import { Canvas, type CanvasProps } from '../canvas/Canvas';
import { createStore, useStore } from '../components/store';
import { clock } from '../components/time';
import { shownIterations } from '../runs/iterations';
import type { RunHead, RunStore } from '../runs/runStore';

const noVersion = createStore(0);
const noHead = createStore<RunHead>({ instance: null, connection: 'connecting', at: 0, problem: null, scrub: null });
const noneChosen: ReadonlyMap<string, number> = new Map();

/// The editor's canvas; with a test run, that run over it.
export function TestCanvas({ run, onClose, canvas }: { run: RunStore | null; onClose: () => void; canvas: Omit<CanvasProps, 'mode'> }) {
  const t = useT();
  const version = useStore(run?.version ?? noVersion);
  const { instance } = useStore(run?.head ?? noHead);
  const [chosen, setChosen] = useState(noneChosen);
  const iterations = useMemo(() => (run ? shownIterations(canvas.graph, run, chosen) : noneChosen), [canvas.graph, run, chosen, version]);
  const startedBy = useMemo(() => (run ? { title: t('startedBy.test'), detail: clock(instance?.startedAt) } : null), [run, instance?.startedAt, t]);
  return (
    <>
      <Canvas {...canvas} mode={run ? 'run' : 'edit'} overlay={run} startedBy={startedBy} iterations={iterations} showIteration={(region, index) => setChosen((old) => new Map(old).set(region, index))} />
      {run && <div className="canvas-note" role="status">{t('test.shown')} <button type="button" className="link" onClick={onClose}>{t('test.hide')}</button></div>}
    </>
  );
}
