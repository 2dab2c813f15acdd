import { language } from '../app/i18n';

/// The file a new workflow begins as.
export function newText(): string {
  return `weft: 1
name: my-workflow
title: ${language() === 'zh' ? '我的工作流' : 'My workflow'}

nodes: {}
`;
}

const files = import.meta.glob<string>('../../../examples/*/workflow.yaml', { query: '?raw', import: 'default' });

/// The examples of the repository: name and a way to their text.
export const examples = Object.entries(files)
  .map(([path, load]) => ({ name: path.split('/').at(-2)!, load }))
  .sort((a, b) => Number(b.name === 'hello-orders') - Number(a.name === 'hello-orders') || a.name.localeCompare(b.name));
