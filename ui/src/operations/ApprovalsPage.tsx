import { Button } from 'antd';
import { Stamp } from 'lucide-react';
import { useState } from 'react';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import type { Approval } from '../api/types';
import { useT } from '../app/i18n';
import { namespaceChoice } from '../app/namespace';
import { paths } from '../app/router';
import { Link } from '../components/Link';
import { ProblemBar } from '../components/problems';
import { useStore } from '../components/store';
import { ago, fullTime, useNow } from '../components/time';
import { ApproveDialog } from '../runs/dialogs';

/// Nodes that wait for a person.
export default function ApprovalsPage() {
  const t = useT();
  const namespace = useStore(namespaceChoice);
  const now = useNow();
  const list = useResource('approvals', api.approvals, 3000);
  const [chosen, setChosen] = useState<Approval | null>(null);
  const items = (list.data?.items ?? []).filter((item) => namespace === null || item.namespace === namespace);
  return (
    <div className="page">
      <header className="page-head"><h1>{t('nav.approvals')}</h1></header>
      <ProblemBar problem={list.problem} at={list.data ? list.at : null} retry={list.reload} />
      {items.length > 0 && (
        <div className="table-area"><table className="table tall">
          <thead><tr><th>{t('approve.what')}</th><th>{t('triggers.run')}</th><th>{t('approve.assignees')}</th><th>{t('approve.since')}</th><th><span className="sr">{t('approve.title')}</span></th></tr></thead>
          <tbody>{items.map((item) => (
            <tr key={item.id}>
              <td><span className="stack"><strong>{item.title || item.node}</strong><small>{item.workflow} · <code>{item.node}</code></small></span></td>
              <td><Link to={`${paths.instance(item.instance)}?node=${encodeURIComponent(item.node)}`}><code>{item.instance}</code></Link></td>
              <td>{[item.assignees].flat().filter(Boolean).join(', ') || <span className="quiet">—</span>}</td>
              <td className="numbers" title={fullTime(item.since)}>{ago(item.since, now)}</td>
              <td className="row-actions"><Button type="primary" size="small" icon={<Stamp size={14} />} onClick={() => setChosen(item)}>{t('approve.title')}</Button></td>
            </tr>
          ))}</tbody>
        </table></div>
      )}
      {list.data && items.length === 0 && <p className="empty">{t('approve.none')}</p>}
      {chosen && <ApproveDialog id={chosen.instance} node={chosen.node} title={chosen.title || chosen.node} form={chosen.form ?? null} onClose={() => setChosen(null)} done={list.reload} />}
    </div>
  );
}
