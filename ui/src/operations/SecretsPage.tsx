import { Button, Input, Modal } from 'antd';
import { Plus } from 'lucide-react';
import { useId, useState } from 'react';
import { api } from '../api/api';
import type { Problem } from '../api/client';
import { useResource } from '../api/resource';
import type { Secret } from '../api/types';
import { useT } from '../app/i18n';
import { namespaceChoice } from '../app/namespace';
import { ProblemBar, ProblemNote } from '../components/problems';
import { Field } from '../components/SchemaForm';
import { useStore } from '../components/store';
import { fullTime } from '../components/time';

/// Names of secrets; their values are written, never shown.
export default function SecretsPage() {
  const t = useT();
  const namespace = useStore(namespaceChoice) ?? 'default';
  const list = useResource(`secrets:${namespace}`, (signal) => api.secrets(namespace, signal), 10000);
  const [editing, setEditing] = useState<Secret | 'new' | null>(null);
  const [removing, setRemoving] = useState<Secret | null>(null);
  return (
    <div className="page">
      <header className="page-head"><h1>{t('nav.secrets')}</h1><code className="tag">{namespace}</code><span className="spacer" /><Button type="primary" icon={<Plus size={16} />} onClick={() => setEditing('new')}>{t('secrets.new')}</Button></header>
      <ProblemBar problem={list.problem} at={list.data ? list.at : null} retry={list.reload} />
      {list.data && list.data.items.length > 0 && (
        <div className="table-area"><table className="table">
          <thead><tr><th>{t('form.name')}</th><th>{t('secrets.value')}</th><th>{t('secrets.changed')}</th><th><span className="sr">{t('do.more')}</span></th></tr></thead>
          <tbody>{list.data.items.map((secret) => (
            <tr key={secret.name}><td><code>{secret.name}</code></td><td className="quiet">••••••••</td><td className="numbers">{fullTime(secret.updatedAt ?? secret.createdAt)}</td><td className="row-actions"><Button size="small" onClick={() => setEditing(secret)}>{t('secrets.replace')}</Button> <Button size="small" danger onClick={() => setRemoving(secret)}>{t('do.delete')}</Button></td></tr>
          ))}</tbody>
        </table></div>
      )}
      {list.data?.items.length === 0 && <p className="empty">{t('secrets.none')}</p>}
      {editing && <SecretDialog namespace={namespace} secret={editing === 'new' ? null : editing} onClose={() => setEditing(null)} done={list.reload} />}
      {removing && <Modal open title={`${t('do.delete')} ${removing.name}`} okText={t('do.delete')} cancelText={t('do.cancel')} okButtonProps={{ danger: true }} onCancel={() => setRemoving(null)} onOk={() => void api.removeSecret(namespace, removing.name).then(() => (setRemoving(null), list.reload()))}><p>{t('secrets.removeWhat')}</p></Modal>}
    </div>
  );
}

function SecretDialog({ namespace, secret, onClose, done }: { namespace: string; secret: Secret | null; onClose: () => void; done: () => void }) {
  const t = useT();
  const id = useId();
  const [name, setName] = useState(secret?.name ?? '');
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const save = () => {
    api.setSecret(namespace, name.trim(), value).then(() => (done(), onClose()), (error: Problem) => setProblem(error));
  };
  return (
    <Modal open title={secret ? secret.name : t('secrets.new')} okText={t('do.save')} cancelText={t('do.cancel')} onOk={save} onCancel={onClose} okButtonProps={{ disabled: !name.trim() || !value }}>
      <Field id={`${id}n`} label={t('form.name')} required><Input id={`${id}n`} className="mono" disabled={secret !== null} value={name} onChange={(event) => setName(event.target.value)} /></Field>
      <Field id={`${id}v`} label={t('secrets.value')} hint={t('secrets.hint')} required><Input.Password id={`${id}v`} autoComplete="new-password" value={value} onChange={(event) => setValue(event.target.value)} /></Field>
      <ProblemNote problem={problem} />
    </Modal>
  );
}
