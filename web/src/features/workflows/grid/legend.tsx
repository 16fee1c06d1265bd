// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { TASK_STATES } from '@/api/types.gen';
import { StateIcon, state_style } from '@/ui/state-badge';

/** What each state looks like in the grid. */
export function Legend(): ReactNode {
  const { t } = useTranslation();
  return (
    <details className="grid-legend">
      <summary>{t('grid.legend')}</summary>
      <ul>
        {TASK_STATES.map((state) => (
          <li key={state}>
            <span className="grid-cell" style={state_style(state)} data-state={state}>
              <StateIcon state={state} size={11} />
            </span>
            {t(`state.${state}`)}
          </li>
        ))}
      </ul>
    </details>
  );
}
