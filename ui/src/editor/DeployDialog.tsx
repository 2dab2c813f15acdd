import { Checkbox, Modal } from 'antd';
import { useMemo, useState } from 'react';
import { api } from '../api/api';
import type { Problem } from '../api/client';
import type { Deployed } from '../api/types';
import { useT } from '../app/i18n';
import { ProblemNote } from '../components/problems';
import { useStore } from '../components/store';
import { parse, valueAt } from '../document/source';
import { diffLines, diffNodes } from './diff';
import { DiffView } from './DiffView';
import type { Session } from './session';

/// What deploying will change, in text and in nodes; then it is deployed.
export function DeployDialog({ session, onClose, onDone }: { session: Session; onClose: () => void; onDone: (deployed: Deployed, thenStart: boolean) => void }) {
  const t = useT();
  const { history, base } = useStore(session.store);
  const text = history.present.text;
  const [busy, setBusy] = useState(false);
  const [thenStart, setThenStart] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const lines = useMemo(() => diffLines(base.text, text), [base.text, text]);
  const nodes = useMemo(() => diffNodes((valueAt(parse(base.text), ['nodes']) ?? {}) as Record<string, unknown>, (valueAt(parse(text), ['nodes']) ?? {}) as Record<string, unknown>), [base.text, text]);
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
  const names = (list: string[], className: string, sign: string) => list.map((id) => <span key={id} className={`tag ${className}`}>{sign} {id}</span>);
  return (
    <Modal open width={760} title={base.revision === 0 ? t('deploy.first') : t('deploy.title', { revision: base.revision })} okText={t('deploy.deploy')} cancelText={t('do.cancel')} onOk={() => void deploy()} onCancel={onClose} okButtonProps={{ loading: busy, autoFocus: true }}>
      {base.revision > 0 && (
        <p className="diff-nodes">
          {names(nodes.added, 'tone-ok', '+')}{names(nodes.changed, 'tone-wait', '~')}{names(nodes.removed, 'tone-fail', '−')}
          {nodes.added.length + nodes.changed.length + nodes.removed.length === 0 && <span className="quiet">{t('deploy.noNodes')}</span>}
        </p>
      )}
      <DiffView lines={lines} />
      <Checkbox checked={thenStart} onChange={(event) => setThenStart(event.target.checked)}>{t('deploy.thenStart')}</Checkbox>
      <p className="quiet">{t('deploy.running')}</p>
      <ProblemNote problem={problem} />
    </Modal>
  );
}
