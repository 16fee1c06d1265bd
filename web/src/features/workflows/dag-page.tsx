// SPDX-License-Identifier: Apache-2.0
import { Pencil, Play, SearchX } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { is_gone } from '@/api/error';
import type { Dag } from '@/api/types.gen';
import { DAG_TABS, TAB_KEYS } from '@/features/workflows/dag-tabs';
import { GridAhead } from '@/features/workflows/grid/grid-tab';
import { ImportErrors } from '@/features/workflows/import-errors';
import { NextRun } from '@/features/workflows/next-run';
import { ScheduleText } from '@/features/workflows/schedule-text';
import { TaskDrawer } from '@/features/workflows/task-drawer';
import { TriggerDialog } from '@/features/workflows/trigger/trigger-dialog';
import { read_map_index } from '@/models/instances';
import { paths } from '@/models/paths';
import { zone_of } from '@/models/schedule';
import { useDag, useImportErrors, usePauseDag, useRuns } from '@/queries/use-dags';
import { useMay } from '@/queries/use-session';
import { Button, Switch } from '@/ui/button';
import { Empty, ErrorNote, Skeleton } from '@/ui/feedback';
import { Page } from '@/ui/page';
import { Link, navigate, set_query, useQueryValue } from '@/ui/router';
import { Tabs } from '@/ui/tabs';
import { RelativeTime } from '@/ui/time';
import { DagZone } from '@/ui/zone';
import '@/features/workflows/dag-page.css';

function DagActions({ dag }: { dag: Dag }): ReactNode {
  const { t } = useTranslation();
  const pause = usePauseDag();
  const [triggering, set_triggering] = useState(false);
  const may_operate = useMay('operator', dag.project);
  const may_run = useMay('user', dag.project);
  return (
    <>
      <label className="row faint">
        {t(dag.is_paused ? 'dags.off' : 'dags.on')}
        <Switch
          on={!dag.is_paused}
          label={t(dag.is_paused ? 'dags.turn_on' : 'dags.turn_off', { dag: dag.dag_id })}
          disabled={!may_operate}
          on_change={(on) => pause.mutate({ dag_id: dag.dag_id, is_paused: !on })}
        />
      </label>
      {may_operate && /\.ya?ml$/.test(dag.fileloc) && (
        <Button icon={Pencil} onClick={() => navigate(paths.editor(dag.dag_id))}>
          {t('editor.edit')}
        </Button>
      )}
      {may_run && (
        <Button kind="primary" icon={Play} onClick={() => set_triggering(true)}>
          {t('trigger.button')}
        </Button>
      )}
      {triggering && <TriggerDialog dag_id={dag.dag_id} on_close={() => set_triggering(false)} />}
    </>
  );
}

function DagView({ dag }: { dag: Dag }): ReactNode {
  const { t } = useTranslation();
  const [tab_value] = useQueryValue('tab');
  const [run_value] = useQueryValue('run');
  const [task_id] = useQueryValue('task');
  const [map_value] = useQueryValue('map');
  const runs = useRuns(dag.dag_id);
  const errors = useImportErrors();
  const may_operate = useMay('operator', dag.project);
  const tabs = TAB_KEYS.filter((key) => key !== 'audit' || may_operate);
  const tab = tabs.find((key) => key === tab_value) ?? 'grid';
  const run_id = run_value ?? runs.data?.[0]?.dag_run_id ?? null;
  const TabBody = DAG_TABS[tab];
  const own_errors = (errors.data ?? []).filter((error) => error.filename === dag.fileloc);
  return (
    <>
      <ImportErrors errors={own_errors} />
      <Tabs
        label={dag.dag_id}
        current={tab}
        tabs={tabs.map((key) => ({ key, label: t(`dag_tab.${key}`) }))}
        on_change={(key) => set_query({ tab: key }, true)}
      />
      <div className={task_id ? 'dag-split dag-split-open' : 'dag-split'}>
        <div className="dag-content" role="tabpanel">
          <TabBody dag={dag} dag_id={dag.dag_id} run_id={run_id} />
        </div>
        {task_id && run_id && (
          <TaskDrawer
            key={`${run_id}/${task_id}`}
            task={{
              dag_id: dag.dag_id,
              dag_run_id: run_id,
              task_id,
              map_index: read_map_index(map_value),
            }}
            on_close={() => set_query({ task: null, map: null })}
          />
        )}
      </div>
    </>
  );
}

/** There is none of this name, or none that the user may see: the server does not tell which. */
function NoDag({ dag_id }: { dag_id: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <Empty icon={SearchX} title={t('dag.none', { dag: dag_id })} hint={t('dag.none_hint')}>
      <Link to={paths.dags}>{t('dag.all')}</Link>
    </Empty>
  );
}

/** While the DAG is on its way. */
function Waiting({ dag_id }: { dag_id: string }): ReactNode {
  const [tab] = useQueryValue('tab');
  return (
    <>
      {(tab === null || tab === 'grid') && <GridAhead dag_id={dag_id} />}
      <Skeleton rows={8} height={36} />
    </>
  );
}

export function DagPage({ params }: { params: Record<string, string> }): ReactNode {
  const { t } = useTranslation();
  const dag_id = params.dag_id ?? '';
  const query = useDag(dag_id);
  const dag = query.data;
  const zone = dag ? zone_of(dag.timetable_description) : null;
  return (
    <DagZone value={zone}>
      <Page
        title={dag?.dag_display_name || dag_id}
        parent={{ label: t('nav.workflows'), to: paths.dags }}
        actions={dag && <DagActions dag={dag} />}
        fill
        {...(dag
          ? {
              facts: [
                { label: t('dags.schedule'), value: <ScheduleText dag={dag} /> },
                { label: t('dags.next_run'), value: <NextRun dag={dag} /> },
                { label: t('dags.owner'), value: dag.owners.join(', ') || '–' },
                { label: t('dag.version'), value: dag.version },
                { label: t('dag.parsed'), value: <RelativeTime time={dag.last_parsed_time} /> },
              ],
            }
          : {})}
      >
        {dag ? (
          <DagView dag={dag} />
        ) : query.error && is_gone(query.error) ? (
          <NoDag dag_id={dag_id} />
        ) : query.error ? (
          <ErrorNote
            error={query.error}
            what={t('dag.load_failed', { dag: dag_id })}
            on_retry={() => void query.refetch()}
          />
        ) : (
          <Waiting dag_id={dag_id} />
        )}
      </Page>
    </DagZone>
  );
}
