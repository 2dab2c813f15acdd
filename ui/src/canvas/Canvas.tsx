import '@xyflow/react/dist/base.css';
import './canvas.css';
import { applyNodeChanges, Background, BackgroundVariant, MiniMap, ReactFlow, ReactFlowProvider, useReactFlow, type Connection, type NodeChange, type OnConnectEnd, type OnConnectStart } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent } from 'react';
import { useT } from '../app/i18n';
import { card, type Arrangement, type Direction, type Point } from '../graph/arrange';
import type { Change } from '../graph/compare';
import { edgeId, neighbour, startPath, type Graph, type GraphEdge, type Kind } from '../graph/model';
import type { Fields } from '../nodes/kind';
import { registry } from '../nodes/registry';
import { fieldsOf as flatFields } from '../nodes/kind';
import { Card } from './Card';
import { CanvasContext, type Overlay } from './context';
import { arrange } from './engine';
import { FindBar } from './FindBar';
import { Frame } from './Frame';
import { sceneOf, type CardNode, type Positions, type Wire as WireEdge } from './scene';
import { StartCard } from './StartCard';
import { Toolbar } from './Toolbar';
import { useFind } from './useFind';
import { Arrows, Wire } from './Wire';

const nodeTypes = { card: Card, frame: Frame, start: StartCard };
const edgeTypes = { wire: Wire };
export const dragType = 'application/x-weft-kind';

/// What the editor does with gestures of the canvas; without it nothing can be changed.
export interface CanvasActions {
  connect: (from: string, port: string | null, to: string) => void;
  reconnect: (edge: GraphEdge, from: string, port: string | null, to: string) => void;
  refuse: (from: string, port: string | null, to: string) => string | null;
  insertOn: (edge: GraphEdge, at: HTMLElement) => void;
  dropped: (kind: Kind, edge: GraphEdge | null) => void;
  /// A wire let go over nothing: a new node after `from`.
  addAfter: (from: string, port: string | null, at: Point) => void;
  move: (path: string, to: Point) => void;
  tidy: () => void;
  selectEdge: (edge: GraphEdge | null) => void;
  key: (event: KeyboardEvent) => void;
}

export interface CanvasProps {
  graph: Graph;
  fields: (path: string) => Fields;
  mode: 'edit' | 'run' | 'compare';
  /// What differs, by path of a node and by edgeId.
  changes?: ReadonlyMap<string, Change>;
  positions?: Positions;
  markers?: ReadonlyMap<string, 'error' | 'warning'>;
  overlay?: Overlay | null;
  pinned?: ReadonlySet<string>;
  startedBy?: { title: string; detail: string } | null;
  iterations?: ReadonlyMap<string, number>;
  showIteration?: (region: string, index: number) => void;
  selection: readonly string[];
  onSelect: (paths: readonly string[]) => void;
  onOpen?: (path: string) => void;
  actions?: CanvasActions;
  direction: Direction;
  onDirection: (direction: Direction) => void;
  onOutline?: () => void;
  /// The text cannot be read: this is the last picture that could, and why.
  stale?: string | null;
  label: string;
}

/// Up to so many nodes all are drawn: to find the visible ones at each frame takes longer.
const whole = 400;

const none = new Map<string, never>();
const noPins: ReadonlySet<string> = new Set();

export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Inner {...props} />
    </ReactFlowProvider>
  );
}

function portsOfNode(graph: Graph, path: string, fields: (path: string) => Fields): readonly string[] {
  const node = graph.nodes.find((candidate) => candidate.path === path);
  if (!node) return [];
  const spec = registry[node.kind];
  return spec.ports?.(flatFields(spec, fields(path))) ?? [];
}

