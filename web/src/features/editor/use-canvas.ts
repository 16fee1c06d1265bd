// SPDX-License-Identifier: Apache-2.0
// Where things stand on the canvas, and what is selected there.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Flow } from '@/models/editor/flow';
import {
  type Spot,
  type Spots,
  free_spot,
  graph_of,
  spots_of,
  with_all,
} from '@/models/editor/places';
import { lay_out } from '@/queries/use-layout';

export interface CanvasState {
  spots: Spots;
  move: (key: string, spot: Spot) => void;
  /** A place for a new task where nothing is: there, or near what is selected. */
  place: (key: string, wanted: Spot | null, near: string | null) => void;
  rename: (from: string, to: string) => void;
  arrange: () => void;
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
  const place = (key: string, wanted: Spot | null, near: string | null): void => {
    const beside = near === null ? undefined : spots[near];
    const lowest = Math.max(-80, ...Object.values(spots).map((one) => one.y));
    const spot = wanted ?? (beside ? { x: beside.x, y: beside.y } : { x: 0, y: lowest + 80 });
    set_given({ ...spots, [key]: free_spot(Object.values(spots), spot) });
  };
  const rename = (from: string, to: string): void => {
    const spot = spots[from];
    if (spot && from !== to) set_given({ ...spots, [to]: spot });
  };
  return { spots, move, place, rename, arrange, layouts };
}
