// SPDX-License-Identifier: Apache-2.0
import { Play, Search, Workflow } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag } from '@/api/types.gen';
import { DagRunsBars } from '@/features/workflows/dag-runs-bars';
import { ImportErrors } from '@/features/workflows/import-errors';
import { NextRun } from '@/features/workflows/next-run';
import { ScheduleText } from '@/features/workflows/schedule-text';
import { TriggerDialog } from '@/features/workflows/trigger-dialog';
import { paths } from '@/models/paths';
import { useDags, useImportErrors, usePauseDag } from '@/queries/use-dags';
import { useMay } from '@/queries/use-session';
import { Button, Switch } from '@/ui/button';
import { Await, Empty, ErrorNote } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { Link, useQueryValue } from '@/ui/router';
import { StateIcon, state_style } from '@/ui/state-badge';
import '@/features/workflows/dag-list.css';

type Filter = 'running' | 'failed' | 'paused';
const FILTERS: Filter[] = ['running', 'failed', 'paused'];

function passes(dag: Dag, filter: string | null): boolean {
  if (filter === 'running') return dag.running_count > 0;
  if (filter === 'failed') return dag.failed_count > 0;
  return filter === 'paused' ? dag.is_paused : true;
}

function finds(dag: Dag, text: string): boolean {
  const wanted = text.toLowerCase();
  return [dag.dag_id, dag.dag_display_name, ...dag.owners, ...dag.tags].some((part) =>
    part.toLowerCase().includes(wanted),
  );
}

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
    </span>
  );
}

interface DagRowProps {
  dag: Dag;
  on_trigger: () => void;
}

function DagRow({ dag, on_trigger }: DagRowProps): ReactNode {
  const { t } = useTranslation();
  const pause = usePauseDag();
  const may_operate = useMay('operator');
  const may_run = useMay('user');
  const turn = (on: boolean): void => pause.mutate({ dag_id: dag.dag_id, is_paused: !on });
  return (
    <tr data-dag={dag.dag_id}>
      <td>
        <Switch
          on={!dag.is_paused}
          label={t(dag.is_paused ? 'dags.turn_on' : 'dags.turn_off', { dag: dag.dag_id })}
          disabled={!may_operate}
          on_change={turn}
        />
      </td>
      <td className="dag-name">
        <Link to={paths.dag(dag.dag_id)} className="row-link">
          {dag.dag_display_name || dag.dag_id}
        </Link>
        <span className="dag-tags">
          {dag.tags.map((tag) => (
            <span key={tag} className="tag">
              {tag}
            </span>
          ))}
        </span>
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
        {pause.error && <ErrorNote error={pause.error} />}
      </td>
      <td>
        <ScheduleText dag={dag} />
      </td>
      <td className="nowrap">
        <NextRun dag={dag} />
      </td>
      <td>
        <DagRunsBars dag_id={dag.dag_id} runs={dag.recent_runs} />
      </td>
      <td>
        <span className="row">
          <StateCount state="running" count={dag.running_count} />
          <StateCount state="failed" count={dag.failed_count} />
        </span>
      </td>
      <td className="faint">{dag.owners.join(', ')}</td>
      <td className="num">
        {may_run && (
          <Button
            icon={Play}
            onClick={on_trigger}
            aria-label={`${t('trigger.button')} ${dag.dag_id}`}
          >
            {t('trigger.button')}
          </Button>
        )}
      </td>
    </tr>
  );
}

function DagTable({ dags }: { dags: Dag[] }): ReactNode {
  const { t } = useTranslation();
  const [triggering, set_triggering] = useState<string | null>(null);
  const columns = ['name', 'schedule', 'next_run', 'last_runs', 'now', 'owner'] as const;
  return (
    <Panel flush>
      <div className="table-wrap">
        <table className="table dag-table">
          <thead>
            <tr>
              <th>
                <span className="sr-only">{t('dags.on_off')}</span>
              </th>
              {columns.map((column) => (
                <th key={column}>{t(`dags.${column}`)}</th>
              ))}
              <th>
                <span className="sr-only">{t('dags.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {dags.map((dag) => (
              <DagRow key={dag.dag_id} dag={dag} on_trigger={() => set_triggering(dag.dag_id)} />
            ))}
          </tbody>
        </table>
      </div>
      {dags.length === 0 && <Empty icon={Search} title={t('dags.none_found')} />}
      {triggering && <TriggerDialog dag_id={triggering} on_close={() => set_triggering(null)} />}
    </Panel>
  );
}

function DagFilters({ dags }: { dags: Dag[] }): ReactNode {
  const { t } = useTranslation();
  const [filter, set_filter] = useQueryValue('show');
  const [text, set_text] = useQueryValue('q');
  return (
    <div className="row">
      <span className="search">
        <Search size={14} aria-hidden />
        <input
          className="input input-small"
          type="search"
          placeholder={t('dags.search')}
          aria-label={t('dags.search')}
          value={text ?? ''}
          onChange={(event) => set_text(event.target.value || null)}
        />
      </span>
      <div className="chips" role="group" aria-label={t('dags.filter')}>
        {FILTERS.map((name) => (
          <button
            key={name}
            type="button"
            className="chip"
            aria-pressed={filter === name}
            onClick={() => set_filter(filter === name ? null : name)}
          >
            {t(`dags.show_${name}`)}
            <span className="chip-count">{dags.filter((dag) => passes(dag, name)).length}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

export function DagListPage(): ReactNode {
  const { t } = useTranslation();
  const dags = useDags();
  const errors = useImportErrors();
  const [filter] = useQueryValue('show');
  const [text] = useQueryValue('q');
  return (
    <Page title={t('nav.workflows')}>
      {errors.data && <ImportErrors errors={errors.data} />}
      <Await query={dags} height={44}>
        {(list) =>
          list.length === 0 ? (
            <Panel>
              <Empty
                icon={Workflow}
                title={t('dags.empty_title')}
                hint={t('dags.empty_hint')}
                command="aiflow demo"
              />
            </Panel>
          ) : (
            <>
              <DagFilters dags={list} />
              <DagTable
                dags={list.filter((dag) => passes(dag, filter) && finds(dag, text ?? ''))}
              />
            </>
          )
        }
      </Await>
    </Page>
  );
}
