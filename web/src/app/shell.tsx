// SPDX-License-Identifier: Apache-2.0
import {
  Activity,
  Box,
  Boxes,
  Braces,
  Camera,
  CloudOff,
  Database,
  FolderKey,
  Gauge,
  HeartPulse,
  Home,
  KeyRound,
  type LucideIcon,
  Package,
  PanelLeft,
  Plug,
  ScrollText,
  Server,
  Users,
  Variable,
  Workflow,
} from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role, Session } from '@/api/types.gen';
import { TopBar } from '@/app/top-bar';
import { paths } from '@/models/paths';
import { best_role, is_at_least } from '@/models/access/roles';
import { useStream } from '@/queries/use-stream';
import { useEvents } from '@/queries/use-sites';
import { Link, usePlace } from '@/ui/router';
import { RelativeTime } from '@/ui/time';
import '@/ui/frame.css';
import '@/ui/print.css';

interface RailItem {
  to: string;
  word:
    | 'home'
    | 'workflows'
    | 'assets'
    | 'pools'
    | 'workers'
    | 'variables'
    | 'connections'
    | 'models'
    | 'runtime'
    | 'services'
    | 'cameras'
    | 'events'
    | 'system'
    | 'projects'
    | 'users'
    | 'tokens'
    | 'audit'
    | 'api';
  icon: LucideIcon;
  also?: string;
  /** The role for the whole site that it takes; none: it shows what belongs to projects. */
  site?: Role;
  /** The role in any project that it takes. */
  any?: Role;
}

const RAIL: RailItem[] = [
  { to: paths.home, word: 'home', icon: Home },
  { to: paths.dags, word: 'workflows', icon: Workflow },
  { to: paths.assets, word: 'assets', icon: Database },
  { to: paths.pools, word: 'pools', icon: Gauge, site: 'viewer' },
  { to: paths.workers, word: 'workers', icon: Server, site: 'viewer' },
  { to: paths.variables, word: 'variables', icon: Variable, any: 'operator' },
  { to: paths.connections, word: 'connections', icon: Plug, any: 'operator' },
  { to: paths.models, word: 'models', icon: Boxes, also: '/reports' },
  { to: paths.runtime, word: 'runtime', icon: Package },
  { to: paths.services, word: 'services', icon: Box },
  { to: paths.cameras, word: 'cameras', icon: Camera },
  { to: paths.events(), word: 'events', icon: Activity },
  { to: paths.system(), word: 'system', icon: HeartPulse, site: 'viewer' },
  { to: paths.projects, word: 'projects', icon: FolderKey },
  { to: paths.users, word: 'users', icon: Users, site: 'admin' },
  { to: paths.tokens, word: 'tokens', icon: KeyRound, site: 'admin' },
  { to: paths.audit(), word: 'audit', icon: ScrollText, site: 'admin' },
  { to: paths.api_docs, word: 'api', icon: Braces },
];

const STORAGE_KEY = 'aiflow.rail';

function is_here(item: RailItem, path: string): boolean {
  if (item.to === '/') return path === '/' || path === '/login';
  return path.startsWith(item.to) || Boolean(item.also && path.startsWith(item.also));
}

function is_for(item: RailItem, session: Session): boolean {
  if (item.any) return is_at_least(best_role(session), item.any);
  return !item.site || is_at_least(session.role, item.site);
}

function Rail({ session, on_fold }: { session: Session; on_fold: () => void }): ReactNode {
  const { t } = useTranslation();
  const { path } = usePlace();
  const events = useEvents();
  const rail = useRef<HTMLElement>(null);
  // On a phone it is wider than the screen. At once, without a movement.
  useEffect(() => {
    const current = rail.current?.querySelector('[aria-current=page]');
    current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [path]);
  const open_events = events.data?.filter((e) => e.state === 'new').length ?? 0;
  return (
    <nav ref={rail} className="rail" aria-label={t('nav.label')}>
      <Link to={paths.home} className="rail-brand">
        <img src="/favicon.svg" alt="" />
        <span>AIflow</span>
      </Link>
      {RAIL.filter((item) => is_for(item, session)).map((item) => (
        <Link
          key={item.to}
          to={item.to}
          className="rail-link"
          title={t(`nav.${item.word}`)}
          aria-current={is_here(item, path) ? 'page' : undefined}
        >
          <item.icon size={17} strokeWidth={1.9} aria-hidden />
          <span>{t(`nav.${item.word}`)}</span>
          {item.word === 'events' && open_events > 0 && (
            <span className="rail-count" title={t('events.open_count', { count: open_events })}>
              {open_events > 99 ? '99+' : open_events}
            </span>
          )}
        </Link>
      ))}
      <button type="button" className="icon-button rail-fold" onClick={on_fold}>
        <PanelLeft size={17} aria-hidden />
        <span className="sr-only">{t('nav.fold')}</span>
      </button>
    </nav>
  );
}

function StaleBanner({ since }: { since: number | null }): ReactNode {
  const { t } = useTranslation();
  if (since === null) return null;
  return (
    <div className="stale" role="status">
      <CloudOff size={15} aria-hidden />
      {t('stream.lost')} <RelativeTime time={new Date(since).toISOString()} />
    </div>
  );
}

/** The frame around every page; holds the page's one event stream. */
export function Shell({ session, children }: { session: Session; children: ReactNode }): ReactNode {
  const { lost_since } = useStream(session.username);
  const { t } = useTranslation();
  const [narrow, set_narrow] = useState(() => localStorage.getItem(STORAGE_KEY) === 'narrow');
  const pages = RAIL.filter((item) => is_for(item, session)).map((item) => ({
    to: item.to,
    text: t(`nav.${item.word}`),
    icon: item.icon,
  }));
  const fold = (): void => {
    localStorage.setItem(STORAGE_KEY, narrow ? 'wide' : 'narrow');
    set_narrow(!narrow);
  };
  return (
    <div className={narrow ? 'shell shell-narrow' : 'shell'}>
      <a className="sr-only skip-link" href="#main">
        {t('nav.skip')}
      </a>
      <TopBar session={session} pages={pages} />
      <Rail session={session} on_fold={fold} />
      <main className="main" id="main" tabIndex={-1}>
        <StaleBanner since={lost_since} />
        {children}
      </main>
    </div>
  );
}
