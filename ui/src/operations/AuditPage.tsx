import { Input } from 'antd';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import { useT } from '../app/i18n';
import { setQuery, useLocation } from '../app/router';
import { ProblemBar } from '../components/problems';
import { fullTime } from '../components/time';

/// Who changed what.
export default function AuditPage() {
  const t = useT();
  const { query } = useLocation();
  const actor = query.get('actor');
  const action = query.get('action');
  const list = useResource(`audit:${actor}:${action}`, (signal) => api.audit({ actor, action, limit: 200 }, signal), 10000);
  return (
    <div className="page">
      <header className="page-head"><h1>{t('nav.audit')}</h1><span className="spacer" />
        <Input className="page-search" placeholder={t('audit.actor')} aria-label={t('audit.actor')} value={actor ?? ''} onChange={(event) => setQuery({ actor: event.target.value })} allowClear />
        <Input data-search className="page-search" placeholder={t('audit.action')} aria-label={t('audit.action')} value={action ?? ''} onChange={(event) => setQuery({ action: event.target.value })} allowClear />
      </header>
      <ProblemBar problem={list.problem} at={list.data ? list.at : null} retry={list.reload} />
      <div className="table-area" tabIndex={0} role="region" aria-label={t('nav.audit')}><table className="table">
        <thead><tr><th>{t('events.time')}</th><th>{t('audit.actor')}</th><th>{t('audit.action')}</th><th>{t('audit.target')}</th><th>{t('audit.detail')}</th><th>{t('audit.remote')}</th></tr></thead>
        <tbody>{list.data?.items.map((entry) => (
          <tr key={entry.id}><td className="numbers">{fullTime(entry.at)}</td><td>{entry.actor}</td><td><code>{entry.action}</code></td><td><code>{entry.target}</code></td><td className="clip"><code className="quiet">{entry.detail ? JSON.stringify(entry.detail) : ''}</code></td><td className="quiet">{entry.remote}</td></tr>
        ))}</tbody>
      </table></div>
      {list.data?.items.length === 0 && <p className="empty">{t('state.empty')}</p>}
    </div>
  );
}
