import { Modal } from 'antd';
import { useState } from 'react';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import { listKeys } from '../components/listKeys';
import { useT, type Word } from './i18n';
import { go, paths } from './router';

interface Entry {
  to: string;
  title: string;
  detail: string;
}

/// Whether the letters of `query` stand in `text` in this order.
export function fuzzy(text: string, query: string): boolean {
  let at = 0;
  const low = text.toLowerCase();
  for (const letter of query.toLowerCase().replace(/\s+/g, '')) {
    at = low.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/// Ctrl-K: go to any page, workflow or run.
export function QuickOpen({ onClose }: { onClose: () => void }) {
  const t = useT();
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState(0);
  const workflows = useResource('quick', api.workflows);
  const pages: [string, Word][] = [
    [paths.workflows, 'nav.workflows'], [paths.instances, 'nav.runs'], [paths.triggers, 'nav.triggers'], [paths.approvals, 'nav.approvals'],
    [paths.notifications, 'nav.notifications'], [paths.queues, 'nav.queues'], [paths.secrets, 'nav.secrets'], [paths.tokens, 'nav.tokens'], [paths.audit, 'nav.audit'], [paths.draft, 'workflows.new'],
  ];
  const entries: Entry[] = [
    ...pages.map(([to, word]) => ({ to, title: t(word), detail: '' })),
    ...(workflows.data?.items ?? []).flatMap((item) => [
      { to: paths.editor(item.namespace, item.name), title: item.title || item.name, detail: `${item.namespace}/${item.name}` },
      { to: `${paths.instances}?workflow=${encodeURIComponent(item.name)}`, title: `${t('nav.runs')} · ${item.title || item.name}`, detail: item.name },
    ]),
  ].filter((entry) => fuzzy(`${entry.title} ${entry.detail}`, query));
  if (/^[\w.@-]+\.[\w.@-]+$/.test(query)) entries.push({ to: paths.instance(query), title: query, detail: t('do.open') });
  // What cannot be seen cannot be chosen.
  const shown = entries.slice(0, 12);
  const open = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    go(entry.to);
  };
  return (
    <Modal open footer={null} closable={false} onCancel={onClose} width={560} className="quick-open" title={null} aria-label={t('do.goTo')}>
      <input
        autoFocus
        className="quick-input"
        placeholder={t('do.goToHint')}
        aria-label={t('do.goTo')}
        role="combobox"
        aria-expanded
        aria-controls="quick-list"
        aria-activedescendant={`quick-${chosen}`}
        value={query}
        onChange={(event) => (setQuery(event.target.value), setChosen(0))}
        onKeyDown={(event) => listKeys(event, shown.length, chosen, setChosen, (at) => open(shown[at]))}
      />
      <ul id="quick-list" role="listbox" className="quick-list" aria-label={t('do.goTo')}>
        {shown.map((entry, index) => (
          <li key={entry.to} id={`quick-${index}`} role="option" aria-selected={index === chosen} className={index === chosen ? 'chosen' : ''} onMouseMove={() => setChosen(index)} onClick={() => open(entry)}>
            <span>{entry.title}</span><code>{entry.detail}</code>
          </li>
        ))}
        {entries.length === 0 && <li className="quiet">{t('do.nothingFound')}</li>}
      </ul>
    </Modal>
  );
}
