import { api } from '../api/api';
import { Problem } from '../api/client';
import type { Diagnostic, ServerDraft, WorkflowDetail } from '../api/types';
import { translate } from '../app/i18n';
import { createStore, type Store } from '../components/store';
import { begin, push, redo, type as typed, undo, type History } from '../document/history';
import { parse, type Source } from '../document/source';
import { graphOfDocument } from '../graph/fromDocument';
import { emptyGraph, type Graph } from '../graph/model';
import { DraftSync, type Pushed } from './draftSync';
import { readDraft, writeDraft, type Draft } from './drafts';
import { readPins, writePins, type Pin, type Pins } from './pins';

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
  /// What nodes give in test runs, by path.
  pins: Pins;
  /// The deployed revision is newer than the one the draft began from.
  conflict: WorkflowDetail | null;
  /// Somebody else has saved another draft on the server.
  rival: ServerDraft | null;
  /// Whether the server could not be given the draft: it is in this browser only.
  unsent: boolean;
}

const pause = 300;

/// The editing of one workflow. The text is the truth; everything shown follows from it and from what the server says
/// about it.
export class Session {
  readonly store: Store<SessionState>;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private saver: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;
  /// None while the workflow was never deployed.
  private sync: DraftSync | undefined;
  /// The text the server was given last.
  private sent = '';

  constructor(private draftName: string, text: string, base: { text: string; revision: number }) {
    this.store = createStore<SessionState>({
      history: begin(text), source: parse(text), base,
      checked: { text: '', diagnostics: [], graph: emptyGraph, stale: false },
      checking: true, problem: null, savedAt: null, selection: [], pins: readPins(draftName), conflict: null, rival: null, unsent: false,
    });
    void this.check();
  }

  /// From the draft of this browser or of the server if there is one, else from what is deployed. `base` is the text
  /// of the revision that the server's draft began from.
  static open(detail: WorkflowDetail, remote: ServerDraft | null, base: string): Session {
    const name = `${detail.namespace}/${detail.name}`;
    const deployed = { text: detail.source ?? '', revision: detail.revision };
    const kept = readDraft(name);
    const mine = kept && kept.text !== deployed.text ? kept : null;
    // What this browser has given to the server already may have been worked on elsewhere since.
    const followed = !mine || (mine.pushed && remote !== null && mine.version !== remote.version);
    const theirs: Draft | null = remote && { text: remote.text, revision: remote.revision, base, savedAt: Date.parse(remote.savedAt), version: remote.version, pushed: true };
    const draft = followed ? theirs : mine;
    const session = !draft || draft.text === deployed.text ? new Session(name, deployed.text, deployed) : new Session(name, draft.text, { text: draft.base, revision: draft.revision });
    const apart = draft === mine && mine?.text !== remote?.text;
    session.follow(detail.namespace, detail.name, (apart ? mine?.version : remote?.version) ?? null);
    if (session.dirty) {
      const rival = apart && remote && remote.version !== mine?.version ? remote : null;
      session.patch({ savedAt: draft!.savedAt, conflict: draft!.revision < deployed.revision ? detail : null, rival });
    }
    if (draft ?? kept) session.save();
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

  /// Test runs take this from the node instead of running it; null: it runs.
  pin(path: string, pin: Pin | null): void {
    const { [path]: _old, ...others } = this.store.get().pins;
    const pins = pin ? { ...others, [path]: pin } : others;
    writePins(this.draftName, pins);
    this.patch({ pins });
  }

  /// What is in the editor has been deployed.
  deployed(revision: number, name: string): void {
    writeDraft(this.draftName, null);
    writePins(this.draftName, {});
    this.draftName = name;
    writePins(name, this.store.get().pins);
    const [ns, id] = name.split('/') as [string, string];
    if (!this.sync) this.follow(ns, id, null);
    this.patch({ base: { text: this.text, revision }, savedAt: null, conflict: null, rival: null });
    void this.sync?.now();
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

  /// The ways out when somebody else has saved another draft: go on from it, or put mine in its place.
  resolveRival(rival: ServerDraft, keepMine: boolean): void {
    this.patch({ rival: null });
    if (this.sync) this.sync.version = rival.version;
    if (!keepMine) this.edit(translate('edit.theirs'), rival.text);
    this.save();
  }

  /// In this browser at once, on the server a while later. False: the browser keeps nothing.
  save(): boolean {
    const kept = this.keep(false);
    if (this.store.get().rival === null) this.sync?.later();
    return kept;
  }

  /// In this browser and on the server.
  async saveNow(): Promise<'server' | 'browser' | 'nowhere'> {
    const kept = this.keep(false);
    const pushed = this.sync && this.store.get().rival === null ? await this.sync.now() : 'failed';
    return pushed === 'saved' || pushed === 'nothing' ? 'server' : kept ? 'browser' : 'nowhere';
  }

  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.saver);
    if (this.dirty) this.keep(false);
    if (this.store.get().rival === null) void this.sync?.now();
    this.running?.abort();
  }

  private follow(ns: string, name: string, version: string | null): void {
    this.sync = new DraftSync(ns, name, version, () => {
      this.sent = this.text;
      return { text: this.dirty ? this.text : null, revision: this.store.get().base.revision };
    }, (result) => this.pushed(result));
  }

  private pushed(result: Pushed): void {
    this.patch({ unsent: result === 'failed' });
    if (typeof result === 'object') this.patch({ rival: result.rival });
    else if (result === 'saved' && this.sent === this.text) this.keep(true);
  }

  private keep(pushed: boolean): boolean {
    const { base, savedAt: before } = this.store.get();
    const savedAt = (pushed ? before : null) ?? Date.now();
    const kept = writeDraft(this.draftName, this.dirty ? { text: this.text, revision: base.revision, base: base.text, savedAt, version: this.sync?.version ?? null, pushed } : null);
    if (kept) this.patch({ savedAt: this.dirty ? savedAt : null });
    return kept;
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
