// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProgressInfo, TaskInstance, TaskState, TaskTry } from '@/api/types.gen';
import { useCauseText } from '@/features/workflows/cause';
import { DataPanel } from '@/features/workflows/data-panel';
import { InstanceList } from '@/features/workflows/instance-list';
import { LogPanel } from '@/features/workflows/log/log-panel';
import { StateBar, StateNumbers } from '@/features/workflows/state-counts';
import { TaskActions } from '@/features/workflows/task-actions';
import { TaskDetails } from '@/features/workflows/task-details';
import { MomentsPanel } from '@/features/workflows/task/moments-panel';
import { RenderedPanel } from '@/features/workflows/task/rendered-panel';
import { UsagePanel } from '@/features/workflows/task/usage-panel';
import { XComPanel } from '@/features/workflows/xcom-panel';
import { count_text } from '@/i18n/format';
import {
  type TaskSummary,
  instances_of,
  read_map_index,
  summary_by_task,
  tries_allowed,
} from '@/models/instances';
import { why_task } from '@/models/why';
import { type TaskRef, useCause, useTries } from '@/queries/use-tasks';
import { Button } from '@/ui/button';
import { Empty } from '@/ui/feedback';
import { set_query, useQueryValue } from '@/ui/router';
import { HealthBadge, StateBadge, state_style } from '@/ui/state-badge';
import { Tabs } from '@/ui/tabs';
import { RelativeTime, TimeSpan, useLocale, useNow } from '@/ui/time';
import { Told } from '@/ui/told';
import { useZone } from '@/ui/zone';
import { ArrowLeft, Hourglass } from 'lucide-react';
import '@/features/workflows/task.css';

const PANEL_KEYS = ['log', 'moments', 'rendered', 'usage', 'xcom', 'data', 'details'] as const;

/** Work without an end, such as a service's: how much was done, and how fast on the whole. */
function RateLine({
  progress,
  since,
}: {
  progress: ProgressInfo;
  since?: string | null;
}): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow();
  const seconds = since ? (now - Date.parse(since)) / 1000 : 0;
  const rate = seconds > 0 ? t('task.rate', { rate: (progress.done / seconds).toFixed(1) }) : '';
  return (
    <span className="faint">
      {[`${count_text(progress.done, locale)} ${progress.unit}`, rate].filter(Boolean).join(' · ')}
    </span>
  );
}

function ProgressLine({ instance }: { instance: TaskInstance }): ReactNode {
  const progress = instance.progress;
  if (instance.state !== 'running' || !progress) return null;
  if (progress.total <= 0) return <RateLine progress={progress} since={instance.start_date} />;
  const share = Math.min(1, progress.done / progress.total);
  return (
    <div className="task-progress">
      <span className="progress">
        <i style={{ width: `${share * 100}%` }} />
      </span>
      <span className="faint">
        {progress.what} {Math.round(share * 100)} %
      </span>
    </div>
  );
}

/** Without a try it will not begin any more. */
const ENDED: ReadonlySet<TaskState> = new Set([
  'upstream_failed',
  'skipped',
  'removed',
  'success',
  'failed',
]);

interface TryBarProps {
  tries: TaskTry[];
  current: number;
  on_pick: (try_number: number) => void;
}

function TryBar({ tries, current, on_pick }: TryBarProps): ReactNode {
  const { t } = useTranslation();
  const said = useCauseText();
  if (tries.length < 2) return null;
  return (
    <div className="chips" role="group" aria-label={t('task.tries')}>
      {tries.map((one) => (
        <button
          key={one.try_number}
          type="button"
          className="chip try-chip"
          aria-pressed={one.try_number === current}
          title={[t(`state.${one.state}`), said(one.cause)].filter(Boolean).join(' · ')}
          onClick={() => on_pick(one.try_number)}
        >
          <i className="state-dot" style={state_style(one.state)} />
          {t('task.try', { number: one.try_number })}
        </button>
      ))}
    </div>
  );
}

interface InstanceBodyProps {
  task: TaskRef;
  instance: TaskInstance;
  /** On a page of its own the address holds the chosen try; in a drawer nothing does. */
  is_page: boolean;
}

function usePickedTry(is_page: boolean): [number | null, (try_number: number) => void] {
  const [in_address, set_in_address] = useQueryValue('try');
  const [held, set_held] = useState<number | null>(null);
  if (!is_page) return [held, set_held];
  const number = read_map_index(in_address);
  return [number > 0 ? number : null, (one) => set_in_address(String(one))];
}

