import { ChevronDown, ChevronUp, Search, X } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useT } from '../app/i18n';
import type { Find } from './useFind';

/// The field of the search: what is typed, how many fit, and the way through them.
export function FindBar({ find, titleOf }: { find: Find; titleOf: (path: string) => string }) {
  const t = useT();
  const { query, paths, current, step } = find;
  const key = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && (event.target as HTMLElement).tagName === 'INPUT') step(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') find.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const button = (label: string, icon: React.ReactNode, act: () => void, disabled = false) => (
    <button type="button" className="icon-button small" title={label} aria-label={label} disabled={disabled} onClick={act}>{icon}</button>
  );
  return (
    <div className="find-bar" role="search" onKeyDown={key}>
      <Search size={14} aria-hidden />
      <input ref={find.field} type="text" value={query} placeholder={t('find.hint')} aria-label={t('find.label')} spellCheck={false} onChange={(event) => find.setQuery(event.target.value)} />
      <span className="find-count" role="status">
        {query.trim() !== '' && (current === null ? t('find.none') : <>{t('find.count', { n: paths.indexOf(current) + 1, all: paths.length })}<span className="sr">: {titleOf(current)}</span></>)}
      </span>
      {button(t('find.previous'), <ChevronUp size={14} />, () => step(-1), paths.length < 2)}
      {button(t('find.next'), <ChevronDown size={14} />, () => step(1), paths.length < 2)}
      {button(t('find.close'), <X size={14} />, find.close)}
    </div>
  );
}
