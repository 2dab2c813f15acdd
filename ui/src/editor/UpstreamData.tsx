import { useT } from '../app/i18n';
import { JsonView } from '../components/JsonView';
import type { Instance } from '../api/types';
import type { Scope } from './completion';

/// What the node can read, with the values of a run, and what it gave there.
export function UpstreamData({ scope, run, path }: { scope: () => Scope; run: Instance | null; path: string }) {
  const t = useT();
  const { values } = scope();
  const shown = Object.entries(values).filter(([name, value]) => value !== undefined && ['.', '$input', '$nodes', '$vars', '$item'].includes(name));
  const own = run?.nodes[path];
  return (
    <section className="upstream">
      <h3>{t('drawer.readable')}</h3>
      <p className="quiet">{run ? t('form.sampleFrom', { id: run.id }) : t('form.noSample')}</p>
      {shown.map(([name, value]) => <JsonView key={name} title={name} value={value} />)}
      {own?.output !== undefined && <JsonView title={t('drawer.lastOutput')} value={own.output} />}
    </section>
  );
}
