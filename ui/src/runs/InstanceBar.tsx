import { Button, Dropdown } from 'antd';
import { ArrowLeft, Ban, ChevronDown, MoreHorizontal, RefreshCw, Send } from 'lucide-react';
import { useState } from 'react';
import type { Instance } from '../api/types';
import { useT, type Word } from '../app/i18n';
import { go, paths } from '../app/router';
import { CopyButton } from '../components/JsonView';
import { Link } from '../components/Link';
import { Status } from '../components/Status';
import { dayClock, millis, span, useNow } from '../components/time';
import { isOpen } from '../graph/run';
import { CancelDialog, EventDialog, RerunDialog, TerminateDialog } from './dialogs';
import type { RunStore } from './runStore';

export function InstanceBar({ instance, title, run }: { instance: Instance; title: string; run: RunStore }) {
  const t = useT();
  const open = isOpen(instance.status);
  const now = useNow(open);
  const [dialog, setDialog] = useState<'event' | 'rerun' | 'cancel' | 'terminate' | null>(null);
  const took = span((millis(instance.endedAt) ?? now) - (millis(instance.startedAt) ?? now));
  const short = instance.id.split('.').slice(2).join('.') || instance.id;
  const close = () => setDialog(null);
  return (
    <header className="run-bar">
      <Link to={paths.instances} className="icon-button" aria-label={t('nav.runs')}><ArrowLeft size={16} /></Link>
      <Status status={instance.status} tinted />
      <h1><Link to={paths.editor(instance.namespace, instance.workflow)}>{title}</Link></h1>
      {instance.revision ? <span className="tag">r{instance.revision}</span> : null}
      <code title={instance.id}>{short}</code><CopyButton text={() => instance.id} label={t('run.copyId')} />
      <span className="quiet run-facts">{t(`trigger.${instance.trigger?.kind ?? 'manual'}` as Word)} · {dayClock(instance.startedAt, now)} · {open ? t('run.elapsed', { span: took }) : took}</span>
      <span className="spacer" />
      {open && <Button icon={<Send size={16} />} onClick={() => setDialog('event')}>{t('run.sendEvent')}</Button>}
      {instance.trigger.kind !== 'test' && <Button icon={<RefreshCw size={16} />} onClick={() => setDialog('rerun')}>{t('run.rerun')}</Button>}
      {open && <Button danger icon={<Ban size={16} />} onClick={() => setDialog('cancel')}>{t('do.cancel')}</Button>}
      <Dropdown trigger={['click']} menu={{ items: [
        { key: 'edit', label: t('run.openEditor'), onClick: () => go(paths.editor(instance.namespace, instance.workflow)) },
        { key: 'same', label: t('run.others'), onClick: () => go(`${paths.instances}?workflow=${instance.workflow}`) },
        ...(open ? [{ type: 'divider' as const }, { key: 'terminate', danger: true, label: t('run.terminate'), onClick: () => setDialog('terminate') }] : []),
      ] }}>
        <button type="button" className="icon-button" aria-label={t('do.more')}><MoreHorizontal size={16} /><ChevronDown size={12} aria-hidden /></button>
      </Dropdown>
      {dialog === 'event' && <EventDialog id={instance.id} onClose={close} />}
      {dialog === 'rerun' && <RerunDialog instance={instance} from={null} onClose={close} />}
      {dialog === 'cancel' && <CancelDialog id={instance.id} onClose={close} done={() => void run.reload()} />}
      {dialog === 'terminate' && <TerminateDialog id={instance.id} onClose={close} done={() => void run.reload()} />}
    </header>
  );
}
