import { Button, Checkbox, Input, Modal, Select } from 'antd';
import { Plus, TriangleAlert } from 'lucide-react';
import { useId, useState } from 'react';
import { api } from '../api/api';
import type { Problem } from '../api/client';
import { useResource } from '../api/resource';
import type { NewToken, Permission, Token } from '../api/types';
import { useT } from '../app/i18n';
import { CopyButton } from '../components/JsonView';
import { ProblemBar, ProblemNote } from '../components/problems';
import { Field } from '../components/SchemaForm';
import { ago, dayClock, fullTime, millis, until, useNow } from '../components/time';

const permissions: Permission[] = ['view', 'operate', 'publish', 'edit', 'admin', 'worker'];
const lifetimes = ['7d', '30d', '90d', '365d', ''] as const;

/// Tokens of people, programs and workers: made, shown once, revoked.
export default function TokensPage() {
  const t = useT();
  const session = useResource('session', api.session);
  const may = session.data?.permissions.includes('admin') ?? false;
  const list = useResource(may ? 'tokens' : null, api.tokens, 10000);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const now = useNow();
  if (session.data && !may) {
    return <div className="page"><header className="page-head"><h1>{t('nav.tokens')}</h1></header><p className="empty">{t('tokens.notYours', { name: session.data.name })}</p></div>;
  }
  return (
    <div className="page">
      <header className="page-head"><h1>{t('nav.tokens')}</h1><span className="spacer" /><Button type="primary" icon={<Plus size={16} />} disabled={!may} onClick={() => setMaking(true)}>{t('tokens.new')}</Button></header>
      <ProblemBar problem={list.problem ?? session.problem} at={list.data ? list.at : null} retry={list.data ? list.reload : session.reload} />
      {list.data && list.data.items.length > 0 && (
        <div className="table-area"><table className="table">
          <thead><tr><th>{t('form.name')}</th><th>{t('tokens.permissions')}</th><th>{t('tokens.namespaces')}</th><th>{t('tokens.created')}</th><th>{t('tokens.used')}</th><th>{t('tokens.expires')}</th><th><span className="sr">{t('do.more')}</span></th></tr></thead>
          <tbody>{list.data.items.map((token) => (
            <tr key={token.id}>
              <td><strong>{token.name}</strong></td>
              <td>{token.permissions.map((permission) => <span key={permission}><code className="tag">{permission}</code> </span>)}</td>
              <td>{token.namespaces.length === 0 ? <span className="quiet">{t('nav.allNamespaces')}</span> : token.namespaces.join(', ')}</td>
              <td className="numbers"><span title={fullTime(token.createdAt)}>{dayClock(token.createdAt, now)}</span> <small className="quiet">{token.createdBy}</small></td>
              <td className="numbers">{token.usedAt ? <span title={fullTime(token.usedAt)}>{ago(token.usedAt, now)}</span> : <span className="quiet">{t('tokens.unused')}</span>}</td>
              <td className="numbers"><Expiry token={token} now={now} /></td>
              <td className="row-actions"><Button size="small" danger aria-label={`${t('tokens.revoke')}: ${token.name}`} onClick={() => setRevoking(token)}>{t('tokens.revoke')}</Button></td>
            </tr>
          ))}</tbody>
        </table></div>
      )}
      {list.data?.items.length === 0 && <p className="empty">{t('tokens.none')}</p>}
      {making && <NewTokenDialog onClose={() => setMaking(false)} done={list.reload} />}
      {revoking && <RevokeDialog token={revoking} own={revoking.name === session.data?.name} onClose={() => setRevoking(null)} done={list.reload} />}
    </div>
  );
}

function Expiry({ token, now }: { token: Token; now: number }) {
  const t = useT();
  const at = millis(token.expiresAt);
  if (at === null) return <span className="quiet">{t('tokens.never')}</span>;
  if (at <= now) return <span className="status tone-fail" title={fullTime(at)}><TriangleAlert size={14} aria-hidden />{t('tokens.expired')}</span>;
  return <span title={fullTime(at)}>{until(token.expiresAt, now)}</span>;
}

