import { Button, Modal } from 'antd';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { WorkflowDetail } from '../api/types';
import { useT } from '../app/i18n';
import { useStore } from '../components/store';
import { Changes } from './Changes';
import type { Session } from './session';

/// Somebody deployed while this draft was written: nothing is overwritten without a choice.
export function Conflict({ session, theirs }: { session: Session; theirs: WorkflowDetail }) {
  const t = useT();
  const text = useStore(session.store, (state) => state.history.present.text);
  const [show, setShow] = useState(false);
  return (
    <div className="problem-bar" role="alert">
      <TriangleAlert size={16} aria-hidden />
      <span>{t('conflict.what', { revision: theirs.revision })}</span>
      <Button size="small" onClick={() => setShow(true)}>{t('conflict.compare')}</Button>
      <Button size="small" onClick={() => session.resolve(theirs, true)}>{t('conflict.mine')}</Button>
      <Button size="small" onClick={() => session.resolve(theirs, false)}>{t('conflict.theirs')}</Button>
      {show && <Modal open width={1040} title={t('conflict.compare')} footer={null} onCancel={() => setShow(false)}><Changes before={theirs.source ?? ''} after={text} /></Modal>}
    </div>
  );
}
