import { createStore } from '../components/store';

/// What a person has changed and not deployed, kept in this browser.
export interface Draft {
  text: string;
  /// The revision it began from; 0: the workflow is new.
  revision: number;
  /// The text of that revision.
  base: string;
  savedAt: number;
  /// The state of the server's draft that this one follows; null: none.
  version: string | null;
  /// Whether it is that state.
  pushed: boolean;
}

const prefix = 'weft.draft.';

function names(): ReadonlySet<string> {
  try {
    return new Set(Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)));
  } catch {
    return new Set();
  }
}

/// Workflows (`NS/NAME`) that have a draft here.
export const draftNames = createStore<ReadonlySet<string>>(names());

export function readDraft(name: string): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(prefix + name) ?? 'null') as Draft | null;
  } catch {
    return null;
  }
}

/// False when the browser keeps nothing (its storage is full or switched off).
export function writeDraft(name: string, draft: Draft | null): boolean {
  try {
    if (draft) localStorage.setItem(prefix + name, JSON.stringify(draft));
    else localStorage.removeItem(prefix + name);
    draftNames.set(names());
    return true;
  } catch {
    return false;
  }
}

window.addEventListener('storage', () => draftNames.set(names()));
