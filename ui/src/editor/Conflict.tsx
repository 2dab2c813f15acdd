import { Button, Modal } from 'antd';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { ServerDraft, WorkflowDetail } from '../api/types';
import { useT } from '../app/i18n';
import { useStore } from '../components/store';
import { dayClock } from '../components/time';
import { Changes } from './Changes';
import type { Session } from './session';

/// Somebody deployed while this draft was written: nothing is overwritten without a choice.
export function Conflict({ session, theirs }: { session: Session; theirs: WorkflowDetail }) {
  const t = useT();
  return <Choice session={session} what={t('conflict.what', { revision: theirs.revision })} theirs={theirs.source ?? ''} mine={t('conflict.mine')} onChoose={(keepMine) => session.resolve(theirs, keepMine)} />;
}

/// Somebody else has saved another draft of this workflow meanwhile: likewise.
export function Rival({ session, theirs }: { session: Session; theirs: ServerDraft }) {
  const t = useT();
  return <Choice session={session} what={t('conflict.draft', { author: theirs.author, time: dayClock(theirs.savedAt) })} theirs={theirs.text} mine={t('conflict.mineInstead')} onChoose={(keepMine) => session.resolveRival(theirs, keepMine)} />;
}

function Choice({ session, what, theirs, mine, onChoose }: { session: Session; what: string; theirs: string; mine: string; onChoose: (keepMine: boolean) => void }) {
  const t = useT();
  const text = useStore(session.store, (state) => state.history.present.text);
  const [show, setShow] = useState(false);
  return (
    <div className="problem-bar" role="alert">
      <TriangleAlert size={16} aria-hidden />
      <span>{what}</span>
      <Button size="small" onClick={() => setShow(true)}>{t('conflict.compare')}</Button>
      <Button size="small" onClick={() => onChoose(true)}>{mine}</Button>
      <Button size="small" onClick={() => onChoose(false)}>{t('conflict.theirs')}</Button>
      {show && <Modal open width={1040} title={t('conflict.compare')} footer={null} onCancel={() => setShow(false)}><Changes before={theirs} after={text} /></Modal>}
    </div>
  );
}
