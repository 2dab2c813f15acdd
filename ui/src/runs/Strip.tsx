import { CircleCheck, CircleX } from 'lucide-react';
import { useT, type Word } from '../app/i18n';
import type { Instance } from '../api/types';
import { detailOf, runReason } from '../components/reason';
import { Status, StatusIcon, toneOf } from '../components/Status';
import { useStore } from '../components/store';
import { millis, span, useNow } from '../components/time';
import { active, isOpen, type RunNode } from '../graph/run';
import type { RunStore } from './runStore';

const shown = 4;

/// Why the run is still open, or what it came to.
export function Strip({ instance, run, onSelect, titleOf }: { instance: Instance; run: RunStore; onSelect: (path: string) => void; titleOf: (path: string) => string }) {
  const t = useT();
  useStore(run.version);
  const open = isOpen(instance.status);
  const now = useNow(open);
  const nodes = Object.entries(run.nodes);
  const reason = (instance as Instance & { reason?: RunNode['reason'] }).reason;
  if (open) {
    const current = nodes.filter(([path, node]) => (active.has(node.status) || node.reason?.kind === 'compensation') && !nodes.some(([other, inner]) => other.startsWith(`${path}/`) && active.has(inner.status)));
    const handled = nodes.filter(([, node]) => node.handled).length;
    return (
      <div className="strip">
        <span className="quiet">{current.length > 0 || reason ? t('strip.because') : t('strip.starting')}</span>
        {reason && <span className="tone-fail">{runReason(reason, t)}</span>}
        {current.slice(0, shown).map(([path, node]) => {
          const { detail, right } = detailOf(node, now, t);
          return (
            <button key={path} type="button" className={`strip-item tone-${toneOf(node.status)}`} onClick={() => onSelect(path)}>
              <StatusIcon status={node.status} label={t(`status.${node.status}` as Word)} /> <strong>{titleOf(path)}</strong> <span>{detail || (node.status === 'running' ? right : t(`status.${node.status}` as Word))}{node.status === 'retrying' && ` · ${right}`}</span>
            </button>
          );
        })}
        {current.length > shown && <span className="quiet">+{current.length - shown}</span>}
        <span className="spacer" />
        {handled > 0 && <span className="tone-fail"><CircleX size={14} aria-hidden /> {t('strip.handled', { count: handled })}</span>}
      </div>
    );
  }
  const error = instance.error;
  const failing = error?.node ?? nodes.find(([, node]) => node.status === 'failed' && !node.handled)?.[0];
  return (
    <div className={`strip outcome tone-${toneOf(instance.status)}`}>
      {instance.status === 'completed' ? <CircleCheck size={16} aria-hidden /> : <Status status={instance.status} />}
      {instance.status === 'completed' && <span>{t('strip.completed', { span: span((millis(instance.endedAt) ?? now) - (millis(instance.startedAt) ?? now)) })}</span>}
      {error && <><code>{error.code}</code>{failing && <button type="button" className="link" onClick={() => onSelect(failing)}>{titleOf(failing)}</button>}<span className="strip-message">{error.message}</span></>}
    </div>
  );
}
