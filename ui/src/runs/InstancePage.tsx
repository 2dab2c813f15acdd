import '../editor/editor.css';
import './runs.css';
import { Checkbox } from 'antd';
import { Activity, Braces, GitFork, ListTree, ScrollText, Workflow } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import { useT, type Word } from '../app/i18n';
import { setQuery, useLocation } from '../app/router';
import { Canvas } from '../canvas/Canvas';
import { JsonView } from '../components/JsonView';
import { Outline } from '../components/Outline';
import { ProblemBar } from '../components/problems';
import { useStore } from '../components/store';
import { clock } from '../components/time';
import { parse, valueAt } from '../document/source';
import { placeOf } from '../document/nodes';
import type { Direction } from '../graph/arrange';
import { definitionPath, emptyGraph, runPath, startPath, type Graph } from '../graph/model';
import { active } from '../graph/run';
import { textOf, type Fields } from '../nodes/kind';
import { Events } from './Events';
import { InstanceBar } from './InstanceBar';
import { shownIterations } from './iterations';
import { Logs } from './Logs';
import { NodePanel } from './NodePanel';
import { Related } from './Related';
import { RunStore } from './runStore';
import { Scrubber } from './Scrubber';
import { Strip } from './Strip';
import { Timeline } from './Timeline';

const tabs = [
  { key: 'graph', icon: Workflow }, { key: 'timeline', icon: Activity }, { key: 'logs', icon: ScrollText },
  { key: 'data', icon: Braces }, { key: 'events', icon: ListTree }, { key: 'related', icon: GitFork },
] as const;

