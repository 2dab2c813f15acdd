import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, acceptCompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { searchKeymap } from '@codemirror/search';
import { Annotation, EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, keymap, MatchDecorator, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { language } from '../app/i18n';
import { editorPhrases } from '../app/words/phrases';
import { complete, expressionBefore, type Scope } from './completion';

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--weft-accentText)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--weft-ok)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--weft-retry)' },
  { tag: tags.comment, color: 'var(--weft-text3)' },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: 'var(--weft-text2)' },
]);

const look = EditorView.theme({
  '&': { fontSize: '12px', color: 'var(--weft-text)', backgroundColor: 'transparent', height: '100%' },
  '.cm-scroller': { fontFamily: 'var(--weft-mono)', lineHeight: '18px' },
  '.cm-content': { caretColor: 'var(--weft-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--weft-text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--weft-text3)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'color-mix(in srgb, var(--weft-accentText) 25%, transparent) !important' },
  '.cm-expression': { color: 'var(--weft-comp)', '& *': { color: 'var(--weft-comp) !important' } },
  '.cm-node': { backgroundColor: 'var(--weft-accentBg)' },
  '.cm-tooltip': { border: '1px solid var(--weft-border2)', borderRadius: '8px', backgroundColor: 'var(--weft-raised)', color: 'var(--weft-text)', boxShadow: 'var(--weft-shadow3)', overflow: 'hidden' },
  '.cm-tooltip-autocomplete ul li': { fontFamily: 'var(--weft-mono)', fontSize: '12px', padding: '3px 8px !important', display: 'flex', gap: '12px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--weft-accentBg)', color: 'var(--weft-text)' },
  '.cm-completionDetail': { marginLeft: 'auto', color: 'var(--weft-text3)', fontStyle: 'normal' },
  '.cm-placeholder': { color: 'var(--weft-text3)' },
  '.cm-help': { padding: '6px 10px', maxWidth: '360px', fontFamily: 'var(--weft-sans)', lineHeight: '1.5' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--weft-fail)', textUnderlineOffset: '3px' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--weft-wait)', textUnderlineOffset: '3px' },
  '.cm-panel.cm-search': { padding: '8px', fontFamily: 'var(--weft-sans)', fontSize: '13px', '& label': { fontSize: '13px' }, '& [name=close]': { fontSize: '18px', color: 'var(--weft-text2)' } },
  '.cm-textfield, .cm-button': { height: '28px', padding: '0 8px', border: '1px solid var(--weft-border2)', borderRadius: '6px', backgroundColor: 'var(--weft-surface)', backgroundImage: 'none', color: 'var(--weft-text)', fontSize: '13px' },
  '.cm-button': { cursor: 'pointer' },
  '.cm-panels': { backgroundColor: 'var(--weft-surface)', color: 'var(--weft-text)', borderColor: 'var(--weft-border)' },
});

const expressions = new MatchDecorator({ regexp: /(?<!\$)\$\{(?:[^{}]|\{[^{}]*\})*\}/g, decoration: Decoration.mark({ class: 'cm-expression' }) });
const expressionMarks = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = expressions.createDeco(view);
    }
    update(update: ViewUpdate) {
      this.decorations = expressions.updateDeco(update, this.decorations);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/// Marks changes that come from outside, so that they are not taken for typing.
export const external = Annotation.define<boolean>();

/// Completes inside of `${ }`; `bare`: all of the text is an expression.
export function expressionSource(scope: () => Scope, bare: () => boolean) {
  return (context: CompletionContext): CompletionResult | null => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const expression = expressionBefore(before) ?? (bare() ? before : null);
    if (expression === null) return null;
    const found = complete(expression, scope());
    if (found.length === 0 || (!context.explicit && /^\s*$/.test(expression) && !expression.endsWith('.'))) return null;
    const start = context.pos - expression.length + found[0]!.from;
    return {
      from: start,
      options: found.map((one) => ({ label: one.label, detail: one.detail, type: one.kind === 'function' ? 'function' : 'variable', boost: one.kind === 'function' ? -1 : 1 })),
      validFor: /^[$\w]*$/,
    };
  };
}

/// What all of the product's text editors have. Tab leaves the editor, but for taking a completion.
export function common(sources: ((context: CompletionContext) => CompletionResult | null)[]): Extension[] {
  return [
    syntaxHighlighting(colours),
    look,
    expressionMarks,
    bracketMatching(),
    closeBrackets(),
    indentUnit.of('  '),
    EditorState.tabSize.of(2),
    EditorState.phrases.of(language() === 'zh' ? editorPhrases : {}),
    autocompletion({ override: sources, icons: false, maxRenderedOptions: 40 }),
    keymap.of([{ key: 'Tab', run: acceptCompletion }, ...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...defaultKeymap]),
  ];
}

/// Brings the view to a text with the smallest change, so that cursor and scroll stay.
export function syncText(view: EditorView, text: string): void {
  const old = view.state.doc.toString();
  if (old === text) return;
  let start = 0;
  while (start < old.length && start < text.length && old[start] === text[start]) ++start;
  let end = 0;
  while (end < old.length - start && end < text.length - start && old[old.length - 1 - end] === text[text.length - 1 - end]) ++end;
  view.dispatch({ changes: { from: start, to: old.length - end, insert: text.slice(start, text.length - end) }, annotations: external.of(true) });
}
