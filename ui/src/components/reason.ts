import { said, type Translate, type Word } from '../app/i18n';
import type { RunNode } from '../graph/run';
import { clock, dayClock, millis, span, until } from './time';

/// Why a node stands where it stands, in a few words for its card.
export function detailOf(node: RunNode, now: number, t: Translate): { detail: string; right: string } {
  const started = millis(node.startedAt);
  const ended = millis(node.endedAt);
  const duration = started === null ? '' : span((ended ?? now) - started);
  const reason = node.reason;
  switch (node.status) {
    case 'pending':
      return { detail: reason?.kind === 'worker' ? t('reason.worker') : '', right: '' };
    case 'scheduled':
      if (reason?.kind === 'queue') return { detail: t('reason.queue', { queue: reason.queue ?? 'default' }), right: '' };
      if (reason?.kind === 'limit') return { detail: t('reason.limit'), right: '' };
      if (reason?.kind === 'server') return { detail: t('reason.server'), right: '' };
      if (reason?.kind === 'paused') return { detail: t('reason.paused'), right: '' };
      return { detail: '', right: '' };
    case 'running': {
      const counts = node.counts;
      if (counts) return { detail: countsText(counts), right: duration };
      return { detail: node.attempts > 1 ? `${node.attempts}/${node.maxAttempts ?? '?'}` : '', right: duration };
    }
    case 'waiting':
      return { detail: waitText(node, now, t), right: duration };
    case 'retrying':
      return { detail: `${node.attempts}/${reason?.of ?? '?'}`, right: reason?.until ? until(reason.until, now) : '' };
    case 'succeeded':
      if (reason?.kind === 'compensation') return { detail: t('reason.compensation'), right: reason.until ? until(reason.until, now) : '' };
      return { detail: node.case ? `→ ${node.case}` : node.counts ? countsText(node.counts) : '', right: node.error ? t('reason.continued') : duration };
    case 'failed':
    case 'timed_out':
      return { detail: node.error?.code ?? '', right: node.handled ? t('reason.handled') : duration };
    case 'skipped':
      return { detail: '', right: '' };
    default:
      return { detail: '', right: duration };
  }
}

function countsText(counts: Partial<Record<string, number>>): string {
  const done = (counts.succeeded ?? 0) + (counts.failed ?? 0) + (counts.skipped ?? 0) + (counts.timed_out ?? 0) + (counts.cancelled ?? 0) + (counts.compensated ?? 0);
  const all = Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return `${done}/${all}`;
}

/// What a waiting node waits for.
export function waitText(node: RunNode, now: number, t: Translate): string {
  const reason = node.reason;
  if (!reason) return '';
  if (reason.kind === 'event') return reason.key ? t('reason.eventKey', { key: reason.key }) : t('reason.event', { type: [reason.type].flat().join(' | ') });
  if (reason.kind === 'approval') return t('reason.approval');
  if (reason.kind === 'timer') return t('reason.timer', { time: (millis(reason.until) ?? 0) - now < 3600000 ? clock(reason.until) : dayClock(reason.until, now) });
  return said(reason.message ?? '');
}

const runReasons: Partial<Record<string, Word>> = {
  queue: 'runReason.queue',
  server: 'reason.serverSentence',
  paused: 'reason.paused',
  temporal: 'reason.temporal',
  concurrency: 'runReason.concurrency',
  notification: 'runReason.notification',
  cancelling: 'runReason.cancelling',
  history: 'runReason.history',
};

/// Why an instance as a whole does not go on. What a failing workflow task says stays as it is.
export function runReason(reason: RunNode['reason'], t: Translate): string {
  if (!reason) return '';
  const word = runReasons[reason.kind];
  if (word) return t(word, { queue: reason.queue ?? 'default' });
  if (reason.kind === 'stuck') return t('runReason.stuck', { why: said(reason.message ?? '') });
  return reason.message ? said(reason.message) : reason.kind;
}

/// The same in a sentence, for panels and the strip.
export function reasonSentence(node: RunNode, now: number, t: Translate): string {
  const reason = node.reason;
  if (node.status === 'retrying' && reason) return t('reason.retrySentence', { n: node.attempts + 1, of: reason.of ?? '?', in: until(reason.until, now) });
  if (node.status === 'waiting' && reason?.kind === 'event') {
    return t(reason.key ? 'reason.eventSentenceKey' : 'reason.eventSentence', { type: [reason.type].flat().join(' | '), key: reason.key ?? '' });
  }
  if (node.status === 'waiting' && reason?.kind === 'approval') return t('reason.approvalSentence');
  if (node.status === 'waiting' && reason?.kind === 'timer') return t('reason.timerSentence', { time: dayClock(reason.until, now), in: until(reason.until, now) });
  if (reason?.kind === 'queue') return t('reason.queueSentence', { queue: reason.queue ?? 'default' });
  if (reason?.kind === 'limit') return t('reason.limit');
  if (reason?.kind === 'worker') return t('reason.workerSentence');
  if (reason?.kind === 'server') return t('reason.serverSentence');
  if (reason?.kind === 'paused') return t('reason.paused');
  if (reason?.kind === 'temporal') return t('reason.temporal');
  if (reason?.kind === 'compensation') return reason.until ? t('reason.compensationAgain', { in: until(reason.until, now) }) : t('reason.compensation');
  return said(reason?.message ?? '');
}
