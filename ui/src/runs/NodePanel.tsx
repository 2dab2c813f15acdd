import { Button, Tabs } from 'antd';
import { ExternalLink, Play, Send, Stamp, X } from 'lucide-react';
import { useState } from 'react';
import type { Instance, JsonSchema } from '../api/types';
import { useT, type Word } from '../app/i18n';
import { paths, setQuery } from '../app/router';
import { JsonView } from '../components/JsonView';
import { Link } from '../components/Link';
import { reasonSentence } from '../components/reason';
import { Status, StatusIcon, toneOf } from '../components/Status';
import { useStore } from '../components/store';
import { clock, fullTime, millis, span, until, useNow } from '../components/time';
import { placeOf } from '../document/nodes';
import { linesOf, valueAt, type Source } from '../document/source';
import { definitionPath, type Graph } from '../graph/model';
import { active, isOpen, settled, type NodeStatus, type RunNode, type Try } from '../graph/run';
import { registry } from '../nodes/registry';
import { ApproveDialog, EventDialog, RerunDialog } from './dialogs';
import { ErrorView } from './ErrorView';
import { Logs } from './Logs';
import type { RunStore } from './runStore';

interface Props {
  run: RunStore;
  instance: Instance;
  path: string;
  graph: Graph;
  source: Source;
}

/// All about one node of a run.
export function NodePanel({ run, instance, path, graph, source }: Props) {
  const t = useT();
  useStore(run.version);
  const node: RunNode = run.node(path) ?? { status: 'pending', attempts: 0 };
  const now = useNow(active.has(node.status));
  const { path: defined } = definitionPath(path);
  const definition = graph.nodes.find((candidate) => candidate.path === defined);
  const [dialog, setDialog] = useState<'rerun' | 'event' | 'approve' | null>(null);
  const [tab, setTab] = useState<string | null>(null);
  if (!definition) return null;
  const Icon = registry[definition.kind].icon;
  const place = placeOf(source, defined);
  const lines = place ? linesOf(source, place) : null;
  const started = millis(node.startedAt);
  const shownTab = tab ?? (node.error ? 'error' : node.tries && node.tries.length > 1 && node.status === 'retrying' ? 'attempts' : settled.has(node.status) ? 'output' : 'input');
  const approval = node.status === 'waiting' && node.reason?.kind === 'approval';
  const waitsForEvent = node.status === 'waiting' && node.reason?.kind === 'event';
  const sentence = reasonSentence(node, now, t);
  const tabs = [
    { key: 'input', label: t('run.input'), children: node.omitted ? <p className="quiet">{t('panel.omitted')}</p> : node.input === undefined ? <p className="quiet">{t('panel.noInput')}</p> : <JsonView value={node.input} /> },
    { key: 'output', label: t('run.output'), children: node.omitted ? <p className="quiet">{t('panel.omitted')}</p> : settled.has(node.status) ? <JsonView value={node.output ?? null} /> : <p className="quiet">{t('panel.noOutput')}</p> },
    { key: 'error', label: t('run.error'), children: node.error ? <ErrorView error={node.error} /> : <p className="quiet">{t('panel.noError')}</p> },
    { key: 'logs', label: t('run.logs'), children: <Logs run={run} node={path} /> },
    { key: 'attempts', label: <>{t('panel.attempts')} {node.attempts > 1 && <span className="count">{node.attempts}</span>}</>, children: <Attempts node={node} now={now} /> },
  ];
  return (
    <aside className="panel" aria-label={definition.title ?? definition.id}>
      <header className="drawer-head">
        <Icon size={16} strokeWidth={1.75} aria-hidden />
        <strong>{definition.title ?? definition.id}</strong>
        <code className="tag" title={path}>{path}</code>
        <span className="spacer" />
        <Status status={node.status} tinted />
        <button type="button" className="icon-button" aria-label={t('do.close')} onClick={() => setQuery({ node: null })}><X size={16} /></button>
      </header>
      <div className="panel-body">
        {(sentence || approval) && !settled.has(node.status) && (
          <section className={`reason-box box-${toneOf(node.status)}`}>
            <strong>{sentence}</strong>
            {node.reason?.until && node.status !== 'retrying' && <p>{t('panel.until', { time: fullTime(node.reason.until), in: until(node.reason.until, now) })}</p>}
            {node.status === 'retrying' && node.reason?.code && <p>{t('panel.last')} <code>{node.reason.code}</code> {node.reason.message}</p>}
            {waitsForEvent && <Button size="small" icon={<Send size={14} />} onClick={() => setDialog('event')}>{t('run.sendEvent')}</Button>}
            {approval && <Button size="small" type="primary" icon={<Stamp size={14} />} onClick={() => setDialog('approve')}>{t('approve.title')}</Button>}
          </section>
        )}
        <dl className="facts">
          {node.attempts > 0 && <><dt>{t('panel.attempt')}</dt><dd>{node.attempts}{(node.maxAttempts ?? 1) > 1 && ` / ${node.maxAttempts}`}</dd></>}
          {started !== null && <><dt>{t('panel.started')}</dt><dd title={fullTime(started)}>{clock(started)} · {span((millis(node.endedAt) ?? now) - started)}</dd></>}
          {node.case && <><dt>{t('panel.case')}</dt><dd><code>{node.case}</code></dd></>}
          {node.child && <><dt>{t('kind.workflow')}</dt><dd><Link to={paths.instance(node.child)}>{node.child}</Link></dd></>}
          {node.handled && <><dt>{t('run.error')}</dt><dd>{t('reason.handled')}</dd></>}
          {node.counts && <><dt>{t('panel.iterations')}</dt><dd>{Object.entries(node.counts).map(([status, count]) => <span key={status} className="count-item"><StatusIcon status={status as NodeStatus} label={t(`status.${status as NodeStatus}` as Word)} /> {count}</span>)}</dd></>}
          <dt>{t('panel.definition')}</dt><dd><Link to={`${paths.editor(instance.namespace, instance.workflow)}?node=${encodeURIComponent(defined)}`}>{definition.id}</Link>{instance.revision ? ` · r${instance.revision}` : ''}{lines && ` :${lines.first}`}</dd>
        </dl>
        <Tabs size="small" activeKey={shownTab} onChange={setTab} items={tabs} destroyOnHidden />
      </div>
      <footer className="drawer-foot">
        {!isOpen(instance.status) && !path.includes('/') && instance.trigger.kind !== 'test' && <Button icon={<Play size={14} />} onClick={() => setDialog('rerun')}>{t('rerun.fromHere')}</Button>}
        <Link className="foot-link" to={`${paths.editor(instance.namespace, instance.workflow)}?node=${encodeURIComponent(defined)}&run=${encodeURIComponent(instance.id)}`}><ExternalLink size={14} aria-hidden /> {t('run.openEditorData')}</Link>
      </footer>
      {dialog === 'rerun' && <RerunDialog instance={instance} from={path} onClose={() => setDialog(null)} />}
      {dialog === 'event' && <EventDialog id={instance.id} type={[node.reason?.type].flat()[0]} onClose={() => setDialog(null)} />}
      {dialog === 'approve' && <ApproveDialog id={instance.id} node={path} title={definition.title ?? definition.id} form={((place && valueAt(source, [...place, 'approval', 'form'])) as JsonSchema | undefined) ?? null} onClose={() => setDialog(null)} />}
    </aside>
  );
}

