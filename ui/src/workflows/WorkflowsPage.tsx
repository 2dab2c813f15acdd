import { Button, Dropdown, Input, Modal } from 'antd';
import { CirclePause, Clock, FileUp, MoreHorizontal, Play, Plus, RadioTower, Search, Webhook, type LucideIcon } from 'lucide-react';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { api } from '../api/api';
import type { Problem } from '../api/client';
import { useResource } from '../api/resource';
import type { InstanceItem, WorkflowItem } from '../api/types';
import { useT } from '../app/i18n';
import { namespaceChoice } from '../app/namespace';
import { preferences } from '../app/preferences';
import { go, paths, setQuery, useLocation } from '../app/router';
import { Link } from '../components/Link';
import { ProblemBar, ProblemNote } from '../components/problems';
import { StartDialog } from '../components/StartDialog';
import { Status } from '../components/Status';
import { useStore } from '../components/store';
import { ago, fullTime, span, until, useNow, zone } from '../components/time';
import { draftNames } from '../editor/drafts';
import { HourBars, rateText } from './HourBars';
import { Templates } from './Templates';

const triggerIcons: Record<string, LucideIcon> = { webhook: Webhook, cron: Clock, event: RadioTower };

function latestByWorkflow(instances: readonly InstanceItem[]): Map<string, InstanceItem> {
  const found = new Map<string, InstanceItem>();
  for (const instance of instances) {
    const key = `${instance.namespace}/${instance.workflow}`;
    if (!found.has(key)) found.set(key, instance);
  }
  return found;
}

