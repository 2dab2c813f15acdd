import { ChevronDown, ChevronRight, Copy } from 'lucide-react';
import { useState } from 'react';
import { jsonLines } from '../document/values';
import { useT } from '../app/i18n';

/// Rows of a list or map that are shown before the reader asks for more.
const chunk = 100;

function Scalar({ value }: { value: unknown }) {
  if (typeof value === 'string') return <span className="json-string">{JSON.stringify(value)}</span>;
  if (typeof value === 'number' || typeof value === 'bigint') return <span className="json-number">{String(value)}</span>;
  return <span className="json-word">{String(value)}</span>;
}

function Row({ name, value, depth, last, open: initially }: { name?: string; value: unknown; depth: number; last: boolean; open: boolean }) {
  const [open, setOpen] = useState(initially);
  const [shown, setShown] = useState(chunk);
  const key = name === undefined ? null : <span className="json-key">{JSON.stringify(name)}: </span>;
  const comma = last ? '' : ',';
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    return <div style={{ paddingLeft: depth * 16 + 16 }}>{key}{typeof value === 'object' && value !== null ? <span>{Array.isArray(value) ? '[]' : '{}'}</span> : <Scalar value={value} />}{comma}</div>;
  }
  const list = Array.isArray(value);
  const entries = Object.entries(value);
  const [before, after] = list ? ['[', ']'] : ['{', '}'];
  return (
    <div>
      <div style={{ paddingLeft: depth * 16 }}>
        <button type="button" className="json-fold" aria-expanded={open} aria-label={name ?? 'JSON'} onClick={() => setOpen(!open)}>{open ? <ChevronDown size={12} /> : <ChevronRight size={12} />}</button>
        {key}{before}{!open && <span className="quiet"> {entries.length} {after}{comma}</span>}
      </div>
      {open && entries.slice(0, shown).map(([entry, inner], index) => (
        <Row key={entry} name={list ? undefined : entry} value={inner} depth={depth + 1} last={index === entries.length - 1} open={depth < 2 && entries.length < 30} />
      ))}
      {open && entries.length > shown && <button type="button" className="link" style={{ marginLeft: depth * 16 + 32 }} onClick={() => setShown(shown + chunk * 5)}>… {entries.length - shown}</button>}
      {open && <div style={{ paddingLeft: depth * 16 + 16 }}>{after}{comma}</div>}
    </div>
  );
}

export function CopyButton({ text, label }: { text: () => string; label?: string }) {
  const t = useT();
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text());
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <button type="button" className="icon-button small" title={done ? t('do.copied') : (label ?? t('do.copy'))} aria-label={label ?? t('do.copy')} onClick={() => void copy()}>
      <Copy size={14} />{done && <span role="status">{t('do.copied')}</span>}
    </button>
  );
}

export function JsonView({ value, title }: { value: unknown; title?: string }) {
  return (
    <figure className="code-block">
      <figcaption>{title && <span>{title}</span>}<CopyButton text={() => jsonLines(value)} /></figcaption>
      <div className="json" tabIndex={0} role="group" aria-label={title ?? 'JSON'}><Row value={value} depth={0} last open /></div>
    </figure>
  );
}
