import { Dropdown, Input, Tabs } from 'antd';
import { MoreHorizontal, RotateCw, X } from 'lucide-react';
import { useState } from 'react';
import type { Diagnostic, JsonSchema } from '../api/types';
import { language, translateMaybe, useT, type Word } from '../app/i18n';
import { useStore } from '../components/store';
import { copyNodes } from '../document/clipboard';
import { placeOf } from '../document/nodes';
import { nodeAt, pathAt, valueAt, type Path } from '../document/source';
import { replaceEntry } from '../document/splice';
import { isMap } from 'yaml';
import { regionKinds, type Graph, type GraphNode } from '../graph/model';
import { fieldsOf, textOf, type Fields as NodeFields } from '../nodes/kind';
import { registry } from '../nodes/registry';
import { copy, duplicate, remove, rename, toggleDisabled } from './commands';
import type { Scope } from './completion';
import { diagnosticText } from './diagnostics';
import { Fields, type FieldSpec } from './Fields';
import { NodeTest } from './NodeTest';
import { PinBox } from './PinBox';
import type { Sample } from './sample';
import { parameterFields } from './parameterFields';
import type { Session } from './session';
import { TextEditor } from './TextEditor';
import { canBeGiven, pinOf, type Trials } from './trials';
import { UpstreamData } from './UpstreamData';

interface Props {
  session: Session;
  node: GraphNode;
  schema: JsonSchema;
  scope: () => Scope;
  sample: Sample;
  trials: Trials;
  graph: Graph;
  diagnostics: readonly Diagnostic[];
  onClose: () => void;
  onConnect: () => void;
}

const retried = new Set(['http', 'shell', 'python', 'workflow', 'group', 'foreach', 'loop']);

/// Retry and timeout in one sentence.
function policy(node: NodeFields, kind: string, t: ReturnType<typeof useT>): string {
  const retry = node.retry as number | { attempts?: number; delay?: string; max_delay?: string } | undefined;
  const attempts = typeof retry === 'number' ? retry : retry?.attempts;
  const parts = [
    node.once === true ? t('policy.once') : attempts && attempts > 1 ? t('policy.attempts', { n: attempts, delay: (typeof retry === 'object' && retry.delay) || '1s', max: (typeof retry === 'object' && retry.max_delay) || '1m' }) : retried.has(kind) ? t('policy.single') : '',
    node.timeout ? t('policy.timeout', { time: textOf(node.timeout) }) : '',
    node.deadline ? t('policy.deadline', { time: textOf(node.deadline) }) : '',
  ];
  return parts.filter(Boolean).join(language() === 'zh' ? '；' : '; ');
}

/// The ways out of a node of which a pin must name one.
function waysOut(node: GraphNode, value: NodeFields): readonly string[] {
  if (node.kind === 'approval') return ['approved', 'rejected'];
  return node.kind === 'switch' ? (registry.switch.ports?.(fieldsOf(registry.switch, value)) ?? []) : [];
}

