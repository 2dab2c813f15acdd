import { Button } from 'antd';
import { ExternalLink, FlaskConical } from 'lucide-react';
import type { JsonSchema } from '../api/types';
import { useT, type Word } from '../app/i18n';
import { paths } from '../app/router';
import { Link } from '../components/Link';
import { ProblemNote } from '../components/problems';
import { SchemaForm } from '../components/SchemaForm';
import { Status, StatusIcon } from '../components/Status';
import { useStore } from '../components/store';
import type { Graph } from '../graph/model';
import { ErrorView } from '../runs/ErrorView';
import type { Trial, TrialState } from './trials';

interface Props {
  state: TrialState;
  schema: JsonSchema | null;
  input: unknown;
  onInput: (input: unknown) => void;
  onRun: () => void;
  /// Whether the draft can be run.
  ready: boolean;
  pinned: number;
  graph: Graph;
  /// Whether the canvas shows the run.
  shown: boolean;
  onShow: (shown: boolean) => void;
  onSelect: (path: string) => void;
}

/// The draft run as a whole, without being deployed.
export function TestPanel({ state, schema, input, onInput, onRun, ready, pinned, graph, shown, onShow, onSelect }: Props) {
  const t = useT();
  return (
    <div className="test-panel">
      <form className="test-form" onSubmit={(event) => (event.preventDefault(), onRun())}>
        <p className="quiet">{t('test.what')} {pinned > 0 && t('test.pinned', { count: pinned })}</p>
        <SchemaForm schema={schema} value={input} onChange={onInput} />
        <Button htmlType="submit" icon={<FlaskConical size={14} />} loading={state.busy} disabled={!ready} title="Ctrl ↵">{t('test.run')}</Button>
        {!ready && <p className="quiet">{t('test.notReady')}</p>}
        <ProblemNote problem={state.problem} />
      </form>
      {state.whole ? <Progress key={state.whole.run.id} trial={state.whole} graph={graph} shown={shown} onShow={onShow} onSelect={onSelect} /> : <p className="quiet test-result">{t('test.none')}</p>}
    </div>
  );
}

function Progress({ trial, graph, shown, onShow, onSelect }: { trial: Trial } & Pick<Props, 'graph' | 'shown' | 'onShow' | 'onSelect'>) {
  const t = useT();
  const { run } = trial;
  const { instance, problem } = useStore(run.head);
  useStore(run.version);
  return (
    <div className="test-result">
      <p className="buttons">
        <span role="status">{instance ? <Status status={instance.status} /> : t('state.loading')}</span>
        <Button size="small" aria-pressed={shown} onClick={() => onShow(!shown)}>{t(shown ? 'test.hide' : 'test.show')}</Button>
        <Link className="foot-link" to={paths.instance(run.id)}><ExternalLink size={14} aria-hidden /> {t('test.open')}</Link>
      </p>
      <ProblemNote problem={problem} />
      {instance?.error && <ErrorView error={instance.error} />}
      <ul className="test-nodes">{graph.nodes.filter((node) => !node.parent).map((node) => {
        const status = run.node(node.path)?.status ?? 'pending';
        return <li key={node.path}><button type="button" onClick={() => onSelect(node.path)}><StatusIcon status={status} label={t(`status.${status}` as Word)} /> {node.title ?? node.id}</button></li>;
      })}</ul>
    </div>
  );
}
