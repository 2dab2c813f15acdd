import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { Translate } from '../app/i18n';
import { graphOfDocument } from '../graph/fromDocument';
import { startPath } from '../graph/model';
import type { Fields } from '../nodes/kind';
import { findNodes } from './find';

const file = parseYaml(`
triggers: [{ id: nightly, cron: "0 2 * * *" }]
nodes:
  score: { title: 风险评分, python: "print(1)" }
  each:
    foreach: .orders
    nodes:
      ship: { shell: echo Shipping, env: { ORDER: "\${ .id }" } }
  decide: { approval: { title: Refund?, assignees: [ann] }, retry: { attempts: 7 } }
`) as { nodes: Record<string, Fields> };
const graph = graphOfDocument(file);
const fields = (path: string) => (path === 'each/ship' ? (file.nodes.each!.nodes as Record<string, Fields>).ship! : file.nodes[path]!);
const words: Record<string, string> = { 'kind.approval': '人工审批', 'trigger.cron': '定时', 'canvas.triggers': '触发器' };
const t: Translate = (word) => words[word] ?? '';

test.each([
  ['', []],
  ['  ', []],
  ['风险', ['score']],
  ['SHIPPING', ['each/ship']],
  ['ship', ['each/ship']],
  ['foreach', ['each']],
  ['审批', ['decide']],
  ['ann', ['decide']],
  ['7', ['decide']],
  ['.id', ['each/ship']],
  ['nightly', [startPath]],
  ['定时', [startPath]],
  ['0 2 *', [startPath]],
  ['e', ['score', 'each', 'decide', 'each/ship']],
  ['nothing like it', []],
])('%j', (query, paths) => expect(findNodes(graph, fields, query, t)).toEqual(paths));
