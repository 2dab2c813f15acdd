import { Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useT } from '../app/i18n';
import { diffLines } from './diff';
import { DiffView } from './DiffView';
import { GraphDiff } from './GraphDiff';

type View = 'graph' | 'text';

/// From one text to another, as a picture or as lines.
export function Changes({ before, after }: { before: string; after: string }) {
  const t = useT();
  // Of a first revision all is new, and its picture stands behind the dialog.
  const [view, setView] = useState<View>(before === '' ? 'text' : 'graph');
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  return (
    <div className="changes">
      {before !== '' && <Segmented<View> aria-label={t('diff.view')} value={view} onChange={setView} options={[{ value: 'graph', label: t('diff.graph') }, { value: 'text', label: t('diff.text') }]} />}
      {view === 'graph' ? <GraphDiff before={before} after={after} /> : <DiffView lines={lines} />}
    </div>
  );
}
