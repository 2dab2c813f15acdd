import '../editor/editor.css';
import '../runs/runs.css';
import { Button, Input, Modal, Tabs } from 'antd';
import { CircleCheck, CircleX, Clock, Copy, Funnel, Inbox, Pause, Play, RadioTower, RefreshCw, Send, Webhook, X, type LucideIcon } from 'lucide-react';
import { useId, useMemo, useState } from 'react';
import { api } from '../api/api';
import type { Problem } from '../api/client';
import { useResource } from '../api/resource';
import type { Delivery, Trigger } from '../api/types';
import { said, useT, type Word } from '../app/i18n';
import { namespaceChoice } from '../app/namespace';
import { paths, setQuery, useLocation } from '../app/router';
import { CopyButton, JsonView } from '../components/JsonView';
import { Link } from '../components/Link';
import { ProblemBar, ProblemNote } from '../components/problems';
import { Schedule } from '../components/Schedule';
import { Field, JsonField } from '../components/SchemaForm';
import type { Tone } from '../components/Status';
import { useStore } from '../components/store';
import { dayClock, fullTime, until, useNow } from '../components/time';
import { Backfill } from './Backfill';

interface Row extends Trigger {
  ns: string;
  workflow: string;
  title: string;
}

const icons: Record<string, LucideIcon> = { webhook: Webhook, cron: Clock, event: RadioTower };
const results: Record<string, { icon: LucideIcon; tone: Tone }> = {
  started: { icon: CircleCheck, tone: 'ok' }, pending: { icon: Inbox, tone: 'wait' }, joined: { icon: Copy, tone: 'idle' },
  ignored: { icon: Funnel, tone: 'idle' }, failed: { icon: CircleX, tone: 'fail' },
};

function Result({ status }: { status: string }) {
  const t = useT();
  const look = results[status] ?? results.pending!;
  const Icon = look.icon;
  return <span className={`status tone-${look.tone}`}><Icon size={14} strokeWidth={2} aria-hidden /> {t(`delivery.${status}` as Word)}</span>;
}

export default function TriggersPage() {
  const t = useT();
  const { query } = useLocation();
  const namespace = useStore(namespaceChoice);
  const now = useNow();
  const workflows = useResource('workflows', api.workflows, 30000);
  const triggers = useResource(workflows.data ? `triggers:${workflows.data.items.map((item) => item.name + item.revision).join()}` : null, async (signal) => {
    const lists = await Promise.all(workflows.data!.items.map(async (item) => (await api.triggers(item.namespace, item.name, signal)).items.map((trigger): Row => ({ ...trigger, ns: item.namespace, workflow: item.name, title: item.title || item.name }))));
    const order = ['webhook', 'cron', 'event'];
    return lists.flat().filter((row) => row.kind !== 'manual').sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  }, 10000);
  const search = query.get('search') ?? '';
  const rows = useMemo(() => (triggers.data ?? []).filter((row) => (namespace === null || row.ns === namespace) && `${row.title} ${row.workflow} ${row.id} ${row.path ?? ''} ${row.type ?? ''} ${row.cron ?? ''}`.toLowerCase().includes(search.toLowerCase())), [triggers.data, namespace, search]);
  const key = (row: Row) => `${row.ns}/${row.workflow}/${row.id}`;
  const chosen = rows.find((row) => key(row) === query.get('trigger')) ?? rows[0];
  const [testing, setTesting] = useState(false);
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('triggers.title')}</h1>
        <span className="spacer" />
        <Input data-search className="page-search" placeholder={t('triggers.search')} aria-label={t('triggers.search')} value={search} onChange={(event) => setQuery({ search: event.target.value })} allowClear />
        <Button icon={<Send size={16} />} onClick={() => setTesting(true)}>{t('triggers.sendEvent')}</Button>
      </header>
      <ProblemBar problem={workflows.problem ?? triggers.problem} retry={triggers.reload} />
      {triggers.data && rows.length === 0 ? <div className="empty"><p>{t('triggers.empty')}</p><Button onClick={() => (window.location.href = paths.workflows)}>{t('nav.workflows')}</Button></div> : (
        <div className="triggers">
          <nav className="trigger-list" aria-label={t('triggers.title')}>
            {(['webhook', 'cron', 'event'] as const).map((kind) => {
              const group = rows.filter((row) => row.kind === kind);
              return group.length === 0 ? null : (
                <section key={kind}>
                  <h2>{t(`trigger.${kind}` as Word)}</h2>
                  {group.map((row) => {
                    const Icon = icons[kind]!;
                    return (
                      <button key={key(row)} type="button" className={`trigger-row${chosen && key(chosen) === key(row) ? ' chosen' : ''}`} aria-current={chosen && key(chosen) === key(row)} onClick={() => setQuery({ trigger: key(row), delivery: null })}>
                        <span className="card-tile"><Icon size={16} strokeWidth={1.75} aria-hidden /></span>
                        <span className="trigger-text"><span><strong>{row.title}</strong> <code>{row.id}</code></span>{row.cron ? <span className="quiet"><Schedule cron={row.cron} /> · {row.timezone}</span> : <code className="quiet">{row.path ?? row.type}</code>}</span>
                        <span className="trigger-side">{row.paused ? <span className="tone-wait"><Pause size={12} aria-hidden /> {t('trigger.paused')}</span> : kind === 'cron' ? until(row.nextFireTimes?.[0], now) : ''}</span>
                      </button>
                    );
                  })}
                </section>
              );
            })}
          </nav>
          {chosen && <TriggerView key={key(chosen)} row={chosen} reload={triggers.reload} now={now} />}
        </div>
      )}
      {testing && <SendEvent type={chosen?.kind === 'event' ? chosen.type : ''} onClose={() => setTesting(false)} />}
    </div>
  );
}

