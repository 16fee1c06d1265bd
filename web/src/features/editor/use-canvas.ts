// SPDX-License-Identifier: Apache-2.0
// Where things stand on the canvas, and what is selected there.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Flow, group_of_node, tasks_in } from '@/models/editor/flow';
import {
  type Spot,
  type Spots,
  free_spot,
  graph_of,
  group_boxes,
  group_under,
  spots_of,
  with_all,
} from '@/models/editor/places';
import { lay_out } from '@/queries/use-layout';

export interface CanvasState {
  spots: Spots;
  move: (key: string, spot: Spot) => void;
  /** A place for a new task where nothing is: there, or near what is selected. */
  place: (key: string, wanted: Spot | null, near: string | null) => void;
  /** Several at once: a group that is taken along. */
  move_all: (moved: Spots) => void;
  /** Old names to new ones. */
  rename: (names: ReadonlyMap<string, string>) => void;
  arrange: () => void;
  /** In which group something at that place would be. */
  group_under: (key: string | null, spot: Spot) => string | null;
  /** How often all was laid out. */
  layouts: number;
}

export function useCanvas(flow: Flow): CanvasState {
  const [given, set_given] = useState<Spots>({});
  const spots = useMemo(() => with_all(flow, given), [flow, given]);
  const [layouts, set_layouts] = useState(0);
  const latest = useRef(flow);
  latest.current = flow;
  const arrange = useCallback((): void => {
    const wanted = latest.current;
    lay_out(graph_of(wanted), 'RIGHT').then(
      (layout) => {
        set_given(spots_of(layout.boxes));
        set_layouts((count) => count + 1);
      },
      // A text with mistakes may have no layout: the places by rows stay.
      () => set_given(with_all(wanted, {})),
    );
  }, []);
  useEffect(arrange, [arrange]);
  const move = useCallback(
    (key: string, spot: Spot): void => set_given((old) => ({ ...old, [key]: spot })),
    [],
  );
  const beside_group = (node: string): Spot | undefined => {
    const group = group_of_node(flow, node);
    const inside = group && tasks_in(flow, group.id).at(-1);
    return inside ? spots[inside.key] : group && group_boxes(flow, spots).get(group.id);
  };
  const place = (key: string, wanted: Spot | null, near: string | null): void => {
    const beside = near === null ? undefined : (spots[near] ?? beside_group(near));
    const lowest = Math.max(-80, ...Object.values(spots).map((one) => one.y));
    const spot = wanted ?? (beside ? { x: beside.x, y: beside.y } : { x: 0, y: lowest + 80 });
    set_given({ ...spots, [key]: free_spot(Object.values(spots), spot) });
  };
  const rename = (names: ReadonlyMap<string, string>): void =>
    set_given((old) => {
      const all: Record<string, Spot> = { ...spots, ...old };
      const named = [...names].flatMap(([from, to]) => {
        const spot = all[from];
        return spot ? [[to, spot] as const] : [];
      });
      return { ...all, ...Object.fromEntries(named) };
    });
  const move_all = useCallback(
    (moved: Spots): void => set_given((old) => ({ ...old, ...moved })),
    [],
  );
  const under = (key: string | null, spot: Spot): string | null =>
    group_under(flow, spots, key, spot);
  return { spots, move, move_all, place, rename, arrange, group_under: under, layouts };
}
