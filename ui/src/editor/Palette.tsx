import { Input } from 'antd';
import { Clock, RadioTower, Search, Webhook, type LucideIcon } from 'lucide-react';
import { useEffect, useRef, useState, type CSSProperties } from 'react';
import { useT, type Word } from '../app/i18n';
import { fuzzy } from '../app/QuickOpen';
import { dragType } from '../canvas/Canvas';
import { listKeys } from '../components/listKeys';
import type { Kind, TriggerKind } from '../graph/model';
import type { PaletteGroup } from '../nodes/kind';
import { specs } from '../nodes/registry';

export type Choice = { node: Kind } | { trigger: TriggerKind };

interface Entry {
  key: string;
  label: string;
  icon: LucideIcon;
  choice: Choice;
  group: 'triggers' | PaletteGroup;
}

const triggerIcons: Record<TriggerKind, LucideIcon> = { webhook: Webhook, cron: Clock, event: RadioTower };
const groups = ['triggers', 'actions', 'flow', 'waiting', 'data'] as const;
/// Pinyin initials, so that Chinese names are found by typing letters.
const initials: Record<string, string> = { switch: 'fz', foreach: 'bl', loop: 'xh', group: 'fz', workflow: 'zgzl', fail: 'sbjs', wait: 'ys', event: 'ddsj', approval: 'rgsp', set: 'fz', emit: 'fcsj', notify: 'tz', cron: 'ds' };

function useEntries(withTriggers: boolean): Entry[] {
  const t = useT();
  const triggers: Entry[] = (['webhook', 'cron', 'event'] as const).map((kind) => ({ key: kind, label: t(`trigger.${kind}` as Word), icon: triggerIcons[kind], choice: { trigger: kind }, group: 'triggers' }));
  const nodes: Entry[] = specs.map((spec) => ({ key: spec.kind, label: t(`kind.${spec.kind}` as Word), icon: spec.icon, choice: { node: spec.kind }, group: spec.group }));
  return withTriggers ? [...triggers, ...nodes] : nodes;
}

function matches(entry: Entry, query: string): boolean {
  return fuzzy(`${entry.label} ${entry.key} ${initials[entry.key] ?? ''}`, query);
}

/// The column at the left: a click puts a node after the selection, a drag where it is dropped.
export function Palette({ onChoose }: { onChoose: (choice: Choice) => void }) {
  const t = useT();
  const [query, setQuery] = useState('');
  const found = useEntries(true).filter((entry) => matches(entry, query));
  return (
    <nav className="palette" aria-label={t('palette.label')}>
      <Input data-search prefix={<Search size={14} />} suffix={<kbd>/</kbd>} placeholder={t('palette.search')} aria-label={t('palette.search')} value={query} onChange={(event) => setQuery(event.target.value)} onPressEnter={(event) => {
        if (event.nativeEvent.isComposing || !found[0]) return;
        onChoose(found[0].choice);
        setQuery('');
      }} />
      {groups.map((group) => {
        const rows = found.filter((entry) => entry.group === group);
        return rows.length === 0 ? null : (
          <section key={group}>
            <h3>{t(`palette.${group}`)}</h3>
            {rows.map((entry) => {
              const Icon = entry.icon;
              return (
                <button key={group + entry.key} type="button" className="palette-row" data-kind={'node' in entry.choice ? entry.key : undefined} draggable={'node' in entry.choice} onDragStart={(event) => event.dataTransfer.setData(dragType, entry.key)} onClick={() => onChoose(entry.choice)}>
                  <Icon size={16} strokeWidth={1.75} aria-hidden /><span>{entry.label}</span>{entry.label.toLowerCase() !== entry.key && <code>{entry.key}</code>}
                </button>
              );
            })}
          </section>
        );
      })}
    </nav>
  );
}

/// The same at a place of the canvas: opened by `/`, a `+`, or a wire let go.
export function PaletteAt({ style, triggers, onChoose, onClose }: { style: CSSProperties; triggers: boolean; onChoose: (choice: Choice) => void; onClose: () => void }) {
  const t = useT();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const found = useEntries(triggers).filter((entry) => matches(entry, query));
  useEffect(() => void list.current?.children[at]?.scrollIntoView({ block: 'nearest' }), [at]);
  return (
    <>
      <div className="backdrop" onMouseDown={onClose} />
      <div className="palette-at" style={style} role="dialog" aria-label={t('palette.label')}>
        <input
          autoFocus
          className="quick-input"
          placeholder={t('palette.search')}
          aria-label={t('palette.search')}
          role="combobox"
          aria-expanded
          aria-controls="palette-list"
          aria-activedescendant={`palette-${at}`}
          value={query}
          onChange={(event) => (setQuery(event.target.value), setAt(0))}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            event.stopPropagation();
            if (listKeys(event, found.length, at, setAt, (index) => found[index] && onChoose(found[index].choice)) || event.key !== 'Escape') return;
            onClose();
            event.preventDefault();
          }}
        />
        <ul id="palette-list" role="listbox" aria-label={t('palette.label')} ref={list}>
          {found.map((entry, index) => {
            const Icon = entry.icon;
            return (
              <li key={entry.group + entry.key} id={`palette-${index}`} role="option" aria-selected={index === at} className={index === at ? 'chosen' : ''} onMouseMove={() => setAt(index)} onClick={() => onChoose(entry.choice)}>
                <Icon size={16} strokeWidth={1.75} aria-hidden /><span>{entry.label}</span><code>{entry.key}</code>
              </li>
            );
          })}
          {found.length === 0 && <li className="quiet">{t('do.nothingFound')}</li>}
        </ul>
      </div>
    </>
  );
}