export default function WorkflowsPage() {
  const t = useT();
  const { query } = useLocation();
  const namespace = useStore(namespaceChoice);
  const { letters } = useStore(preferences);
  const workflows = useResource('workflows', api.workflowsInDetail, 10000);
  const instances = useResource('recent', (signal) => api.instances({ limit: 200 }, signal), 5000);
  const items = useMemo(() => (workflows.data?.items ?? []).filter((item) => namespace === null || item.namespace === namespace), [workflows.data, namespace]);
  const latest = useMemo(() => latestByWorkflow(instances.data?.items ?? []), [instances.data]);
  const search = query.get('search') ?? '';
  const [starting, setStarting] = useState<WorkflowItem | null>(null);
  const [removing, setRemoving] = useState<WorkflowItem | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const now = useNow();
  const here = useStore(draftNames);
  const stored = useResource('drafts', (signal) => api.drafts(null, signal), 10000);
  const drafts = useMemo(() => new Set([...here, ...(stored.data?.items ?? []).map((draft) => `${draft.namespace}/${draft.name}`)]), [here, stored.data]);

  const view = query.get('view') ?? 'all';
  const key = (item: { namespace: string; name: string }): string => `${item.namespace}/${item.name}`;
  const failed = (item: WorkflowItem) => ['failed', 'timed_out', 'terminated', 'stuck'].includes(latest.get(key(item))?.status ?? '');
  const views = [
    { id: 'all', label: t('workflows.all'), items },
    { id: 'failed', label: t('workflows.failed'), items: items.filter(failed) },
    { id: 'drafts', label: t('workflows.drafts'), items: items.filter((item) => drafts.has(key(item))) },
  ];
  const shown = (views.find((one) => one.id === view) ?? views[0]!).items.filter((item) => {
    const text = `${item.name} ${item.title ?? ''} ${Object.entries(item.labels ?? {}).flat().join(' ')}`.toLowerCase();
    return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  });

  const move = (event: KeyboardEvent) => {
    if ((event.target as HTMLElement).tagName === 'INPUT' || event.nativeEvent.isComposing) return;
    const rows = [...(body.current?.querySelectorAll<HTMLElement>('a.row-link') ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'ArrowDown' || (letters && event.key === 'j')) rows[Math.min(rows.length - 1, at + 1)]?.focus();
    else if (event.key === 'ArrowUp' || (letters && event.key === 'k')) rows[Math.max(0, at - 1)]?.focus();
    else if (letters && event.key === 'r' && at >= 0) setStarting(shown[at] ?? null);
    else return;
    event.preventDefault();
  };
  const importFile = async (chosen: File | undefined) => {
    if (!chosen) return;
    sessionStorage.setItem('weft.import', await chosen.text());
    go(paths.draft);
  };

  return (
    <div className="page" onKeyDown={move}>
      <header className="page-head">
        <h1>{t('nav.workflows')}</h1>
        <Input data-search className="page-search" prefix={<Search size={16} />} suffix={<kbd>/</kbd>} placeholder={t('workflows.search')} aria-label={t('workflows.search')} value={search} onChange={(event) => setQuery({ search: event.target.value })} allowClear />
        <input ref={file} type="file" accept=".yaml,.yml,.json" hidden onChange={(event) => void importFile(event.target.files?.[0])} />
        <Button icon={<FileUp size={16} />} onClick={() => file.current?.click()}>{t('workflows.import')}</Button>
        <Button type="primary" icon={<Plus size={16} />} onClick={() => go(paths.draft)}>{t('workflows.new')}</Button>
      </header>
      <ProblemBar problem={workflows.problem} at={workflows.data ? workflows.at : null} retry={workflows.reload} />
      {items.length > 0 && (
        <div className="view-tabs" role="tablist" aria-label={t('nav.workflows')}>
          {views.map((one) => (
            <button key={one.id} type="button" role="tab" aria-selected={one.id === view} onClick={() => setQuery({ view: one.id === 'all' ? null : one.id })}>{one.label} <span className="count">{one.items.length}</span></button>
          ))}
        </div>
      )}
      {workflows.data && items.length === 0 ? (
        <Templates empty />
      ) : (
        <div className="table-area">
          <table className="table tall">
            <thead>
              <tr><th>{t('workflows.name')}</th><th>{t('workflows.triggers')}</th><th>{t('workflows.revision')}</th><th>{t('workflows.lastRun')}</th><th>{t('workflows.day')}</th><th className="right">{t('workflows.success')}</th><th className="right">p95</th><th>{t('workflows.nextFire')}</th><th>{t('workflows.owner')}</th><th><span className="sr">{t('do.more')}</span></th></tr>
            </thead>
            <tbody ref={body}>
              {!workflows.data && !workflows.problem && Array.from({ length: 8 }, (_, index) => <tr key={index} className="skeleton"><td colSpan={10}><i /></td></tr>)}
              {shown.map((item) => {
                const last = latest.get(key(item));
                return (
                  <tr key={key(item)}>
                    <td>
                      <Link className="row-link" to={paths.editor(item.namespace, item.name)}>
                        <strong>{item.title || item.name}</strong>
                        {Object.entries(item.labels ?? {}).filter(([label]) => label !== 'owner').slice(0, 2).map(([label, value]) => <span key={label} className="tag">{value === 'true' ? label : `${label}: ${value}`}</span>)}
                        <code>{namespace === null && item.namespace !== 'default' ? `${item.namespace}/${item.name}` : item.name}</code>
                      </Link>
                    </td>
                    <td><span className="trigger-icons">{item.triggers?.map((trigger) => {
                      const Icon = triggerIcons[trigger.kind] ?? Play;
                      return <span key={trigger.id} title={trigger.id}><Icon size={14} aria-hidden /> {trigger.id}</span>;
                    })}{item.triggers?.length === 0 && <span className="quiet">{t('trigger.manual')}</span>}</span></td>
                    <td className="numbers">r{item.revision} {drafts.has(key(item)) && <span className="badge-draft">{t('editor.draft')}</span>}</td>
                    <td>{last ? <Link to={paths.instance(last.id)} className="stack"><Status status={last.status} /><small>{ago(last.endedAt ?? last.startedAt, now)}</small></Link> : <span className="quiet">—</span>}</td>
                    <td>{item.stats && <HourBars stats={item.stats} />}</td>
                    <td className="numbers right"><Rate rate={item.stats?.successRate ?? null} /></td>
                    <td className="numbers right">{item.stats && item.stats.p95Ms !== null ? span(item.stats.p95Ms) : <span className="quiet">—</span>}</td>
                    <td className="numbers"><NextFire item={item} now={now} /></td>
                    <td>{item.labels?.owner ?? <span className="quiet">—</span>}</td>
                    <td className="row-actions">
                      <Button type="text" size="small" icon={<Play size={16} />} aria-label={`${t('start.start')}: ${item.name}`} title={t('start.start')} onClick={() => setStarting(item)} />
                      <Dropdown trigger={['click']} menu={{ items: [
                        { key: 'open', label: t('do.open'), onClick: () => go(paths.editor(item.namespace, item.name)) },
                        { key: 'runs', label: t('nav.runs'), onClick: () => go(`${paths.instances}?workflow=${item.name}`) },
                        { type: 'divider' },
                        { key: 'delete', danger: true, label: t('do.delete'), onClick: () => setRemoving(item) },
                      ] }}>
                        <Button type="text" size="small" icon={<MoreHorizontal size={16} />} aria-label={`${t('do.more')}: ${item.name}`} />
                      </Dropdown>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          {workflows.data && shown.length === 0 && <p className="empty">{t('workflows.noneFits', { filter: search || t('workflows.failed') })} <button type="button" className="link" onClick={() => setQuery({ search: null, view: null })}>{t('do.clear')}</button></p>}
        </div>
      )}
      <footer className="page-foot">
        <span>{t('workflows.count', { count: shown.length })} · {t('state.zone', { zone })}</span>
        <span className="foot-keys"><kbd>J</kbd><kbd>K</kbd> {t('keys.move')} <kbd>↵</kbd> {t('keys.open')} <kbd>R</kbd> {t('keys.run')} <kbd>?</kbd> {t('do.keys')}</span>
      </footer>
      {starting && <StartDialog ns={starting.namespace} name={starting.name} title={starting.title || starting.name} onClose={() => setStarting(null)} />}
      {removing && <RemoveDialog item={removing} onClose={() => setRemoving(null)} done={workflows.reload} />}
    </div>
  );
}

/// Below this a rate stands out.
const wellEnough = 0.95;

function Rate({ rate }: { rate: number | null }) {
  const t = useT();
  if (rate === null) return <span className="quiet">—</span>;
  if (rate >= wellEnough) return <>{rateText(rate)}</>;
  return <strong className="tone-fail" title={t('workflows.failing')}>{rateText(rate)}</strong>;
}

function NextFire({ item, now }: { item: WorkflowItem; now: number }) {
  const t = useT();
  if (item.nextFireAt) return <span title={fullTime(item.nextFireAt)}>{until(item.nextFireAt, now)}</span>;
  if (item.triggers?.some((trigger) => trigger.kind === 'cron' && trigger.paused)) return <span className="status quiet"><CirclePause size={14} aria-hidden />{t('trigger.paused')}</span>;
  return <span className="quiet">—</span>;
}

/// Deleting asks for the name.
function RemoveDialog({ item, onClose, done }: { item: WorkflowItem; onClose: () => void; done: () => void }) {
  const t = useT();
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const remove = async () => {
    try {
      await api.remove(item.namespace, item.name);
      done();
      onClose();
    } catch (error) {
      setProblem(error as Problem);
    }
  };
  return (
    <Modal open title={t('workflows.delete', { name: item.title || item.name })} onCancel={onClose} onOk={() => void remove()} okText={t('do.delete')} cancelText={t('do.cancel')} okButtonProps={{ danger: true, disabled: typed !== item.name }}>
      <p>{t('workflows.deleteWhat')}</p>
      <Input aria-label={t('do.typeName', { name: item.name })} placeholder={t('do.typeName', { name: item.name })} value={typed} onChange={(event) => setTyped(event.target.value)} />
      <ProblemNote problem={problem} />
    </Modal>
  );
}