function InstanceBody({ task, instance, is_page }: InstanceBodyProps): ReactNode {
  const { t } = useTranslation();
  const [panel_value, set_panel] = useQueryValue('panel');
  const [picked, set_picked] = usePickedTry(is_page);
  const tries = useTries(task);
  const panel = PANEL_KEYS.find((key) => key === panel_value) ?? 'log';
  const try_number = picked ?? instance.try_number;
  const why = useCause(task, instance);
  const locale = useLocale();
  const zone = useZone();
  const said = useCauseText();
  const cause = said(why.explanation ? why_task(t, why.explanation, locale, zone) : why.cause);
  return (
    <>
      <div className="task-facts">
        <div className="row">
          <StateBadge state={instance.state} />
          {instance.service && <HealthBadge state={instance.service} />}
          <span className="faint">
            <RelativeTime time={instance.start_date ?? instance.queued_when} />
          </span>
          <TimeSpan start={instance.start_date} end={instance.end_date} />
          {instance.max_tries > 0 && (
            <span className="faint">
              {t('task.try_of', { number: instance.try_number, max: tries_allowed(instance) })}
            </span>
          )}
        </div>
        {cause && cause !== 'done' && (
          <p className="task-cause">
            <Told text={cause} />
          </p>
        )}
        <ProgressLine instance={instance} />
        <TaskActions task={task} instances={[instance]} />
        <TryBar tries={tries.data ?? []} current={try_number} on_pick={set_picked} />
      </div>
      <Tabs
        label={t('task.panels')}
        current={panel}
        tabs={PANEL_KEYS.map((key) => ({ key, label: t(`task.panel_${key}`) }))}
        on_change={set_panel}
      />
      <div className="task-panel" role="tabpanel">
        {panel === 'log' &&
          (try_number > 0 ? (
            <LogPanel task={task} try_number={try_number} />
          ) : (
            <Empty
              icon={Hourglass}
              title={t(ENDED.has(instance.state) ? 'log.never_ran' : 'log.not_started')}
              hint={cause}
            />
          ))}
        {panel === 'moments' && <MomentsPanel task={task} instance={instance} />}
        {panel === 'rendered' && <RenderedPanel task={task} try_number={try_number} />}
        {panel === 'usage' && <UsagePanel task={task} try_number={try_number} />}
        {panel === 'xcom' && <XComPanel task={task} />}
        {panel === 'data' && <DataPanel task={task} />}
        {panel === 'details' && <TaskDetails instance={instance} />}
      </div>
    </>
  );
}

interface MappedBodyProps {
  task: TaskRef;
  summary: TaskSummary;
  instances: readonly TaskInstance[];
}

/** A mapped task as a whole: how its instances stand, and the list of them. */
function MappedBody({ task, summary, instances }: MappedBodyProps): ReactNode {
  return (
    <>
      <div className="task-facts">
        <div className="row">
          <StateBadge state={summary.state} />
          <StateNumbers counts={summary.counts} shown={5} />
        </div>
        <StateBar counts={summary.counts} />
        <TaskActions task={task} instances={instances} />
      </div>
      <InstanceList
        instances={instances}
        counts={summary.counts}
        on_open={(map_index) => set_query({ map: String(map_index), try: null })}
      />
    </>
  );
}

/** The way back from one instance to all of its task. */
function InstanceBar({ task, width }: { task: TaskRef; width: number }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="instance-bar">
      <Button kind="quiet" icon={ArrowLeft} onClick={() => set_query({ map: null, try: null })}>
        {t('mapped.all', { count: width })}
      </Button>
      <span className="tag mono">{t('mapped.index_is', { index: task.map_index })}</span>
    </div>
  );
}

export interface TaskBodyProps {
  task: TaskRef;
  list: TaskInstance[];
  is_page: boolean;
}

/** A task of a run with all that is known of it: of a mapped one all instances, or the named one. */
export function TaskBody({ task, list, is_page }: TaskBodyProps): ReactNode {
  const { t } = useTranslation();
  const { task_id, map_index } = task;
  const instances = useMemo(() => instances_of(list, task_id), [list, task_id]);
  const summary = useMemo(() => summary_by_task(instances).get(task_id), [instances, task_id]);
  if (!summary) return <Empty icon={Hourglass} title={t('task.none')} />;
  if (summary.width === null) {
    const only = { ...task, map_index: -1 };
    return <InstanceBody task={only} instance={summary.instance} is_page={is_page} />;
  }
  if (map_index < 0) return <MappedBody task={task} summary={summary} instances={instances} />;
  const instance = instances.find((one) => one.map_index === map_index);
  return (
    <>
      <InstanceBar task={task} width={summary.width} />
      {instance ? (
        <InstanceBody key={map_index} task={task} instance={instance} is_page={is_page} />
      ) : (
        <Empty icon={Hourglass} title={t('mapped.no_such', { index: map_index })} />
      )}
    </>
  );
}
