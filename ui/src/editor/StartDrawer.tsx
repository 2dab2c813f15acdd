import { Button, Input, Tabs } from 'antd';
import { Clock, Plus, RadioTower, Webhook, X, Zap } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import type { Diagnostic, JsonSchema } from '../api/types';
import { useT, type Word } from '../app/i18n';
import { CopyButton } from '../components/JsonView';
import { problemText } from '../components/problems';
import { Schedule } from '../components/Schedule';
import { fullTime } from '../components/time';
import { useStore } from '../components/store';
import { pathAt, valueAt, type Path } from '../document/source';
import { removeValue, setValue } from '../document/splice';
import { startPath, type TriggerKind } from '../graph/model';
import { insertTrigger } from './commands';
import type { Scope } from './completion';
import { diagnosticText } from './diagnostics';
import { Fields, type FieldSpec } from './Fields';
import type { Session } from './session';

const icons = { webhook: Webhook, cron: Clock, event: RadioTower };
const fieldsOf: Record<TriggerKind, { open: string[]; folded: string[] }> = {
  webhook: { open: ['webhook', 'auth', 'key', 'when', 'input'], folded: ['methods', 'respond', 'respond_timeout', 'max_body', 'paused'] },
  cron: { open: ['cron', 'timezone', 'overlap', 'input'], folded: ['when', 'catchup', 'jitter', 'start', 'end', 'pause_on_failure', 'paused'] },
  event: { open: ['event', 'source', 'key', 'when', 'input'], folded: ['paused'] },
};

interface Props {
  session: Session;
  schema: JsonSchema;
  scope: () => Scope;
  diagnostics: readonly Diagnostic[];
  ns: string;
  onClose: () => void;
}

/// The next times of a schedule, while it is written.
function NextFires({ cron, timezone }: { cron: string; timezone: string }) {
  const t = useT();
  const [asked, setAsked] = useState({ cron, timezone });
  useEffect(() => {
    const timer = setTimeout(() => setAsked({ cron, timezone }), 300);
    return () => clearTimeout(timer);
  }, [cron, timezone]);
  const preview = useResource(`cron:${asked.cron}:${asked.timezone}`, (signal) => api.cronPreview(asked.cron, asked.timezone, signal));
  if (preview.problem) return <p className="field-problem">{problemText(preview.problem)}</p>;
  return (
    <div className="next-fires">
      <p><Schedule cron={asked.cron} /> · {asked.timezone}</p>
      <h4>{t('trigger.next')}</h4>
      <ol>{preview.data?.nextFireTimes.slice(0, 5).map((time) => <li key={time}>{fullTime(time)}</li>)}</ol>
    </div>
  );
}

function TriggerForm({ session, schema, scope, problems, index, trigger, ns }: { session: Session; schema: JsonSchema; scope: () => Scope; problems: (place: Path) => string | undefined; index: number; trigger: Record<string, unknown>; ns: string }) {
  const t = useT();
  const kind = (['webhook', 'cron', 'event'] as const).find((one) => one in trigger);
  if (!kind) return null;
  const Icon = icons[kind];
  const base: Path = ['triggers', index];
  const spec = (name: string, folded: boolean): FieldSpec => ({ name, context: 'trigger', folded, constant: !['key', 'when', 'input'].includes(name) });
  const specs = [...fieldsOf[kind].open.map((name) => spec(name, false)), ...fieldsOf[kind].folded.map((name) => spec(name, true))];
  const url = `${window.location.origin}/hooks/${ns}/${String(trigger.webhook ?? '')}`;
  return (
    <section className="trigger-form">
      <header>
        <Icon size={16} aria-hidden />
        <strong>{t(`trigger.${kind}` as Word)}</strong>
        <Input size="small" className="mono" aria-label={t('field.id')} value={String(trigger.id ?? '')} onChange={(event) => session.type(t('edit.field', { field: 'id' }), setValue(session.text, [...base, 'id'], event.target.value), startPath)} />
        <button type="button" className="icon-button small" aria-label={`${t('do.delete')} ${String(trigger.id)}`} onClick={() => session.edit(t('edit.removed', { name: String(trigger.id) }), removeValue(session.text, base), startPath)}><X size={14} /></button>
      </header>
      {kind === 'webhook' && <p className="hook-url"><code>{url}</code><CopyButton text={() => url} /></p>}
      <Fields session={session} schema={schema} base={base} fields={specs} node={startPath} scope={scope} problems={problems} />
      {kind === 'cron' && <NextFires cron={String(trigger.cron ?? '')} timezone={String(trigger.timezone ?? 'UTC')} />}
    </section>
  );
}

const workflowFields: FieldSpec[] = [
  { name: 'title', constant: true }, { name: 'name', constant: true }, { name: 'namespace', folded: true, constant: true }, { name: 'description', constant: true }, { name: 'input' }, { name: 'output' },
  { name: 'timeout' }, { name: 'on_failure' }, { name: 'notify', constant: true }, { name: 'vars', folded: true }, { name: 'secrets', folded: true }, { name: 'concurrency', folded: true },
  { name: 'error_workflow', folded: true, constant: true }, { name: 'manual', folded: true }, { name: 'node_timeout', folded: true }, { name: 'retry', folded: true }, { name: 'labels', folded: true },
];

/// What starts the workflow, and what holds for all of it.
export function StartDrawer({ session, schema, scope, diagnostics, ns, onClose }: Props) {
  const t = useT();
  const source = useStore(session.store, (state) => state.source);
  const triggers = (valueAt(source, ['triggers']) as Record<string, unknown>[] | undefined) ?? [];
  const problems = (at: Path) => {
    const found = diagnostics.find((one) => {
      const start = source.lines.lineStarts[one.line - 1];
      const where = start === undefined ? [] : pathAt(source, start + one.column - 1);
      return at.every((step, index) => where[index] === step);
    });
    return found && diagnosticText(found);
  };
  return (
    <aside className="drawer" aria-label={t('canvas.triggers')}>
      <header className="drawer-head"><Zap size={16} aria-hidden /><strong>{t('drawer.start')}</strong><span className="spacer" /><button type="button" className="icon-button" aria-label={t('do.close')} onClick={onClose}><X size={16} /></button></header>
      <Tabs size="small" className="drawer-tabs" items={[
        { key: 'triggers', label: t('canvas.triggers'), children: (
          <>
            {(Array.isArray(triggers) ? triggers : []).map((trigger, index) => <TriggerForm key={index} {...{ session, schema, scope, problems, index, trigger, ns }} />)}
            {triggers.length === 0 && <p className="quiet">{t('drawer.noTriggers')}</p>}
            <div className="add-triggers">
              {(['webhook', 'cron', 'event'] as const).map((kind) => {
                const Icon = icons[kind];
                return <Button key={kind} size="small" icon={<><Plus size={12} /><Icon size={14} /></>} onClick={() => insertTrigger(session, kind)}>{t(`trigger.${kind}` as Word)}</Button>;
              })}
            </div>
          </>
        ) },
        { key: 'workflow', label: t('drawer.workflow'), children: <Fields session={session} schema={schema} base={[]} fields={workflowFields.map((field) => ({ ...field, context: 'file', ...(field.name === 'concurrency' ? { dot: scope().values.$input } : {}) }))} node={startPath} scope={scope} problems={problems} /> },
      ]} />
    </aside>
  );
}
