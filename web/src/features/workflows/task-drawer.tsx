// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { TaskBody } from '@/features/workflows/task/task-body';
import { instance_name } from '@/models/instances';
import { paths } from '@/models/paths';
import { type TaskRef, useTaskInstances } from '@/queries/use-tasks';
import { Drawer } from '@/ui/drawer';
import { ErrorNote, Skeleton } from '@/ui/feedback';
import { Link } from '@/ui/router';

/** A task of a run; of a mapped one all instances, or the one that `task` names. */
export function TaskDrawer({ task, on_close }: { task: TaskRef; on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  const { dag_id, dag_run_id, task_id, map_index } = task;
  const page = paths.task_page(dag_id, dag_run_id, task_id, {
    map: map_index >= 0 ? map_index : null,
  });
  const instances = useTaskInstances(task.dag_id, task.dag_run_id);
  const known = instances.data?.find((one) => one.task_id === task.task_id);
  return (
    <Drawer
      label={instance_name(task.task_id, task.map_index)}
      on_close={on_close}
      title={
        <>
          <h2>{known?.task_display_name || task.task_id}</h2>
          <span className="faint mono">{task.dag_run_id}</span>{' '}
          <Link to={page} className="nowrap text-link">
            {t('task_page.open')}
          </Link>
        </>
      }
    >
      {instances.data ? (
        <TaskBody task={task} list={instances.data} is_page={false} />
      ) : instances.error ? (
        <ErrorNote
          error={instances.error}
          what={t('task_page.load_failed', { task: task.task_id })}
          on_retry={() => void instances.refetch()}
        />
      ) : (
        <Skeleton rows={6} />
      )}
    </Drawer>
  );
}
