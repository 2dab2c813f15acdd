import { useCallback, useEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import type { Diagnostic, JsonSchema } from '../api/types';
import { useT } from '../app/i18n';
import { go, paths, setQuery, useLocation } from '../app/router';
import type { CanvasActions } from '../canvas/Canvas';
import type { Positions } from '../canvas/scene';
import { Outline } from '../components/Outline';
import { defaults, StartDialog } from '../components/StartDialog';
import { useStore } from '../components/store';
import { idOf, placeOf } from '../document/nodes';
import { valueAt } from '../document/source';
import type { Direction } from '../graph/arrange';
import { startPath, type GraphEdge } from '../graph/model';
import type { Fields as NodeFields } from '../nodes/kind';
import * as commands from './commands';
import { Conflict, Rival } from './Conflict';
import { DeployDialog } from './DeployDialog';
import { countChanges, diffLines } from './diff';
import { diagnosticText } from './diagnostics';
import { Dock, nodeOfDiagnostic, type DockTab } from './Dock';
import { EditorBar, type Mode } from './EditorBar';
import { NodeDrawer } from './NodeDrawer';
import { Palette, PaletteAt, type Choice } from './Palette';
import { Revisions } from './Revisions';
import { useSample } from './sample';
import { scopeOf } from './scope';
import type { Session } from './session';
import { StartDrawer } from './StartDrawer';
import { TestCanvas } from './TestCanvas';
import { TestPanel } from './TestPanel';
import { pinnedOutputs, Trials } from './trials';
import { YamlPane } from './YamlPane';

interface Opened {
  where: commands.Insertion;
  style: CSSProperties;
}

/// A place for the palette beside a point, inside of the window.
function near(x: number, y: number): CSSProperties {
  return { left: Math.max(8, Math.min(x, window.innerWidth - 296)), top: Math.max(56, Math.min(y, window.innerHeight - 380)) };
}

export function Editor({ session, ns, name }: { session: Session; ns: string | null; name: string | null }) {
  const t = useT();
  const { query } = useLocation();
  const state = useStore(session.store);
  const { source, checked, selection, base, history } = state;
  const [mode, setMode] = useState<Mode>(() => (query.get('mode') as Mode | null) ?? 'canvas');
  const [drawer, setDrawer] = useState(true);
  const [outline, setOutline] = useState(false);
  const [direction, setDirection] = useState<Direction>('DOWN');
  const [opened, setOpened] = useState<Opened | null>(null);
  const [connecting, setConnecting] = useState<string | null>(null);
  const [edge, setEdge] = useState<GraphEdge | null>(null);
  const [dialog, setDialog] = useState<'deploy' | 'start' | 'revisions' | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const [goTo, setGoTo] = useState<{ line: number; column: number } | null>(null);
  const schema = useResource('schema', api.schema);
  const [trials] = useState(() => new Trials());
  useEffect(() => () => trials.close(), [trials]);
  const trial = useStore(trials.store);
  // Values while writing come from the run the address names, else from the last one.
  const [first] = useState(() => query.get('run'));
  const sample = useSample(ns, name, first, trial.whole);
  const run = sample.run;
  const [dock, setDock] = useState<DockTab | null>('problems');
  const input = (valueAt(source, ['input']) as JsonSchema | undefined) ?? null;
  const [testInput, setTestInput] = useState<unknown>(undefined);
  // An edited draft is not what was run.
  const [onCanvas, setOnCanvas] = useState(true);
  const overlay = onCanvas && trial.whole?.text === session.text ? trial.whole.run : null;
  const graph = checked.graph;
  const selected = selection.at(-1) ?? null;
  const node = graph.nodes.find((candidate) => candidate.path === selected);

  useEffect(() => {
    const wanted = query.get('node');
    if (wanted) session.select([wanted]);
  }, [session]); // Only the address the page was opened with.
  useEffect(() => setQuery({ node: selected === startPath ? null : selected, mode: mode === 'canvas' ? null : mode }), [selected, mode]);
  useEffect(() => {
    if (!note) return;
    const timer = setTimeout(() => setNote(null), 5000);
    return () => clearTimeout(timer);
  }, [note]);

  const fields = useCallback((path: string): NodeFields => {
    const place = placeOf(source, path);
    return ((place && valueAt(source, place)) ?? {}) as NodeFields;
  }, [source]);
  const scope = useCallback((path: string) => scopeOf(source, graph, path, run, state.pins), [source, graph, run, state.pins]);
  const positions = useMemo(() => {
    const stored = valueAt(source, ['ui', 'positions']);
    return (typeof stored === 'object' && stored !== null ? stored : {}) as Positions;
  }, [source]);
  const markers = useMemo(() => {
    const found = new Map<string, 'error' | 'warning'>();
    for (const one of checked.diagnostics) {
      const path = nodeOfDiagnostic(source, one) ?? startPath;
      if (found.get(path) !== 'error') found.set(path, one.severity);
    }
    return found;
  }, [checked.diagnostics, source]);
  const changes = useMemo(() => countChanges(diffLines(base.text, history.present.text)), [base.text, history.present.text]);
  const pinned = useMemo(() => new Set(Object.keys(state.pins)), [state.pins]);
  const stale = checked.stale ? staleText(checked.diagnostics, t) : null;

  const choose = (choice: Choice, where: commands.Insertion) => {
    if ('trigger' in choice) commands.insertTrigger(session, choice.trigger);
    else commands.insert(session, choice.node, where);
    setOpened(null);
    setDrawer(true);
  };
  const afterSelection = useCallback((): commands.Insertion => (selected && selected !== startPath ? { at: 'after', node: selected, port: null } : { at: 'end' }), [selected]);
  const openPalette = useCallback((where: commands.Insertion, x?: number, y?: number) => {
    const card = document.querySelector<HTMLElement>(selected ? `.react-flow__node[data-id="${CSS.escape(selected)}"]` : '.canvas')?.getBoundingClientRect();
    setOpened({ where, style: near(x ?? (card ? card.left + card.width / 2 - 140 : 300), y ?? (card ? Math.min(card.bottom + 12, window.innerHeight - 380) : 120)) });
  }, [selected]);

  const key = useCallback((event: KeyboardEvent) => {
    const command = event.ctrlKey || event.metaKey;
    const act = (what: () => void) => (event.preventDefault(), what());
    if (command && event.key.toLowerCase() === 'z') act(() => (event.shiftKey ? session.redo() : session.undo()));
    else if (command && event.key.toLowerCase() === 'y') act(() => session.redo());
    else if (command && event.key.toLowerCase() === 'd') act(() => selected && commands.duplicate(session, selected));
    else if (command && event.key.toLowerCase() === 'c') act(() => void commands.copy(session, selection));
    else if (command) return;
    else if (event.key === 'Delete' || event.key === 'Backspace') act(() => (edge ? (commands.cutEdge(session, edge), setEdge(null)) : commands.remove(session, selection)));
    else if (event.key === '/') act(() => openPalette(afterSelection()));
    else if (event.key.toLowerCase() === 'l') act(() => commands.tidy(session));
    else if (event.key.toLowerCase() === 'c' && selected && selected !== startPath) act(() => setConnecting(selected));
    else if (event.key === 'F2') act(() => document.querySelector<HTMLElement>('[data-rename]')?.click());
    else if (event.key === 'Escape') act(() => session.select([]));
  }, [session, selection, selected, edge, openPalette, afterSelection]);

  // The form begins with the input of the last run, once: what comes later takes nothing from who types.
  const openDock = (tab: DockTab | null) => {
    if (tab === 'test' && testInput === undefined) setTestInput(run?.input ?? defaults(input));
    setDock(tab);
  };
  const ready = !state.checking && !checked.diagnostics.some((one) => one.severity === 'error');
  const runDraft = () => {
    setOnCanvas(true);
    void trials.start(session.text, null, testInput, async () => pinnedOutputs(graph, state.pins));
  };
  // What a run would do outside is said before the first one: opening comes before running.
  const test = useRef(() => undefined as void);
  test.current = () => {
    if (dock !== 'test') openDock('test');
    else if (ready && !trial.busy) runDraft();
  };

  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if (event.isComposing || !(event.ctrlKey || event.metaKey)) return;
      if (event.key.toLowerCase() === 's') {
        event.preventDefault();
        void session.saveNow().then((where) => setNote(t(`editor.saved.${where}`)));
      } else if (event.key === 'Enter') {
        event.preventDefault();
        test.current();
      }
    };
    const paste = (event: ClipboardEvent) => {
      if ((event.target as HTMLElement).closest('input, textarea, [contenteditable=true]')) return;
      const clip = event.clipboardData?.getData('text/plain');
      if (clip) setNote(commands.pasteText(session, clip));
    };
    window.addEventListener('keydown', listen);
    window.addEventListener('paste', paste);
    return () => (window.removeEventListener('keydown', listen), window.removeEventListener('paste', paste));
  }, [session, t]);

  const actions = useMemo((): CanvasActions => ({
    connect: (from, port, to) => commands.join(session, from, port, to),
    reconnect: (old, from, port, to) => commands.rejoin(session, old, from, port, to),
    refuse: (from, port, to) => commands.refuse(session, from, port, to),
    insertOn: (on, at) => {
      const box = at.getBoundingClientRect();
      setOpened({ where: { at: 'edge', edge: on }, style: near(box.right + 8, box.top) });
    },
    dropped: (kind, on) => void commands.insert(session, kind, on ? { at: 'edge', edge: on } : { at: 'end' }),
    addAfter: (from, port, at) => setOpened({ where: { at: 'after', node: from, port }, style: near(at.x, at.y) }),
    move: (path, to) => commands.move(session, path, to),
    tidy: () => commands.tidy(session),
    selectEdge: setEdge,
    key,
  }), [session, key]);

  const onSelect = useCallback((chosen: readonly string[]) => {
    setEdge(null);
    if (connecting && chosen.length === 1) {
      const why = commands.refuse(session, connecting, null, chosen[0]!);
      if (why) setNote(why);
      else commands.join(session, connecting, null, chosen[0]!);
      setConnecting(null);
      return;
    }
    session.select(chosen);
    if (chosen.length > 0) setDrawer(true);
  }, [session, connecting]);
  const open = useCallback((path: string) => {
    session.select([path]);
    setDrawer(true);
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.drawer input, .drawer [contenteditable=true], .drawer [role=tab]')?.focus());
  }, [session]);
  const goToProblem = (diagnostic: Diagnostic) => {
    const path = nodeOfDiagnostic(source, diagnostic);
    session.select([path ?? startPath]);
    setDrawer(true);
    if (mode !== 'canvas' || checked.stale) {
      if (mode === 'canvas') setMode('split');
      setGoTo({ line: diagnostic.line, column: diagnostic.column });
    }
  };
  const startDeploy = () => {
    const firstError = checked.diagnostics.find((one) => one.severity === 'error');
    if (firstError) goToProblem(firstError);
    else setDialog('deploy');
  };
  const title = String(valueAt(source, ['title']) ?? valueAt(source, ['name']) ?? '');
  const showDrawer = drawer && mode !== 'yaml' && selected !== null && schema.data;

  return (
    <div className={`editor mode-${mode}`}>
      <EditorBar session={session} mode={mode} onMode={setMode} ns={ns} name={name} changes={changes} onDeploy={startDeploy} onTest={() => openDock('test')} onStart={() => setDialog('start')} onRevisions={() => setDialog('revisions')} onProblems={() => checked.diagnostics[0] && goToProblem(checked.diagnostics[0])} />
      {state.conflict && <Conflict session={session} theirs={state.conflict} />}
      {state.rival && !state.conflict && <Rival session={session} theirs={state.rival} />}
      <div className="editor-body">
        {mode === 'canvas' && (outline ? <div className="palette"><Outline graph={graph} selected={selected} onSelect={(path) => onSelect([path])} onOpen={open} onKey={key} pinned={pinned} status={overlay ? (path) => overlay.node(path)?.status : undefined} /></div> : <Palette onChoose={(choice) => choose(choice, afterSelection())} />)}
        {mode !== 'canvas' && <YamlPane session={session} schema={schema.data} graph={graph} fields={fields} scope={scope} diagnostics={checked.diagnostics} goTo={goTo} />}
        <div className="editor-centre">
          {mode !== 'yaml' && (
            <div className="editor-canvas">
              <TestCanvas run={overlay} onClose={() => setOnCanvas(false)} canvas={{
                label: t('canvas.label', { name: title }), graph, fields, positions, markers, pinned, selection, onSelect, onOpen: open, actions, direction, stale,
                onDirection: setDirection, onOutline: () => setOutline(!outline),
              }} />
              {connecting && <div className="canvas-note" role="status">{t('canvas.connecting', { from: idOf(connecting) })} <button type="button" className="link" onClick={() => setConnecting(null)}>{t('do.cancel')}</button></div>}
              {graph.nodes.length === 0 && !checked.stale && <button type="button" className="empty-plus" autoFocus onClick={(event) => openPalette({ at: 'end' }, event.currentTarget.getBoundingClientRect().left, event.currentTarget.getBoundingClientRect().top)}>+ {t('canvas.first')}</button>}
            </div>
          )}
          <Dock session={session} scope={() => scope(selected ?? startPath)} run={run} goTo={goToProblem} tab={dock} onTab={openDock} test={
            <TestPanel state={trial} schema={input} input={testInput} onInput={setTestInput} onRun={runDraft} ready={ready} pinned={Object.keys(pinnedOutputs(graph, state.pins)).length} graph={graph} shown={overlay !== null} onShow={setOnCanvas} onSelect={(path) => onSelect([path])} />
          } />
        </div>
        {showDrawer && (selected === startPath || !node ? (
          selected === startPath && <StartDrawer session={session} schema={schema.data!} scope={() => scope(startPath)} diagnostics={checked.diagnostics} ns={String(valueAt(source, ['namespace']) ?? 'default')} onClose={() => setDrawer(false)} />
        ) : (
          <NodeDrawer key={node.path} session={session} node={node} schema={schema.data!} scope={() => scope(node.path)} sample={sample} trials={trials} graph={graph} diagnostics={checked.diagnostics} onClose={() => setDrawer(false)} onConnect={() => setConnecting(node.path)} />
        ))}
      </div>
      {note && <div className="toast" role="status">{note}</div>}
      {opened && <PaletteAt style={opened.style} triggers={opened.where.at === 'end'} onClose={() => setOpened(null)} onChoose={(choice) => choose(choice, opened.where)} />}
      {dialog === 'deploy' && <DeployDialog session={session} onClose={() => setDialog(null)} onDone={(deployed, thenStart) => {
        session.deployed(deployed.revision, `${deployed.namespace}/${deployed.name}`);
        setDialog(thenStart ? 'start' : null);
        setNote(t('deploy.done', { name: deployed.name, revision: deployed.revision }));
        if (!name && !thenStart) go(paths.editor(deployed.namespace, deployed.name), { replace: true });
      }} />}
      {dialog === 'start' && <StartDialog ns={ns ?? String(valueAt(source, ['namespace']) ?? 'default')} name={name ?? String(valueAt(source, ['name']))} title={title} schema={input} onClose={() => setDialog(null)} />}
      {dialog === 'revisions' && ns && name && <Revisions session={session} ns={ns} name={name} onClose={() => setDialog(null)} />}
    </div>
  );
}

function staleText(diagnostics: readonly Diagnostic[], t: ReturnType<typeof useT>): string {
  const first = diagnostics.find((one) => one.severity === 'error');
  return first ? t('canvas.stale', { line: first.line, message: diagnosticText(first) }) : t('canvas.staleUnknown');
}