function Attempts({ node, now }: { node: RunNode; now: number }) {
  const t = useT();
  const tries: Try[] = [...(node.tries ?? [])].reverse();
  return (
    <ol className="attempts">
      {node.status === 'retrying' && <li><StatusIcon status="retrying" /><strong>{t('panel.attemptN', { n: node.attempts + 1 })}</strong><span className="quiet">{t('panel.planned', { time: clock(node.reason?.until) })} · {until(node.reason?.until, now)}</span></li>}
      {tries.map((one) => {
        const start = millis(one.startedAt ?? one.scheduledAt);
        const status = (one.outcome in outcomes ? outcomes[one.outcome] : one.endedAt ? 'failed' : 'running') as NodeStatus;
        return (
          <li key={one.attempt}>
            <StatusIcon status={status} label={t(`status.${status}` as Word)} />
            <strong>{t('panel.attemptN', { n: one.attempt })}</strong> <span>{t(`status.${status}` as Word)}</span>
            <span className="quiet">{clock(start)}{start !== null && ` · ${span((millis(one.endedAt) ?? now) - start)}`}</span>
            {one.error && <p><code>{one.error.code}</code> {one.error.message}</p>}
            {one.worker && <p className="quiet"><code>{one.worker}</code></p>}
          </li>
        );
      })}
      {tries.length === 0 && node.status !== 'retrying' && <li className="quiet">{t('panel.noAttempts')}</li>}
    </ol>
  );
}

const outcomes: Record<string, NodeStatus> = { succeeded: 'succeeded', completed: 'succeeded', failed: 'failed', timed_out: 'timed_out', cancelled: 'cancelled', running: 'running', scheduled: 'scheduled', lost: 'failed' };
