// SPDX-License-Identifier: Apache-2.0
import { Ban, Check, CircleHelp, type LucideIcon, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import '@/ui/outcome.css';

export const OUTCOMES = ['done', 'denied', 'failed', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

const ICONS: Record<Outcome, LucideIcon> = {
  done: Check,
  denied: Ban,
  failed: X,
  unknown: CircleHelp,
};

/** How a request ended: icon and word, the status as tooltip. */
export function OutcomeMark({ outcome, status }: { outcome: string; status: number }): ReactNode {
  const { t } = useTranslation();
  const known = OUTCOMES.find((one) => one === outcome) ?? 'unknown';
  const Icon = ICONS[known];
  return (
    <span
      className={`outcome outcome-${known}`}
      title={status > 0 ? `HTTP ${status}` : t('audit.unknown_hint')}
    >
      <Icon size={14} strokeWidth={2.4} aria-hidden />
      {t(`audit.outcome_${known}`)}
    </span>
  );
}
