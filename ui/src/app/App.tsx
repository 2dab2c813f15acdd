import { ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useStore } from '../components/store';
import { changeLanguage, useT } from './i18n';
import { effectiveTheme, onSystemTheme, preferences } from './preferences';
import { go, match, paths, useLocation } from './router';
import { Shell } from './Shell';
import { antdTheme } from './theme';

const WorkflowsPage = lazy(() => import('../workflows/WorkflowsPage'));
const EditorPage = lazy(() => import('../editor/EditorPage'));
const InstancesPage = lazy(() => import('../runs/InstancesPage'));
const InstancePage = lazy(() => import('../runs/InstancePage'));
const TriggersPage = lazy(() => import('../triggers/TriggersPage'));
const ApprovalsPage = lazy(() => import('../operations/ApprovalsPage'));
const NotificationsPage = lazy(() => import('../operations/NotificationsPage'));
const QueuesPage = lazy(() => import('../operations/QueuesPage'));
const SecretsPage = lazy(() => import('../operations/SecretsPage'));
const TokensPage = lazy(() => import('../operations/TokensPage'));
const AuditPage = lazy(() => import('../operations/AuditPage'));

function Page({ path }: { path: string }) {
  const t = useT();
  const editor = match('/workflows/:ns/:name', path);
  if (editor) return <EditorPage key={path} ns={editor.ns!} name={editor.name!} />;
  if (path === paths.draft) return <EditorPage key="new" ns={null} name={null} />;
  const instance = match('/instances/:id', path);
  if (instance) return <InstancePage key={path} id={instance.id!} />;
  switch (path.replace(/\/$/, '')) {
    case paths.workflows: return <WorkflowsPage />;
    case paths.instances: return <InstancesPage />;
    case paths.triggers: return <TriggersPage />;
    case paths.approvals: return <ApprovalsPage />;
    case paths.notifications: return <NotificationsPage />;
    case paths.queues: return <QueuesPage />;
    case paths.secrets: return <SecretsPage />;
    case paths.tokens: return <TokensPage />;
    case paths.audit: return <AuditPage />;
    default: return <p className="empty">{t('nav.notFound')}</p>;
  }
}

export function App() {
  const { language, theme } = useStore(preferences);
  const [, systemChanged] = useState(0);
  useEffect(() => onSystemTheme(() => systemChanged((count) => count + 1)), []);
  const shown = effectiveTheme(theme);
  useEffect(() => {
    document.documentElement.dataset.theme = shown;
  }, [shown]);
  useEffect(() => void changeLanguage(language), [language]);
  const { path } = useLocation();
  useEffect(() => {
    if (path === '/') go(paths.workflows, { replace: true });
  }, [path]);
  const config = useMemo(() => antdTheme(shown), [shown]);
  const kind = match('/instances/:id', path) ? 'rail' : match('/workflows/:ns/:name', path) || path === paths.draft ? 'none' : 'side';
  return (
    <ConfigProvider theme={config} locale={language === 'zh' ? zhCN : enUS} button={{ autoInsertSpace: false }}>
      <Shell kind={kind}>
        <Suspense fallback={<div className="page-wait" />}>
          <Page path={path} />
        </Suspense>
      </Shell>
    </ConfigProvider>
  );
}