function TriggerView({ row, reload, now }: { row: Row; reload: () => void; now: number }) {
  const t = useT();
  const { query } = useLocation();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [backfilling, setBackfilling] = useState(false);
  const deliveries = useResource(row.kind === 'cron' ? null : `deliveries:${row.ns}/${row.workflow}/${row.id}`, (signal) => api.deliveries({ namespace: row.ns, workflow: row.workflow, trigger: row.id, limit: 100 }, signal), 2000);
  const act = (action: 'pause' | 'resume' | 'fire') => {
    setProblem(null);
    api.triggerAction(row.ns, row.workflow, row.id, action).then(reload, (error: Problem) => setProblem(error));
  };
  const Icon = icons[row.kind] ?? Play;
  const url = row.path ? window.location.origin + row.path : '';
  const opened = query.get('delivery');
  return (
    <>
      <section className="trigger-view">
        <header className="trigger-head">
          <Icon size={16} aria-hidden /><strong>{row.title}</strong><code className="tag">{row.id}</code>
          <span className={row.paused ? 'tone-wait' : 'tone-ok'}><i className={`dot ${row.paused ? 'dot-wait' : 'dot-ok'}`} aria-hidden /> {t(row.paused ? 'trigger.paused' : 'trigger.active')}</span>
          <span className="spacer" />
          <Button size="small" icon={row.paused ? <Play size={14} /> : <Pause size={14} />} onClick={() => act(row.paused ? 'resume' : 'pause')}>{t(row.paused ? 'trigger.resume' : 'trigger.pause')}</Button>
          {row.kind === 'cron' && <Button size="small" icon={<Play size={14} />} onClick={() => act('fire')}>{t('trigger.fire')}</Button>}
          {row.kind === 'cron' && <Button size="small" onClick={() => setBackfilling(true)}>{t('trigger.backfill')}</Button>}
        </header>
        <ProblemNote problem={problem} />
        {row.problem && <p className="field-problem">{said(row.problem)}</p>}
        <dl className="facts">
          {row.kind === 'webhook' && <><dt>URL</dt><dd><span className="tag">{row.methods?.join(', ')}</span> <code>{url}</code> <CopyButton text={() => url} /></dd><dt>{t('field.auth')}</dt><dd>{row.auth ?? t('trigger.authDefault')}</dd><dt>{t('field.respond')}</dt><dd>{row.respond === 'result' ? t('choice.result') : t('choice.accepted')}</dd></>}
          {row.kind === 'event' && <><dt>{t('field.type')}</dt><dd><code>{row.type}</code></dd>{row.source && <><dt>{t('field.source')}</dt><dd><code>{row.source}</code></dd></>}</>}
          {row.kind === 'cron' && <><dt>{t('field.cron')}</dt><dd><Schedule cron={row.cron ?? ''} whole /></dd><dt>{t('field.timezone')}</dt><dd>{row.timezone}</dd><dt>{t('field.overlap')}</dt><dd>{t(`choice.${row.overlap}` as Word)}</dd>{row.counts && <><dt>{t('trigger.counts')}</dt><dd>{t('trigger.countsText', { started: row.counts.started ?? 0, skipped: row.counts.skipped ?? 0, missed: row.counts.missed ?? 0 })}</dd></>}</>}
          <dt>{t('runs.workflow')}</dt><dd><Link to={paths.editor(row.ns, row.workflow)}>{row.ns}/{row.workflow}</Link></dd>
        </dl>
        {row.kind === 'cron' ? (
          <>
            <h3>{t('trigger.next')}</h3>
            <ol className="next-list">{row.nextFireTimes?.slice(0, 5).map((time) => <li key={time}>{fullTime(time)} <span className="quiet">{until(time, now)}</span></li>)}</ol>
            <h3>{t('trigger.lastRuns')}</h3>
            <ul className="next-list">{row.runs?.slice().reverse().map((one) => <li key={one.runId}><Link to={paths.instance(one.id)}>{one.id}</Link> <span className="quiet">{dayClock(one.startedAt, now)}</span></li>)}</ul>
          </>
        ) : (
          <>
            <h3>{t('triggers.inbox')} <small className="quiet">{t('triggers.inboxHint')}</small></h3>
            <ProblemBar problem={deliveries.problem} retry={deliveries.reload} />
            <table className="table">
              <thead><tr><th>{t('events.time')}</th><th>{t('triggers.result')}</th><th>{t('triggers.run')}</th><th>{t('runs.key')}</th></tr></thead>
              <tbody>
                {deliveries.data?.items.map((one) => (
                  <tr key={one.id} className={opened === one.id ? 'chosen' : ''} onClick={() => setQuery({ delivery: one.id })}>
                    <td className="numbers"><button type="button" className="link plain" onClick={() => setQuery({ delivery: one.id })}>{dayClock(one.receivedAt, now)}</button></td>
                    <td><Result status={one.status} /></td>
                    <td>{one.instance && one.status !== 'failed' ? <Link to={paths.instance(one.instance)}><code>{one.instance.split('.').slice(2).join('.')}</code></Link> : '—'}</td>
                    <td><code>{one.key}</code></td>
                  </tr>
                ))}
              </tbody>
            </table>
            {deliveries.data?.items.length === 0 && row.kind === 'webhook' && (
              <div className="empty"><p>{t('triggers.try')}</p><pre className="code-block example">{`curl -X POST ${url} -H 'Content-Type: application/json' -d '{}'`}</pre><CopyButton text={() => `curl -X POST ${url} -H 'Content-Type: application/json' -d '{}'`} /></div>
            )}
          </>
        )}
      </section>
      {opened && <DeliveryPanel id={opened} reload={deliveries.reload} />}
      {backfilling && <Backfill ns={row.ns} workflow={row.workflow} trigger={row.id} onClose={() => setBackfilling(false)} />}
    </>
  );
}

