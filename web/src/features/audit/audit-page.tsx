// SPDX-License-Identifier: Apache-2.0
import { Download, ScrollText } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type AuditEntry, ROUTES } from '@/api/types.gen';
import { paths } from '@/models/paths';
import { type AuditFilter, audit_export_url, entries_of, useAudit } from '@/queries/use-audit';
import { Await, Empty } from '@/ui/feedback';
import { More } from '@/ui/more';
import { OUTCOMES, OutcomeMark } from '@/ui/outcome';
import { Page, Panel } from '@/ui/page';
import { Link, set_query, useQueryValue } from '@/ui/router';
import { RelativeTime } from '@/ui/time';
import { useFollowed } from '@/ui/use-followed';
import '@/features/audit/audit.css';

const KINDS = [
  ...[
    'dag',
    'run',
    'task',
    'backfill',
    'asset',
    'pool',
    'variable',
    'connection',
    'user',
    'token',
    'session',
    'worker',
    'project',
  ],
  ...['model', 'variant', 'report', 'pack', 'service', 'camera', 'event', 'blob', 'artifact'],
] as const;
const ACTIONS = Object.entries(ROUTES)
  .filter(([, route]) => route.method !== 'GET')
  .map(([name]) => name)
  .sort();

type Field = 'user' | 'action' | 'kind' | 'object' | 'outcome' | 'from' | 'to';

function useFilters(): Record<Field, string> {
  return {
    user: useQueryValue('user')[0] ?? '',
    action: useQueryValue('action')[0] ?? '',
    kind: useQueryValue('kind')[0] ?? '',
    object: useQueryValue('object')[0] ?? '',
    outcome: useQueryValue('outcome')[0] ?? '',
    from: useQueryValue('from')[0] ?? '',
    to: useQueryValue('to')[0] ?? '',
  };
}

/** A day of the browser's time zone, as the server wants it. */
function moment(day: string, days_later: number): string | undefined {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return undefined;
  return new Date(year, month - 1, date + days_later).toISOString();
}

function filter_of(fields: Record<Field, string>): AuditFilter {
  const from = moment(fields.from, 0);
  const to = moment(fields.to, 1);
  return {
    user: fields.user,
    action: fields.action,
    object_kind: fields.kind,
    object_id: fields.object,
    outcome: fields.outcome,
    ...(from ? { since: from } : {}),
    ...(to ? { until: to } : {}),
  };
}

