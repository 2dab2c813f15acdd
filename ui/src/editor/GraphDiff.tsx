import { useCallback, useMemo, useState } from 'react';
import { useT } from '../app/i18n';
import { Canvas } from '../canvas/Canvas';
import { ChangeMark } from '../components/ChangeMark';
import type { Direction } from '../graph/arrange';
import { compare, type Change, type Version } from '../graph/compare';
import { edgeId, startPath } from '../graph/model';
import { diffLines } from './diff';
import { DiffView } from './DiffView';
import { textOfNode, versionOf } from './versions';

type Comparable = NonNullable<ReturnType<typeof versionOf>>;

/// Two versions as one picture, what changed as a list, and of the chosen node its text in both.
export function GraphDiff({ before, after }: { before: string; after: string }) {
  const t = useT();
  const versions = useMemo(() => ({ old: versionOf(before), now: versionOf(after) }), [before, after]);
  if (!versions.old || !versions.now) return <p className="quiet">{t('diff.unreadable')}</p>;
  return <Picture old={versions.old} now={versions.now} />;
}

function fieldsIn(old: Version, now: Version, changes: ReadonlyMap<string, Change>): Version['fields'] {
  return (path) => (changes.get(path) === 'removed' ? old : now).fields(path);
}

function Picture({ old, now }: { old: Comparable; now: Comparable }) {
  const t = useT();
  const { graph, changes } = useMemo(() => compare(old, now), [old, now]);
  const fields = useMemo(() => fieldsIn(old, now, changes), [old, now, changes]);
  const rows = useMemo(() => [
    ...[startPath, ...graph.nodes.map((node) => node.path)].map((path) => ({ id: path, node: path, text: path === startPath ? t('canvas.triggers') : path })),
    ...graph.edges.map((edge) => ({ id: edgeId(edge), node: edge.to, text: `${edge.from}${edge.port ? `.${edge.port}` : ''} → ${edge.to}` })),
  ].filter((row) => changes.has(row.id)), [graph, changes, t]);
  const [selection, setSelection] = useState<readonly string[]>(() => rows.slice(0, 1).map((row) => row.node));
  const [direction, setDirection] = useState<Direction>('DOWN');
  const select = useCallback((paths: readonly string[]) => setSelection(paths.slice(-1)), []);
  const selected = selection[0];
  const lines = useMemo(() => (selected === undefined ? [] : diffLines(textOfNode(old.source, selected), textOfNode(now.source, selected))), [old, now, selected]);
  return (
    <div className="graph-diff">
      <div className="graph-diff-canvas">
        <Canvas label={t('diff.label')} mode="compare" graph={graph} fields={fields} changes={changes} selection={selection} onSelect={select} direction={direction} onDirection={setDirection} />
      </div>
      <div className="graph-diff-side">
        <p className="legend" aria-label={t('diff.legend')}><ChangeMark change="added" /> <ChangeMark change="changed" /> <ChangeMark change="removed" /></p>
        {rows.length === 0 ? <p className="quiet">{t('diff.sameGraph')}</p> : (
          <ul className="change-list" aria-label={t('diff.changes')}>
            {rows.map((row) => (
              <li key={row.id}><button type="button" aria-pressed={row.node === selected} onClick={() => setSelection([row.node])}><ChangeMark change={changes.get(row.id)!} short /> <code>{row.text}</code></button></li>
            ))}
          </ul>
        )}
      </div>
      {selected !== undefined && <div className="graph-diff-text"><h4>{selected === startPath ? t('canvas.triggers') : <code>{selected}</code>}</h4><DiffView lines={lines} /></div>}
    </div>
  );
}
