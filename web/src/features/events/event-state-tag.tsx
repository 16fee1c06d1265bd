// SPDX-License-Identifier: Apache-2.0
import { Circle } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EVENT_STATE_ICON } from '@/ui/states';

export function EventStateTag({ state }: { state: string }): ReactNode {
  const { t } = useTranslation();
  const Icon = EVENT_STATE_ICON[state] ?? Circle;
  return (
    <span className={`event-state event-state-${state}`} data-event-state={state}>
      <Icon size={13} strokeWidth={2.4} aria-hidden />
      {t(`event_state.${state}` as 'event_state.new', { defaultValue: state })}
    </span>
  );
}