function Inner(props: CanvasProps) {
  const { graph, fields, mode, overlay = null, selection, onSelect, actions, direction } = props;
  const t = useT();
  const flow = useReactFlow<CardNode, WireEdge>();
  const shell = useRef<HTMLDivElement>(null);
  const [layout, setLayout] = useState<Arrangement | null>(null);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [minimap, setMinimap] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const placed = useRef(false);
  const moved = useRef(false);

  const ports = useMemo(() => new Map(graph.nodes.map((node) => [node.path, portsOfNode(graph, node.path, fields)])), [graph, fields]);
  useEffect(() => {
    let current = true;
    void arrange(graph, { direction, ports, collapsed }).then((next) => current && setLayout(next));
    return () => {
      current = false;
    };
  }, [graph, direction, ports, collapsed]);

  const positions = props.positions;
  const markers = props.markers ?? none;
  const scene = useMemo(() => {
    if (!layout) return { nodes: [], wires: [] };
    const known = graph.nodes.filter((node) => layout.boxes.has(node.path) || [...collapsed].some((path) => node.path.startsWith(`${path}/`)));
    return sceneOf(known.length === graph.nodes.length ? graph : { ...graph, nodes: known }, layout, fields, positions ?? {}, collapsed, markers);
  }, [graph, layout, fields, positions, collapsed, markers]);

  const field = useRef<HTMLInputElement>(null);
  const { find, open: openFind } = useFind({
    graph, fields, on: mode !== 'compare', field,
    onClose: (at) => {
      if (at) onSelect([at]);
      shell.current?.focus();
    },
  });
  const [nodes, setNodes] = useState<CardNode[]>([]);
  useEffect(() => {
    const chosen = new Set(selection);
    const fits = new Set(find?.paths);
    setNodes(scene.nodes.map((node) => ({ ...node, selected: chosen.has(node.id), className: find?.current === node.id ? 'found looked-at' : fits.has(node.id) ? 'found' : undefined })));
  }, [scene, selection, find?.paths, find?.current]);
  // What is looked at comes to the middle, out of its frame if that is folded.
  const lookedAt = find?.current ?? null;
  const centred = useRef<string | null>(null);
  useEffect(() => {
    if (lookedAt === null || centred.current === lookedAt) {
      centred.current = lookedAt;
      return;
    }
    const folded = [...collapsed].filter((path) => lookedAt.startsWith(`${path}/`));
    if (folded.length > 0) setCollapsed((old) => new Set([...old].filter((path) => !folded.includes(path))));
    const node = flow.getInternalNode(lookedAt);
    if (!node) return;
    centred.current = lookedAt;
    moved.current = true;
    const { x, y } = node.internals.positionAbsolute;
    void flow.setCenter(x + (node.width ?? card.width) / 2, y + Math.min(node.height ?? card.height, 2 * card.height) / 2, { zoom: Math.max(flow.getZoom(), 0.5), duration: 160 });
  }, [lookedAt, nodes, collapsed, flow]);

  const place = useCallback(() => {
    if (!layout || !shell.current) return;
    const { clientWidth: width, clientHeight: height } = shell.current;
    const fit = Math.min(1, (width - 16) / layout.width, (height - 16) / layout.height);
    // A comparison is looked at as a whole.
    const least = mode === 'compare' ? 0.5 : 0.8;
    const zoom = fit >= least ? fit : width < 480 ? Math.max(0.5, Math.min(1, width / layout.width)) : 1;
    const start = layout.boxes.get(startPath);
    const centre = fit >= least || !start ? layout.width / 2 : start.x + card.width / 2;
    void flow.setViewport({ x: width / 2 - centre * zoom, y: fit >= least ? Math.max(8, (height - layout.height * zoom) / 2) : 8, zoom });
  }, [layout, flow, mode]);
  useEffect(() => {
    if (!layout || placed.current) return;
    placed.current = true;
    place();
  }, [layout, place]);
  // Selecting never pans unless what is selected cannot be seen.
  const primary = selection.at(-1) ?? null;
  const reveal = useCallback(() => {
    const box = primary ? layout?.boxes.get(primary) : undefined;
    if (!box || !shell.current) return;
    const { x, y, zoom } = flow.getViewport();
    const [left, top] = [box.x * zoom + x, box.y * zoom + y];
    const [right, bottom] = [left + Math.min(box.width * zoom, 240), top + Math.min(box.height * zoom, 60)];
    // As little as brings it in, with some room around it.
    const shift = (low: number, high: number, size: number) => (low < 0 ? 24 - low : high > size ? size - high - 24 : 0);
    const [dx, dy] = [shift(left, right, shell.current.clientWidth), shift(top, bottom, shell.current.clientHeight)];
    if (dx !== 0 || dy !== 0) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: 160 });
  }, [primary, layout, flow]);
  useEffect(reveal, [reveal]);
  // Until somebody moves the picture it goes on fitting when a drawer opens beside it.
  useEffect(() => {
    if (!shell.current) return;
    const observer = new ResizeObserver(() => {
      if (placed.current && !moved.current) place();
      reveal();
    });
    observer.observe(shell.current);
    return () => observer.disconnect();
  }, [place, reveal]);

  const onNodesChange = useCallback((changes: NodeChange<CardNode>[]) => {
    setNodes((old) => applyNodeChanges(changes.filter((change) => change.type !== 'select'), old));
  }, []);

  const choose = useCallback((path: string, more: boolean) => {
    if (!more) onSelect([path]);
    else onSelect(selection.includes(path) ? selection.filter((other) => other !== path) : [...selection, path]);
  }, [onSelect, selection]);

  const onConnectStart: OnConnectStart = useCallback((_event, { nodeId, handleId }) => {
    if (!actions || !nodeId || !shell.current) return;
    const port = handleId === '>' ? null : handleId;
    for (const element of shell.current.querySelectorAll<HTMLElement>('.react-flow__node')) {
      const target = element.dataset.id ?? '';
      const why = actions.refuse(nodeId, port, target);
      element.classList.toggle('refused', why !== null);
      element.classList.toggle('welcome', why === null);
    }
  }, [actions]);

  const onConnectEnd: OnConnectEnd = useCallback((event, state) => {
    for (const element of shell.current?.querySelectorAll('.react-flow__node') ?? []) element.classList.remove('refused', 'welcome');
    if (!actions || state.isValid || !state.fromNode) return;
    const port = state.fromHandle?.id === '>' ? null : (state.fromHandle?.id ?? null);
    if (state.toNode) {
      setRefusal(actions.refuse(state.fromNode.id, port, state.toNode.id));
      return;
    }
    const point = 'changedTouches' in event ? event.changedTouches[0] : event;
    if (state.fromHandle?.type === 'source' && point) actions.addAfter(state.fromNode.id, port, { x: point.clientX, y: point.clientY });
  }, [actions]);

  useEffect(() => {
    if (!refusal) return;
    const timer = setTimeout(() => setRefusal(null), 4000);
    return () => clearTimeout(timer);
  }, [refusal]);

  const drop = (event: DragEvent) => {
    const kind = event.dataTransfer.getData(dragType) as Kind;
    if (!kind || !actions) return;
    event.preventDefault();
    const hit = document.elementsFromPoint(event.clientX, event.clientY).map((element) => element.closest<HTMLElement>('.react-flow__edge, .wire-plus')).find(Boolean);
    const id = hit?.dataset.id ?? hit?.dataset.edge;
    const wire = scene.wires.find((candidate) => candidate.id === id);
    actions.dropped(kind, wire && wire.source !== startPath ? { from: wire.source, to: wire.target, port: wire.data?.port ?? null } : null);
  };

  const titles = useMemo(() => new Map([[startPath, t('canvas.triggers')], ...graph.nodes.map((node) => [node.path, node.title ?? node.id] as const)]), [graph, t]);
  const titleOf = (path: string) => titles.get(path) ?? path;
  const wires = useMemo(() => scene.wires.map((wire) => ({ ...wire, ariaLabel: t('canvas.edge', { from: titleOf(wire.source), to: titleOf(wire.target) }) })), [scene.wires, titles, t]);
  const descriptions = useMemo(() => ({ 'node.a11yDescription.default': t('canvas.nodeHelp'), 'edge.a11yDescription.default': t('canvas.edgeHelp') }), [t]);
  const fit = useCallback(() => void flow.fitView({ padding: 0.06, maxZoom: 1, duration: 160 }), [flow]);
  const key = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (target.closest('input, textarea, [contenteditable=true]') || event.nativeEvent.isComposing) return;
    if (event.key.startsWith('Arrow') && !event.altKey && !event.ctrlKey && !event.metaKey && layout) {
      event.preventDefault();
      const from = primary ?? startPath;
      const next = primary === null ? startPath : neighbour(graph, from, event.key, layout.boxes);
      if (next) choose(next, event.shiftKey);
    } else if (event.key === 'Enter' && primary && target === shell.current) {
      event.preventDefault();
      props.onOpen?.(primary);
    } else if (event.key === '0') fit();
    else if (event.key === '1') void flow.zoomTo(1, { duration: 160 });
    else actions?.key(event);
  };

  const context = useMemo(() => ({
    mode, graph, triggers: graph.triggers, overlay, changes: props.changes ?? null, pinned: props.pinned ?? noPins, startedBy: props.startedBy ?? null,
    iterations: props.iterations ?? none, showIteration: props.showIteration ?? (() => undefined),
    toggleFrame: (path: string) => setCollapsed((old) => {
      const next = new Set(old);
      if (!next.delete(path)) next.add(path);
      return next;
    }),
    insertOn: actions?.insertOn ?? null, portsOf: (path: string) => ports.get(path) ?? [], direction,
    selected: primary, connecting: null,
  }), [mode, graph, overlay, props.changes, props.pinned, props.startedBy, props.iterations, props.showIteration, actions?.insertOn, ports, direction, primary]);

  return (
    <CanvasContext.Provider value={context}>
      <div
        ref={shell}
        className={`canvas${props.stale ? ' stale' : ''}`}
        tabIndex={0}
        role="application"
        aria-label={props.label}
        aria-roledescription={t('canvas.role')}
        onKeyDown={key}
        onDragOver={(event) => event.dataTransfer.types.includes(dragType) && event.preventDefault()}
        onDrop={drop}
      >
        <Arrows />
        <ReactFlow<CardNode, WireEdge>
          nodes={nodes}
          edges={wires}
          ariaLabelConfig={descriptions}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onNodesChange={onNodesChange}
          onNodeClick={(event, node) => choose(node.id, event.shiftKey || event.metaKey || event.ctrlKey)}
          onNodeDoubleClick={(_event, node) => (collapsed.has(node.id) ? context.toggleFrame(node.id) : props.onOpen?.(node.id))}
          onMoveStart={(event) => {
            if (event) moved.current = true;
          }}
          onPaneClick={() => onSelect([])}
          onSelectionEnd={() => onSelect(flow.getNodes().filter((node) => node.selected).map((node) => node.id))}
          onEdgeClick={(_event, wire) => actions?.selectEdge(wire.source === startPath ? null : { from: wire.source, to: wire.target, port: wire.data?.port ?? null })}
          onNodeDragStop={(_event, node) => {
            const inside = flow.getInternalNode(node.id);
            const at = inside?.internals.positionAbsolute;
            const before = positions?.[node.id] ?? layout?.boxes.get(node.id);
            if (at && before && Math.hypot(at.x - before.x, at.y - before.y) > 4) actions?.move(node.id, { x: Math.round(at.x), y: Math.round(at.y) });
          }}
          onConnect={(connection: Connection) => actions?.connect(connection.source, connection.sourceHandle === '>' ? null : connection.sourceHandle, connection.target)}
          onReconnect={(wire, connection) => actions?.reconnect({ from: wire.source, to: wire.target, port: wire.data?.port ?? null }, connection.source, connection.sourceHandle === '>' ? null : connection.sourceHandle, connection.target)}
          isValidConnection={(connection) => !actions || actions.refuse(connection.source, connection.sourceHandle === '>' ? null : (connection.sourceHandle ?? null), connection.target) === null}
          onConnectStart={onConnectStart}
          onConnectEnd={onConnectEnd}
          nodesDraggable={actions !== undefined && !props.stale}
          nodesConnectable={actions !== undefined && !props.stale}
          edgesReconnectable={actions !== undefined && !props.stale}
          nodesFocusable={false}
          edgesFocusable={false}
          deleteKeyCode={null}
          multiSelectionKeyCode="Shift"
          selectionKeyCode="Shift"
          panActivationKeyCode={null}
          disableKeyboardA11y
          onlyRenderVisibleElements={nodes.length > whole}
          minZoom={0.1}
          maxZoom={1.5}
          zoomOnDoubleClick={false}
          proOptions={{ hideAttribution: true }}
        >
          <Background variant={BackgroundVariant.Dots} gap={16} size={1} />
          {minimap && <MiniMap pannable zoomable ariaLabel={t('canvas.minimap')} nodeClassName={(node) => `mini-${(node as CardNode).type}`} />}
        </ReactFlow>
        {props.stale && <div className="canvas-note tone-fail" role="alert">{props.stale}</div>}
        {refusal && <div className="canvas-note tone-wait" role="status">{refusal}</div>}
        {find && <FindBar find={find} titleOf={titleOf} />}
        <Toolbar
          fit={fit}
          onFind={mode === 'compare' ? undefined : openFind}
          minimap={minimap}
          onMinimap={() => setMinimap(!minimap)}
          onTidy={actions?.tidy}
          tidy={positions !== undefined && Object.keys(positions).length > 0}
          direction={direction}
          onDirection={props.onDirection}
          onOutline={props.onOutline}
        />
      </div>
    </CanvasContext.Provider>
  );
}

export { edgeId };
