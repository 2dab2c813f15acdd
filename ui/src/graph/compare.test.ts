import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { toElk } from './arrange';
import { compare, type Version } from './compare';
import { graphOfDocument } from './fromDocument';

type Map = Record<string, unknown>;

function version(yaml: string): Version {
  const document = parseYaml(yaml) as Map;
  const fields = (path: string): Map => {
    if (path === '$start') return { triggers: document.triggers ?? null };
    let region = document.nodes as Map;
    let node: Map = {};
    for (const step of path.split('/')) {
      node = region[step] as Map;
      region = ((node.group as Map | undefined)?.nodes ?? node.nodes ?? {}) as Map;
    }
    return node;
  };
  return { graph: graphOfDocument(document), fields };
}

function changed(before: string, after: string): Record<string, string> {
  return Object.fromEntries(compare(version(before), version(after)).changes);
}

const base = `
triggers: [ { id: hook, webhook: orders } ]
nodes:
  a: { shell: x }
  b: { shell: x, needs: a }
  each:
    foreach: "\${ [1] }"
    needs: b
    nodes: { one: { set: 1 }, two: { set: 2, needs: one } }
  g: { group: { nodes: { inner: { set: 1 } } }, needs: each }
`;

test('a workflow is the same as itself, however it is written', () => {
  expect(changed(base, base)).toEqual({});
  expect(changed('nodes: { a: { shell: x, title: t } }', 'nodes: { a: { title: t, shell: x } }')).toEqual({});
});

test('what a node says is told apart from its edges and from what is inside it', () => {
  expect(changed(base, base.replace('one: { set: 1 }', 'one: { set: 3 }'))).toEqual({ 'each/one': 'changed' });
  expect(changed(base, base.replace('inner: { set: 1 }', 'inner: { set: 3 }'))).toEqual({ 'g/inner': 'changed' });
  expect(changed(base, base.replace('"${ [1] }"', '"${ [2] }"'))).toEqual({ each: 'changed' });
  expect(changed(base, base.replace('a: { shell: x }', 'a: { set: 1 }'))).toEqual({ a: 'changed' });
  expect(changed(base, base.replace('needs: a }', 'needs: a.failed }'))).toEqual({ 'a>>b': 'removed', 'a>failed>b': 'added' });
  expect(changed(base, base.replace('webhook: orders', 'webhook: other'))).toEqual({ $start: 'changed' });
});

test('a node that was removed stands where it stood, with its edges', () => {
  const after = base.replace('  b: { shell: x, needs: a }\n', '  c: { shell: x, needs: a }\n').replace('needs: b', 'needs: c');
  const { graph, changes } = compare(version(base), version(after));
  expect(graph.nodes.map((node) => node.path)).toEqual(['a', 'b', 'c', 'each', 'g', 'each/one', 'each/two', 'g/inner']);
  expect(Object.fromEntries(changes)).toEqual({ b: 'removed', c: 'added', 'a>>b': 'removed', 'b>>each': 'removed', 'a>>c': 'added', 'c>>each': 'added' });
});

test('a region that was removed is shown whole; one that became a plain node is that node, changed', () => {
  const without = base.replace(/ {2}each:[\s\S]*?(?= {2}g:)/, '').replace(', needs: each }', ', needs: b }');
  expect(changed(base, without)).toMatchObject({ each: 'removed', 'each/one': 'removed', 'each/one>>each/two': 'removed' });
  const plain = compare(version(base), version(base.replace('{ group: { nodes: { inner: { set: 1 } } }', '{ set: 1')));
  expect(Object.fromEntries(plain.changes)).toEqual({ g: 'changed' });
  expect(plain.graph.nodes.some((node) => node.path === 'g/inner')).toBe(false);
});

test('an edge that was turned round makes a circle, which can be drawn', () => {
  const { graph } = compare(version('nodes: { a: { set: 1 }, b: { set: 1, needs: a } }'), version('nodes: { a: { set: 1, needs: b }, b: { set: 1 } }'));
  expect(graph.edges).toHaveLength(2);
  expect(toElk(graph, { direction: 'DOWN', ports: new Map(), collapsed: new Set() }).edges).toHaveLength(2);
});