function Choice(props: {
  field: Field;
  value: string;
  options: readonly string[];
  word: (option: string) => string;
}): ReactNode {
  const { t } = useTranslation();
  const id = `audit-${props.field}`;
  return (
    <div className="field">
      <label htmlFor={id}>{t(`audit.by_${props.field as 'action'}`)}</label>
      <select
        id={id}
        className="input"
        value={props.value}
        onChange={(event) => set_query({ [props.field]: event.target.value || null })}
      >
        <option value="">{t('ui.all')}</option>
        {props.options.map((option) => (
          <option key={option} value={option}>
            {props.word(option)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Looked for when the field is left, or with Enter. */
function TextFilter(props: { field: Field; value: string; type?: string }): ReactNode {
  const { t } = useTranslation();
  const id = `audit-${props.field}`;
  const input = useFollowed(props.value);
  const apply = (value: string): void => set_query({ [props.field]: value.trim() || null });
  return (
    <div className="field">
      <label htmlFor={id}>{t(`audit.by_${props.field as 'user'}`)}</label>
      <input
        ref={input}
        id={id}
        className="input"
        type={props.type ?? 'text'}
        defaultValue={props.value}
        autoComplete="off"
        onBlur={(event) => apply(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && apply(event.currentTarget.value)}
      />
    </div>
  );
}

function Filters({ fields }: { fields: Record<Field, string> }): ReactNode {
  const { t } = useTranslation();
  const action_word = (name: string): string =>
    t(`audit.action.${name}` as 'audit.action.patch_dag', { defaultValue: name });
  return (
    <div className="audit-filters" role="search" aria-label={t('audit.filters')}>
      <TextFilter field="user" value={fields.user} />
      <Choice field="action" value={fields.action} options={ACTIONS} word={action_word} />
      <Choice
        field="kind"
        value={fields.kind}
        options={KINDS}
        word={(kind) => t(`audit.object_${kind as 'dag'}`)}
      />
      <TextFilter field="object" value={fields.object} />
      <Choice
        field="outcome"
        value={fields.outcome}
        options={OUTCOMES}
        word={(outcome) => t(`audit.outcome_${outcome as 'done'}`)}
      />
      <TextFilter field="from" value={fields.from} type="date" />
      <TextFilter field="to" value={fields.to} type="date" />
    </div>
  );
}

function ObjectOf({ entry }: { entry: AuditEntry }): ReactNode {
  const { t } = useTranslation();
  if (!entry.object_kind) return <span className="faint">–</span>;
  const kind = t(`audit.object_${entry.object_kind}` as 'audit.object_dag', {
    defaultValue: entry.object_kind,
  });
  const [, run] = entry.object_kind === 'run' ? entry.object_id.split(/\/(.*)/s) : [];
  return (
    <span className="audit-object">
      <span className="faint">{kind}</span>{' '}
      {entry.dag_id && entry.object_id.startsWith(entry.dag_id) ? (
        <Link to={paths.dag(entry.dag_id, { run })}>{entry.object_id}</Link>
      ) : (
        entry.object_id
      )}
    </span>
  );
}

function Row({ entry }: { entry: AuditEntry }): ReactNode {
  const { t } = useTranslation();
  return (
    <tr data-audit={entry.id}>
      <td className="nowrap">
        <RelativeTime time={entry.at} />
      </td>
      <td>
        <strong>{entry.user || t(`audit.kind_${entry.kind}` as 'audit.kind_user')}</strong>
        {entry.kind === 'task' && <p className="faint">{t('audit.kind_task')}</p>}
      </td>
      <td className="nowrap faint">{entry.address}</td>
      <td title={entry.action}>
        {t(`audit.action.${entry.action}` as 'audit.action.patch_dag', {
          defaultValue: entry.action,
        })}
      </td>
      <td>
        <ObjectOf entry={entry} />
      </td>
      <td>
        <OutcomeMark outcome={entry.outcome} status={entry.status} />
      </td>
      <td className="faint">
        <code>{entry.request_id}</code>
      </td>
    </tr>
  );
}

function Entries({ entries }: { entries: AuditEntry[] }): ReactNode {
  const { t } = useTranslation();
  if (entries.length === 0)
    return <Empty icon={ScrollText} title={t('audit.none')} command="aiflow audit list" />;
  return (
    <Panel flush>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={t('nav.audit')}>
        <table className="table">
          <thead>
            <tr>
              <th>{t('audit.time')}</th>
              <th>{t('audit.who')}</th>
              <th>{t('audit.address')}</th>
              <th>{t('audit.what')}</th>
              <th>{t('audit.object')}</th>
              <th>{t('audit.outcome')}</th>
              <th>{t('audit.request')}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <Row key={entry.id} entry={entry} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

export function AuditPage(): ReactNode {
  const { t } = useTranslation();
  const fields = useFilters();
  const filter = filter_of(fields);
  const pages = useAudit(filter);
  return (
    <Page
      title={t('nav.audit')}
      actions={(['csv', 'ndjson'] as const).map((format) => (
        <a key={format} className="button" href={audit_export_url(filter, format)} download>
          <Download size={15} aria-hidden />
          {t('audit.export', { format: format.toUpperCase() })}
        </a>
      ))}
    >
      <p className="faint">{t('audit.hint')}</p>
      <Filters fields={fields} />
      <Await query={pages}>{() => <Entries entries={entries_of(pages)} />}</Await>
      <More
        key={JSON.stringify(filter)}
        pages={pages}
        label={t('audit.more')}
        all={t('audit.all_shown')}
      />
    </Page>
  );
}
