import { Button, Dropdown, Segmented } from 'antd';
import { ArrowLeft, ChevronDown, CircleCheck, CircleX, FlaskConical, GitBranch, Redo2, Rocket, TriangleAlert, Undo2 } from 'lucide-react';
import { useT } from '../app/i18n';
import { go, paths } from '../app/router';
import { Link } from '../components/Link';
import { useStore } from '../components/store';
import { clock } from '../components/time';
import { valueAt } from '../document/source';
import type { Session } from './session';

export type Mode = 'canvas' | 'split' | 'yaml';

interface Props {
  session: Session;
  mode: Mode;
  onMode: (mode: Mode) => void;
  name: string | null;
  ns: string | null;
  changes: number;
  onDeploy: () => void;
  onTest: () => void;
  onStart: () => void;
  onRevisions: () => void;
  onProblems: () => void;
}

export function EditorBar({ session, mode, onMode, name, ns, changes, onDeploy, onTest, onStart, onRevisions, onProblems }: Props) {
  const t = useT();
  const { history, base, checked, savedAt, source, unsent } = useStore(session.store);
  const title = valueAt(source, ['title']);
  const id = valueAt(source, ['name']);
  const errors = checked.diagnostics.filter((one) => one.severity === 'error').length;
  const warnings = checked.diagnostics.length - errors;
  const dirty = history.present.text !== base.text;
  return (
    <header className="editor-bar">
      <Link to={paths.workflows} className="icon-button" aria-label={t('nav.workflows')}><ArrowLeft size={16} /></Link>
      <h1>{String(title ?? id ?? name ?? t('workflows.new'))}</h1>
      <code className="editor-id">{`${ns ?? String(valueAt(source, ['namespace']) ?? 'default')}/${String(id ?? '')}`}</code>
      {dirty && <span className="badge-draft"><GitBranch size={12} aria-hidden /> {base.revision === 0 ? t('editor.newDraft') : t('editor.draftOn', { revision: base.revision, count: changes })}</span>}
      {!dirty && base.revision > 0 && <span className="tag">r{base.revision}</span>}
      <span className="quiet saved" role="status">{dirty && savedAt ? t(unsent && base.revision > 0 ? 'editor.savedHere' : 'editor.saved', { time: clock(savedAt).slice(0, 5) }) : ''}</span>
      <span className="bar-centre">
        <Segmented aria-label={t('editor.mode')} value={mode} onChange={onMode} options={[{ value: 'canvas', label: t('editor.canvas') }, { value: 'split', label: t('editor.split') }, { value: 'yaml', label: 'YAML' }]} />
      </span>
      <button type="button" className="icon-button" disabled={history.past.length === 0} aria-label={t('editor.undo')} title={history.past.length > 0 ? `${t('editor.undo')}: ${history.present.label}` : t('editor.undo')} onClick={() => session.undo()}><Undo2 size={16} /></button>
      <button type="button" className="icon-button" disabled={history.future.length === 0} aria-label={t('editor.redo')} title={history.future[0] ? `${t('editor.redo')}: ${history.future[0].label}` : t('editor.redo')} onClick={() => session.redo()}><Redo2 size={16} /></button>
      <button type="button" className="problem-counts" onClick={onProblems} aria-label={`${t('problems.errors', { count: errors })}, ${t('problems.warnings', { count: warnings })}`}>
        {warnings > 0 && <span className="tone-wait"><TriangleAlert size={14} aria-hidden /> {warnings}</span>}
        {errors > 0 ? <span className="tone-fail"><CircleX size={14} aria-hidden /> {t('problems.errors', { count: errors })}</span> : <span className="tone-ok"><CircleCheck size={14} aria-hidden /> {t('problems.errors', { count: 0 })}</span>}
      </button>
      <Button icon={<FlaskConical size={16} />} onClick={onTest} title="Ctrl ↵">{t('test.test')}</Button>
      <span className="deploy-button">
        <Button type="primary" icon={<Rocket size={16} />} disabled={!dirty && base.revision > 0} onClick={onDeploy}>{base.revision === 0 ? t('deploy.deploy') : t('deploy.deployAs', { revision: base.revision + (dirty ? 1 : 0) })}</Button>
        <Dropdown trigger={['click']} placement="bottomRight" menu={{ items: [
          { key: 'start', label: t('editor.start', { revision: base.revision }), disabled: base.revision === 0, onClick: onStart },
          { key: 'revisions', label: t('revisions.title'), disabled: base.revision === 0, onClick: onRevisions },
          { key: 'runs', label: t('nav.runs'), disabled: !name, onClick: () => go(`${paths.instances}?workflow=${name}`) },
          { key: 'export', label: t('editor.export'), onClick: () => download(session.text, String(id ?? 'workflow')) },
          { type: 'divider' },
          { key: 'discard', label: t('editor.discard'), danger: true, disabled: !dirty || base.revision === 0, onClick: () => session.edit(t('editor.discard'), base.text) },
        ] }}>
          <Button icon={<ChevronDown size={16} />} aria-label={t('do.more')} />
        </Dropdown>
      </span>
    </header>
  );
}

function download(text: string, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  link.download = `${name}.yaml`;
  link.click();
  URL.revokeObjectURL(link.href);
}
