/// Sentences of the server with their Chinese. `{name}` stands for any text, which is taken over; `{name:list}` for
/// alternatives (`a`, `b` or `c`), whose words are translated, all of them known; `{name:names}` for alternatives that
/// are names; `{name:sentence}` for a sentence that may have its own entry; `{name:lines}` for lines `PLACE: SENTENCE`.
export type Sentences = Readonly<Record<string, string>>;

interface Pattern {
  prefix: string;
  /// How much of the sentence the pattern says itself.
  size: number;
  expression: RegExp;
  slots: { name: string; kind: string }[];
  chinese: string;
}

const slotPattern = /\{([a-z]+)(?::(list|names|sentence|lines))?\}/g;

/// The text of a sentence between its slots.
export function literalsOf(sentence: string): string[] {
  return sentence.split(slotPattern).filter((_part, index) => index % 3 === 0);
}

function patternOf([english, chinese]: [string, string]): Pattern {
  const literals = literalsOf(english);
  const slots = [...english.matchAll(slotPattern)].map((slot) => ({ name: slot[1]!, kind: slot[2] ?? 'text' }));
  const source = literals.map((literal) => literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('([\\s\\S]*?)');
  return { prefix: literals[0]!, size: literals.join('').length, expression: new RegExp(`^${source}$`), slots, chinese };
}

/// Gives the Chinese of a sentence, or null when it is not known; `words` are the words of lists.
export function translator(sentences: Sentences, words: Sentences): (sentence: string) => string | null {
  const all = Object.entries(sentences);
  const plain = new Map(all.filter(([english]) => literalsOf(english).length === 1));
  // What says more stands before what says less.
  const patterns = all.filter(([english]) => !plain.has(english)).map(patternOf).sort((a, b) => b.size - a.size);
  const kept = new Map<string, string | null>();

  function list(text: string, names: boolean): string | null {
    if (words[text]) return words[text];
    const parts = text.split(/(, | or )/);
    const chinese = parts.map((part, index) => {
      if (index % 2 === 1) return part === ' or ' ? ' 或 ' : '、';
      return names || /^`.*`$/.test(part) ? part : words[part];
    });
    return chinese.includes(undefined) ? null : chinese.join('');
  }

  const known = (sentence: string) => translate(sentence) ?? sentence;
  const lines = (text: string) => text.replace(/^(\s*)([^:\n]*): (.*)$/gm, (_line, indent: string, place: string, rest: string) => `${indent}${known(place)}：${known(rest)}`);

  function valueOf(kind: string, text: string): string | null {
    if (kind === 'list' || kind === 'names') return list(text, kind === 'names');
    if (kind === 'sentence') return known(text);
    return kind === 'lines' ? lines(text) : text;
  }

  function fill(pattern: Pattern, found: RegExpExecArray): string | null {
    const values: Record<string, string> = {};
    for (const [index, { name, kind }] of pattern.slots.entries()) {
      const value = valueOf(kind, found[index + 1]!);
      if (value === null) return null;
      values[name] = value;
    }
    return pattern.chinese.replace(slotPattern, (_slot, name: string) => values[name] ?? '');
  }

  function translate(sentence: string): string | null {
    const exact = plain.get(sentence);
    if (exact !== undefined) return exact;
    for (const pattern of patterns) {
      if (!sentence.startsWith(pattern.prefix)) continue;
      const found = pattern.expression.exec(sentence);
      const chinese = found && fill(pattern, found);
      if (chinese) return chinese;
    }
    return null;
  }

  return (sentence) => {
    const before = kept.get(sentence);
    if (before !== undefined) return before;
    const chinese = translate(sentence);
    if (kept.size > 1000) kept.clear();
    kept.set(sentence, chinese);
    return chinese;
  };
}
