import { Handle, Position, type NodeProps } from '@xyflow/react';
import { Clock, RadioTower, Webhook, Zap, type LucideIcon } from 'lucide-react';
import { memo } from 'react';
import { language, useT } from '../app/i18n';
import { ChangeMark } from '../components/ChangeMark';
import { cronWords } from '../components/cronWords';
import { startPath, type GraphTrigger, type TriggerKind } from '../graph/model';
import { Marker } from './Card';
import { useCanvas } from './context';
import type { CardNode } from './scene';

export const triggerIcons: Record<TriggerKind, LucideIcon> = { webhook: Webhook, cron: Clock, event: RadioTower };

const words = (trigger: GraphTrigger) => (trigger.kind === 'cron' ? cronWords(trigger.source, language()) : null);

/// The block at the top: what may start a run, or what started this one.
export const StartCard = memo(function StartCard({ data }: NodeProps<CardNode>) {
  const t = useT();
  const { triggers, startedBy, selected, direction, mode, changes } = useCanvas();
  const change = changes?.get(startPath);
  return (
    <div className={`card start ${mode} ${change ? `is-${change} ` : ''}${selected === startPath ? 'selected' : ''}`} aria-label={startedBy?.title ?? t('canvas.triggers')}>
      <Handle id=">" type="source" position={direction === 'DOWN' ? Position.Bottom : Position.Right} isConnectable={mode === 'edit'} />
      <Marker marker={data.marker} />
      <span className="card-tile"><Zap size={16} strokeWidth={1.75} aria-hidden /></span>
      <span className="card-text">
        <span className="card-row"><span className="card-title">{startedBy?.title ?? t('canvas.triggers')}</span>{change && <ChangeMark change={change} />}</span>
        <span className="card-row card-summary">
          {startedBy ? <span className="card-detail">{startedBy.detail}</span> : triggers.length === 0 ? <span className="card-detail">{t('canvas.byHand')}</span> : triggers.slice(0, 3).map((trigger) => {
            const Icon = triggerIcons[trigger.kind];
            const alone = trigger.kind === 'cron' && triggers.length === 1;
            return <span key={trigger.id} className="start-trigger" title={alone ? trigger.id : (words(trigger) ?? trigger.source)}><Icon size={12} strokeWidth={2} aria-hidden /><span className="card-detail">{(alone && words(trigger)) || trigger.id}</span></span>;
          })}
          {!startedBy && triggers.length > 3 && <span>+{triggers.length - 3}</span>}
        </span>
      </span>
    </div>
  );
});
