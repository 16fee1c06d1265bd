// SPDX-License-Identifier: Apache-2.0
// How many instances are in which state: as a bar, and as icons with numbers.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type Locale, count_text } from '@/i18n/format';
import type { StateCount } from '@/models/instances';
import { StateIcon, state_style } from '@/ui/state-badge';
import { useLocale } from '@/ui/time';
import '@/features/workflows/state-counts.css';

/** "2 failed, 9 success" in the page's language. */
export function useCountsText(): (counts: readonly StateCount[]) => string {
  const { t } = useTranslation();
  const locale: Locale = useLocale();
  return (counts) =>
    counts
      .map(({ state, count }) => `${t(`state.${state}`)} ${count_text(count, locale)}`)
      .join(', ');
}

/** A thin bar, one stretch for each state; the numbers stand beside it. */
export function StateBar({ counts }: { counts: readonly StateCount[] }): ReactNode {
  return (
    <span className="state-bar" aria-hidden>
      {counts.map(({ state, count }) => (
        <i key={state} style={{ ...state_style(state), flexGrow: count }} />
      ))}
    </span>
  );
}

/** The first few states in short; a screen reader gets all of them in words. */
export function StateNumbers({
  counts,
  shown,
}: {
  counts: readonly StateCount[];
  shown: number;
}): ReactNode {
  const locale = useLocale();
  const words = useCountsText();
  return (
    <span className="state-numbers">
      <span className="sr-only">{words(counts)}</span>
      {counts.slice(0, shown).map(({ state, count }) => (
        <span key={state} style={state_style(state)} aria-hidden>
          <StateIcon state={state} size={11} />
          {count_text(count, locale)}
        </span>
      ))}
    </span>
  );
}
