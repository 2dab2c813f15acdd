import { Input, Modal, Select } from 'antd';
import { useId, useState } from 'react';
import { api } from '../api/api';
import type { Problem } from '../api/client';
import { useT, type Word } from '../app/i18n';
import { ProblemNote } from '../components/problems';
import { Field } from '../components/SchemaForm';

/// Runs the times of a schedule that lie in a past span.
export function Backfill({ ns, workflow, trigger, onClose }: { ns: string; workflow: string; trigger: string; onClose: () => void }) {
  const t = useT();
  const ids = [useId(), useId(), useId()];
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [overlap, setOverlap] = useState('buffer_all');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [slots, setSlots] = useState<number | null>(null);
  const act = () => {
    setProblem(null);
    api.triggerAction(ns, workflow, trigger, 'backfill', { from: new Date(from).toISOString(), to: new Date(to).toISOString(), overlap })
      .then((answer) => setSlots(Number(answer.slots ?? 0)), (error: Problem) => setProblem(error));
  };
  return (
    <Modal open title={t('trigger.backfill')} okText={slots === null ? t('trigger.backfill') : t('do.close')} cancelText={t('do.cancel')} onCancel={onClose} onOk={slots === null ? act : onClose} okButtonProps={{ disabled: !from || !to }}>
      <p>{t('trigger.backfillWhat')}</p>
      <Field id={ids[0]} label={t('trigger.from')} required><Input id={ids[0]} type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} /></Field>
      <Field id={ids[1]} label={t('trigger.to')} required><Input id={ids[1]} type="datetime-local" value={to} onChange={(event) => setTo(event.target.value)} /></Field>
      <Field id={ids[2]} label={t('field.overlap')}><Select id={ids[2]} value={overlap} onChange={setOverlap} options={['buffer_all', 'allow_all', 'skip', 'buffer_one'].map((value) => ({ value, label: t(`choice.${value}` as Word) }))} /></Field>
      {slots !== null && <p role="status" className="tone-ok">{t('trigger.backfilled', { count: slots })}</p>}
      <ProblemNote problem={problem} />
    </Modal>
  );
}
