import { useCallback, useEffect, useState } from 'react';
import { api } from '../api/api';
import { Problem } from '../api/client';
import type { HistoryEvent } from '../api/types';
import { useT } from '../app/i18n';
import { JsonView } from '../components/JsonView';
import { ProblemBar } from '../components/problems';
import { clock } from '../components/time';

/// The recorded history as Temporal keeps it, page by page.
export function Events({ id }: { id: string }) {
  const t = useT();
  const [items, setItems] = useState<HistoryEvent[]>([]);
  const [next, setNext] = useState<string | null>('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [open, setOpen] = useState<number | null>(null);
  const load = useCallback(async (cursor: string) => {
    try {
      const page = await api.history(id, { limit: 200, cursor });
      setItems((old) => (cursor ? [...old, ...page.items] : page.items));
      setNext(page.next ?? null);
      setProblem(null);
    } catch (error) {
      setProblem(error as Problem);
    }
  }, [id]);
  useEffect(() => void load(''), [load]);
  return (
    <div className="events">
      <ProblemBar problem={problem} retry={() => void load('')} />
      <table className="table">
        <thead><tr><th>#</th><th>{t('events.time')}</th><th>{t('events.type')}</th></tr></thead>
        <tbody>
          {items.map((event) => [
            <tr key={event.id}>
              <td className="numbers">{event.id}</td><td className="numbers">{clock(event.at)}</td>
              <td><button type="button" className="link" aria-expanded={open === event.id} onClick={() => setOpen(open === event.id ? null : event.id)}>{event.type}</button></td>
            </tr>,
            open === event.id && <tr key={`${event.id}-more`}><td colSpan={3}><JsonView value={event.attributes ?? event} /></td></tr>,
          ])}
        </tbody>
      </table>
      <p className="more">{next ? <button type="button" className="link" onClick={() => void load(next)}>{t('do.loadMore')}</button> : <button type="button" className="link" onClick={() => void load('')}>{t('do.refresh')}</button>}</p>
    </div>
  );
}
