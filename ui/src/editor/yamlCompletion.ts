import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { JsonSchema } from '../api/types';
import { said } from '../app/i18n';
import { nodePathOf } from '../document/nodes';
import type { Graph } from '../graph/model';
import { registry } from '../nodes/registry';
import { fieldsOf, type Fields } from '../nodes/kind';
import { choicesOf, keysOf } from './schema';

/// The keys around a line, by indentation: works while the text cannot be parsed.
export function pathByIndent(lines: readonly string[], row: number): (string | number)[] {
  const path: (string | number)[] = [];
  let indent = /^\s*/.exec(lines[row] ?? '')![0].length;
  if ((lines[row] ?? '').trim() === '' && indent === 0 && row > 0) return path;
  for (let at = row - 1; at >= 0 && indent > 0; --at) {
    const line = lines[at]!;
    const match = /^(\s*)(- +)?([A-Za-z_][\w-]*):(\s|$)/.exec(line);
    if (!match) {
      continue;
    }
    const own = match[1]!.length;
    const inner = own + (match[2]?.length ?? 0);
    if (inner < indent) {
      path.unshift(match[3]!);
      if (match[2]) path.unshift(0);
      indent = own;
    } else if (match[2] && own < indent) {
      path.unshift(0);
      indent = own;
    }
  }
  return path;
}

/// Keys, listed values and the targets of `needs`.
export function yamlSource(schema: () => JsonSchema | null, graph: () => Graph, fields: (path: string) => Fields) {
  return (context: CompletionContext): CompletionResult | null => {
    const root = schema();
    if (!root) return null;
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const lines = context.state.doc.toString().split('\n');
    const path = pathByIndent(lines, line.number - 1);
    const value = /^(\s*(?:- +)?)([A-Za-z_][\w-]*):\s+(?:\[.*?)?([\w.]*)$/.exec(before);
    if (value) {
      const key = value[2]!;
      const from = context.pos - value[3]!.length;
      if (key === 'needs') {
        const self = nodePathOf([...path, key]);
        const options = graph().nodes
          .filter((node) => node.path !== self && (node.parent ?? '') === (self?.split('/').slice(0, -1).join('/') ?? ''))
          .flatMap((node) => {
            const ports = registry[node.kind].ports?.(fieldsOf(registry[node.kind], fields(node.path))) ?? [];
            return [node.id, ...ports.map((port) => `${node.id}.${port}`), `${node.id}.failed`, `${node.id}.done`];
          });
        return { from, options: options.map((label) => ({ label })), validFor: /^[\w.]*$/ };
      }
      const choices = choicesOf(root, [...path, key]);
      return choices.length > 0 ? { from, options: choices.map((choice) => ({ label: String(choice) })), validFor: /^\w*$/ } : null;
    }
    const key = /^\s*(?:- +)?([A-Za-z_][\w-]*)?$/.exec(before);
    if (!key || (!context.explicit && !key[1])) return null;
    const keys = keysOf(root, path);
    if (keys.size === 0) return null;
    return {
      from: context.pos - (key[1]?.length ?? 0),
      options: [...keys].map(([label, info]) => ({ label, apply: `${label}: `, info: said(info) || undefined })),
      validFor: /^\w*$/,
    };
  };
}
