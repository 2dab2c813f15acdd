import { describe, expect, test } from 'vitest';
import { addTrigger, copyNodes, duplicateNode, fromCurl, isCron, paste } from './clipboard';
import { addNode, connect, disconnect, insertOnEdge, nodePathOf, placeOf, removeNode, renameNode } from './nodes';
import { appendItem, removeValue, setValue } from './splice';
import { linesOf, parse, pathAt, valueAt } from './source';

const file = `weft: 1
name: demo   # the name
triggers:
  - { id: hook,    webhook: orders }
  # by night
  - id: nightly
    cron: "0 2 * * *"
nodes:
  # looks it up
  stock:
    http: { url: "http://127.0.0.1/\${ $input.id }", method: GET }   # slow
    retry: { attempts: 5, delay: 1s }

  score:   # rates it
    needs: stock
    python: |
      def main(input):
          return {"risk": 1}

  ship:
    needs: [score, stock.failed]
    shell: 'echo "$X"'
    env: { X: "\${ $nodes.score.output.risk }" }
  each:
    needs: ship
    foreach: "\${ .items }"
    nodes:
      pack: { set: 1 }
`;

/// The lines that two texts do not share, in front and behind.
function changed(before: string, after: string): { removed: string[]; added: string[] } {
  const a = before.split('\n');
  const b = after.split('\n');
  while (a.length && b.length && a[0] === b[0]) (a.shift(), b.shift());
  while (a.length && b.length && a.at(-1) === b.at(-1)) (a.pop(), b.pop());
  return { removed: a, added: b };
}

describe('values', () => {
  test('a changed value of a flow map changes nothing else', () => {
    expect(changed(file, setValue(file, ['nodes', 'stock', 'retry', 'attempts'], 3))).toEqual({
      removed: ['    retry: { attempts: 5, delay: 1s }'], added: ['    retry: { attempts: 3, delay: 1s }'],
    });
  });
  test('a new entry of a flow map goes to its end, comments behind it stay', () => {
    expect(changed(file, setValue(file, ['nodes', 'stock', 'http', 'body'], { a: '${ .x }' })).added).toEqual([
      '    http: { url: "http://127.0.0.1/${ $input.id }", method: GET, body: { a: "${ .x }" } }   # slow',
    ]);
  });
  test('an alias keeps what it stands for when one entry is changed', () => {
    const text = 'a: &x { one: 1, two: 2 }\nb: *x\n';
    expect(setValue(text, ['b', 'two'], 3)).toBe('a: &x { one: 1, two: 2 }\nb: { one: 1, two: 3 }\n');
  });
  test('quotes stay as they were', () => {
    expect(changed(file, setValue(file, ['nodes', 'ship', 'shell'], 'date')).added).toEqual(["    shell: 'date'"]);
    expect(changed(file, setValue(file, ['triggers', 1, 'cron'], '@daily')).added).toEqual(['    cron: "@daily"']);
  });
  test('a literal block stays one', () => {
    expect(changed(file, setValue(file, ['nodes', 'score', 'python'], 'output = 1')).added).toEqual(['      output = 1']);
    const two = setValue(file, ['nodes', 'score', 'python'], 'a = 1\n\noutput = a\n');
    expect(valueAt(parse(two), ['nodes', 'score', 'python'])).toBe('a = 1\n\noutput = a\n');
  });
  test('one line becomes a block when it grows', () => {
    const text = setValue(file, ['nodes', 'ship', 'shell'], 'date\ndate\n');
    expect(changed(file, text).added).toEqual(['    shell: |', '      date', '      date']);
  });
  test('what is missing on the way is made', () => {
    expect(changed(file, setValue(file, ['nodes', 'ship', 'retry', 'attempts'], 4)).added).toEqual(['    retry: { attempts: 4 }']);
    expect(valueAt(parse(setValue('weft: 1\n', ['ui', 'positions', 'a'], { x: 1 })), ['ui', 'positions', 'a', 'x'])).toBe(1);
    expect(setValue('nodes:\n', ['nodes', 'a', 'set'], 1)).toBe('nodes:\n  a:\n    set: 1\n');
  });
  test('a list of maps stands on lines of its own', () => {
    expect(setValue('nodes:\n  a:\n    set: 1\n', ['nodes', 'a', 'switch'], [{ case: 'x', when: '${ .a }' }, { case: 'y' }])).toBe(
      'nodes:\n  a:\n    set: 1\n    switch:\n      - { case: x, when: "${ .a }" }\n      - { case: y }\n',
    );
  });
  test('integers of any size survive an edit beside them', () => {
    const text = 'nodes:\n  a:\n    set: { id: 12345678901234567890, n: 2 }\n';
    const value = valueAt(parse(text), ['nodes', 'a', 'set']) as Record<string, unknown>;
    expect(value.n).toBe(2);
    expect(setValue(text, ['nodes', 'a', 'set'], { ...value, n: 3 })).toBe(text.replace('n: 2', 'n: 3'));
    expect(paste(text, '', text.replace('a:', 'b:'), new Set(['set']))!.text).toContain('b:\n    set: { id: 12345678901234567890, n: 2 }');
  });
  test('a removed entry leaves no trace', () => {
    expect(changed(file, removeValue(file, ['nodes', 'stock', 'retry'])).removed).toEqual(['    retry: { attempts: 5, delay: 1s }']);
    expect(changed(file, removeValue(file, ['nodes', 'stock', 'retry', 'attempts'])).added).toEqual(['    retry: { delay: 1s }']);
    expect(changed(file, removeValue(file, ['nodes', 'stock', 'retry', 'delay'])).added).toEqual(['    retry: { attempts: 5 }']);
    expect(changed(file, removeValue(file, ['nodes', 'ship', 'env', 'X'])).added).toEqual([]);
  });
  test('items of lists', () => {
    expect(changed(file, removeValue(file, ['triggers', 0])).removed).toEqual(['  - { id: hook,    webhook: orders }']);
    expect(changed(file, removeValue(file, ['triggers', 1])).removed).toEqual(['  # by night', '  - id: nightly', '    cron: "0 2 * * *"']);
    expect(changed(file, removeValue(file, ['triggers', 1, 'id'])).added).toEqual(['  - cron: "0 2 * * *"']);
    expect(changed(file, appendItem(file, ['triggers'], { id: 'x', event: 'y' })).added).toEqual(['  - { id: x, event: y }']);
  });
});

