import { Button } from 'antd';
import { CircleX, TriangleAlert } from 'lucide-react';
import type { Problem } from '../api/client';
import { said, translateMaybe, useT } from '../app/i18n';
import { clock } from './time';

/// A problem in the reader's language: by its code where that says it all, else in the server's words.
export function problemText(problem: Problem): string {
  return translateMaybe(`problem.${problem.code}`) ?? said(problem.message);
}

/// A line above what was read before: it stays, and says how old it is.
export function ProblemBar({ problem, at, retry }: { problem: Problem | null; at?: Date | null; retry?: () => void }) {
  const t = useT();
  if (!problem) return null;
  const message = problemText(problem);
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
  useT(); // renders anew in another language
  if (!problem) return null;
  return (
    <div className="problem-note" role="alert">
      <CircleX size={14} aria-hidden /> <span>{problemText(problem)} <code>{problem.code}</code></span>
    </div>
  );
}
