import { useT } from '../app/i18n';
import type { DiffLine } from './diff';

/// Unchanged lines around a change.
const around = 3;

/// Two texts in one column; long stretches without a change are left out.
export function DiffView({ lines }: { lines: readonly DiffLine[] }) {
  const t = useT();
  const near = lines.map((_line, index) => lines.slice(Math.max(0, index - around), index + around + 1).some((line) => line.kind !== 'same'));
  if (!near.includes(true)) return <p className="quiet">{t('diff.same')}</p>;
  const signs = { same: ' ', added: '+', removed: '−' };
  return (
    <div className="diff" role="group" aria-label={t('dock.diff')} tabIndex={0}>
      <table>
        <tbody>
          {lines.map((line, index) =>
            near[index] ? (
              <tr key={index} className={line.kind}><td>{line.before ?? ''}</td><td>{line.after ?? ''}</td><td aria-label={t(`diff.${line.kind}`)}>{signs[line.kind]}</td><td><code>{line.text}</code></td></tr>
            ) : near[index - 1] ? (
              <tr key={index} className="gap"><td colSpan={4}>⋯</td></tr>
            ) : null,
          )}
        </tbody>
      </table>
    </div>
  );
}