function DeliveryPanel({ id, reload }: { id: string; reload: () => void }) {
  const t = useT();
  const found = useResource(`delivery:${id}`, (signal) => api.delivery(id, signal), 3000);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [note, setNote] = useState('');
  const delivery: Delivery | null = found.data;
  const replay = () => {
    setProblem(null);
    api.replay(id).then((answer) => (setNote(t('triggers.replayed', { id: String(answer.id ?? '') })), reload()), (error: Problem) => setProblem(error));
  };
  const payload = (delivery?.payload ?? {}) as { headers?: unknown; body?: unknown };
  return (
    <aside className="panel" aria-label={t('triggers.delivery')}>
      <header className="drawer-head">{delivery && <Result status={delivery.status} />}<span className="quiet">{delivery && fullTime(delivery.receivedAt)}</span><span className="spacer" /><button type="button" className="icon-button" aria-label={t('do.close')} onClick={() => setQuery({ delivery: null })}><X size={16} /></button></header>
      <div className="panel-body">
        <ProblemBar problem={found.problem} />
        {delivery?.error && <section className="reason-box box-fail"><strong>{said(delivery.error.message)}</strong><p><code>{delivery.error.code}</code></p></section>}
        {delivery && <dl className="facts"><dt>{t('triggers.delivery')}</dt><dd><code>{delivery.id}</code></dd>{delivery.instance && <><dt>{t('triggers.run')}</dt><dd><Link to={paths.instance(delivery.instance)}>{delivery.instance}</Link></dd></>}<dt>{t('panel.attempts')}</dt><dd>{delivery.attempts}</dd></dl>}
        {delivery && <Tabs size="small" items={[
          { key: 'body', label: t('triggers.body'), children: <JsonView value={'body' in payload ? payload.body : delivery.payload} /> },
          { key: 'headers', label: t('triggers.headers'), children: <><JsonView value={payload.headers ?? {}} /><p className="quiet">{t('triggers.redacted')}</p></> },
          { key: 'input', label: t('run.input'), children: <JsonView value={delivery.input} /> },
        ]} />}
        <ProblemNote problem={problem} />
        {note && <p role="status" className="tone-ok">{note}</p>}
      </div>
      <footer className="drawer-foot"><Button icon={<RefreshCw size={14} />} onClick={replay}>{t('triggers.replay')}</Button></footer>
    </aside>
  );
}

/// Publishes an event to everybody who waits for its type.
function SendEvent({ type: wanted, onClose }: { type?: string; onClose: () => void }) {
  const t = useT();
  const ids = [useId(), useId()];
  const [type, setType] = useState(wanted ?? '');
  const [eventKey, setEventKey] = useState('');
  const [data, setData] = useState<unknown>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const send = () => {
    api.publish({ specversion: '1.0', id: crypto.randomUUID(), source: 'weft-ui', type: type.trim(), ...(eventKey ? { key: eventKey } : {}), datacontenttype: 'application/json', data }).then(onClose, (error: Problem) => setProblem(error));
  };
  return (
    <Modal open title={t('triggers.sendEvent')} okText={t('event.send')} cancelText={t('do.cancel')} onOk={send} onCancel={onClose} okButtonProps={{ disabled: !type.trim() }}>
      <Field id={ids[0]} label={t('event.type')} required><Input id={ids[0]} autoFocus className="mono" value={type} onChange={(event) => setType(event.target.value)} /></Field>
      <Field id={ids[1]} label={t('field.key')}><Input id={ids[1]} className="mono" value={eventKey} onChange={(event) => setEventKey(event.target.value)} /></Field>
      <Field label={t('event.data')}><JsonField label={t('event.data')} value={data} onChange={setData} rows={5} /></Field>
      <ProblemNote problem={problem} />
    </Modal>
  );
}