describe('nodes', () => {
  test('a new node stands behind another, with its empty line', () => {
    const text = addNode(file, '', 'more', { needs: 'stock', set: 1 }, 'stock');
    expect(changed(file, text)).toEqual({ removed: [], added: ['  more:', '    needs: stock', '    set: 1', ''] });
  });
  test('a new node of an empty file and of a region', () => {
    expect(addNode('weft: 1\nname: a\nnodes: {}\n', '', 'a', { shell: 'date' })).toBe('weft: 1\nname: a\nnodes:\n  a:\n    shell: date\n');
    expect(addNode('weft: 1\nname: a\n', '', 'a', { shell: 'date' })).toBe('weft: 1\nname: a\nnodes:\n  a:\n    shell: date\n');
    expect(valueAt(parse(addNode(file, 'each', 'label', { set: 2 })), ['nodes', 'each', 'nodes', 'label', 'set'])).toBe(2);
  });
  test('edges', () => {
    expect(changed(file, connect(file, 'score', 'ship')).added).toEqual(['    needs: [stock, ship]']);
    expect(changed(file, connect(file, 'ship', 'stock')).added).toEqual(['    needs: [score, stock.failed, stock]']);
    expect(changed(file, connect(file, 'stock', 'ship')).added).toEqual(['    needs: ship']);
    expect(connect(file, 'each/pack', 'x')).toContain('pack: { needs: x, set: 1 }');
    expect(changed(file, disconnect(file, 'ship', 'stock.failed')).added).toEqual(['    needs: [score]']);
    expect(changed(file, disconnect(file, 'score', 'stock')).removed).toEqual(['    needs: stock']);
  });
  test('a node inserted into an edge takes its place', () => {
    const text = insertOnEdge(file, { from: 'score', port: null, to: 'ship' }, 'check', { set: 1 });
    expect(valueAt(parse(text), ['nodes', 'check'])).toEqual({ needs: 'score', set: 1 });
    expect(text).toContain('needs: [check, stock.failed]');
    expect(text).toContain('# rates it');
  });
  test('a removed node takes its comment along and hands its needs on', () => {
    const text = removeNode(file, 'stock');
    expect(text).not.toContain('looks it up');
    expect(text).not.toContain('needs: stock');
    expect(removeNode(file, 'score')).toContain('needs: [stock, stock.failed]');
    expect(removeNode('nodes:\n  a: { set: 1 }\n', 'a')).toBe('nodes: {}\n');
  });
  test('a renamed node is renamed wherever it is named', () => {
    const text = renameNode(file, 'score', 'rating');
    expect(text).toBe(file.replace('  score:', '  rating:').replace('[score,', '[rating,').replace('$nodes.score.', '$nodes.rating.'));
  });
  test('places', () => {
    const source = parse(file);
    expect(placeOf(source, 'each/pack')).toEqual(['nodes', 'each', 'nodes', 'pack']);
    expect(nodePathOf(pathAt(source, file.indexOf('set: 1')))).toBe('each/pack');
    expect(nodePathOf(pathAt(source, file.indexOf('def main')))).toBe('score');
    expect(linesOf(source, ['nodes', 'score'])).toEqual({ first: 14, last: 18 });
  });
});

describe('clipboard', () => {
  const kinds = new Set(['set', 'shell', 'http', 'python', 'foreach']);
  test('nodes are copied as they are written and pasted with free ids', () => {
    const clip = copyNodes(file, ['stock', 'score']);
    expect(clip).toContain('# slow');
    expect(clip.startsWith('stock:\n  http:')).toBe(true);
    const pasted = paste(file, '', clip, kinds)!;
    expect(pasted.ids).toEqual(new Map([['stock', 'stock_2'], ['score', 'score_2']]));
    expect(valueAt(parse(pasted.text), ['nodes', 'score_2', 'needs'])).toBe('stock_2');
  });
  test('a second copy has ids of its own inside as well', () => {
    const { text } = duplicateNode(file, 'each');
    expect(valueAt(parse(text), ['nodes', 'each_2', 'nodes'])).toEqual({ pack_2: { set: 1 } });
  });
  test('curl and cron', () => {
    expect(fromCurl(`curl -X PUT https://x.org/a -H 'A: b' \\\n  -d '{"q": 1}'`)).toEqual({
      http: { url: 'https://x.org/a', method: 'PUT', headers: { A: 'b' }, body: { q: 1 } },
    });
    expect(isCron('0 2 * * 1-5')).toBe(true);
    expect(isCron('take this and that one')).toBe(false);
    expect(addTrigger(file, 'hook', { cron: '@daily' }).id).toBe('hook_2');
    expect(paste(file, '', 'just words', kinds)).toBeNull();
  });
});
