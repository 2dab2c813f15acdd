import '../runs/runs.css';
import { Button, Select } from 'antd';
import { FlaskConical } from 'lucide-react';
import { useEffect, useId } from 'react';
import type { InstanceItem } from '../api/types';
import { useT, type Word } from '../app/i18n';
import { JsonView } from '../components/JsonView';
import { ProblemNote } from '../components/problems';
import { Field } from '../components/SchemaForm';
import { Status } from '../components/Status';
import { useStore } from '../components/store';
import { dayClock } from '../components/time';
import type { Graph, GraphNode } from '../graph/model';
import { settled } from '../graph/run';
import { ErrorView } from '../runs/ErrorView';
import { Logs } from '../runs/Logs';
import type { Sample } from './sample';
import type { Session } from './session';
import { outputsBefore, type Trial, type Trials } from './trials';

interface Props {
  session: Session;
  trials: Trials;
  sample: Sample;
  graph: Graph;
  node: GraphNode;
}

/// One node tried alone, on what the nodes before it gave in a run.
export function NodeTest({ session, trials, sample, graph, node }: Props) {
  const t = useT();
  const { single, busy, problem } = useStore(trials.store);
  const pins = useStore(session.store, (state) => state.pins);
  const checking = useStore(session.store, (state) => state.checking || state.checked.diagnostics.some((one) => one.severity === 'error'));
  const trial = single?.node === node.path ? single : null;
  const run = sample.run;
  const start = () => void trials.start(session.text, node.path, run?.input === null ? undefined : run?.input, () => outputsBefore(graph, node.path, pins, run));
  return (
    <section className="node-test" aria-label={t('test.node')}>
      <h3>{t('test.node')}</h3>
      <p className="quiet">{t('test.nodeWhat')}</p>
      <SamplePicker sample={sample} />
      <p className="buttons"><Button icon={<FlaskConical size={14} />} loading={busy} disabled={checking} onClick={start}>{t('test.nodeRun')}</Button></p>
      <ProblemNote problem={problem} />
      {trial && <Outcome key={trial.run.id} trial={trial} path={node.path} onDone={sample.reload} />}
    </section>
  );
}

/// From which run the data comes.
export function SamplePicker({ sample }: { sample: Sample }) {
  const t = useT();
  const id = useId();
  const label = (item: InstanceItem) => `${t(`trigger.${item.trigger.kind ?? 'manual'}` as Word)} · ${dayClock(item.startedAt)} · ${t(`status.${item.status}` as Word)}`;
  return (
    <Field id={id} label={t('test.sample')}><Select
      id={id}
      className="sample-picker"
      size="small"
      value={sample.chosen ?? ''}
      onChange={(id: string) => sample.choose(id || null)}
      onOpenChange={(open) => open && sample.reload()}
      options={[{ value: '', label: t('test.latest') }, ...sample.items.map((item) => ({ value: item.id, label: label(item) }))]}
    /></Field>
  );
}

function Outcome({ trial, path, onDone }: { trial: Trial; path: string; onDone: () => void }) {
  const t = useT();
  const { run } = trial;
  const { instance, problem } = useStore(run.head);
  useStore(run.version);
  const node = run.node(path);
  const done = instance?.endedAt !== null && instance?.endedAt !== undefined;
  useEffect(() => {
    if (done) onDone();
  }, [done, onDone]);
  return (
    <div className="node-outcome" role="status" aria-live="polite">
      <p><Status status={node?.status ?? 'pending'} /> {node?.case && <code>→ {node.case}</code>}</p>
      <ProblemNote problem={problem} />
      {node?.input !== undefined && <JsonView title={t('run.input')} value={node.input} />}
      {node && settled.has(node.status) && node.status !== 'failed' && node.status !== 'timed_out' && <JsonView title={t('run.output')} value={node.output ?? null} />}
      {(node?.error ?? instance?.error) && <ErrorView error={(node?.error ?? instance?.error)!} />}
      <Logs run={run} node={path} />
    </div>
  );
}
