import { yaml } from '@codemirror/lang-yaml';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, placeholder as placeholderText } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { common, external, expressionSource, syncText } from './codemirror';
import type { Scope } from './completion';

interface Props {
  id?: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  onFocus?: () => void;
  language?: 'yaml' | 'expression' | 'template' | 'code';
  scope?: () => Scope;
  singleLine?: boolean;
  placeholder?: string;
  readOnly?: boolean;
  onUndo?: (redo: boolean) => void;
}

/// A text field with colours and completion. While it has the focus, what comes from outside does not disturb it.
export function TextEditor(props: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const current = useRef(props);
  current.current = props;
  const { value, label, language = 'template', singleLine = false, placeholder, readOnly = false } = props;

  useEffect(() => {
    const scope = () => current.current.scope?.() ?? { values: {}, secrets: [], sample: null };
    const editor = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: current.current.value,
        extensions: [
          ...(language === 'yaml' ? [yaml()] : []),
          ...(singleLine ? [EditorState.transactionFilter.of((transaction) => (transaction.newDoc.lines > 1 ? [] : transaction))] : [EditorView.lineWrapping]),
          ...(placeholder ? [placeholderText(placeholder)] : []),
          ...(readOnly ? [EditorState.readOnly.of(true)] : []),
          keymap.of([
            { key: 'Mod-z', run: () => (current.current.onUndo?.(false), current.current.onUndo !== undefined) },
            { key: 'Mod-Shift-z', run: () => (current.current.onUndo?.(true), current.current.onUndo !== undefined) },
          ]),
          ...common(language === 'code' ? [] : [expressionSource(scope, () => language === 'expression')]),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0', ...(current.current.id ? { id: current.current.id } : {}) }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((one) => one.annotation(external))) current.current.onChange(update.state.doc.toString());
            if (update.focusChanged) (update.view.hasFocus ? current.current.onFocus : current.current.onBlur)?.();
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [language, singleLine, placeholder, readOnly, label]);

  useEffect(() => {
    if (view.current) syncText(view.current, value);
  }, [value]);

  return <div className={`text-editor${singleLine ? ' single' : ''}${language === 'code' ? ' tall code' : language === 'yaml' ? ' tall' : ''}${readOnly ? ' read-only' : ''}`} ref={host} />;
}
