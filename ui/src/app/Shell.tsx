import { Dropdown, Select } from 'antd';
import { Activity, Bell, KeyRound, Languages, Moon, PanelLeft, ScrollText, Server, Stamp, Sun, SunMoon, Ticket, Workflow, Zap, type LucideIcon } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useResource } from '../api/resource';
import { api } from '../api/api';
import { Link } from '../components/Link';
import { Mark } from '../components/Mark';
import { useStore } from '../components/store';
import { useT, type Word } from './i18n';
import { KeysHelp } from './KeysHelp';
import { namespaceChoice } from './namespace';
import { preferences, setPreference, type ThemeChoice } from './preferences';
import { QuickOpen } from './QuickOpen';
import { paths, useLocation } from './router';
import { SignIn, useSignedOut } from './SignIn';

const links: { to: string; word: Word; icon: LucideIcon; group?: 'manage' }[] = [
  { to: paths.workflows, word: 'nav.workflows', icon: Workflow },
  { to: paths.instances, word: 'nav.runs', icon: Activity },
  { to: paths.triggers, word: 'nav.triggers', icon: Zap },
  { to: paths.approvals, word: 'nav.approvals', icon: Stamp },
  { to: paths.notifications, word: 'nav.notifications', icon: Bell },
  { to: paths.queues, word: 'nav.queues', icon: Server, group: 'manage' },
  { to: paths.secrets, word: 'nav.secrets', icon: KeyRound, group: 'manage' },
  { to: paths.tokens, word: 'nav.tokens', icon: Ticket, group: 'manage' },
  { to: paths.audit, word: 'nav.audit', icon: ScrollText, group: 'manage' },
];

const themeIcons: Record<ThemeChoice, LucideIcon> = { light: Sun, dark: Moon, system: SunMoon };

function NavLink({ to, word, icon: Icon, narrow, count }: { to: string; word: Word; icon: LucideIcon; narrow: boolean; count?: number }) {
  const t = useT();
  const { path } = useLocation();
  const here = path === to || path.startsWith(`${to}/`);
  return (
    <li>
      <Link to={to} className={`nav-link${here ? ' here' : ''}`} aria-current={here ? 'page' : undefined} title={narrow ? t(word) : undefined} aria-label={t(word)}>
        <Icon size={16} strokeWidth={1.75} aria-hidden />
        {!narrow && <span>{t(word)}</span>}
        {!narrow && count ? <span className="nav-count">{count}</span> : null}
      </Link>
    </li>
  );
}

function Namespaces() {
  const t = useT();
  const chosen = useStore(namespaceChoice);
  const workflows = useResource('namespaces', api.workflows, 30000);
  const names = [...new Set(['default', ...(workflows.data?.items.map((item) => item.namespace) ?? [])])].sort();
  return (
    <Select
      className="nav-namespace"
      aria-label={t('nav.namespace')}
      value={chosen ?? ''}
      onChange={(value) => namespaceChoice.set(value || null)}
      options={[{ value: '', label: t('nav.allNamespaces') }, ...names.map((name) => ({ value: name, label: name }))]}
    />
  );
}

function Health({ narrow }: { narrow: boolean }) {
  const t = useT();
  const health = useResource('health', api.ready, 10000);
  const state = health.problem ? 'away' : health.data === null ? 'unknown' : health.data ? 'ok' : 'temporal';
  const word: Word = state === 'away' ? 'nav.serverAway' : state === 'temporal' ? 'nav.temporalAway' : 'nav.temporalOk';
  if (state === 'unknown') return <div className="nav-health" />;
  return (
    <div className="nav-health" role="status" title={narrow ? t(word) : undefined}>
      <i className={`dot ${state === 'ok' ? 'dot-ok' : 'dot-fail'}`} aria-hidden />
      {!narrow && <span>{t(word)}{state === 'temporal' && <small>{t('nav.temporalAwayHint')}</small>}</span>}
    </div>
  );
}

function Sidebar({ narrow, foldable }: { narrow: boolean; foldable: boolean }) {
  const t = useT();
  const { language, theme } = useStore(preferences);
  const approvals = useResource('approvals-count', api.approvals, 15000);
  const ThemeIcon = themeIcons[theme];
  return (
    <nav className={`sidebar${narrow ? ' narrow' : ''}`} aria-label={t('nav.main')}>
      <Link to={paths.workflows} className="brand" aria-label="Weft"><Mark />{!narrow && <strong>Weft</strong>}</Link>
      {!narrow && <Namespaces />}
      <ul>{links.filter((link) => !link.group).map((link) => <NavLink key={link.to} {...link} narrow={narrow} count={link.to === paths.approvals ? approvals.data?.items.length : undefined} />)}</ul>
      {!narrow ? <h2 className="nav-group">{t('nav.manage')}</h2> : <i className="nav-gap" />}
      <ul>{links.filter((link) => link.group).map((link) => <NavLink key={link.to} {...link} narrow={narrow} />)}</ul>
      <div className="nav-foot">
        <button type="button" className="icon-button wide" onClick={() => setPreference('language', language === 'zh' ? 'en' : 'zh')} title={t('nav.language')} lang={language === 'zh' ? 'en' : 'zh-CN'}>
          <Languages size={16} aria-hidden />{!narrow && <span>{t('nav.switchLanguage')}</span>}
        </button>
        <Dropdown
          trigger={['click']}
          menu={{
            selectable: true, selectedKeys: [theme],
            items: (['light', 'dark', 'system'] as const).map((choice) => ({ key: choice, label: t(`nav.theme.${choice}`), onClick: () => setPreference('theme', choice) })),
          }}
        >
          <button type="button" className="icon-button" aria-label={t(`nav.theme.${theme}`)} title={t(`nav.theme.${theme}`)}><ThemeIcon size={16} /></button>
        </Dropdown>
        {foldable && (
          <button type="button" className="icon-button" aria-label={t(narrow ? 'nav.unfold' : 'nav.fold')} title={t(narrow ? 'nav.unfold' : 'nav.fold')} onClick={() => setPreference('sidebar', narrow ? 'wide' : 'narrow')}>
            <PanelLeft size={16} />
          </button>
        )}
      </div>
      <Health narrow={narrow} />
    </nav>
  );
}

/// What stands around every page.
export function Shell({ kind, children }: { kind: 'side' | 'rail' | 'none'; children: ReactNode }) {
  const t = useT();
  const { sidebar, letters } = useStore(preferences);
  const [quick, setQuick] = useState(false);
  const [keys, setKeys] = useState(false);
  const signedOut = useSignedOut();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.isComposing) return;
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setQuick(true);
      }
      const typing = (event.target as HTMLElement).closest('input, textarea, [contenteditable=true]');
      if (typing || !letters || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key === '?') setKeys(true);
      if (event.key === '/' && !event.defaultPrevented) {
        const search = document.querySelector<HTMLInputElement>('input[data-search]');
        if (search) {
          event.preventDefault();
          search.focus();
        }
      }
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [letters]);
  if (signedOut) return <SignIn />;
  return (
    <div className={`shell shell-${kind}`}>
      <a className="skip" href="#main">{t('app.skip')}</a>
      {kind !== 'none' && <Sidebar narrow={kind === 'rail' || sidebar === 'narrow'} foldable={kind === 'side'} />}
      <main id="main" tabIndex={-1}>{children}</main>
      {quick && <QuickOpen onClose={() => setQuick(false)} />}
      {keys && <KeysHelp onClose={() => setKeys(false)} />}
    </div>
  );
}
