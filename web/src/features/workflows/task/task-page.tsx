// SPDX-License-Identifier: Apache-2.0
// A task of a run on a page of its own, which can be linked to.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { TaskBody } from '@/features/workflows/task/task-body';
import { instance_name, read_map_index } from '@/models/instances';
import { paths } from '@/models/paths';
import { zone_of } from '@/models/schedule';
import { useDag, useShownRun } from '@/queries/use-dags';
import { type TaskRef, useTaskInstances } from '@/queries/use-tasks';
import { ErrorNote, Skeleton } from '@/ui/feedback';
import { type Fact, Page } from '@/ui/page';
import { Link, useQueryValue } from '@/ui/router';
import { StateBadge } from '@/ui/state-badge';
import { DagZone } from '@/ui/zone';
import '@/features/workflows/task/task-page.css';

/** What the page's head tells: the run, and ways to look at the task beside others. */
function useFacts(task: TaskRef): Fact[] {
  const { t } = useTranslation();
  const { dag_id, dag_run_id: run, task_id } = task;
  const { run: found } = useShownRun(dag_id, run);
  return [
    {
      label: t('task_page.run'),
      value: (
        <span className="row">
          <Link className="mono" to={paths.dag(dag_id, { run })}>
            {run}
          </Link>
          {found && <StateBadge state={found.state} />}
        </span>
      ),
    },
    {
      label: t('task_page.see_in'),
      value: (
        <span className="row">
          {(['graph', 'gantt', 'durations'] as const).map((tab) => (
            <Link
              key={tab}
              to={paths.dag(dag_id, { tab, run, ...(tab === 'durations' ? { of: task_id } : {}) })}
            >
              {t(`dag_tab.${tab}`)}
            </Link>
          ))}
        </span>
      ),
    },
  ];
}

export function TaskPage({ params }: { params: Record<string, string> }): ReactNode {
  const { t } = useTranslation();
  const [map] = useQueryValue('map');
  const task: TaskRef = {
    dag_id: params.dag_id ?? '',
    dag_run_id: params.run_id ?? '',
    task_id: params.task_id ?? '',
    map_index: read_map_index(map),
  };
  const dag = useDag(task.dag_id);
  const instances = useTaskInstances(task.dag_id, task.dag_run_id);
  const facts = useFacts(task);
  return (
    <DagZone value={dag.data ? zone_of(dag.data.timetable_description) : null}>
      <Page
        title={instance_name(task.task_id, task.map_index)}
        parent={{ label: task.dag_id, to: paths.dag(task.dag_id, { run: task.dag_run_id }) }}
        facts={facts}
        fill
      >
        <div className="task-page panel">
          {instances.data ? (
            <TaskBody task={task} list={instances.data} is_page />
          ) : instances.error ? (
            <ErrorNote
              error={instances.error}
              what={t('task_page.load_failed', { task: task.task_id })}
              on_retry={() => void instances.refetch()}
            />
          ) : (
            <Skeleton rows={8} />
          )}
        </div>
      </Page>
    </DagZone>
  );
}
