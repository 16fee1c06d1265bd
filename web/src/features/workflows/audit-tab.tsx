// SPDX-License-Identifier: Apache-2.0
import { ScrollText } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '@/api/types.gen';
import { paths } from '@/models/paths';
import { entries_of, useAudit } from '@/queries/use-audit';
import { Await, Empty } from '@/ui/feedback';
import { More } from '@/ui/more';
import { OutcomeMark } from '@/ui/outcome';
import { Link } from '@/ui/router';
import { RelativeTime } from '@/ui/time';

function Row({ entry }: { entry: AuditEntry }): ReactNode {
  const { t } = useTranslation();
  const what = t(`audit.action.${entry.action}` as 'audit.action.patch_dag', {
    defaultValue: entry.action,
  });
  // The DAG's own name is said by the page.
  const object = entry.object_id.startsWith(`${entry.dag_id}/`)
    ? entry.object_id.slice(entry.dag_id.length + 1)
    : '';
  return (
    <tr data-audit={entry.id}>
      <td className="nowrap">
        <RelativeTime time={entry.at} />
      </td>
      <td>{entry.user || t(`audit.kind_${entry.kind}` as 'audit.kind_user')}</td>
      <td>
        {what}{' '}
        {object && entry.object_kind === 'run' ? (
          <Link to={paths.dag(entry.dag_id, { tab: 'graph', run: object })}>{object}</Link>
        ) : (
          <span className="faint">{object}</span>
        )}
      </td>
      <td>
        <OutcomeMark outcome={entry.outcome} status={entry.status} />
      </td>
    </tr>
  );
}

/** What was done to a DAG, its runs and its tasks, and by whom. */
export function AuditTab({ dag_id }: { dag_id: string }): ReactNode {
  const { t } = useTranslation();
  const pages = useAudit({}, { dag_id });
  return (
    <Await query={pages}>
      {() => {
        const entries = entries_of(pages);
        if (entries.length === 0)
          return (
            <Empty
              icon={ScrollText}
              title={t('audit.none_of_dag')}
              command={`aiflow audit list --dag ${dag_id}`}
            />
          );
        return (
          <div className="stack">
            <div
              className="panel panel-flush table-wrap"
              tabIndex={0}
              role="region"
              aria-label={t('dag_tab.audit')}
            >
              <table className="table">
                <thead>
                  <tr>
                    <th>{t('audit.time')}</th>
                    <th>{t('audit.who')}</th>
                    <th>{t('audit.what')}</th>
                    <th>{t('audit.outcome')}</th>
                  </tr>
                </thead>
                <tbody>
                  {entries.map((entry) => (
                    <Row key={entry.id} entry={entry} />
                  ))}
                </tbody>
              </table>
            </div>
            <More pages={pages} label={t('audit.more')} all={t('audit.all_shown')} />
          </div>
        );
      }}
    </Await>
  );
}
