import { translate } from '../app/i18n';
import { addTrigger, copyNodes, duplicateNode, paste } from '../document/clipboard';
import { addNode, allIds, connect, disconnect, freeId, idOf, insertOnEdge, need, pathIn, regionOf, removeNode, renameNode, replaceNeed } from '../document/nodes';
import { removeValue, setValue } from '../document/splice';
import type { Point } from '../graph/arrange';
import { startPath, wouldCycle, type GraphEdge, type Kind, type TriggerKind } from '../graph/model';
import { kindNames, registry } from '../nodes/registry';
import type { Session } from './session';

/// What people do on the canvas, in the outline and in menus, as edits of the text.

export type Insertion =
  | { at: 'end' }
  | { at: 'after'; node: string; port: string | null }
  | { at: 'edge'; edge: GraphEdge }
  | { at: 'inside'; region: string };

function graphOf(session: Session) {
  return session.store.get().checked.graph;
}

export function insert(session: Session, kind: Kind, where: Insertion): string {
  const { source, history } = session.store.get();
  const text = history.present.text;
  const id = freeId(allIds(source), kind);
  const body = registry[kind].template(id);
  const label = translate('edit.added', { name: id });
  let path = id;
  let next: string;
  if (where.at === 'edge' && where.edge.from !== startPath) {
    path = pathIn(regionOf(where.edge.to), id);
    next = insertOnEdge(text, where.edge, id, body);
  } else if (where.at === 'after' && where.node !== startPath) {
    path = pathIn(regionOf(where.node), id);
    next = addNode(text, regionOf(where.node), id, { needs: need(idOf(where.node), where.port), ...body }, idOf(where.node));
  } else if (where.at === 'edge') {
    next = connect(addNode(text, '', id, body), where.edge.to, id);
  } else {
    const region = where.at === 'inside' ? where.region : '';
    path = pathIn(region, id);
    next = addNode(text, region, id, body);
  }
  session.edit(label, next, path);
  session.select([path]);
  return path;
}

const triggerTemplates: Record<TriggerKind, { id: string; body: Record<string, unknown> }> = {
  webhook: { id: 'hook', body: { webhook: 'path', input: '${ .body }' } },
  cron: { id: 'schedule', body: { cron: '0 2 * * *', timezone: Intl.DateTimeFormat().resolvedOptions().timeZone } },
  event: { id: 'on_event', body: { event: 'com.example.happened', input: '${ .data }' } },
};

export function insertTrigger(session: Session, kind: TriggerKind): void {
  const template = triggerTemplates[kind];
  const { text, id } = addTrigger(session.text, template.id, template.body);
  session.edit(translate('edit.added', { name: id }), text, startPath);
  session.select([startPath]);
}

/// Why an edge cannot be drawn, in words; null: it can.
export function refuse(session: Session, from: string, port: string | null, to: string): string | null {
  const graph = graphOf(session);
  if (to === startPath) return translate('refuse.start');
  if (from === startPath) return translate('refuse.fromStart');
  if (from === to) return translate('refuse.self');
  if (regionOf(from) !== regionOf(to)) return translate('refuse.region');
  if (graph.edges.some((edge) => edge.from === from && edge.to === to && edge.port === port)) return translate('refuse.twice');
  if (wouldCycle(graph, from, to)) return translate('refuse.cycle', { from: idOf(from), to: idOf(to) });
  return null;
}

export function join(session: Session, from: string, port: string | null, to: string): void {
  if (refuse(session, from, port, to) !== null) return;
  session.edit(translate('edit.connected', { from: idOf(from), to: idOf(to) }), connect(session.text, to, need(idOf(from), port)), to);
}

export function rejoin(session: Session, edge: GraphEdge, from: string, port: string | null, to: string): void {
  const old = need(idOf(edge.from), edge.port);
  const entry = need(idOf(from), port);
  if (old === entry && edge.to === to) return;
  const label = translate('edit.connected', { from: idOf(from), to: idOf(to) });
  if (edge.to === to) session.edit(label, replaceNeed(session.text, to, old, [entry]), to);
  else session.edit(label, connect(disconnect(session.text, edge.to, old), to, entry), to);
}

export function cutEdge(session: Session, edge: GraphEdge): void {
  if (edge.from === startPath) return;
  session.edit(translate('edit.disconnected', { from: idOf(edge.from), to: idOf(edge.to) }), disconnect(session.text, edge.to, need(idOf(edge.from), edge.port)), edge.to);
}

export function remove(session: Session, paths: readonly string[]): void {
  const nodes = paths.filter((path) => path !== startPath);
  if (nodes.length === 0) return;
  const text = nodes.reduce((result, path) => removeNode(result, path), session.text);
  session.edit(translate('edit.removed', { name: nodes.map(idOf).join(', ') }), text);
  session.select([]);
}

export function duplicate(session: Session, path: string): void {
  if (path === startPath) return;
  const { text, id } = duplicateNode(session.text, path);
  const copy = pathIn(regionOf(path), id);
  session.edit(translate('edit.duplicated', { name: idOf(path) }), text, copy);
  session.select([copy]);
}

export function rename(session: Session, path: string, id: string): string | null {
  const { source } = session.store.get();
  if (id === idOf(path)) return null;
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(id)) return translate('rename.pattern');
  if (allIds(source).has(id)) return translate('rename.taken', { id });
  const renamed = pathIn(regionOf(path), id);
  session.edit(translate('edit.renamed', { from: idOf(path), to: id }), renameNode(session.text, path, id), renamed);
  session.select([renamed]);
  return null;
}

export function toggleDisabled(session: Session, path: string, place: readonly (string | number)[], disabled: boolean): void {
  const text = disabled ? removeValue(session.text, [...place, 'disabled']) : setValue(session.text, [...place, 'disabled'], true);
  session.edit(translate(disabled ? 'edit.enabled' : 'edit.disabled', { name: idOf(path) }), text, path);
}

export async function copy(session: Session, paths: readonly string[]): Promise<void> {
  const yaml = copyNodes(session.text, paths.filter((path) => path !== startPath));
  if (yaml) await navigator.clipboard.writeText(yaml);
}

/// Puts text from the clipboard into the region of what is selected; tells what came of it.
export function pasteText(session: Session, clip: string): string | null {
  const at = session.store.get().selection.at(-1);
  const region = at && at !== startPath ? regionOf(at) : '';
  const pasted = paste(session.text, region, clip, kindNames);
  if (!pasted) return translate('paste.nothing');
  const names = [...pasted.ids.values()];
  session.edit(translate('edit.pasted', { name: names.join(', ') }), pasted.text, names[0] ? pathIn(region, names[0]) : startPath);
  session.select(pasted.trigger ? [startPath] : names.map((id) => pathIn(region, id)));
  const renamed = [...pasted.ids].filter(([from, to]) => from !== to).map(([from, to]) => `${from} → ${to}`);
  return renamed.length > 0 ? translate('paste.renamed', { names: renamed.join(', ') }) : null;
}

export function move(session: Session, path: string, to: Point): void {
  session.edit(translate('edit.moved', { name: path === startPath ? translate('canvas.triggers') : idOf(path) }), setValue(session.text, ['ui', 'positions', path], { x: to.x, y: to.y }), path);
}

export function tidy(session: Session): void {
  session.edit(translate('edit.tidied'), removeValue(session.text, ['ui', 'positions']));
}
