import { useState } from 'react';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import { useT } from '../app/i18n';
import { JsonView } from '../components/JsonView';
import { ProblemBar } from '../components/problems';
import { clock } from '../components/time';

/// The recorded history, newest first, as Temporal keeps it.
export function Events({ id, live }: { id: string; live: boolean }) {
  const t = useT();
  const [limit, setLimit] = useState(100);
  const [open, setOpen] = useState<number | null>(null);
  const history = useResource(`history:${id}:${limit}`, (signal) => api.history(id, { limit, order: 'desc' }, signal), live ? 3000 : undefined);
  return (
    <div className="events">
      <ProblemBar problem={history.problem} retry={history.reload} />
      <table className="table">
        <thead><tr><th>#</th><th>{t('events.time')}</th><th>{t('events.type')}</th><th>{t('events.node')}</th></tr></thead>
        <tbody>
          {history.data?.items.map((event) => [
            <tr key={event.id}>
              <td className="numbers">{event.id}</td><td className="numbers">{clock(event.at)}</td>
              <td><button type="button" className="link" aria-expanded={open === event.id} onClick={() => setOpen(open === event.id ? null : event.id)}>{event.type}</button></td>
              <td><code>{event.path ?? ''}{event.attempt && event.attempt > 1 ? `#${event.attempt}` : ''}</code></td>
            </tr>,
            open === event.id && <tr key={`${event.id}-more`}><td colSpan={4}><JsonView value={event} /></td></tr>,
          ])}
        </tbody>
      </table>
      {history.data?.next && <button type="button" className="link" onClick={() => setLimit(Math.min(500, limit + 200))}>{t('do.loadMore')}</button>}
    </div>
  );
}
