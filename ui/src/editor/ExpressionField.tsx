import { useEffect, useRef, useState } from 'react';
import { api } from '../api/api';
import { said, useT } from '../app/i18n';
import type { Scope } from './completion';
import { TextEditor } from './TextEditor';

interface Props {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  scope: () => Scope;
  condition?: boolean;
  undo: (redo: boolean) => void;
}

/// The names of a scope as the server's evaluation takes them.
function namesOf(scope: Scope): Record<string, unknown> {
  return Object.fromEntries(Object.entries(scope.values).filter(([name, value]) => value !== undefined && name !== '$secrets').map(([name, value]) => [name === '.' ? 'dot' : name.slice(1), value]));
}

/// One expression, evaluated by the server on the values of a run while it is written.
export function ExpressionField({ id, label, value, onChange, scope, condition = false, undo }: Props) {
  const t = useT();
  const [focused, setFocused] = useState(false);
  const [answer, setAnswer] = useState<{ value?: unknown; error?: string } | null>(null);
  const current = useRef(scope);
  current.current = scope;
  useEffect(() => {
    if (!focused || value.trim() === '' || value.includes('$secrets')) {
      setAnswer(null);
      return;
    }
    const controller = new AbortController();
    const timer = setTimeout(() => {
      api.evaluate({ expression: value, condition, names: namesOf(current.current()) }, controller.signal)
        .then((result) => setAnswer(result.error ? { error: said(result.error.message) } : { value: result.value }))
        .catch(() => undefined);
    }, 400);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [value, focused, condition]);
  const sample = scope().sample;
  return (
    <>
      <div className="expression-field"><i aria-hidden>{'${'}</i><TextEditor id={id} label={label} value={value} onChange={onChange} language="expression" singleLine={!value.includes('\n')} scope={scope} onFocus={() => setFocused(true)} onBlur={() => setFocused(false)} onUndo={undo} /><i aria-hidden>{'}'}</i></div>
      {focused && answer && (
        <div className={answer.error ? 'field-problem' : 'field-answer'} aria-live="polite">
          {answer.error ?? <>= <code>{JSON.stringify(answer.value)?.slice(0, 200)}</code></>}
          {!answer.error && <small>{sample ? t('form.sampleFrom', { id: sample }) : t('form.noSample')}</small>}
        </div>
      )}
    </>
  );
}
