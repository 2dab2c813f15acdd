import { yaml } from '@codemirror/lang-yaml';
import { setDiagnostics } from '@codemirror/lint';
import { EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, hoverTooltip, keymap, lineNumbers, type DecorationSet } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { Diagnostic, JsonSchema } from '../api/types';
import { said, useT } from '../app/i18n';
import { linesOf, pathAt } from '../document/source';
import { nodePathOf, placeOf } from '../document/nodes';
import { startPath, type Graph } from '../graph/model';
import type { Fields } from '../nodes/kind';
import { useStore } from '../components/store';
import { common, external, expressionSource, syncText } from './codemirror';
import type { Scope } from './completion';
import { diagnosticText } from './diagnostics';
import { helpOf } from './schema';
import type { Session } from './session';
import { yamlSource } from './yamlCompletion';

const markLines = StateEffect.define<{ first: number; last: number } | null>();
const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(markLines)) continue;
      const lines = effect.value;
      const doc = transaction.state.doc;
      const last = lines ? Math.min(lines.last, doc.lines) : 0;
      next = lines ? Decoration.set(Array.from({ length: Math.max(0, last - lines.first + 1) }, (_, index) => Decoration.line({ class: 'cm-node' }).range(doc.line(lines.first + index).from))) : Decoration.none;
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

interface Props {
  session: Session;
  schema: JsonSchema | null;
  graph: Graph;
  fields: (path: string) => Fields;
  scope: (path: string) => Scope;
  diagnostics: readonly Diagnostic[];
  /// A place to go to, anew each time the object changes.
  goTo: { line: number; column: number } | null;
}

function offsetOf(state: EditorState, line: number, column: number): number {
  const at = state.doc.line(Math.min(Math.max(1, line), state.doc.lines));
  // Columns count characters, the editor UTF-16 units.
  return Math.min(at.to, at.from + [...at.text].slice(0, column - 1).join('').length);
}

/// The text itself.
export function YamlPane(props: Props) {
  const t = useT();
  const { session, diagnostics, goTo } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const current = useRef(props);
  current.current = props;
  const text = useStore(session.store, (state) => state.history.present.text);
  const source = useStore(session.store, (state) => state.source);
  const selected = useStore(session.store, (state) => state.selection.at(-1) ?? null);

  useEffect(() => {
    const nodeAtCursor = (state: EditorState) => nodePathOf(pathAt(session.store.get().source, state.selection.main.head)) ?? startPath;
    const editor: EditorView = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: session.text,
        extensions: [
          lineNumbers(),
          yaml(),
          marked,
          keymap.of([
            { key: 'Mod-z', run: () => (session.undo(), true) },
            { key: 'Mod-Shift-z', run: () => (session.redo(), true) },
            { key: 'Mod-y', run: () => (session.redo(), true) },
          ]),
          ...common([
            expressionSource(() => current.current.scope(nodeAtCursor(editor.state)), () => false),
            yamlSource(() => current.current.schema, () => current.current.graph, (path) => current.current.fields(path)),
          ]),
          hoverTooltip((_view, position) => {
            const schema = current.current.schema;
            const help = schema ? said(helpOf(schema, pathAt(session.store.get().source, position))) : '';
            if (!help) return null;
            return { pos: position, create: () => {
              const dom = document.createElement('div');
              dom.className = 'cm-help';
              dom.textContent = help;
              return { dom };
            } };
          }),
          EditorView.contentAttributes.of({ 'aria-label': t('editor.yaml'), tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.transactions.some((one) => one.annotation(external))) return;
            if (update.docChanged) session.type(t('edit.text'), update.state.doc.toString());
            else if (update.selectionSet && update.view.hasFocus) {
              const path = nodePathOf(pathAt(session.store.get().source, update.state.selection.main.head));
              if (path) session.select([path]);
            }
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [session, t]);

  useEffect(() => {
    if (view.current) syncText(view.current, text);
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const place = selected && selected !== startPath ? placeOf(source, selected) : selected === startPath ? ['triggers'] : null;
    const lines = place ? linesOf(source, place) : null;
    editor.dispatch({ effects: markLines.of(lines), annotations: external.of(true) });
    if (lines && !editor.hasFocus && lines.first <= editor.state.doc.lines) {
      editor.dispatch({ effects: EditorView.scrollIntoView(editor.state.doc.line(lines.first).from, { y: 'nearest', yMargin: 60 }), annotations: external.of(true) });
    }
  }, [selected, source]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    editor.dispatch(setDiagnostics(editor.state, diagnostics.map((one) => {
      const from = offsetOf(editor.state, one.line, one.column);
      const to = Math.max(from, offsetOf(editor.state, one.endLine || one.line, one.endColumn || one.column + 1));
      return { from, to, severity: one.severity, message: diagnosticText(one), source: one.code };
    })));
  }, [diagnostics, t]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !goTo) return;
    const at = offsetOf(editor.state, goTo.line, goTo.column);
    editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }), annotations: external.of(true) });
    editor.focus();
  }, [goTo]);

  return <div className="yaml-pane" ref={host} />;
}
