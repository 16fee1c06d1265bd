// SPDX-License-Identifier: Apache-2.0
// All settings of a DAG, and its versions with what changed.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag, DagDetails, DagVersionInfo } from '@/api/types.gen';
import { ScheduleText } from '@/features/workflows/schedule-text';
import { absolute_text, count_text, duration_text } from '@/i18n/format';
import { paths } from '@/models/paths';
import { as_fields, as_text } from '@/models/unknown';
import { useDagDetails, useDagVersions } from '@/queries/use-dag-views';
import { Await, CopyText } from '@/ui/feedback';
import { JsonView } from '@/ui/json-view';
import { type FactRow, FactTable, Panel } from '@/ui/page';
import { lazy } from '@/ui/lazy';
import { Link } from '@/ui/router';
import { RelativeTime, useLocale } from '@/ui/time';
import { useZone } from '@/ui/zone';
import '@/features/workflows/views/details.css';

const Markdown = lazy(() => import('@/ui/text/markdown'));

function useWords(): {
  yes_no: (value: boolean) => string;
  time: (value: string | null | undefined) => string;
  ms: (value: number | null | undefined) => string;
} {
  const { t } = useTranslation();
  const locale = useLocale();
  const zone = useZone();
  return {
    yes_no: (value) => t(value ? 'dag_details.yes' : 'dag_details.no'),
    time: (value) => (value ? absolute_text(value, locale, zone) : '–'),
    ms: (value) => (value ? duration_text(value / 1000, locale) : t('dag_details.unlimited')),
  };
}

function Settings({ dag, details }: { dag: Dag; details: DagDetails }): ReactNode {
  const { t } = useTranslation();
  const { yes_no, time, ms } = useWords();
  const rows: FactRow[] = [
    [t('dag_details.description'), details.description || '–'],
    [t('dags.owner'), details.owner || '–'],
    [t('dag_details.tags'), details.tags.join(', ') || '–'],
    [t('dag_details.file'), <CopyText key="file" text={dag.fileloc} />],
    [
      t('dag_details.tasks'),
      t('dag_details.tasks_groups', { tasks: details.task_count, groups: details.group_count }),
    ],
    [t('dag_details.assets'), details.assets.join(', ') || '–'],
    [t('dag_details.compat'), t('dag_details.compat_is', { version: details.compat })],
  ];
  const times: FactRow[] = [
    [t('dags.schedule'), <ScheduleText key="schedule" dag={dag} />],
    [t('dag_details.timezone'), details.timezone],
    [t('dag_details.start'), time(details.start_date)],
    [t('dag_details.end'), time(details.end_date)],
    [t('dag_details.catchup'), yes_no(details.catchup)],
    [t('dags.next_run'), time(dag.next_dagrun_run_after)],
    [t('dag_details.watchers'), details.watchers.join(', ') || '–'],
  ];
  const limits: FactRow[] = [
    [t('dag_details.max_active_runs'), details.max_active_runs],
    [t('dag_details.max_active_tasks'), details.max_active_tasks],
    [t('dag_details.timeout'), ms(details.dagrun_timeout_ms)],
    [
      t('dag_details.max_failed'),
      details.max_consecutive_failed_dag_runs || t('dag_details.unlimited'),
    ],
    [t('dag_details.fail_fast'), yes_no(details.fail_fast)],
    [t('dag_details.paused_first'), yes_no(details.is_paused_upon_creation)],
  ];
  const callbacks: FactRow[] = [
    [t('dag_details.on_success'), yes_no(details.has_success_callback)],
    [t('dag_details.on_failure'), yes_no(details.has_failure_callback)],
    ...details.deadlines.map((one): FactRow => [
      t('dag_details.deadline', { name: one.name }),
      t('dag_details.deadline_is', {
        after: ms(Math.abs(one.interval_ms)),
        reference: one.reference,
      }),
    ]),
  ];
  return (
    <div className="details-grid">
      <Panel title={t('dag_details.general')}>
        <FactTable rows={rows} />
      </Panel>
      <Panel title={t('dag_details.times')}>
        <FactTable rows={times} />
      </Panel>
      <Panel title={t('dag_details.limits')}>
        <FactTable rows={limits} />
      </Panel>
      <Panel title={t('dag_details.callbacks')}>
        <FactTable rows={callbacks} />
      </Panel>
    </div>
  );
}

