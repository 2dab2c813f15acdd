import { Button } from 'antd';
import { CircleX, TriangleAlert } from 'lucide-react';
import type { Problem } from '../api/client';
import { translateMaybe, useT, type Translate } from '../app/i18n';
import { clock } from './time';

/// A problem in the reader's language; what the server says in words of its own goes behind it.
export function problemText(problem: Problem, t: Translate): string {
  const word = `problem.${problem.code}`;
  const known = translateMaybe(word);
  return known !== undefined ? t(word as 'problem.conflict', { message: problem.message }) : problem.message;
}

/// A line above what was read before: it stays, and says how old it is.
export function ProblemBar({ problem, at, retry }: { problem: Problem | null; at?: Date | null; retry?: () => void }) {
  const t = useT();
  if (!problem) return null;
  const message = problemText(problem, t);
  return (
    <div className="problem-bar" role="alert">
      <TriangleAlert size={16} aria-hidden />
      <span>{at ? t('state.stale', { time: clock(at.getTime()), message }) : message}</span>
      {retry && <Button size="small" onClick={retry}>{t('do.retry')}</Button>}
    </div>
  );
}

/// A problem of a form, under it.
export function ProblemNote({ problem }: { problem: Problem | null }) {
  const t = useT();
  if (!problem) return null;
  return (
    <div className="problem-note" role="alert">
      <CircleX size={14} aria-hidden /> <span>{problemText(problem, t)} <code>{problem.code}</code></span>
    </div>
  );
}
