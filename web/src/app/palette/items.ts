// SPDX-License-Identifier: Apache-2.0
// Everything that the palette can find: places to go to, and things to do.
import {
  Boxes,
  Camera,
  CircleDot,
  Clock,
  Globe,
  Keyboard,
  Languages,
  type LucideIcon,
  Moon,
  Pause,
  Play,
  Power,
  Workflow,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Dag, RunBar } from '@/api/types.gen';
import { LANGUAGES, set_language } from '@/i18n';
import { relative_text } from '@/i18n/format';
import { paths } from '@/models/paths';
import { useDagGraph, useDags, usePauseDag } from '@/queries/use-dags';
import { useModels } from '@/queries/use-models';
import { useMay } from '@/queries/use-session';
import { useCameras } from '@/queries/use-sites';
import { match_path, navigate, usePlace } from '@/ui/router';
import { THEME_CHOICES, set_theme } from '@/ui/theme';
import { useLocale } from '@/ui/time';
import { ZONE_CHOICES, local_zone, set_zone } from '@/ui/zone';

export const GROUPS = ['pages', 'tasks', 'dags', 'runs', 'models', 'cameras', 'actions'] as const;
export type Group = (typeof GROUPS)[number];

export interface PaletteItem {
  /** Unique; also names the option in the page. */
  id: string;
  group: Group;
  icon: LucideIcon;
  text: string;
  hint?: string;
  run: () => void;
}

/** A page as the menu names it. */
export interface PagePlace {
  to: string;
  text: string;
  icon: LucideIcon;
}

/** Runs that can be found; of a large site the newest. */
const RUNS_MAX = 300;

function newest_runs(dags: readonly Dag[]): { dag: Dag; run: RunBar }[] {
  const when = ({ run }: { run: RunBar }): string => run.start_date ?? '9';
  return dags
    .flatMap((dag) => dag.recent_runs.map((run) => ({ dag, run })))
    .sort((a, b) => (when(a) < when(b) ? 1 : -1))
    .slice(0, RUNS_MAX);
}

function go(group: Group, icon: LucideIcon, text: string, to: string): PaletteItem {
  return { id: `${group}:${to}`, group, icon, text, run: () => navigate(to) };
}

function useRunItems(dags: readonly Dag[]): PaletteItem[] {
  const { t } = useTranslation();
  const locale = useLocale();
  return newest_runs(dags).map(({ dag, run }) => ({
    ...go(
      'runs',
      Clock,
      `${dag.dag_id} ${run.dag_run_id}`,
      paths.dag(dag.dag_id, { tab: 'graph', run: run.dag_run_id }),
    ),
    hint: [
      t(`state.${run.state}`),
      run.start_date ? relative_text(run.start_date, Date.now(), locale) : '',
    ]
      .filter(Boolean)
      .join(' · '),
  }));
}

/** The tasks of the DAG whose page is open, each as it went in the run in the address or the newest one. */
function useTaskItems(dags: readonly Dag[]): PaletteItem[] {
  const { path, query } = usePlace();
  const at =
    match_path('/dags/:dag_id', path) ?? match_path('/dags/:dag_id/runs/:run/tasks/:task', path);
  const dag = dags.find(({ dag_id }) => dag_id === at?.dag_id);
  const graph = useDagGraph(dag?.dag_id ?? null);
  const run = at?.run ?? query.get('run') ?? dag?.recent_runs.at(-1)?.dag_run_id;
  if (!dag || !run) return [];
  return (graph.data?.nodes ?? []).map(({ id, label }) =>
    go('tasks', CircleDot, label || id, paths.task(dag.dag_id, run, id)),
  );
}

/** What can be done with each DAG. */
function useDagActions(dags: readonly Dag[], on_trigger: (id: string) => void): PaletteItem[] {
  const { t } = useTranslation();
  const pause = usePauseDag();
  const may_run = useMay('user');
  const may_operate = useMay('operator');
  return dags.flatMap(({ dag_id, is_paused }) => [
    ...(may_run
      ? [
          {
            id: `trigger:${dag_id}`,
            group: 'actions' as const,
            icon: Play,
            text: t('palette.trigger', { dag: dag_id }),
            run: () => on_trigger(dag_id),
          },
        ]
      : []),
    ...(may_operate
      ? [
          {
            id: `pause:${dag_id}`,
            group: 'actions' as const,
            icon: is_paused ? Power : Pause,
            text: t(is_paused ? 'dags.turn_on' : 'dags.turn_off', { dag: dag_id }),
            run: () => pause.mutate({ dag_id, is_paused: !is_paused }),
          },
        ]
      : []),
  ]);
}

/** How the page itself looks. */
function useViewActions(on_keys: () => void): PaletteItem[] {
  const { t } = useTranslation();
  const action = (id: string, icon: LucideIcon, text: string, run: () => void): PaletteItem => ({
    id,
    group: 'actions',
    icon,
    text,
    run,
  });
  return [
    ...THEME_CHOICES.map((one) =>
      action(`theme:${one}`, Moon, `${t('top.theme')}: ${t(`top.theme_${one}`)}`, () =>
        set_theme(one),
      ),
    ),
    ...LANGUAGES.map(({ code, name }) =>
      action(`language:${code}`, Languages, `${t('top.language')}: ${name}`, () =>
        set_language(code),
      ),
    ),
    ...ZONE_CHOICES.map((one) =>
      action(
        `zone:${one}`,
        Globe,
        `${t('frame.zone')}: ${t(`frame.zone_${one}`, { zone: local_zone() })}`,
        () => set_zone(one),
      ),
    ),
    action('keys', Keyboard, t('keys.title'), on_keys),
  ];
}

export interface ItemsProps {
  pages: readonly PagePlace[];
  on_trigger: (dag_id: string) => void;
  on_keys: () => void;
}

/** What is offered before anything is typed is in front of what only a search finds. */
export function usePaletteItems({ pages, on_trigger, on_keys }: ItemsProps): PaletteItem[] {
  const dags = useDags().data ?? [];
  const models = useModels().data ?? [];
  const cameras = useCameras().data ?? [];
  const tasks = useTaskItems(dags);
  const runs = useRunItems(dags);
  const view = useViewActions(on_keys);
  const of_dags = useDagActions(dags, on_trigger);
  return [
    ...pages.map((page) => go('pages', page.icon, page.text, page.to)),
    ...tasks,
    ...dags.map((dag) =>
      go('dags', Workflow, dag.dag_display_name || dag.dag_id, paths.dag(dag.dag_id)),
    ),
    ...runs,
    ...models.map(({ name }) => go('models', Boxes, name, paths.model(name))),
    ...cameras.map((camera) =>
      go('cameras', Camera, camera.name || camera.camera_id, paths.camera(camera.camera_id)),
    ),
    ...view,
    ...of_dags,
  ];
}
