import { useCallback, useEffect, useState } from 'react';
import { api } from '../api/api';
import { Problem } from '../api/client';
import type { HistoryEvent } from '../api/types';
import { useT } from '../app/i18n';
import { JsonView } from '../components/JsonView';
import { ProblemBar } from '../components/problems';
import { clock } from '../components/time';
import { setQuery } from '../app/router';
import type { RunStore } from './runStore';

type Attributes = Record<string, unknown> & { activityId?: string; workflowId?: string; signalName?: string; timerId?: string; scheduledEventId?: string; startedEventId?: string; initiatedEventId?: string };

const attributesOf = (event: HistoryEvent) => (event.attributes ?? {}) as Attributes;

/// `EVENT_TYPE_ACTIVITY_TASK_STARTED` as people say it.
export function eventName(type: string): string {
  return type.replace(/^EVENT_TYPE_/, '').toLowerCase().replace(/(^|_)(\w)/g, (_all, _line, letter: string) => letter.toUpperCase());
}

/// What an event is about: an activity's id is its node and attempt, and what follows it names it by its event.
function subjectOf(event: HistoryEvent, byId: ReadonlyMap<number, HistoryEvent>): string {
  const own = attributesOf(event);
  const subject = (one: Attributes) => one.activityId ?? one.signalName ?? one.workflowId ?? '';
  const first = byId.get(Number(own.scheduledEventId ?? own.initiatedEventId ?? 0));
  return subject(own) || (first ? subject(attributesOf(first)) : '');
}

/// The recorded history as Temporal keeps it, page by page.
export function Events({ run }: { run: RunStore }) {
  const { id } = run;
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
  const byId = new Map(items.map((event) => [event.id, event]));
  return (
    <div className="events">
      <ProblemBar problem={problem} retry={() => void load('')} />
      <table className="table">
        <thead><tr><th>#</th><th>{t('events.time')}</th><th>{t('events.type')}</th><th>{t('events.about')}</th></tr></thead>
        <tbody>
          {items.map((event) => [
            <tr key={event.id} className={event.type.includes('WORKFLOW_TASK') ? 'quiet' : ''}>
              <td className="numbers"><button type="button" className="link" title={t('events.show', { n: event.id })} aria-label={t('events.show', { n: event.id })} onClick={() => (void run.show(event.id), setQuery({ tab: null }))}>{event.id}</button></td><td className="numbers">{clock(event.at)}</td>
              <td><button type="button" className="link" aria-expanded={open === event.id} onClick={() => setOpen(open === event.id ? null : event.id)}>{eventName(event.type)}</button></td>
              <td><code>{subjectOf(event, byId)}</code></td>
            </tr>,
            open === event.id && <tr key={`${event.id}-more`}><td colSpan={4}><JsonView value={event.attributes ?? event} /></td></tr>,
          ])}
        </tbody>
      </table>
      <p className="more">{next ? <button type="button" className="link" onClick={() => void load(next)}>{t('do.loadMore')}</button> : <button type="button" className="link" onClick={() => void load('')}>{t('do.refresh')}</button>}</p>
    </div>
  );
}
