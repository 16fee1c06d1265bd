// SPDX-License-Identifier: Apache-2.0
import type { CSSProperties, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskState } from '@/api/types.gen';
import { health_look_state, state_look } from '@/ui/states';
import { useFlash } from '@/ui/use-flash';
import '@/ui/state-badge.css';

/** CSS variables of one state, for anything painted in its colours. */
export function state_style(state: string): CSSProperties {
  return {
    '--tone-fg': `var(--st-${state}-fg, var(--st-no_status-fg))`,
    '--tone-solid': `var(--st-${state}-solid, var(--st-no_status-solid))`,
    '--tone-ink': `var(--st-${state}-ink, var(--st-no_status-ink))`,
  } as CSSProperties;
}

/** The state's icon alone, filled; its word is read out and shown as tooltip by the caller. */
export function StateIcon({ state, size = 14 }: { state: string; size?: number }): ReactNode {
  const Icon = state_look(state).icon;
  return (
    <Icon
      size={size}
      className={state === 'running' ? 'state-turning' : undefined}
      strokeWidth={2.5}
      aria-hidden
    />
  );
}

/** Colour, icon and word of a task's or run's state. */
export function StateBadge({ state }: { state: TaskState | string }): ReactNode {
  const { t } = useTranslation();
  const flash = useFlash(state);
  return (
    <span className={`state-badge ${flash}`} style={state_style(state)} data-state={state}>
      <StateIcon state={state} size={13} />
      {t(`state.${state}` as 'state.running', { defaultValue: state })}
    </span>
  );
}

/** The same for services, cameras, workers and parts of the server. */
export function HealthBadge({ state }: { state: string }): ReactNode {
  const { t } = useTranslation();
  const flash = useFlash(state);
  const look = health_look_state(state);
  return (
    <span className={`state-badge ${flash}`} style={state_style(look)} data-state={state}>
      <StateIcon state={look} size={13} />
      {t(`health_state.${state}` as 'health_state.ready', { defaultValue: state })}
    </span>
  );
}
