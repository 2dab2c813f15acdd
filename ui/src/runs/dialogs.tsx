import { Input, Modal, Radio, Switch } from 'antd';
import { useEffect, useId, useState, type ReactNode } from 'react';
import { api } from '../api/api';
import type { Problem } from '../api/client';
import type { Instance, JsonSchema } from '../api/types';
import { useT, type Word } from '../app/i18n';
import { go, paths } from '../app/router';
import { ProblemNote } from '../components/problems';
import { Field, JsonField, SchemaForm } from '../components/SchemaForm';

/// A dialog that makes one call and closes when it succeeded.
function CallDialog({ title, ok, danger, call, onClose, children, disabled, width }: { title: string; ok: string; danger?: boolean; call: () => Promise<void>; onClose: () => void; children?: ReactNode; disabled?: boolean; width?: number }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const act = async () => {
    setBusy(true);
    try {
      await call();
      onClose();
    } catch (error) {
      setProblem(error as Problem);
      setBusy(false);
    }
  };
  return (
    <Modal open title={title} okText={ok} cancelText={t('do.close')} onOk={() => void act()} onCancel={onClose} okButtonProps={{ danger, loading: busy, disabled }} width={width} destroyOnHidden>
      {children}
      <ProblemNote problem={problem} />
    </Modal>
  );
}

export function CancelDialog({ id, onClose, done }: { id: string; onClose: () => void; done: () => void }) {
  const t = useT();
  return <CallDialog danger title={t('cancel.title')} ok={t('cancel.do')} onClose={onClose} call={async () => (await api.cancel(id), done())}><p>{t('cancel.what')}</p></CallDialog>;
}

export function TerminateDialog({ id, onClose, done }: { id: string; onClose: () => void; done: () => void }) {
  const t = useT();
  const [reason, setReason] = useState('');
  return (
    <CallDialog danger title={t('terminate.title')} ok={t('run.terminate')} onClose={onClose} call={async () => (await api.terminate(id, reason), done())}>
      <p>{t('terminate.what')}</p>
      <Input aria-label={t('terminate.reason')} placeholder={t('terminate.reason')} value={reason} onChange={(event) => setReason(event.target.value)} />
    </CallDialog>
  );
}

/// An event for this run alone.
export function EventDialog({ id, type: wanted, onClose }: { id: string; type?: string; onClose: () => void }) {
  const t = useT();
  const typeId = useId();
  const [type, setType] = useState(wanted ?? '');
  const [data, setData] = useState<unknown>({});
  return (
    <CallDialog title={t('run.sendEvent')} ok={t('event.send')} disabled={!type.trim()} onClose={onClose} call={async () => void (await api.sendTo(id, { specversion: '1.0', id: crypto.randomUUID(), source: 'weft-ui', type: type.trim(), data }))}>
      <Field id={typeId} label={t('event.type')} required><Input id={typeId} className="mono" autoFocus value={type} onChange={(event) => setType(event.target.value)} /></Field>
      <Field label={t('event.data')}><JsonField label={t('event.data')} value={data} onChange={setData} rows={5} /></Field>
      <p className="quiet">{t('event.addressed')}</p>
    </CallDialog>
  );
}

/// An answer for a node that waits for a person.
export function ApproveDialog({ id, node, title, form, onClose, done }: { id: string; node: string; title: string; form: JsonSchema | null; onClose: () => void; done?: () => void }) {
  const t = useT();
  const [decision, setDecision] = useState<'approved' | 'rejected'>('approved');
  const [data, setData] = useState<unknown>(undefined);
  return (
    <CallDialog title={title || t('approve.title')} ok={t(decision === 'approved' ? 'approve.approve' : 'approve.reject')} danger={decision === 'rejected'} onClose={onClose} call={async () => (await api.approve(id, node, decision, data ?? (form ? {} : null)), done?.())}>
      <Radio.Group value={decision} onChange={(event) => setDecision(event.target.value as 'approved' | 'rejected')} options={[{ value: 'approved', label: t('approve.approve') }, { value: 'rejected', label: t('approve.reject') }]} optionType="button" />
      {form && <SchemaForm schema={form} value={data} onChange={setData} />}
    </CallDialog>
  );
}

/// What a rerun would do, as the server plans it.
interface Plan {
  runsAgain?: { path: string; kind: string; effects?: unknown; once?: boolean }[];
  reused?: string[] | Record<string, unknown>;
}

/// Runs it once more, from the start or from one node, and says before what will happen again.
export function RerunDialog({ instance, from, onClose }: { instance: Instance; from: string | null; onClose: () => void }) {
  const t = useT();
  const [latest, setLatest] = useState(false);
  const [edit, setEdit] = useState(false);
  const [input, setInput] = useState<unknown>(instance.input);
  const [plan, setPlan] = useState<Plan | null>(null);
  const body = (dryRun: boolean) => ({ ...(from ? { from } : {}), ...(edit ? { input } : {}), latest, dryRun });
  useEffect(() => {
    let current = true;
    api.rerun(instance.id, { ...(from ? { from } : {}), latest, dryRun: true }).then((answer) => current && setPlan(answer as Plan)).catch(() => current && setPlan(null));
    return () => {
      current = false;
    };
  }, [instance.id, from, latest]);
  return (
    <CallDialog width={640} title={from ? t('rerun.from', { node: from }) : t('run.rerun')} ok={t('run.rerun')} onClose={onClose} call={async () => {
      const started = await api.rerun(instance.id, body(false));
      if (started.id) go(paths.instance(started.id));
    }}>
      <p>{from ? t('rerun.fromWhat') : t('rerun.what')}</p>
      {plan && <PlanView plan={plan} />}
      <label className="inline-check"><Switch size="small" checked={latest} onChange={setLatest} /> {t('rerun.latest')}</label>
      <label className="inline-check"><Switch size="small" checked={edit} onChange={setEdit} /> {t('rerun.editInput')}</label>
      {edit && <JsonField label={t('run.input')} value={input} onChange={setInput} rows={6} />}
    </CallDialog>
  );
}

function PlanView({ plan }: { plan: Plan }) {
  const t = useT();
  const kept = Array.isArray(plan.reused) ? plan.reused : Object.keys(plan.reused ?? {});
  const again = (plan.runsAgain ?? []).filter((node) => node.effects);
  return (
    <dl className="plan">
      {kept.length > 0 && <><dt>{t('rerun.kept')}</dt><dd>{kept.map((path) => <code key={path} className="tag">{path}</code>)}</dd></>}
      {again.length > 0 && <><dt className="tone-wait">{t('rerun.again')}</dt><dd>{again.map((node) => <span key={node.path} className={`tag${node.once ? ' tone-fail' : ''}`}><code>{node.path}</code> {t(`kind.${node.kind}` as Word)}{node.once ? ` · ${t('rerun.once')}` : ''}</span>)}</dd></>}
    </dl>
  );
}
