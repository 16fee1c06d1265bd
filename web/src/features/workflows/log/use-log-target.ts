// SPDX-License-Identifier: Apache-2.0
// Where a search leads in a log: among the lines that are held, or to another part of it.
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { find_lines, first_error, is_error } from '@/models/log/ansi';
import type { LinePlace } from '@/models/log/part';
import { scan_log } from '@/models/log/scan';
import type { LogView } from '@/queries/use-log';
import { useLogSearch } from '@/queries/use-log-search';

export interface LogTarget {
  /** Of the line to show among those held; -1 = none. */
  target: number;
  /** Lines among those held that match. */
  found: ReadonlySet<number>;
  /** "3 / 12", or how far a long search is. */
  state: string;
  /** none - there is no error in the whole log. */
  error: 'unknown' | 'looking' | 'none';
  step: (by: number) => void;
  to_error: () => void;
}

export function useLogTarget(log: LogView, needle: string): LogTarget {
  const { t } = useTranslation();
  const { part, version, read, go } = log;
  const [at, set_at] = useState(0);
  const [jump, set_jump] = useState<LinePlace | number | null>(null);
  const [error, set_error] = useState<LogTarget['error']>('unknown');
  const [searched, set_searched] = useState(needle);
  if (searched !== needle) {
    set_searched(needle);
    set_at(0);
    set_jump(null);
  }
  const { lines, is_whole } = part;
  const scan = useLogSearch({ read, needle, enabled: !is_whole });
  // The list of lines is one growing object: the version tells that it changed.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const held = useMemo(() => find_lines(lines, needle), [lines, needle, version]);
  const count = is_whole ? held.length : (scan?.count ?? 0);
  const lead_to = (place: LinePlace): void => {
    set_jump(place);
    if (part.index_of(place) < 0) go({ offset: place.offset, at_line: place.at_line });
  };
  const step = (by: number): void => {
    const places = is_whole ? held.length : (scan?.places.length ?? 0);
    if (places === 0) return;
    // The first press on a log that is not held goes to the first match.
    const next = jump === null && !is_whole ? 0 : (at + by + places) % places;
    set_at(next);
    const place = scan?.places[next];
    if (is_whole) set_jump(null);
    else if (place) lead_to(place);
  };
  const to_error = async (): Promise<void> => {
    if (is_whole) {
      const first = first_error(lines);
      set_error(first < 0 ? 'none' : 'unknown');
      return set_jump(first);
    }
    set_error('looking');
    const { places } = await scan_log({ read, matches: is_error, first_only: true });
    set_error(places.length === 0 ? 'none' : 'unknown');
    if (places[0]) lead_to(places[0]);
  };
  const words = count > 0 ? `${at + 1} / ${count}` : t('log.no_match');
  const share = scan && scan.size > 0 ? Math.floor((100 * scan.read) / scan.size) : 0;
  const is_searching = !is_whole && needle !== '' && !scan?.done;
  return {
    target:
      typeof jump === 'number'
        ? jump
        : jump
          ? part.index_of(jump)
          : is_whole
            ? (held[at] ?? -1)
            : -1,
    found: useMemo(() => new Set(held), [held]),
    state: is_searching ? t('log.searching', { found: count, share }) : words,
    error,
    step,
    to_error: () => void to_error().catch(() => set_error('unknown')),
  };
}
