import { api } from '../api/api';
import { Problem } from '../api/client';
import type { Diagnostic, WorkflowDetail } from '../api/types';
import { translate } from '../app/i18n';
import { createStore, type Store } from '../components/store';
import { begin, push, redo, type as typed, undo, type History } from '../document/history';
import { parse, type Source } from '../document/source';
import { graphOfDocument } from '../graph/fromDocument';
import { emptyGraph, type Graph } from '../graph/model';
import { readDraft, writeDraft } from './drafts';

/// What the server said about the text, and the last picture that could be drawn.
export interface Checked {
  text: string;
  diagnostics: Diagnostic[];
  graph: Graph;
  /// Whether the picture is of an earlier text, because this one cannot be read.
  stale: boolean;
}

export interface SessionState {
  history: History;
  source: Source;
  /// The deployed text and its revision; revision 0: never deployed.
  base: { text: string; revision: number };
  checked: Checked;
  checking: boolean;
  problem: Problem | null;
  savedAt: number | null;
  selection: readonly string[];
  /// The deployed revision is newer than the one the draft began from.
  conflict: WorkflowDetail | null;
}

const pause = 300;

/// The editing of one workflow. The text is the truth; everything shown follows from it and from what the server says
/// about it.
export class Session {
  readonly store: Store<SessionState>;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private saver: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;

  constructor(private draftName: string, text: string, base: { text: string; revision: number }) {
    this.store = createStore<SessionState>({
      history: begin(text), source: parse(text), base,
      checked: { text: '', diagnostics: [], graph: emptyGraph, stale: false },
      checking: true, problem: null, savedAt: null, selection: [], conflict: null,
    });
    void this.check();
  }

  /// From the draft of this browser if there is one, else from what is deployed.
  static open(detail: WorkflowDetail): Session {
    const name = `${detail.namespace}/${detail.name}`;
    const deployed = { text: detail.source ?? '', revision: detail.revision };
    const draft = readDraft(name);
    if (!draft || draft.text === deployed.text) return new Session(name, deployed.text, deployed);
    const session = new Session(name, draft.text, { text: draft.base, revision: draft.revision });
    session.patch({ savedAt: draft.savedAt, conflict: draft.revision < deployed.revision ? detail : null });
    return session;
  }

  get text(): string {
    return this.store.get().history.present.text;
  }

  get dirty(): boolean {
    const { history, base } = this.store.get();
    return history.present.text !== base.text;
  }

  patch(change: Partial<SessionState>): void {
    this.store.set({ ...this.store.get(), ...change });
  }

  /// One edit, by a gesture or a form.
  edit(label: string, text: string, node: string | null = null): void {
    this.become(push(this.store.get().history, { text, label, node }), 0);
  }

  /// Typing in the YAML or in a field.
  type(label: string, text: string, node: string | null = null): void {
    this.become(typed(this.store.get().history, { text, label, node }, Date.now()), pause);
  }

  undo(): void {
    this.step(undo(this.store.get().history), this.store.get().history.present.node);
  }

  redo(): void {
    const next = redo(this.store.get().history);
    this.step(next, next.present.node);
  }

  select(paths: readonly string[]): void {
    const old = this.store.get().selection;
    if (old.length === paths.length && old.every((path, index) => path === paths[index])) return;
    this.patch({ selection: paths });
  }

  /// What is in the editor has been deployed.
  deployed(revision: number, name: string): void {
    writeDraft(this.draftName, null);
    this.draftName = name;
    this.patch({ base: { text: this.text, revision }, savedAt: null, conflict: null });
  }

  /// The three ways out of a conflict: take theirs, keep mine on top of theirs.
  resolve(theirs: WorkflowDetail, keepMine: boolean): void {
    const base = { text: theirs.source ?? '', revision: theirs.revision };
    this.patch({ base, conflict: null });
    if (keepMine) this.save();
    else {
      writeDraft(this.draftName, null);
      this.edit(translate('edit.theirs'), base.text);
    }
  }

  save(): boolean {
    const { base } = this.store.get();
    const savedAt = Date.now();
    const kept = writeDraft(this.draftName, this.dirty ? { text: this.text, revision: base.revision, base: base.text, savedAt } : null);
    if (kept) this.patch({ savedAt: this.dirty ? savedAt : null });
    return kept;
  }

  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.saver);
    if (this.dirty) this.save();
    this.running?.abort();
  }

  private step(history: History, node: string | null): void {
    this.become(history, 0);
    if (node) this.select([node]);
  }

  private become(history: History, delay: number): void {
    if (history === this.store.get().history) return;
    this.patch({ history, source: parse(history.present.text), checking: true });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.check(), delay);
    clearTimeout(this.saver);
    this.saver = setTimeout(() => this.save(), 1000);
  }

  private async check(): Promise<void> {
    this.running?.abort();
    const running = (this.running = new AbortController());
    const text = this.text;
    try {
      const answer = await api.validate(text, running.signal);
      if (running.signal.aborted) return;
      const readable = answer.graph !== null || answer.document !== null;
      const drawn = answer.graph ?? (readable ? graphOfDocument(answer.document) : this.store.get().checked.graph);
      // An equal graph stays the same object, so that nothing is laid out or drawn anew.
      const old = this.store.get().checked.graph;
      const graph = JSON.stringify(old) === JSON.stringify(drawn) ? old : drawn;
      this.patch({ checked: { text, diagnostics: answer.diagnostics, graph, stale: !readable }, checking: false, problem: null });
    } catch (error) {
      if (!running.signal.aborted) this.patch({ problem: error as Problem, checking: false });
    }
  }
}
