// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';

export interface Selection {
  chosen: ReadonlySet<string>;
  /** Turns one; with `range` also all from the one turned last. */
  turn: (id: string, range?: boolean) => void;
  choose: (ids: readonly string[]) => void;
}

/** Chosen rows of a list; `ids` are the rows on show, in their order. What is not on show is not chosen. */
export function useSelection(ids: readonly string[]): Selection {
  const [held, set_held] = useState<ReadonlySet<string>>(new Set());
  const [last, set_last] = useState<string | null>(null);
  const turn = (id: string, range = false): void => {
    const next = new Set(held);
    const from = range && last !== null ? ids.indexOf(last) : -1;
    const to = ids.indexOf(id);
    const between = from < 0 ? [id] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
    const on = !held.has(id);
    for (const one of between) {
      if (on) next.add(one);
      else next.delete(one);
    }
    set_held(next);
    set_last(id);
  };
  return {
    chosen: new Set(ids.filter((id) => held.has(id))),
    turn,
    choose: (chosen) => set_held(new Set(chosen)),
  };
}