export function NodeDrawer({ session, node, schema, scope, sample, trials, graph, diagnostics, onClose, onConnect }: Props) {
  const t = useT();
  const source = useStore(session.store, (state) => state.source);
  const { single } = useStore(trials.store);
  const tried = single?.node === node.path ? single : null;
  const [tab, setTab] = useState('parameters');
  const [renaming, setRenaming] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const place = placeOf(source, node.path);
  if (!place) return null;
  const spec = registry[node.kind];
  const Icon = spec.icon;
  const value = (valueAt(source, place) ?? {}) as NodeFields;
  const mine = diagnostics.filter((one) => one.path === node.path || isInside(source, place, one));
  const problems = (at: Path) => {
    const found = mine.find((one) => {
      const where = pathAt(source, source.lines.lineStarts[one.line - 1]! + one.column - 1);
      return at.every((step, index) => where[index] === step);
    });
    return found && diagnosticText(found);
  };
  const shared = { session, schema, base: place, node: node.path, scope, problems };
  const field = (name: string, folded = false): FieldSpec => ({ name, folded });
  const tabs = [
    { key: 'parameters', label: t('drawer.parameters'), children: (
      <>
        {mine.filter((one) => problems([...place]) && one.severity === 'error').slice(0, 3).map((one, index) => <p key={index} className="field-problem">{diagnosticText(one)}</p>)}
        <Fields {...shared} fields={parameterFields(place, node.kind, value)} />
        {spec.fields.length === 0 && <p className="quiet">{t('drawer.noParameters')}</p>}
      </>
    ) },
    { key: 'data', label: t('drawer.data'), children: (
      <>
        <Fields {...shared} fields={[field('with'), ...(node.kind === 'switch' ? [] : [field('output')])]} />
        {canBeGiven(node.path) ? (
          <>
            <NodeTest session={session} trials={trials} sample={sample} graph={graph} node={node} />
            <PinBox session={session} path={node.path} last={pinOf(tried?.run.node(node.path) ?? sample.run?.nodes[node.path])} cases={waysOut(node, value)} />
          </>
        ) : <p className="quiet">{t('test.nodeInside', { name: node.path.split('/')[0]! })}</p>}
        <UpstreamData scope={scope} run={sample.run} path={node.path} />
      </>
    ) },
    { key: 'reliability', label: t('drawer.reliability'), children: (
      <Fields {...shared} fields={[
        ...(retried.has(node.kind) ? [{ name: 'retry', context: 'node' }] : []),
        ...(spec.fields.includes('timeout') ? [] : [field('timeout')]), field('deadline'), field('once'), field('on_error', true), { ...field('compensate', true), dot: sample.run?.nodes[node.path]?.output }, field('join', true), field('when'), field('queue', true),
      ]} />
    ) },
    { key: 'docs', label: t('drawer.docs'), children: (
      <>
        <Fields {...shared} fields={[field('title'), field('description'), field('labels', true)]} />
        <h3>{t(`kind.${node.kind}` as Word)} <code>{node.kind}</code></h3>
        <p>{translateMaybe(`about.${node.kind}`)}</p>
        <pre className="code-block example">{spec.example}</pre>
      </>
    ) },
    { key: 'yaml', label: 'YAML', children: isFlowInside(source, place) ? <pre className="code-block example">{copyNodes(session.text, [node.path])}</pre> : (
      <TextEditor label={t('editor.yaml')} language="yaml" value={copyNodes(session.text, [node.path])} onChange={(text) => session.type(t('edit.text'), replaceEntry(session.text, place, text), node.path)} scope={scope} onUndo={(redo) => (redo ? session.redo() : session.undo())} />
    ) },
  ];
  const finishRename = () => {
    if (renaming === null) return;
    const why = rename(session, node.path, renaming.trim());
    setRefusal(why);
    if (why === null) setRenaming(null);
  };
  return (
    <aside className="drawer" aria-label={t('drawer.label', { name: node.title ?? node.id })}>
      <header className="drawer-head">
        <Icon size={16} strokeWidth={1.75} aria-hidden />
        <strong>{node.title || textOf(value.title) || node.id}</strong>
        {renaming === null ? (
          <button type="button" className="tag mono" title={t('keys.rename')} data-rename onClick={() => setRenaming(node.id)}>{node.id}</button>
        ) : (
          <Input size="small" className="mono rename" autoFocus aria-label={t('keys.rename')} value={renaming} status={refusal ? 'error' : ''} onChange={(event) => setRenaming(event.target.value)} onBlur={finishRename} onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === 'Enter') finishRename();
            if (event.key === 'Escape') (setRenaming(null), setRefusal(null), event.stopPropagation());
          }} />
        )}
        <span className="spacer" />
        <Dropdown trigger={['click']} menu={{ items: [
          { key: 'rename', label: t('keys.rename'), extra: 'F2', onClick: () => setRenaming(node.id) },
          { key: 'connect', label: t('menu.connect'), onClick: onConnect },
          { key: 'duplicate', label: t('keys.duplicate'), extra: 'Ctrl D', onClick: () => duplicate(session, node.path) },
          { key: 'copy', label: t('menu.copyYaml'), extra: 'Ctrl C', onClick: () => void copy(session, [node.path]) },
          { key: 'disable', label: value.disabled === true ? t('menu.enable') : t('menu.disable'), onClick: () => toggleDisabled(session, node.path, place, value.disabled === true) },
          { type: 'divider' },
          { key: 'delete', label: t('do.delete'), danger: true, extra: 'Del', onClick: () => remove(session, [node.path]) },
        ] }}>
          <button type="button" className="icon-button" aria-label={t('do.more')}><MoreHorizontal size={16} /></button>
        </Dropdown>
        <button type="button" className="icon-button" aria-label={t('do.close')} onClick={onClose}><X size={16} /></button>
      </header>
      {refusal && <p className="field-problem drawer-note" role="alert">{refusal}</p>}
      <Tabs activeKey={tab} onChange={setTab} items={tabs} size="small" className="drawer-tabs" destroyOnHidden />
      <footer className="drawer-foot"><RotateCw size={14} aria-hidden /><span>{policy(value, node.kind, t) || t('policy.none')}</span><button type="button" className="link" onClick={() => setTab('reliability')}>{t('do.edit')}</button></footer>
    </aside>
  );
}

function isInside(source: Parameters<typeof pathAt>[0], place: Path, one: Diagnostic): boolean {
  const start = source.lines.lineStarts[one.line - 1];
  if (start === undefined) return false;
  const where = pathAt(source, start + one.column - 1);
  return place.every((step, index) => where[index] === step) && !(where.length > place.length && regionKinds.size > 0 && where.slice(place.length).includes('nodes'));
}

function isFlowInside(source: Parameters<typeof pathAt>[0], place: Path): boolean {
  const parent = nodeAt(source, place.slice(0, -1));
  return isMap(parent) && parent.flow === true;
}

