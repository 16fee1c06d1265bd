// SPDX-License-Identifier: Apache-2.0
import { FolderKey, Play } from 'lucide-react';
import type { ReactNode, Ref } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag } from '@/api/types.gen';
import { DagRunsBars } from '@/features/workflows/dag-runs-bars';
import { NextRun } from '@/features/workflows/next-run';
import { ScheduleText } from '@/features/workflows/schedule-text';
import { paths } from '@/models/paths';
import { DEFAULT_PROJECT } from '@/models/roles';
import { zone_of } from '@/models/schedule';
import { usePauseDag } from '@/queries/use-dags';
import { useMay } from '@/queries/use-session';
import { IconButton, Switch } from '@/ui/button';
import { ErrorNote } from '@/ui/feedback';
import { Link, set_query } from '@/ui/router';
import { StateIcon, state_style } from '@/ui/state-badge';
import { DagZone } from '@/ui/zone';

function StateCount({ state, count }: { state: 'running' | 'failed'; count: number }): ReactNode {
  const { t } = useTranslation();
  if (count === 0) return null;
  return (
    <span
      className="state-count"
      style={state_style(state)}
      title={`${t(`state.${state}`)}: ${count}`}
    >
      <StateIcon state={state} size={13} />
      {count}
      <span className="sr-only"> {t(`state.${state}`)}</span>
    </span>
  );
}

function NowCounts({ dag }: { dag: Dag }): ReactNode {
  return (
    <span className="row">
      <StateCount state="running" count={dag.running_count} />
      <StateCount state="failed" count={dag.failed_count} />
    </span>
  );
}

function DagName({ dag }: { dag: Dag }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <div className="dag-title">
        <Link to={paths.dag(dag.dag_id)} className="row-link" tabIndex={-1}>
          {dag.dag_display_name || dag.dag_id}
        </Link>
        {dag.project !== DEFAULT_PROJECT && (
          <span className="dag-project" title={t('projects.project')}>
            <FolderKey size={12} aria-hidden />
            <span className="sr-only">{t('projects.project')} </span>
            {dag.project}
          </span>
        )}
        <span className="dag-tags">
          {dag.tags.map((tag) => (
            <button
              key={tag}
              type="button"
              className="tag"
              tabIndex={-1}
              title={t('dag_list.only_tag', { tag })}
              onClick={() => set_query({ tag })}
            >
              {tag}
            </button>
          ))}
        </span>
      </div>
      <p className="faint dag-when">
        <ScheduleText dag={dag} />
        {dag.next_dagrun_run_after && !dag.is_paused && (
          <>
            {' · '}
            <NextRun dag={dag} />
          </>
        )}
      </p>
      {dag.description && <p className="faint dag-description">{dag.description}</p>}
    </>
  );
}

export interface DagRowProps {
  dag: Dag;
  /** Its place in the list, from 0. */
  index: number;
  chosen: boolean;
  /** Tab leads to this row; arrow keys lead on. */
  current: boolean;
  row_ref: Ref<HTMLTableRowElement>;
  on_choose: (id: string, range: boolean) => void;
  on_trigger: (id: string) => void;
}

export function DagRow(props: DagRowProps): ReactNode {
  const { dag, index, chosen, current, row_ref, on_choose, on_trigger } = props;
  const { t } = useTranslation();
  const pause = usePauseDag();
  const may_operate = useMay('operator', dag.project);
  const may_run = useMay('user', dag.project);
  return (
    <DagZone value={zone_of(dag.timetable_description)}>
      <tr
        ref={row_ref}
        role="row"
        data-dag={dag.dag_id}
        data-index={index}
        aria-rowindex={index + 2}
        aria-selected={chosen}
        tabIndex={current ? 0 : -1}
      >
        <td role="gridcell" className="dag-check">
          {may_run && (
            <input
              type="checkbox"
              tabIndex={-1}
              checked={chosen}
              aria-label={t('dag_list.choose', { dag: dag.dag_id })}
              onClick={(event) => on_choose(dag.dag_id, event.shiftKey)}
              onChange={() => {}}
            />
          )}
        </td>
        <td role="gridcell" className="dag-switch">
          <Switch
            on={!dag.is_paused}
            label={t(dag.is_paused ? 'dags.turn_on' : 'dags.turn_off', { dag: dag.dag_id })}
            disabled={!may_operate}
            on_change={(on) => pause.mutate({ dag_id: dag.dag_id, is_paused: !on })}
          />
        </td>
        <td role="gridcell" className="dag-name">
          <DagName dag={dag} />
          {pause.error && <ErrorNote error={pause.error} />}
        </td>
        <td role="gridcell" className="dag-schedule">
          <ScheduleText dag={dag} />
        </td>
        <td role="gridcell" className="dag-next">
          <NextRun dag={dag} />
        </td>
        <td role="gridcell" className="dag-runs">
          <DagRunsBars dag_id={dag.dag_id} runs={dag.recent_runs} />
        </td>
        <td role="gridcell" className="dag-now">
          <NowCounts dag={dag} />
        </td>
        <td role="gridcell" className="dag-owner faint">
          {dag.owners.join(', ')}
        </td>
        <td role="gridcell" className="dag-trigger num">
          {may_run && (
            <IconButton
              icon={Play}
              label={t('trigger.title', { dag: dag.dag_id })}
              onClick={() => on_trigger(dag.dag_id)}
            />
          )}
        </td>
      </tr>
    </DagZone>
  );
}
