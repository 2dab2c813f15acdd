import { Ban, CircleCheck, CircleDashed, CircleDot, CircleX, Hourglass, LoaderCircle, RotateCw, SkipForward, SquareX, TimerOff, TriangleAlert, Undo2, type LucideIcon } from 'lucide-react';
import { useT, type Word } from '../app/i18n';
import type { InstanceStatus, NodeStatus } from '../graph/run';

export type AnyStatus = NodeStatus | InstanceStatus;
export type Tone = 'ok' | 'run' | 'wait' | 'retry' | 'fail' | 'idle' | 'comp';

const looks: Record<AnyStatus, { icon: LucideIcon; tone: Tone }> = {
  pending: { icon: CircleDashed, tone: 'idle' },
  scheduled: { icon: CircleDot, tone: 'idle' },
  queued: { icon: CircleDot, tone: 'idle' },
  running: { icon: LoaderCircle, tone: 'run' },
  waiting: { icon: Hourglass, tone: 'wait' },
  retrying: { icon: RotateCw, tone: 'retry' },
  succeeded: { icon: CircleCheck, tone: 'ok' },
  completed: { icon: CircleCheck, tone: 'ok' },
  failed: { icon: CircleX, tone: 'fail' },
  timed_out: { icon: TimerOff, tone: 'fail' },
  skipped: { icon: SkipForward, tone: 'idle' },
  cancelled: { icon: Ban, tone: 'idle' },
  terminated: { icon: SquareX, tone: 'fail' },
  compensated: { icon: Undo2, tone: 'comp' },
  stuck: { icon: TriangleAlert, tone: 'fail' },
  not_triggered: { icon: SkipForward, tone: 'idle' },
};

export function toneOf(status: AnyStatus): Tone {
  return looks[status]?.tone ?? 'idle';
}

export function StatusIcon({ status, size = 14, label }: { status: AnyStatus; size?: number; label?: string }) {
  const look = looks[status] ?? looks.pending;
  const Icon = look.icon;
  return (
    <Icon
      className={`status-icon tone-${look.tone}${status === 'running' ? ' turning' : ''}`}
      size={size}
      strokeWidth={2}
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    />
  );
}

/// Icon, word and colour, always all three; `tinted` for headers.
export function Status({ status, tinted = false, size }: { status: AnyStatus; tinted?: boolean; size?: number }) {
  const t = useT();
  return (
    <span className={`status tone-${toneOf(status)}${tinted ? ' tinted' : ''}`}>
      <StatusIcon status={status} size={size} />
      {t(`status.${status}` as Word)}
    </span>
  );
}