function NewTokenDialog({ onClose, done }: { onClose: () => void; done: () => void }) {
  const t = useT();
  const id = useId();
  const [name, setName] = useState('');
  const [allowed, setAllowed] = useState<Permission[]>(['view']);
  const [namespaces, setNamespaces] = useState<string[]>([]);
  const [lifetime, setLifetime] = useState<string>('90d');
  const [made, setMade] = useState<NewToken | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isWorker = allowed.includes('worker');
  const make = () => {
    setBusy(true);
    api.makeToken({ name: name.trim(), permissions: allowed, namespaces, ...(lifetime ? { expiresIn: lifetime } : {}) })
      .then((token) => (done(), setMade(token)), (error: Problem) => setProblem(error))
      .finally(() => setBusy(false));
  };
  if (made) return <MadeToken made={made} onClose={onClose} />;
  return (
    <Modal open title={t('tokens.new')} okText={t('tokens.make')} cancelText={t('do.cancel')} onOk={make} onCancel={onClose} okButtonProps={{ loading: busy, disabled: !name.trim() || allowed.length === 0 || (isWorker && namespaces.length === 0) }}>
      <Field id={`${id}n`} label={t('form.name')} hint={t('tokens.nameHint')} required><Input id={`${id}n`} autoFocus maxLength={100} value={name} onChange={(event) => setName(event.target.value)} /></Field>
      <fieldset className="schema-group">
        <legend>{t('tokens.permissions')}</legend>
        {permissions.map((permission) => (
          <p key={permission} className="permission"><Checkbox checked={allowed.includes(permission)} onChange={(event) => setAllowed((old) => (event.target.checked ? [...old, permission] : old.filter((other) => other !== permission)))}><code>{permission}</code> {t(`permission.${permission}`)}</Checkbox></p>
        ))}
      </fieldset>
      <Field id={`${id}s`} label={t('tokens.namespaces')} hint={t(isWorker ? 'tokens.namespacesWorker' : 'tokens.namespacesHint')} required={isWorker}><Select id={`${id}s`} mode="tags" open={false} suffixIcon={null} tokenSeparators={[' ', ',']} value={namespaces} onChange={setNamespaces} /></Field>
      <Field id={`${id}e`} label={t('tokens.lifetime')}><Select id={`${id}e`} value={lifetime} onChange={setLifetime} options={lifetimes.map((value) => ({ value, label: value ? t('tokens.days', { count: Number.parseInt(value, 10) }) : t('tokens.forever') }))} /></Field>
      <ProblemNote problem={problem} />
    </Modal>
  );
}

/// The only time that anybody sees it: it is not lost by a click beside it.
function MadeToken({ made, onClose }: { made: NewToken; onClose: () => void }) {
  const t = useT();
  return (
    <Modal open title={t('tokens.made', { name: made.name })} maskClosable={false} keyboard={false} closable={false} footer={<Button type="primary" autoFocus onClick={onClose}>{t('tokens.kept')}</Button>}>
      <p className="once"><TriangleAlert size={16} className="tone-wait" aria-hidden /> {t('tokens.once')}</p>
      <figure className="code-block"><figcaption>{t('signin.token')}<CopyButton text={() => made.token} label={t('tokens.copy')} /></figcaption><code className="token-text">{made.token}</code></figure>
    </Modal>
  );
}

function RevokeDialog({ token, own, onClose, done }: { token: Token; own: boolean; onClose: () => void; done: () => void }) {
  const t = useT();
  const [problem, setProblem] = useState<Problem | null>(null);
  const revoke = () => void api.revokeToken(token.id).then(() => (done(), onClose()), (error: Problem) => setProblem(error));
  return (
    <Modal open title={t('tokens.revokeOne', { name: token.name })} okText={t('tokens.revoke')} cancelText={t('do.cancel')} okButtonProps={{ danger: true }} onCancel={onClose} onOk={revoke}>
      <p>{t('tokens.revokeWhat')}</p>
      {own && <p className="once"><TriangleAlert size={16} className="tone-wait" aria-hidden /> {t('tokens.revokeOwn')}</p>}
      <ProblemNote problem={problem} />
    </Modal>
  );
}
