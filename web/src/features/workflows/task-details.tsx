// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskInstance } from '@/api/types.gen';
import { is_expanded, tries_allowed } from '@/models/instances';
import { type FactRow, FactTable } from '@/ui/page';
import { Time } from '@/ui/time';

export function TaskDetails({ instance }: { instance: TaskInstance }): ReactNode {
  const { t } = useTranslation();
  const time = (value: string | null | undefined): ReactNode => (
    <Time time={value} form="absolute" />
  );
  const index: FactRow[] = is_expanded(instance) ? [[t('details.index'), instance.map_index]] : [];
  const rows: FactRow[] = [
    ...index,
    [t('details.operator'), instance.operator_name],
    [t('details.try'), `${instance.try_number} / ${tries_allowed(instance)}`],
    [t('details.pool'), instance.pool],
    [t('details.priority'), instance.priority_weight],
    [t('details.host'), instance.hostname || '–'],
    [t('details.pid'), instance.pid ?? '–'],
    [t('details.scheduled'), time(instance.scheduled_when)],
    [t('details.queued'), time(instance.queued_when)],
    [t('details.started'), time(instance.start_date)],
    [t('details.ended'), time(instance.end_date)],
  ];
  return <FactTable rows={rows} />;
}