/// One run, live.
export default function InstancePage({ id }: { id: string }) {
  const t = useT();
  const { query } = useLocation();
  const [run] = useState(() => new RunStore(id));
  useEffect(() => {
    run.open();
    return () => run.close();
  }, [run]);
  const { instance, problem, connection, at, scrub } = useStore(run.head);
  const revision = useResource(instance ? `definition:${id}:${instance.revision}` : null, async (signal): Promise<{ title: string; source: string; graph: Graph }> =>
    instance!.revision ? api.revision(instance!.namespace, instance!.workflow, instance!.revision, signal) : { title: '', ...(await api.instanceDefinition(id, signal)) });
  const detail = revision.data;
  const source = useMemo(() => parse(detail?.source ?? ''), [detail?.source]);
  const fields = useCallback((path: string): Fields => {
    const place = placeOf(source, path);
    return ((place && valueAt(source, place)) ?? {}) as Fields;
  }, [source]);
  // The normalised form has no titles; they stand in the text as it was deployed.
  const graph = useMemo((): Graph => {
    const drawn = detail?.graph ?? emptyGraph;
    return { ...drawn, nodes: drawn.nodes.map((node) => ({ ...node, title: textOf(fields(node.path).title) || node.title })) };
  }, [detail?.graph, fields]);
  const [chosen, setIterations] = useState<ReadonlyMap<string, number>>(new Map());
  const version = useStore(run.version);
  const iterations = useMemo(() => shownIterations(graph, run, chosen), [graph, run, chosen, version]);
  const tab = query.get('tab') ?? 'graph';
  const path = query.get('node');
  const named = useMemo(() => (path ? definitionPath(path) : null), [graph, path]);
  const [direction, setDirection] = useState<Direction>('DOWN');
  const [outline, setOutline] = useState(false);
  const [follow, setFollow] = useState(false);
  useEffect(() => {
    if (named && named.iterations.size > 0) setIterations((old) => new Map([...old, ...named.iterations]));
  }, [named]);
  const select = useCallback((paths: readonly string[]) => {
    const path = paths.at(-1);
    setQuery({ node: !path ? null : path === startPath ? startPath : runPath(graph, path, iterations) });
  }, [graph, iterations]);
  const selection = useMemo(() => (named ? [named.path] : []), [named]);
  const showIteration = useCallback((region: string, index: number) => {
    setIterations((old) => new Map(old).set(region, index));
  }, []);

  // Follows what runs: the first active node is selected when it changes.
  const firstActive = Object.entries(run.nodes).find(([, node]) => active.has(node.status) && !node.counts)?.[0];
  useEffect(() => {
    if (follow && firstActive) setQuery({ node: firstActive });
  }, [follow, firstActive]);

  const trigger = instance?.trigger;
  const startedBy = useMemo(() => instance && {
    title: t(`startedBy.${trigger?.kind ?? 'manual'}` as Word),
    detail: [trigger?.id, clock(instance.startedAt)].filter(Boolean).join(' · '),
  }, [instance?.startedAt, trigger?.kind, trigger?.id, t]);
  const title = detail?.title || instance?.workflow || id;

  if (!instance) return problem ? <div className="page"><ProblemBar problem={problem} retry={() => void run.reload()} /></div> : <div className="page-wait" aria-busy="true" />;
  const selectedNode = path === startPath ? null : path;
  return (
    <div className={`run-page${path ? ' with-panel' : ''}`}>
      <InstanceBar instance={instance} title={title} run={run} />
      <div className="run-main">
        <div className="run-tabs">
          <div role="tablist" aria-label={t('run.views')}>{tabs.map(({ key, icon: Icon }) => (
            <button key={key} type="button" role="tab" aria-selected={tab === key} onClick={() => setQuery({ tab: key === 'graph' ? null : key })}><Icon size={16} strokeWidth={1.75} aria-hidden /> {t(`run.${key}`)}</button>
          ))}</div>
          <span className="spacer" />
          {connection === 'reconnecting' && <span className="tone-wait" role="status">{t('state.reconnecting', { time: clock(at) })}</span>}
          {connection !== 'closed' && <Checkbox checked={follow} onChange={(event) => setFollow(event.target.checked)}>{t('run.follow')}</Checkbox>}
        </div>
        <ProblemBar problem={problem} at={new Date(at)} retry={() => void run.reload()} />
        <Strip instance={instance} run={run} onSelect={(node) => setQuery({ node })} titleOf={(node) => titleOf(graph, node)} />
        <div className="run-view">
          {tab === 'graph' && (
            <>
              {outline && <div className="run-outline"><Outline graph={graph} selected={named?.path ?? null} onSelect={(node) => select([node])} status={(node) => run.node(runPath(graph, node, iterations))?.status} /></div>}
              <Canvas label={t('canvas.runLabel', { name: title })} graph={graph} fields={fields} mode="run" overlay={run} startedBy={startedBy} iterations={iterations} showIteration={showIteration} selection={selection} onSelect={select} direction={direction} onDirection={setDirection} onOutline={() => setOutline(!outline)} positions={(valueAt(source, ['ui', 'positions']) as Record<string, { x: number; y: number }> | undefined) ?? noPositions} />
            </>
          )}
          {tab === 'timeline' && <Timeline run={run} graph={graph} instance={instance} selected={path} onSelect={(node) => setQuery({ node })} />}
          {tab === 'logs' && <Logs run={run} node={null} />}
          {tab === 'data' && <div className="run-data"><JsonView title={t('run.input')} value={instance.input} /><JsonView title={t('run.output')} value={instance.output} />{instance.error && <JsonView title={t('run.error')} value={instance.error} />}<JsonView title={t('run.nodes')} value={run.nodes} /></div>}
          {tab === 'events' && <Events run={run} />}
          {tab === 'related' && <Related instance={instance} nodes={run.nodes} />}
        </div>
        <Scrubber run={run} instance={instance} scrub={scrub} live={connection} />
      </div>
      {selectedNode && named && <NodePanel key={selectedNode} run={run} instance={instance} path={selectedNode} graph={graph} source={source} />}
      <Announcer run={run} title={(node) => titleOf(graph, node)} />
    </div>
  );
}

const noPositions = {};

function titleOf(graph: Graph, path: string): string {
  const { path: defined, iterations } = definitionPath(path);
  const node = graph.nodes.find((candidate) => candidate.path === defined);
  const index = [...iterations.values()].at(-1);
  return (node?.title ?? node?.id ?? path) + (index === undefined ? '' : ` #${index}`);
}

/// Tells status changes to those who cannot see them: at most one in five seconds, failures at once.
function Announcer({ run, title }: { run: RunStore; title: (path: string) => string }) {
  const t = useT();
  const version = useStore(run.version);
  const [said, setSaid] = useState({ text: '', failure: '', at: 0, known: new Map<string, string>() });
  useEffect(() => {
    const changes = Object.entries(run.nodes).filter(([path, node]) => said.known.get(path) !== node.status && node.status !== 'pending' && node.status !== 'scheduled');
    if (changes.length === 0) return;
    const failed = changes.filter(([, node]) => node.status === 'failed' || node.status === 'timed_out');
    if (failed.length === 0 && Date.now() - said.at < 5000) return;
    const words = (list: typeof changes) => list.slice(-3).map(([path, node]) => `${title(path)}: ${t(`status.${node.status}` as Word)}`).join('; ');
    setSaid({ text: words(changes), failure: words(failed), at: Date.now(), known: new Map(Object.entries(run.nodes).map(([path, node]) => [path, node.status])) });
  }, [version, run, said, title, t]);
  return <><div className="sr" aria-live="polite">{said.text}</div><div className="sr" role="alert">{said.failure}</div></>;
}
