import { ChevronDown, ChevronUp, CircleX, TriangleAlert } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import type { Diagnostic, Instance } from '../api/types';
import { said, useT } from '../app/i18n';
import { JsonView } from '../components/JsonView';
import { problemText } from '../components/problems';
import { useStore } from '../components/store';
import { nodePathOf } from '../document/nodes';
import { pathAt, type Source } from '../document/source';
import type { Scope } from './completion';
import { countChanges, diffLines } from './diff';
import { DiffView } from './DiffView';
import { diagnosticText } from './diagnostics';
import type { Session } from './session';

export type DockTab = 'problems' | 'test' | 'variables' | 'diff';

/// The node a diagnostic is about, by its place in the text.
export function nodeOfDiagnostic(source: Source, diagnostic: Diagnostic): string | null {
  const start = source.lines.lineStarts[diagnostic.line - 1];
  return start === undefined ? null : nodePathOf(pathAt(source, start + diagnostic.column - 1));
}

interface Props {
  session: Session;
  scope: () => Scope;
  run: Instance | null;
  goTo: (diagnostic: Diagnostic) => void;
  /// What it shows; null: it is folded.
  tab: DockTab | null;
  onTab: (tab: DockTab | null) => void;
  test: ReactNode;
}

/// Under the canvas: problems, test runs, what can be read, what has changed.
export function Dock({ session, scope, run, goTo, tab, onTab, test }: Props) {
  const t = useT();
  const { checked, history, base, source, problem } = useStore(session.store);
  const [last, setLast] = useState<DockTab>('problems');
  const choose = (next: DockTab) => (setLast(next), onTab(next));
  const lines = useMemo(() => diffLines(base.text, history.present.text), [base.text, history.present.text]);
  const changes = countChanges(lines);
  const problems = checked.diagnostics;
  const tabs: { key: DockTab; label: string; count?: number }[] = [
    { key: 'problems', label: t('dock.problems'), count: problems.length },
    { key: 'test', label: t('dock.test') },
    { key: 'variables', label: t('dock.variables') },
    { key: 'diff', label: t('dock.diff'), count: changes },
  ];
  return (
    <section className={`dock${tab ? '' : ' folded'}${tab === 'test' ? ' tall' : ''}`} aria-label={t('dock.label')}>
      <div className="dock-tabs">
        <div role="tablist" aria-label={t('dock.label')}>{tabs.map((one) => (
          <button key={one.key} type="button" role="tab" aria-selected={tab === one.key} onClick={() => choose(one.key)}>{one.label}{one.count !== undefined && <span className="count">{one.count}</span>}</button>
        ))}</div>
        <span className="spacer" />
        <button type="button" className="icon-button" aria-expanded={tab !== null} aria-label={t(tab ? 'dock.fold' : 'dock.unfold')} onClick={() => onTab(tab ? null : last)}>{tab ? <ChevronDown size={16} /> : <ChevronUp size={16} />}</button>
      </div>
      {tab && (
        <div className="dock-body">
          {tab === 'problems' && (
            <>
              {problem && <p className="field-problem">{problemText(problem)}</p>}
              {problems.length === 0 && !problem && <p className="quiet">{t('problems.none')}</p>}
              <ul className="problem-list">
                {problems.map((one, index) => (
                  <li key={index}>
                    <button type="button" onClick={() => goTo(one)}>
                      {one.severity === 'error' ? <CircleX size={16} className="tone-fail" role="img" aria-label={t('problems.error')} /> : <TriangleAlert size={16} className="tone-wait" role="img" aria-label={t('problems.warning')} />}
                      <code>{nodeOfDiagnostic(source, one) ?? one.code}</code>
                      <span>{diagnosticText(one)}{one.hint && <small> {said(one.hint)}</small>}</span>
                      <code className="quiet">{one.line}:{one.column}</code>
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
          {tab === 'test' && test}
          {tab === 'variables' && <Variables scope={scope} run={run} />}
          {tab === 'diff' && <DiffView lines={lines} />}
        </div>
      )}
    </section>
  );
}

function Variables({ scope, run }: { scope: () => Scope; run: Instance | null }) {
  const t = useT();
  return (
    <>
      <p className="quiet">{run ? t('form.sampleFrom', { id: run.id }) : t('form.noSample')}</p>
      <JsonView value={Object.fromEntries(Object.entries(scope().values).filter(([, value]) => value !== undefined))} />
    </>
  );
}
