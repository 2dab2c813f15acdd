import { Checkbox, Modal } from 'antd';
import { useState } from 'react';
import { api } from '../api/api';
import type { Problem } from '../api/client';
import type { Deployed } from '../api/types';
import { useT } from '../app/i18n';
import { ProblemNote } from '../components/problems';
import { useStore } from '../components/store';
import { parse, valueAt } from '../document/source';
import { Changes } from './Changes';
import type { Session } from './session';

/// What deploying will change, in text and in nodes; then it is deployed.
export function DeployDialog({ session, onClose, onDone }: { session: Session; onClose: () => void; onDone: (deployed: Deployed, thenStart: boolean) => void }) {
  const t = useT();
  const { history, base } = useStore(session.store);
  const text = history.present.text;
  const [busy, setBusy] = useState(false);
  const [thenStart, setThenStart] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const deploy = async () => {
    setBusy(true);
    setProblem(null);
    try {
      if (base.revision > 0) {
        // Somebody may have deployed since this draft began: then there is a choice to be made first.
        const latest = await api.workflow(String(valueAt(parse(text), ['namespace']) ?? 'default'), String(valueAt(parse(text), ['name'])));
        if (latest.revision > base.revision) {
          session.patch({ conflict: latest });
          onClose();
          return;
        }
      }
      onDone(await api.deploy(text), thenStart);
    } catch (error) {
      setProblem(error as Problem);
      setBusy(false);
    }
  };
  return (
    <Modal open width={1040} title={base.revision === 0 ? t('deploy.first') : t('deploy.title', { revision: base.revision })} okText={t('deploy.deploy')} cancelText={t('do.cancel')} onOk={() => void deploy()} onCancel={onClose} okButtonProps={{ loading: busy, autoFocus: true }}>
      <Changes before={base.text} after={text} />
      <Checkbox checked={thenStart} onChange={(event) => setThenStart(event.target.checked)}>{t('deploy.thenStart')}</Checkbox>
      <p className="quiet">{t('deploy.running')}</p>
      <ProblemNote problem={problem} />
    </Modal>
  );
}
