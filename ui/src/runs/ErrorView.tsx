import { translateMaybe, useT } from '../app/i18n';
import { JsonView } from '../components/JsonView';
import type { NodeError } from '../graph/run';

/// What an error's code means, in the reader's language, before what happened in particular.
export function ErrorView({ error }: { error: NodeError }) {
  const t = useT();
  const meaning = translateMaybe(`error.${error.code}`);
  return (
    <div className="error-view">
      {meaning && <p>{meaning}</p>}
      <p><code className="tone-fail">{error.code}</code> {error.message}</p>
      {error.data !== undefined && error.data !== null && <JsonView title={t('panel.data')} value={error.data} />}
      {error.cause && <details open><summary>{t('panel.cause')}</summary><ErrorView error={error.cause} /></details>}
    </div>
  );
}
