import { Button, Input } from 'antd';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useT } from '../app/i18n';
import { jsonText } from '../document/values';
import type { Scope } from './completion';
import { TextEditor } from './TextEditor';

/// A map of names to texts: headers, queries, environments.
export function Pairs({ label, value, onChange, scope, undo }: { label: string; value: unknown; onChange: (value: unknown, typing: boolean) => void; scope: () => Scope; undo: (redo: boolean) => void }) {
  const t = useT();
  const map = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  const [fresh, setFresh] = useState<string | null>(null);
  const entries = Object.entries(map);
  const put = (next: [string, unknown][], typing: boolean) => onChange(next.length === 0 ? undefined : Object.fromEntries(next), typing);
  return (
    <div className="pairs" role="group" aria-label={label}>
      {entries.map(([name, entry], index) => (
        <div className="pair" key={index}>
          <Input className="mono" aria-label={t('form.name')} value={name} onChange={(event) => put(entries.map((one, at) => (at === index ? [event.target.value, one[1]] : one)), true)} />
          <TextEditor label={name} value={typeof entry === 'string' ? entry : jsonText(entry)} onChange={(text) => put(entries.map((one, at) => (at === index ? [one[0], text] : one)), true)} singleLine scope={scope} onUndo={undo} />
          <button type="button" className="icon-button small" aria-label={`${t('do.delete')} ${name}`} onClick={() => put(entries.filter((_one, at) => at !== index), false)}><X size={14} /></button>
        </div>
      ))}
      {fresh !== null ? (
        <Input
          autoFocus
          className="mono"
          aria-label={t('form.name')}
          placeholder={t('form.name')}
          value={fresh}
          onChange={(event) => setFresh(event.target.value)}
          onBlur={() => (fresh.trim() && !(fresh in map) ? put([...entries, [fresh.trim(), '']], false) : undefined, setFresh(null))}
          onPressEnter={(event) => !event.nativeEvent.isComposing && event.currentTarget.blur()}
        />
      ) : (
        <Button size="small" icon={<Plus size={14} />} onClick={() => setFresh('')}>{t('do.add')}</Button>
      )}
    </div>
  );
}
