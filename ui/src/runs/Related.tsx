import { api } from '../api/api';
import { useResource } from '../api/resource';
import type { Instance } from '../api/types';
import { useT } from '../app/i18n';
import { paths } from '../app/router';
import { Link } from '../components/Link';
import { Status } from '../components/Status';
import { dayClock } from '../components/time';
import type { RunNode } from '../graph/run';

/// Parent, children, and other runs of the same workflow.
export function Related({ instance, nodes }: { instance: Instance; nodes: Readonly<Record<string, RunNode>> }) {
  const t = useT();
  const others = useResource(`others:${instance.workflow}`, (signal) => api.instances({ workflow: instance.workflow, namespace: instance.namespace, limit: 20 }, signal), 10000);
  const parent = instance.parent as { id?: string; instance?: string } | null | undefined;
  const parentId = parent?.id ?? parent?.instance;
  const children = Object.entries(nodes).filter(([, node]) => node.child);
  return (
    <div className="related">
      <h3>{t('related.parent')}</h3>
      {parentId ? <p><Link to={paths.instance(parentId)}>{parentId}</Link></p> : <p className="quiet">{t('state.none')}</p>}
      <h3>{t('related.children')}</h3>
      {children.length === 0 && <p className="quiet">{t('state.none')}</p>}
      <ul>{children.map(([path, node]) => <li key={path}><code>{path}</code> → <Link to={paths.instance(node.child!)}>{node.child}</Link></li>)}</ul>
      <h3>{t('related.same')}</h3>
      <table className="table"><tbody>
        {others.data?.items.filter((one) => one.id !== instance.id).map((one) => (
          <tr key={one.id}><td><Status status={one.status} /></td><td><Link to={paths.instance(one.id)}>{one.id}</Link></td><td className="numbers">{dayClock(one.startedAt)}</td></tr>
        ))}
      </tbody></table>
    </div>
  );
}
