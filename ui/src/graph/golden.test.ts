import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { parse } from '../document/source';
import { placeOf, renameNode } from '../document/nodes';
import { removeValue, setValue } from '../document/splice';
import { nodeAt, valueAt } from '../document/source';
import { toElk } from './arrange';
import { graphOfDocument } from './fromDocument';
import type { Graph } from './model';

/// The files that the server's own parser is tested with.
const golden = '../tests/dsl/valid';
const goldenFiles = readdirSync(golden).filter((name) => name.endsWith('.yaml')).map((name) => join(golden, name));
const exampleFiles = readdirSync('../examples', { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join('../examples', entry.name, 'workflow.yaml'));

function sorted(graph: Graph): Graph {
  const by = <T>(list: T[]) => list.map((entry) => JSON.stringify(entry, Object.keys(entry as object).sort())).sort().map((text) => JSON.parse(text) as T);
  return { nodes: by(graph.nodes), edges: by(graph.edges), triggers: by(graph.triggers) };
}

test.each(goldenFiles)('%s: the graph of the data is the graph of the server', (path) => {
  const expected = JSON.parse(readFileSync(path.replace('.yaml', '.graph.json'), 'utf8')) as Graph;
  const graph = graphOfDocument(parseYaml(readFileSync(path, 'utf8')));
  expect(sorted(graph)).toEqual(sorted(expected));
});

test.each([...goldenFiles, ...exampleFiles])('%s: opened and drawn it is the same file, every edit keeps its comments', (path) => {
  const text = readFileSync(path, 'utf8');
  const source = parse(text);
  expect(source.text).toBe(text);
  const graph = graphOfDocument(source.tree.toJS());
  expect(toElk(graph, { direction: 'DOWN', ports: new Map(), collapsed: new Set() }).children).toHaveLength(graph.nodes.filter((node) => !node.parent).length + 1);
  const comments = (of: string) => parse(of).text.match(/(^|\s)#[^\n]*/gm) ?? [];
  for (const node of graph.nodes) {
    const place = placeOf(source, node.path);
    expect(place, node.path).not.toBeNull();
    const before = valueAt(source, place!) as Record<string, unknown>;
    // Added and taken away again it is the file as it was.
    if (before.title === undefined) {
      const titled = setValue(text, [...place!, 'title'], 'A title: with # signs');
      expect(parse(titled).readable, titled).toBe(true);
      expect(valueAt(parse(titled), place!)).toEqual({ ...before, title: 'A title: with # signs' });
      expect(comments(titled).length).toBeGreaterThanOrEqual(comments(text).length);
      expect(removeValue(titled, [...place!, 'title'])).toBe(text);
    }
    if (!/[*&]\w/.test(text)) {
      const there = renameNode(text, node.path, 'another_name');
      const back = renameNode(there, [...node.path.split('/').slice(0, -1), 'another_name'].join('/'), node.id);
      expect(nodeAt(parse(there), [...place!.slice(0, -1), 'another_name'])).toBeDefined();
      expect(back).toBe(text);
    }
  }
});
