// SPDX-License-Identifier: Apache-2.0
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '@/ui/feedback';

export interface NoRunsProps {
  dag_id: string;
  icon: LucideIcon;
  /** When it is not only that the DAG never ran. */
  title?: string;
}

/** Where runs of a DAG would be shown: that there are none, and how one is made. */
export function NoRuns({ dag_id, icon, title }: NoRunsProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Empty
      icon={icon}
      title={title ?? t('dag.no_runs')}
      hint={t('dag.no_runs_hint')}
      command={`aiflow dags trigger ${dag_id}`}
    />
  );
}
