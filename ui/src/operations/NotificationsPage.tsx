import { Button, Input, Modal, Select, Tabs } from 'antd';
import { Plus, Send } from 'lucide-react';
import { useId, useState } from 'react';
import { api } from '../api/api';
import type { Problem } from '../api/client';
import { useResource } from '../api/resource';
import type { Channel, ChannelChange } from '../api/types';
import { language as readers, said, useT, type Word } from '../app/i18n';
import { paths } from '../app/router';
import { Link } from '../components/Link';
import { ProblemBar, ProblemNote, problemText } from '../components/problems';
import { Field, JsonField } from '../components/SchemaForm';
import { dayClock, fullTime } from '../components/time';

const kinds: Record<string, string[]> = {
  webhook: ['url', 'secret'],
  slack: ['url'],
  dingtalk: ['url', 'secret'],
  feishu: ['url', 'secret'],
  wecom: ['url'],
  email: ['host', 'port', 'security', 'username', 'password', 'from', 'to'],
};
const events = ['failed', 'timed_out', 'terminated', 'cancelled', 'completed', 'recovered', 'stuck'] as const;
const languages = { en: 'English', zh: '中文' };
const secretFields = new Set(['secret', 'password']);

export default function NotificationsPage() {
  const t = useT();
  return (
    <div className="page">
      <header className="page-head"><h1>{t('nav.notifications')}</h1></header>
      <Tabs className="page-tabs" items={[{ key: 'channels', label: t('channels.title'), children: <Channels /> }, { key: 'log', label: t('notifications.log'), children: <DeliveryLog /> }]} />
    </div>
  );
}

function Channels() {
  const t = useT();
  const list = useResource('channels', api.channels, 10000);
  const [editing, setEditing] = useState<Channel | 'new' | null>(null);
  const [removing, setRemoving] = useState<Channel | null>(null);
  const [results, setResults] = useState<Record<string, { ok: boolean; text: string }>>({});
  const test = (name: string) => {
    api.testChannel(name).then(
      (answer) => setResults((old) => ({ ...old, [name]: { ok: answer.delivered, text: answer.error ? said(answer.error) : t('channels.arrived') } })),
      (error: Problem) => setResults((old) => ({ ...old, [name]: { ok: false, text: problemText(error) } })),
    );
  };
  return (
    <>
      <p className="page-actions"><Button type="primary" icon={<Plus size={16} />} onClick={() => setEditing('new')}>{t('channels.new')}</Button></p>
      <ProblemBar problem={list.problem} at={list.data ? list.at : null} retry={list.reload} />
      {list.data && list.data.items.length > 0 && (
        <table className="table">
          <thead><tr><th>{t('form.name')}</th><th>{t('channels.kind')}</th><th>{t('channels.language')}</th><th>{t('channels.test')}</th><th><span className="sr">{t('do.more')}</span></th></tr></thead>
          <tbody>{list.data.items.map((channel) => (
            <tr key={channel.name}>
              <td><strong>{channel.name}</strong></td><td>{t(`channel.${channel.kind}` as Word)}</td><td>{languages[channel.language]}</td>
              <td>{results[channel.name] && <span role="status" className={results[channel.name]!.ok ? 'tone-ok' : 'tone-fail'}>{results[channel.name]!.text}</span>}</td>
              <td className="row-actions"><Button size="small" icon={<Send size={14} />} onClick={() => test(channel.name)}>{t('do.test')}</Button> <Button size="small" onClick={() => setEditing(channel)}>{t('do.edit')}</Button> <Button size="small" danger onClick={() => setRemoving(channel)}>{t('do.delete')}</Button></td>
            </tr>
          ))}</tbody>
        </table>
      )}
      {list.data?.items.length === 0 && <p className="empty">{t('channels.none')}</p>}
      {editing && <ChannelDialog channel={editing === 'new' ? null : editing} onClose={() => setEditing(null)} done={list.reload} />}
      {removing && <Modal open title={`${t('do.delete')} ${removing.name}`} okText={t('do.delete')} cancelText={t('do.cancel')} okButtonProps={{ danger: true }} onCancel={() => setRemoving(null)} onOk={() => void api.removeChannel(removing.name).then(() => (setRemoving(null), list.reload()))}><p>{t('channels.removeWhat')}</p></Modal>}
    </>
  );
}

