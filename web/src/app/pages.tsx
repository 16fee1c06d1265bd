// SPDX-License-Identifier: Apache-2.0
// The table of pages. Each loads on first use, so that the first page stays small.
import type { ComponentType, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Compass } from 'lucide-react';
import { paths } from '@/models/paths';
import { Empty } from '@/ui/feedback';
import { lazy } from '@/ui/lazy';
import { Link, match_path, usePlace } from '@/ui/router';
import { HomePage } from '@/features/home/home-page';

type Params = Record<string, string>;
type PageComponent = ComponentType<{ params: Params }>;

const PAGES: [pattern: string, page: PageComponent][] = [
  ['/', HomePage],
  [
    '/dags',
    lazy(async () => ({
      default: (await import('@/features/workflows/dag-list-page')).DagListPage,
    })),
  ],
  [
    '/dags/:dag_id',
    lazy(async () => ({ default: (await import('@/features/workflows/dag-page')).DagPage })),
  ],
  [
    '/dags/:dag_id/runs/:run_id/tasks/:task_id',
    lazy(async () => ({ default: (await import('@/features/workflows/task/task-page')).TaskPage })),
  ],
  [
    '/editor',
    lazy(async () => ({ default: (await import('@/features/editor/editor-page')).EditorPage })),
  ],
  [
    '/editor/:dag_id',
    lazy(async () => ({ default: (await import('@/features/editor/editor-page')).EditorPage })),
  ],
  [
    '/data',
    lazy(async () => ({ default: (await import('@/features/assets/assets-page')).AssetsPage })),
  ],
  [
    '/models',
    lazy(async () => ({ default: (await import('@/features/models/models-page')).ModelsPage })),
  ],
  [
    '/models/:name',
    lazy(async () => ({ default: (await import('@/features/models/model-page')).ModelPage })),
  ],
  [
    '/reports/:report_id',
    lazy(async () => ({ default: (await import('@/features/models/report-page')).ReportPage })),
  ],
  [
    '/runtime',
    lazy(async () => ({ default: (await import('@/features/runtime/runtime-page')).RuntimePage })),
  ],
  [
    '/services',
    lazy(async () => ({
      default: (await import('@/features/services/services-page')).ServicesPage,
    })),
  ],
  [
    '/services/:name',
    lazy(async () => ({
      default: (await import('@/features/services/services-page')).ServicesPage,
    })),
  ],
  [
    '/cameras',
    lazy(async () => ({ default: (await import('@/features/cameras/cameras-page')).CamerasPage })),
  ],
  [
    '/cameras/:camera_id',
    lazy(async () => ({ default: (await import('@/features/cameras/camera-page')).CameraPage })),
  ],
  [
    '/events',
    lazy(async () => ({ default: (await import('@/features/events/events-page')).EventsPage })),
  ],
  [
    '/events/:event_id',
    lazy(async () => ({ default: (await import('@/features/events/event-page')).EventPage })),
  ],
  [
    '/pools',
    lazy(async () => ({ default: (await import('@/features/pools/pools-page')).PoolsPage })),
  ],
  [
    '/workers',
    lazy(async () => ({ default: (await import('@/features/workers/workers-page')).WorkersPage })),
  ],
  [
    '/variables',
    lazy(async () => ({
      default: (await import('@/features/values/variables-page')).VariablesPage,
    })),
  ],
  [
    '/connections',
    lazy(async () => ({
      default: (await import('@/features/values/connections-page')).ConnectionsPage,
    })),
  ],
  [
    '/account',
    lazy(async () => ({ default: (await import('@/features/auth/account-page')).AccountPage })),
  ],
  [
    '/tokens',
    lazy(async () => ({ default: (await import('@/features/auth/tokens-page')).TokensPage })),
  ],
  [
    '/audit',
    lazy(async () => ({ default: (await import('@/features/audit/audit-page')).AuditPage })),
  ],
  [
    '/system',
    lazy(async () => ({ default: (await import('@/features/system/system-page')).SystemPage })),
  ],
  [
    '/system/log',
    lazy(async () => ({
      default: (await import('@/features/server-log/server-log-page')).ServerLogPage,
    })),
  ],
  [
    '/projects',
    lazy(async () => ({
      default: (await import('@/features/projects/projects-page')).ProjectsPage,
    })),
  ],
  [
    '/projects/:name',
    lazy(async () => ({
      default: (await import('@/features/projects/project-page')).ProjectPage,
    })),
  ],
  [
    '/users',
    lazy(async () => ({ default: (await import('@/features/users/users-page')).UsersPage })),
  ],
  [
    '/api/docs',
    lazy(async () => ({
      default: (await import('@/features/api-docs/api-docs-page')).ApiDocsPage,
    })),
  ],
];

export function PageOf(): ReactNode {
  const { path } = usePlace();
  const { t } = useTranslation();
  // After signing in, the address of the sign-in or set-up page shows the home page.
  const wanted = path === '/login' || path === '/setup' ? '/' : path;
  for (const [pattern, PageHere] of PAGES) {
    const params = match_path(pattern, wanted);
    if (params) return <PageHere key={pattern + Object.values(params).join('/')} params={params} />;
  }
  return (
    <Empty icon={Compass} title={t('ui.not_found')} hint={path}>
      <Link to={paths.home} className="text-link">
        {t('nav.home')}
      </Link>
    </Empty>
  );
}