function ParamTable({ params }: { params: unknown }): ReactNode {
  const { t } = useTranslation();
  const entries = Object.entries(as_fields(params));
  if (entries.length === 0) return <p className="faint">{t('dag_details.no_params')}</p>;
  return (
    <div className="table-wrap">
      <table className="table">
        <thead>
          <tr>
            <th>{t('dag_details.param')}</th>
            <th>{t('dag_details.value')}</th>
            <th>{t('dag_details.schema')}</th>
            <th>{t('dag_details.description')}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(([name, param]) => {
            const fields = as_fields(param);
            const is_given = 'value' in fields;
            return (
              <tr key={name}>
                <td className="mono">{name}</td>
                <td className="mono wrap-anywhere">
                  {is_given ? JSON.stringify(fields.value) : t('dag_details.required')}
                </td>
                <td className="mono wrap-anywhere faint">{JSON.stringify(fields.schema ?? {})}</td>
                <td>{as_text(fields.description) || '–'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Change({ version }: { version: DagVersionInfo }): ReactNode {
  const { t } = useTranslation();
  if (version.is_first) return <span className="faint">{t('dag_details.first_version')}</span>;
  const parts: [label: string, names: string[]][] = [
    [t('dag_details.added'), version.tasks_added],
    [t('dag_details.removed'), version.tasks_removed],
    [t('dag_details.changed'), version.tasks_changed],
    [t('dag_details.settings'), version.settings_changed],
  ];
  const told = parts.filter(([, names]) => names.length > 0);
  if (told.length === 0) return <span className="faint">{t('dag_details.code_only')}</span>;
  return (
    <ul className="details-changes">
      {told.map(([label, names]) => (
        <li key={label}>
          <span className="faint">{label}</span>{' '}
          <span className="mono wrap-anywhere">{names.join(', ')}</span>
        </li>
      ))}
    </ul>
  );
}

function Versions({ dag }: { dag: Dag }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const versions = useDagVersions(dag.dag_id);
  return (
    <Await query={versions} rows={3}>
      {({ items, total_entries }) => (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th>{t('dag.version')}</th>
                <th>{t('dag_details.when')}</th>
                <th>{t('dag_details.what')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((version, at) => {
                const older = items[at + 1]?.version_number;
                return (
                  <tr key={version.version_number} data-version={version.version_number}>
                    <td className="nowrap">
                      <Link
                        to={paths.dag(dag.dag_id, {
                          tab: 'code',
                          version: version.version_number,
                          against: older,
                        })}
                      >
                        {t('dag.version_number', { version: version.version_number })}
                      </Link>
                    </td>
                    <td className="nowrap">
                      <RelativeTime time={version.created_at} />
                    </td>
                    <td>
                      <Change version={version} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          {total_entries > items.length && (
            <p className="faint details-more">
              {t('dag_details.more_versions', {
                shown: count_text(items.length, locale),
                all: count_text(total_entries, locale),
              })}
            </p>
          )}
        </div>
      )}
    </Await>
  );
}

export function DetailsTab({ dag }: { dag: Dag }): ReactNode {
  const { t } = useTranslation();
  const details = useDagDetails(dag.dag_id);
  return (
    <div className="stack">
      <Await query={details} rows={8}>
        {(data) => (
          <>
            <Settings dag={dag} details={data} />
            <Panel title={t('dag_details.params')} flush>
              <ParamTable params={data.params} />
            </Panel>
            <Panel title={t('dag_details.shared')} note={t('dag_details.shared_hint')}>
              <JsonView value={data.shared} />
            </Panel>
            {data.doc_md && (
              <Panel title={t('dag_details.doc')}>
                <Markdown text={data.doc_md} />
              </Panel>
            )}
          </>
        )}
      </Await>
      <Panel title={t('dag_details.versions')} flush>
        <Versions dag={dag} />
      </Panel>
    </div>
  );
}
