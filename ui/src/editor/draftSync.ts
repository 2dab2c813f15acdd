import { api } from '../api/api';
import { Problem } from '../api/client';
import type { ServerDraft } from '../api/types';

/// What became of an attempt to save on the server.
export type Pushed = 'saved' | 'nothing' | 'failed' | { rival: ServerDraft };

const pause = 2000;

/// Keeps the server's draft of a deployed workflow in step with the editor: a while after the last change, or at once.
/// It takes the place of the state it has seen and of no other.
export class DraftSync {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last: Promise<Pushed> = Promise.resolve('nothing');

  /// `version`: of the server's draft that the editor has seen; null: it knows of none. `text` and `revision` are asked
  /// for when it saves; a null text: there is no draft any more.
  constructor(private ns: string, private name: string, public version: string | null, private state: () => { text: string | null; revision: number }, private onPushed: (result: Pushed) => void) {}

  later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.now(), pause);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /// One at a time: each names what the one before has written.
  now(): Promise<Pushed> {
    clearTimeout(this.timer);
    this.last = this.last.then(async () => {
      const result = await this.push(true);
      this.onPushed(result);
      return result;
    });
    return this.last;
  }

  private async push(again: boolean): Promise<Pushed> {
    const { text, revision } = this.state();
    try {
      if (text !== null) this.version = (await api.putDraft(this.ns, this.name, text, revision, this.version)).version;
      else if (this.version) await api.removeDraft(this.ns, this.name, this.version);
      else return 'nothing';
      if (text === null) this.version = null;
      return 'saved';
    } catch (error) {
      const problem = error as Problem;
      if (problem.status === 409 && problem.extra.draft) return { rival: problem.extra.draft as ServerDraft };
      const gone = problem.status === 404 || (problem.status === 409 && problem.extra.draft === null);
      if (!gone) return 'failed';
      this.version = null;
      return text !== null && problem.status === 409 && again ? this.push(false) : 'nothing';
    }
  }
}
