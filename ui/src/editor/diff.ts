export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
  before: number | null;
  after: number | null;
}

/// Lines of two texts beside each other: the longest common lines stay, the rest is removed and added.
export function diffLines(before: string, after: string): DiffLine[] {
  const a = before === '' ? [] : before.replace(/\n$/, '').split('\n');
  const b = after === '' ? [] : after.replace(/\n$/, '').split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) ++start;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) ++end;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  // Lengths of the longest common sequences of what remains of both.
  const width = right.length + 1;
  const common = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; --i) {
    for (let j = right.length - 1; j >= 0; --j) {
      common[i * width + j] = left[i] === right[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
    }
  }
  const lines: DiffLine[] = a.slice(0, start).map((text, index) => ({ kind: 'same', text, before: index + 1, after: index + 1 }));
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      lines.push({ kind: 'same', text: left[i]!, before: start + ++i, after: start + ++j });
    } else if (i < left.length && (j === right.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      lines.push({ kind: 'removed', text: left[i]!, before: start + ++i, after: null });
    } else {
      lines.push({ kind: 'added', text: right[j]!, before: null, after: start + ++j });
    }
  }
  for (let k = 0; k < end; ++k) lines.push({ kind: 'same', text: a[a.length - end + k]!, before: a.length - end + k + 1, after: b.length - end + k + 1 });
  return lines;
}

export function countChanges(lines: readonly DiffLine[]): number {
  return lines.filter((line, index) => line.kind !== 'same' && lines[index - 1]?.kind !== line.kind && lines[index - 1]?.kind !== 'removed').length;
}
