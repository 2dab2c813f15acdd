import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import type { Queue } from '../api/types';
import { useT } from '../app/i18n';
import { paths } from '../app/router';
import { Link } from '../components/Link';
import { ProblemBar } from '../components/problems';
import { ago, fullTime, span, useNow } from '../components/time';

/// Of a long list so many are shown at once.
const few = 4;

interface Worker {
  identity: string;
  /// When it last asked for work of any kind.
  at: string;
}

/// Each worker once, whatever it takes, the one heard of last first.
export function workersOf(queue: Queue): Worker[] {
  const found = new Map<string, Worker>();
  for (const { identity, lastAccessAt } of [...(queue.workflows?.pollers ?? []), ...(queue.activities?.pollers ?? [])]) {
    const known = found.get(identity);
    if (!known || known.at < lastAccessAt) found.set(identity, { identity, at: lastAccessAt });
  }
  return [...found.values()].sort((a, b) => b.at.localeCompare(a.at));
}

/// Task queues that workflows need, and who works on them.
export default function QueuesPage() {
  const t = useT();
  const list = useResource('queues', api.queues, 5000);
  const now = useNow();
  return (
    <div className="page">
      <header className="page-head"><h1>{t('nav.queues')}</h1></header>
      <ProblemBar problem={list.problem} at={list.data ? list.at : null} retry={list.reload} />
      <div className="table-area">
        <table className="table top">
          <thead><tr><th>{t('queues.queue')}</th><th>{t('queues.state')}</th><th>{t('queues.backlog')}</th><th>{t('queues.workers')}</th><th>{t('queues.usedBy')}</th></tr></thead>
          <tbody>
            {!list.data && !list.problem && Array.from({ length: 3 }, (_, index) => <tr key={index} className="skeleton"><td colSpan={5}><i /></td></tr>)}
            {list.data?.items.map((queue) => <QueueRow key={queue.name} queue={queue} now={now} />)}
          </tbody>
        </table>
        {list.data && <p className="table-note">{t('queues.note')}</p>}
      </div>
    </div>
  );
}

function QueueRow({ queue, now }: { queue: Queue; now: number }) {
  const t = useT();
  const sides = [{ word: 'queues.runs' as const, side: queue.workflows }, { word: 'queues.nodes' as const, side: queue.activities }];
  const about = queue.name === 'weft' ? t('queues.weft') : queue.name === 'weft-system' ? t('queues.system') : null;
  const unserved = sides.filter(({ side }) => side && !side.polled);
  const waiting = sides.filter(({ side }) => side && side.backlog > 0);
  const workers = workersOf(queue);
  return (
    <tr>
      <td><code className="queue-name">{queue.name}</code>{about && <small>{about}</small>}</td>
      <td>
        {queue.polled ? (
          <span className="status tone-ok"><CircleCheck size={14} aria-hidden />{t('queues.polled')}</span>
        ) : (
          <>
            <span className="status tone-fail"><TriangleAlert size={14} aria-hidden />{t('queues.unpolled')}</span>
            {unserved.length < sides.filter(({ side }) => side).length && <small>{t('queues.unpolledSide', { what: unserved.map(({ word }) => t(word)).join() })}</small>}
            {queue.name === 'weft-system' && <small>{t('queues.startServer')}</small>}
            {queue.name === 'weft' && <small>{t('queues.startWorker')} <code>weft worker</code></small>}
            {!about && <small>{t('queues.startWorker')} <code>weft worker --queue {queue.name}</code></small>}
          </>
        )}
      </td>
      <td className="numbers">
        {waiting.length === 0 ? <span className="quiet">0</span> : waiting.map(({ word, side }) => <div key={word}>{side!.backlog} {t(word)}<small>{t('queues.oldest', { span: span(side!.backlogAgeMs) })}</small></div>)}
      </td>
      <td>
        <Some items={workers} empty={t('state.none')}>{(worker) => <li key={worker.identity}><code>{worker.identity}</code> <small className="numbers" title={fullTime(worker.at)}>{ago(worker.at, now)}</small></li>}</Some>
      </td>
      <td>
        <Some items={queue.usedBy} empty={t('queues.usedByNone')}>{(item) => <li key={`${item.namespace}/${item.name}`}><Link to={paths.editor(item.namespace, item.name)}>{item.namespace === 'default' ? item.name : `${item.namespace}/${item.name}`}</Link></li>}</Some>
      </td>
    </tr>
  );
}

function Some<T>({ items, empty, children }: { items: readonly T[]; empty: string; children: (item: T) => ReactNode }) {
  const t = useT();
  if (items.length === 0) return <span className="quiet">{empty}</span>;
  return (
    <>
      <ul>{items.slice(0, few).map(children)}</ul>
      {items.length > few && <details><summary>{t('queues.more', { count: items.length - few })}</summary><ul>{items.slice(few).map(children)}</ul></details>}
    </>
  );
}
