// SPDX-License-Identifier: Apache-2.0
// What happened to a task instance: its waits, begins and ends, and what people did to it.
import { History } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskInstance } from '@/api/types.gen';
import { Cause } from '@/features/workflows/cause';
import { moments_of } from '@/models/views/moments';
import { entries_of, useAudit } from '@/queries/use-audit';
import { useMayOnDag } from '@/queries/access/use-projects';
import { type TaskRef, useTries } from '@/queries/use-tasks';
import { Await, Empty } from '@/ui/feedback';
import { More } from '@/ui/more';
import { OutcomeMark } from '@/ui/outcome';
import { StateBadge } from '@/ui/state-badge';
import { RelativeTime, Time } from '@/ui/time';

/** Requests about this task of this run, and about the run. */
function Done({ task }: { task: TaskRef }): ReactNode {
  const { t } = useTranslation();
  const { dag_id, dag_run_id, task_id } = task;
  const pages = useAudit({}, { dag_id, dag_run_id, task_id });
  return (
    <section className="stack">
      <h3>{t('moments.done')}</h3>
      <Await query={pages} rows={2}>
        {() => {
          const entries = entries_of(pages);
          return (
            <>
              {entries.length === 0 && <p className="faint">{t('moments.done_none')}</p>}
              <ul className="moments">
                {entries.map((one) => (
                  <li key={one.id}>
                    <RelativeTime time={one.at} />
                    <span>
                      {t(`audit.action.${one.action}` as 'audit.action.patch_dag', {
                        defaultValue: one.action,
                      })}
                    </span>
                    <span className="faint">
                      {one.user || t(`audit.kind_${one.kind}` as 'audit.kind_user')}
                    </span>
                    <OutcomeMark outcome={one.outcome} status={one.status} />
                  </li>
                ))}
              </ul>
              <More pages={pages} label={t('audit.more')} all={t('audit.all_shown')} />
            </>
          );
        }}
      </Await>
    </section>
  );
}

export interface MomentsPanelProps {
  task: TaskRef;
  instance: TaskInstance;
}

export function MomentsPanel({ task, instance }: MomentsPanelProps): ReactNode {
  const { t } = useTranslation();
  const tries = useTries(task);
  const may_see_audit = useMayOnDag('operator', task.dag_id);
  return (
    <div className="stack">
      <Await query={tries} rows={4}>
        {(list) => {
          const moments = moments_of(instance, list);
          if (moments.length === 0) return <Empty icon={History} title={t('moments.none')} />;
          return (
            <ol className="moments">
              {moments.map((one) => (
                <li key={`${one.at} ${one.kind} ${one.try_number}`} data-moment={one.kind}>
                  <Time time={one.at} form="absolute" />
                  <span>{t(`moments.${one.kind}`, { number: one.try_number })}</span>
                  {one.kind === 'ended' && <StateBadge state={one.state} />}
                  {one.cause && one.cause !== 'done' && (
                    <span className="faint moment-cause">
                      <Cause text={one.cause} />
                    </span>
                  )}
                </li>
              ))}
            </ol>
          );
        }}
      </Await>
      {may_see_audit && <Done task={task} />}
    </div>
  );
}
