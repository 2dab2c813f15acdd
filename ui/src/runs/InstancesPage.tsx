import { Button, Checkbox, Dropdown, Input, Modal, Select } from 'antd';
import { Ban, ChevronDown, Clock, FlaskConical, Play, RadioTower, RefreshCw, Search, User, Webhook, Workflow, type LucideIcon } from 'lucide-react';
import { useMemo, useState, type KeyboardEvent } from 'react';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import type { InstanceItem, WorkflowItem } from '../api/types';
import { useT, type Word } from '../app/i18n';
import { namespaceChoice } from '../app/namespace';
import { preferences } from '../app/preferences';
import { go, paths, setQuery, useLocation } from '../app/router';
import { Link } from '../components/Link';
import { ProblemBar, problemText } from '../components/problems';
import { StartDialog } from '../components/StartDialog';
import { Status, StatusIcon } from '../components/Status';
import { useStore } from '../components/store';
import { dayClock, fullTime, millis, span, useNow } from '../components/time';
import { isOpen, type InstanceStatus } from '../graph/run';

const statuses: InstanceStatus[] = ['running', 'completed', 'failed', 'timed_out', 'cancelled', 'terminated'];
const icons: Record<string, LucideIcon> = { webhook: Webhook, cron: Clock, event: RadioTower, manual: User, test: FlaskConical, workflow: Workflow, rerun: RefreshCw };
const filters = ['workflow', 'status', 'trigger', 'node'] as const;

/// `workflow:x status:failed words`: the filters of the address out of what is typed.
export function readSearch(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const rest = text.replace(/\b(workflow|status|trigger|started|node):(\S+)/g, (_all, name: string, value: string) => {
    found[name] = value;
    return '';
  });
  found.search = rest.trim().replace(/\s+/g, ' ');
  return found;
}

