/// One history of a file's text over canvas, forms and YAML. Immutable: every step gives a new one.
export interface Step {
  text: string;
  /// What the step did, for people.
  label: string;
  /// The node it was about, selected again when it is undone.
  node: string | null;
}

export interface History {
  readonly past: readonly Step[];
  readonly present: Step;
  readonly future: readonly Step[];
  /// When typing began that later typing joins; 0: the present takes nothing more.
  readonly typingSince: number;
}

const kept = 200;
const typingJoins = 1000;

export function begin(text: string): History {
  return { past: [], present: { text, label: '', node: null }, future: [], typingSince: 0 };
}

export function push(history: History, step: Step): History {
  if (step.text === history.present.text) return history;
  return { past: [...history.past, history.present].slice(-kept), present: step, future: [], typingSince: 0 };
}

/// Typing becomes one step as long as it goes on without a pause.
export function type(history: History, step: Step, now: number): History {
  if (step.text === history.present.text) return history;
  const joins = history.typingSince > 0 && now - history.typingSince < typingJoins && history.present.label === step.label && history.present.node === step.node;
  if (joins) return { ...history, present: step, future: [], typingSince: now };
  return { ...push(history, step), typingSince: now };
}

export function undo(history: History): History {
  const step = history.past.at(-1);
  if (!step) return history;
  return { past: history.past.slice(0, -1), present: step, future: [history.present, ...history.future], typingSince: 0 };
}

export function redo(history: History): History {
  const [step, ...rest] = history.future;
  if (!step) return history;
  return { past: [...history.past, history.present], present: step, future: rest, typingSince: 0 };
}
