// SPDX-License-Identifier: Apache-2.0
import { ArrowLeftRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { paths } from '@/models/paths';
import { as_fields, as_number } from '@/models/unknown';
import { type TaskRef, useXComs } from '@/queries/use-tasks';
import { Await, Empty } from '@/ui/feedback';
import { JsonView } from '@/ui/json-view';
import { Link } from '@/ui/router';
import { RelativeTime } from '@/ui/time';

export function XComPanel({ task }: { task: TaskRef }): ReactNode {
  const { t } = useTranslation();
  const xcoms = useXComs(task);
  return (
    <Await query={xcoms} rows={3}>
      {(items) =>
        items.length === 0 ? (
          <Empty icon={ArrowLeftRight} title={t('xcom.none')} hint={t('xcom.none_hint')} />
        ) : (
          <div className="stack">
            {items.map((item) => {
              const report_id = as_number(as_fields(item.value).report_id);
              return (
                <article key={`${item.key}[${item.map_index}]`} className="stack xcom">
                  <div className="row">
                    <h3 className="mono">{item.key}</h3>
                    <span className="faint">
                      <RelativeTime time={item.timestamp} />
                    </span>
                    {report_id !== null && (
                      <Link to={paths.report(report_id)}>{t('xcom.open_report')}</Link>
                    )}
                  </div>
                  <JsonView value={item.value} />
                </article>
              );
            })}
          </div>
        )
      }
    </Await>
  );
}
