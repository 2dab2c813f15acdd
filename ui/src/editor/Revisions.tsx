import { Button, Modal } from 'antd';
import { useState } from 'react';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import { useT } from '../app/i18n';
import { ProblemBar } from '../components/problems';
import { fullTime } from '../components/time';
import { Changes } from './Changes';
import type { Session } from './session';

/// Revisions of a workflow: compared with what is in the editor, and taken back.
export function Revisions({ session, ns, name, onClose }: { session: Session; ns: string; name: string; onClose: () => void }) {
  const t = useT();
  const list = useResource(`revisions:${ns}/${name}`, (signal) => api.revisions(ns, name, signal));
  const [chosen, setChosen] = useState<number | null>(null);
  const number = chosen ?? list.data?.items[0]?.revision ?? null;
  const revision = useResource(number === null ? null : `revision:${ns}/${name}/${number}`, (signal) => api.revision(ns, name, number!, signal));
  const source = revision.data?.source;
  return (
    <Modal open width={1200} title={t('revisions.title')} onCancel={onClose} footer={
      <Button disabled={source === undefined || source === session.text} onClick={() => {
        session.edit(t('edit.rolledBack', { revision: number ?? 0 }), source!);
        onClose();
      }}>{t('revisions.take', { revision: number ?? 0 })}</Button>
    }>
      <ProblemBar problem={list.problem ?? revision.problem} />
      <div className="revisions">
        <ul role="listbox" aria-label={t('revisions.title')}>
          {list.data?.items.map((item) => (
            <li key={item.revision} role="option" aria-selected={item.revision === number} className={item.revision === number ? 'chosen' : ''} tabIndex={0} onClick={() => setChosen(item.revision)} onKeyDown={(event) => event.key === 'Enter' && setChosen(item.revision)}>
              <strong>r{item.revision}</strong> <small>{item.createdBy}</small><br /><small>{fullTime(item.createdAt)}</small>
            </li>
          ))}
        </ul>
        <div><p className="quiet">{t('revisions.compare', { revision: number ?? 0 })}</p>{source !== undefined && <Changes key={number} before={source} after={session.text} />}</div>
      </div>
    </Modal>
  );
}
