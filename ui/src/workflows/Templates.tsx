import { Button } from 'antd';
import { Plus, Workflow } from 'lucide-react';
import { useEffect, useState } from 'react';
import { parseDocument } from 'yaml';
import { useT } from '../app/i18n';
import { go, paths } from '../app/router';
import { examples } from '../editor/templates';

interface Example {
  name: string;
  title: string;
  description: string;
  text: string;
}

async function loadAll(): Promise<Example[]> {
  return Promise.all(examples.map(async ({ name, load }) => {
    const text = await load();
    const head = parseDocument(text).toJS() as { title?: string; description?: string };
    return { name, title: head.title ?? name, description: head.description ?? '', text };
  }));
}

/// Workflows to begin from.
export function Templates({ empty }: { empty?: boolean }) {
  const t = useT();
  const [list, setList] = useState<Example[]>([]);
  useEffect(() => void loadAll().then(setList), []);
  const use = (example: Example) => {
    sessionStorage.setItem('weft.import', example.text);
    go(paths.draft);
  };
  return (
    <section className="templates">
      {empty && (
        <div className="empty">
          <p>{t('workflows.empty')}</p>
          <Button type="primary" icon={<Plus size={16} />} onClick={() => go(paths.draft)}>{t('workflows.new')}</Button>
        </div>
      )}
      <h2>{t('workflows.templates')}</h2>
      <ul className="template-list">
        {list.map((example) => (
          <li key={example.name}>
            <button type="button" className="template" onClick={() => use(example)}>
              <Workflow size={16} strokeWidth={1.75} aria-hidden />
              <strong>{example.title}</strong>
              <span>{example.description}</span>
              <code>{example.name}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
