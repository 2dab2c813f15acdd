import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inChinese, ownSentences } from '.';
import { literalsOf, translator } from './translator';

function files(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

/// What a `.diag` file shows: `FILE:LINE:COL: error[CODE]: MESSAGE` and, some lines below, ` = hint: HINT`, of several lines.
function sentencesOf(diagnostics: string): string[] {
  const found: string[] = [];
  let hint = false;
  for (const line of diagnostics.split('\n')) {
    const message = /^\S+:\d+:\d+: (?:error|warning)\[[a-z-]+\]: (.*)$/.exec(line);
    const begun = /^ += hint: (.*)$/.exec(line);
    const goesOn = /^ +=       (.*)$/.exec(line);
    if (hint && goesOn) found.push(`${found.pop()}\n${goesOn[1]}`);
    else if (message ?? begun) found.push((message ?? begun)![1]!);
    hint = begun !== null || (hint && goesOn !== null);
  }
  return found;
}

const golden = files('../tests/dsl', '.diag').flatMap((file) => sentencesOf(readFileSync(file, 'utf8')));

test('every message and hint that the parser is tested with has its Chinese', () => {
  expect(golden.length).toBeGreaterThan(400);
  expect([...new Set(golden)].filter((sentence) => inChinese(sentence) === null)).toEqual([]);
});

/// String literals of a source, adjacent ones joined as the compiler does.
function literalsOfSource(text: string): string {
  return text.replace(/"\s*\n\s*"/g, '').replace(/\\(["\\])/g, '$1');
}

const sources = files('../src', '.cc').filter((name) => !name.endsWith('_test.cc')).map((name) => literalsOfSource(readFileSync(name, 'utf8'))).join('\n');

test('the help of every key has its Chinese', () => {
  const tables = readdirSync('../src/dsl').filter((name) => /^keys\w*\.cc$/.test(name)).map((name) => literalsOfSource(readFileSync(`../src/dsl/${name}`, 'utf8'))).join('\n');
  const help = [...tables.matchAll(/(?:\.description =\s*|\bkind\("\w+", )"([^"\n]*)"/g)].map((found) => found[1]!);
  expect(help.length).toBeGreaterThan(150);
  expect(help.filter((sentence) => inChinese(sentence) === null)).toEqual([]);
});

test('what the interface refuses with, as far as one literal says it all, has its Chinese', () => {
  const people = [...files('../src/server/handlers', '.cc'), ...files('../src/triggers', '.cc')].filter((name) => !/_test\.cc$|worker\.cc$/.test(name));
  const messages = people.flatMap((name) => [...literalsOfSource(readFileSync(name, 'utf8')).matchAll(/(?:Fail\(|ProblemOf\(\{)"[a-z_.]+",\s*"((?:[^"\\\n]|\\.)*)"[)}]/g)].map((found) => found[1]!));
  expect(messages.length).toBeGreaterThan(30);
  expect(messages.filter((sentence) => inChinese(sentence) === null)).toEqual([]);
});

test('every sentence of the table still stands in the sources', () => {
  // Sources put quotes and what is counted around values by themselves.
  const stands = (literal: string) => literal.split(/[`\s]*`[`\s]*|\s+\.$/).every((part) => part.trim().length < 4 || sources.includes(part.trim()));
  expect(Object.keys(ownSentences).filter((sentence) => !literalsOf(sentence).every(stands))).toEqual([]);
});

describe('translator', () => {
  const chinese = translator({ 'unknown key `{key}`': '未知的键 `{key}`', '`{name}` must be {wanted:list}, not {found:list}': '`{name}` 应为{wanted}，而不是{found}', 'unknown key `nodes`': '键 nodes', 'bad: {why:sentence}': '有误：{why}', 'bad input:{lines:lines}': '输入有误：{lines}' }, { 'a text': '文本', 'a list': '列表' });

  test.each([
    ['unknown key `a`', '未知的键 `a`'],
    ['unknown key `nodes`', '键 nodes'],
    ['`a` must be `x`, a text or a list, not a text', '`a` 应为`x`、文本 或 列表，而不是文本'],
    ['bad: unknown key `a`', '有误：未知的键 `a`'],
    ['bad: as it is', '有误：as it is'],
    ['bad input:\n  /a: unknown key `b`\n  /c: odd', '输入有误：\n  /a：未知的键 `b`\n  /c：odd'],
  ])('%s', (english, expected) => expect(chinese(english)).toBe(expected));

  test('what it does not know whole it leaves alone', () => {
    expect(chinese('`a` must be a circle, not a text')).toBeNull();
    expect(chinese('some unknown key `a`')).toBeNull();
  });
});