function ChannelDialog({ channel, onClose, done }: { channel: Channel | null; onClose: () => void; done: () => void }) {
  const t = useT();
  const id = useId();
  const [name, setName] = useState(channel?.name ?? '');
  const [kind, setKind] = useState<Channel['kind']>(channel?.kind ?? 'webhook');
  const [all, setAll] = useState<NonNullable<ChannelChange['all']>>(channel?.all ?? []);
  const [language, setLanguage] = useState<'en' | 'zh'>(channel?.language ?? readers());
  const [config, setConfig] = useState<Record<string, unknown>>(() => ({ ...(channel?.config as Record<string, unknown> | undefined) }));
  const [problem, setProblem] = useState<Problem | null>(null);
  const save = () => {
    api.putChannel({ name: name.trim(), kind, language, config, all }).then(() => (done(), onClose()), (error: Problem) => setProblem(error));
  };
  const set = (field: string, value: unknown) => setConfig((old) => {
    const next = { ...old };
    if (value === '' || value === undefined) delete next[field];
    else next[field] = value;
    return next;
  });
  return (
    <Modal open title={channel ? channel.name : t('channels.new')} okText={t('do.save')} cancelText={t('do.cancel')} onOk={save} onCancel={onClose} okButtonProps={{ disabled: !name.trim() }}>
      <Field id={`${id}n`} label={t('form.name')} required><Input id={`${id}n`} value={name} disabled={channel !== null} onChange={(event) => setName(event.target.value)} /></Field>
      <Field id={`${id}k`} label={t('channels.kind')}><Select id={`${id}k`} value={kind} onChange={setKind} options={Object.keys(kinds).map((value) => ({ value, label: t(`channel.${value}` as Word) }))} /></Field>
      <Field id={`${id}l`} label={t('channels.language')}><Select id={`${id}l`} value={language} onChange={setLanguage} options={Object.entries(languages).map(([value, label]) => ({ value, label }))} /></Field>
      {(kinds[kind] ?? []).map((field) => (
        <Field key={field} id={id + field} label={t(`channelField.${field}` as Word)} code={field}>
          {field === 'security' ? <Select id={id + field} allowClear value={config[field]} onChange={(value) => set(field, value)} options={['starttls', 'tls', 'none'].map((value) => ({ value, label: value }))} /> : field === 'to' ? <Select id={id + field} mode="tags" open={false} suffixIcon={null} value={[config[field]].flat().filter(Boolean).map(String)} onChange={(list: string[]) => set(field, list)} /> : secretFields.has(field) ? <Input.Password id={id + field} autoComplete="new-password" value={String(config[field] ?? '')} onChange={(event) => set(field, event.target.value)} /> : <Input id={id + field} className="mono" value={String(config[field] ?? '')} onChange={(event) => set(field, field === 'port' ? Number(event.target.value) || undefined : event.target.value)} />}
        </Field>
      ))}
      <Field id={`${id}a`} label={t('channels.all')} hint={t('channels.allHint')}><Select id={`${id}a`} mode="multiple" value={all} onChange={setAll} options={events.map((value) => ({ value, label: t(`notice.${value}`) }))} /></Field>
      {channel && channel.secrets.length > 0 && <p className="quiet">{t('channels.secrets', { names: channel.secrets.join(', ') })}</p>}
      {kind === 'webhook' && <Field label={t('field.headers')}><JsonField label={t('field.headers')} value={config.headers} onChange={(value) => set('headers', value)} rows={2} /></Field>}
      <ProblemNote problem={problem} />
    </Modal>
  );
}

function DeliveryLog() {
  const t = useT();
  const list = useResource('notifications', (signal) => api.notifications({ limit: 100 }, signal), 3000);
  const tone = { pending: '', sending: 'tone-wait', sent: 'tone-ok', failed: 'tone-fail' };
  return (
    <>
      <ProblemBar problem={list.problem} at={list.data ? list.at : null} retry={list.reload} />
      <table className="table">
        <thead><tr><th>{t('events.time')}</th><th>{t('notifications.event')}</th><th>{t('channels.one')}</th><th>{t('runs.workflow')}</th><th>{t('triggers.run')}</th><th>{t('notifications.status')}</th></tr></thead>
        <tbody>{list.data?.items.map((one) => (
          <tr key={one.id}>
            <td className="numbers" title={fullTime(one.createdAt)}>{dayClock(one.createdAt)}</td><td>{t(`notice.${one.event}` as Word)}</td><td>{one.channel}</td><td>{one.workflow}</td>
            <td>{one.instance ? <Link to={paths.instance(one.instance)}><code>{one.instance}</code></Link> : '—'}</td>
            <td className={tone[one.status]}>{t(`sent.${one.status}`)}{one.attempts > 1 && ` · ${one.attempts}×`}{one.error && <small> {said(one.error)}</small>}</td>
          </tr>
        ))}</tbody>
      </table>
      {list.data?.items.length === 0 && <p className="empty">{t('notifications.none')}</p>}
    </>
  );
}