export default function InstancesPage() {
  const t = useT();
  const { query } = useLocation();
  const namespace = useStore(namespaceChoice);
  const { letters } = useStore(preferences);
  const now = useNow();
  const values = Object.fromEntries([...filters, 'search', 'started'].map((name) => [name, query.get(name)]));
  const [pages, setPages] = useState(1);
  const list = useResource(`instances:${JSON.stringify(values)}:${namespace}:${pages}`, (signal) => api.instances({ ...values, namespace, limit: Math.min(500, pages * 50) }, signal), 2000);
  const workflows = useResource('workflow-names', api.workflows, 30000);
  const titles = useMemo(() => new Map((workflows.data?.items ?? []).map((item) => [`${item.namespace}/${item.name}`, item])), [workflows.data]);
  const [typed, setTyped] = useState(query.get('search') ?? '');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [bulk, setBulk] = useState<'cancel' | 'rerun' | null>(null);
  const [starting, setStarting] = useState<WorkflowItem | null>(null);
  const items = list.data?.items ?? [];
  const apply = () => {
    const found = readSearch(typed);
    setQuery({ ...found, search: found.search || null });
    setTyped(found.search ?? '');
  };
  const key = (event: KeyboardEvent) => {
    if ((event.target as HTMLElement).tagName === 'INPUT' || event.nativeEvent.isComposing) return;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('a.row-link')];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'ArrowDown' || (letters && event.key === 'j')) rows[Math.min(rows.length - 1, at + 1)]?.focus();
    else if (event.key === 'ArrowUp' || (letters && event.key === 'k')) rows[Math.max(0, at - 1)]?.focus();
    else if (letters && event.key === 'x' && items[at]) toggle(items[at].id);
    else return;
    event.preventDefault();
  };
  const toggle = (id: string) => setChosen((old) => {
    const next = new Set(old);
    if (!next.delete(id)) next.add(id);
    return next;
  });
  const titleOf = (item: InstanceItem) => titles.get(`${item.namespace}/${item.workflow}`)?.title || item.workflow;

  return (
    <div className="page" onKeyDown={key}>
      <header className="page-head">
        <h1>{t('nav.runs')}</h1>
        <span className="live-mark"><i className="dot dot-ok" aria-hidden /> {t('state.live')}</span>
        <span className="spacer" />
        <Select allowClear showSearch className="filter-workflow" aria-label={t('runs.workflow')} placeholder={t('runs.workflow')} value={query.get('workflow')} onChange={(value?: string) => setQuery({ workflow: value ?? null })} options={[...new Set((workflows.data?.items ?? []).map((item) => item.name))].map((name) => ({ value: name, label: name }))} />
        <Dropdown trigger={['click']} menu={{ items: (workflows.data?.items ?? []).map((item) => ({ key: `${item.namespace}/${item.name}`, label: item.title || item.name, onClick: () => setStarting(item) })) }} disabled={!workflows.data?.items.length}>
          <Button type="primary" icon={<Play size={16} />}>{t('start.start')} <ChevronDown size={14} /></Button>
        </Dropdown>
      </header>
      <div className="token-search">
        <Search size={16} aria-hidden />
        {filters.filter((name) => query.get(name)).map((name) => <button key={name} type="button" className="token" onClick={() => setQuery({ [name]: null })} aria-label={`${t('do.clear')} ${name}`}>{name} <b>{query.get(name)}</b> ×</button>)}
        <Input data-search variant="borderless" value={typed} placeholder={t('runs.search')} aria-label={t('runs.search')} onChange={(event) => setTyped(event.target.value)} onPressEnter={(event) => !event.nativeEvent.isComposing && apply()} onBlur={apply} />
        <kbd>/</kbd>
      </div>
      <div className="view-tabs">
        <div role="tablist" aria-label={t('runs.status')}><button type="button" role="tab" aria-selected={!query.get('status')} onClick={() => setQuery({ status: null })}>{t('workflows.all')}</button>
        {statuses.map((status) => (
          <button key={status} type="button" role="tab" aria-selected={query.get('status') === status} onClick={() => setQuery({ status })}><StatusIcon status={status} /> {t(`status.${status}` as Word)}</button>
        ))}</div>
        <span className="spacer" />
        {chosen.size > 0 && <span className="bulk">{t('runs.chosen', { count: chosen.size })} <Button size="small" icon={<Ban size={14} />} onClick={() => setBulk('cancel')}>{t('do.cancel')}</Button> <Button size="small" icon={<RefreshCw size={14} />} onClick={() => setBulk('rerun')}>{t('run.rerun')}</Button></span>}
      </div>
      <ProblemBar problem={list.problem} at={list.data ? list.at : null} retry={list.reload} />
      <div className="table-area">
        <table className="table">
          <thead><tr><th><span className="sr">{t('runs.choose')}</span></th><th>{t('runs.status')}</th><th>{t('runs.workflow')}</th><th>{t('runs.key')}</th><th>{t('runs.current')}</th><th aria-sort="descending">{t('runs.started')}</th><th className="right">{t('runs.duration')}</th></tr></thead>
          <tbody>
            {list.loading && Array.from({ length: 10 }, (_, index) => <tr key={index} className="skeleton"><td colSpan={7}><i /></td></tr>)}
            {items.map((item) => {
              const Icon = icons[item.trigger?.kind ?? 'manual'] ?? User;
              const short = item.id.split('.').slice(2).join('.') || item.id;
              const began = millis(item.startedAt);
              const current = item.at;
              return (
                <tr key={item.id}>
                  <td><Checkbox aria-label={`${t('runs.choose')} ${item.id}`} checked={chosen.has(item.id)} onChange={() => toggle(item.id)} /></td>
                  <td><Status status={item.status} /></td>
                  <td><Link className="row-link" to={paths.instance(item.id)}>{titleOf(item)}</Link>{item.revision ? <code> r{item.revision}</code> : null}</td>
                  <td title={item.id}><Icon size={14} aria-label={t(`trigger.${item.trigger?.kind ?? 'manual'}` as Word)} className="inline-icon" /><code>{short.length > 34 ? `${short.slice(0, 16)}…${short.slice(-14)}` : short}</code></td>
                  <td className="clip">{isOpen(item.status) && current.length > 0 ? <>{current.slice(0, 2).join(', ')}{current.length > 2 && <span className="tag">+{current.length - 2}</span>}</> : <span className="quiet">—</span>}</td>
                  <td className="numbers" title={fullTime(item.startedAt)}>{dayClock(item.startedAt, now)}</td>
                  <td className="numbers right">{began === null ? '—' : span((millis(item.endedAt) ?? now) - began)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
        {list.data && items.length === 0 && (
          <div className="empty">
            <p>{Object.values(values).some(Boolean) ? t('runs.noneFits') : t('runs.empty')}</p>
            {Object.values(values).some(Boolean) ? <Button onClick={() => (setQuery({ workflow: null, status: null, trigger: null, search: null }), setTyped(''))}>{t('do.clear')}</Button> : <Button onClick={() => go(paths.workflows)}>{t('nav.workflows')}</Button>}
          </div>
        )}
        {list.data?.next && <p className="more"><button type="button" className="link" onClick={() => setPages(pages + 1)}>{t('do.loadMore')}</button></p>}
      </div>
      {bulk && <Bulk action={bulk} items={items.filter((item) => chosen.has(item.id))} onClose={() => (setBulk(null), setChosen(new Set()), list.reload())} />}
      {starting && <StartDialog ns={starting.namespace} name={starting.name} title={starting.title || starting.name} onClose={() => setStarting(null)} />}
    </div>
  );
}

/// One action on several runs: says how many first, and what came of each.
function Bulk({ action, items, onClose }: { action: 'cancel' | 'rerun'; items: InstanceItem[]; onClose: () => void }) {
  const t = useT();
  const fits = items.filter((item) => action === 'rerun' || isOpen(item.status));
  const [results, setResults] = useState<ReadonlyMap<string, string>>(new Map());
  const [busy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    for (const item of fits) {
      const result = await (action === 'cancel' ? api.cancel(item.id) : api.rerun(item.id, {})).then(() => t('bulk.done'), problemText);
      setResults((old) => new Map(old).set(item.id, result));
    }
    setBusy(false);
  };
  const done = results.size >= fits.length && results.size > 0;
  return (
    <Modal open title={t(action === 'cancel' ? 'bulk.cancel' : 'bulk.rerun', { count: fits.length })} onCancel={onClose} okText={done ? t('do.close') : t(action === 'cancel' ? 'cancel.do' : 'run.rerun')} cancelText={t('do.close')} okButtonProps={{ danger: action === 'cancel' && !done, loading: busy, disabled: fits.length === 0 }} onOk={() => (done ? onClose() : void act())}>
      {fits.length < items.length && <p className="quiet">{t('bulk.leftOut', { count: items.length - fits.length })}</p>}
      <ul className="bulk-list">{fits.map((item) => <li key={item.id}><StatusIcon status={item.status} /> <code>{item.id}</code> <span className="quiet">{results.get(item.id)}</span></li>)}</ul>
    </Modal>
  );
}
