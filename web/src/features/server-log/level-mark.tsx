// SPDX-License-Identifier: Apache-2.0
import { Bug, CircleX, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type LogLevel, level_of } from '@/models/server-log';

const ICONS: Record<LogLevel, LucideIcon> = {
  debug: Bug,
  info: Info,
  warning: TriangleAlert,
  error: CircleX,
};

/** How serious a line is: icon, word and colour. */
export function LevelMark({ level }: { level: string }): ReactNode {
  const { t } = useTranslation();
  const known = level_of(level);
  const Icon = ICONS[known];
  return (
    <span className={`log-level log-level-${known}`}>
      <Icon size={13} strokeWidth={2.2} aria-hidden />
      {t(`server_log.level_${known}`)}
    </span>
  );
}
