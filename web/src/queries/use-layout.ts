// SPDX-License-Identifier: Apache-2.0
// Layout in a web worker, so that a large DAG never blocks the page. The worker is elkjs' own file,
// served as it is: a bundled copy would be a script the security policy could not tell from ours.
import ELK, { type ELK as Elk, type ElkNode } from 'elkjs/lib/elk-api';
import worker_url from 'elkjs/lib/elk-worker.min.js?url';
import { useEffect, useState } from 'react';
import type { DagGraph } from '@/api/types.gen';
import {
  type Direction,
  type ElkBox,
  type PlacedBox,
  fit_scale,
  flatten,
  is_large,
  likely_direction,
  to_elk,
} from '@/models/dag-graph';

let elk: Elk | null = null;

/** One worker for the page's life; it is idle between layouts. */
function engine(): Elk {
  elk ??= new ELK({ workerUrl: worker_url });
  return elk;
}

/** Loads the worker while the graph is on its way: a third of a second on a slow machine. */
export function prepare_layout(): void {
  try {
    engine();
  } catch {
    // It is tried again, and said, when there is something to lay out.
  }
}

export interface Layout {
  boxes: PlacedBox[];
  direction: Direction;
}

/** In that direction, without a component around it. */
export async function lay_out(graph: DagGraph, direction: Direction): Promise<Layout> {
  const root = await engine().layout(to_elk(graph, direction) as ElkNode);
  return { boxes: flatten(root as unknown as ElkBox), direction };
}

/** The direction that shows the graph larger in the given space. */
async function lay_out_to_fit(graph: DagGraph, space: Space): Promise<Layout> {
  if (is_large(graph)) return lay_out(graph, likely_direction(graph, space));
  const [right, down] = [await lay_out(graph, 'RIGHT'), await lay_out(graph, 'DOWN')];
  return fit_scale(right.boxes, space) >= fit_scale(down.boxes, space) ? right : down;
}

export interface Space {
  width: number;
  height: number;
}

export interface LayoutState {
  layout: Layout | null;
  error: Error | null;
}

/**
 * The layout of a graph's structure; states play no part, so a state change costs nothing here.
 * `direction` null = whichever fits `space` better.
 */
export function useLayout(
  graph: DagGraph,
  direction: Direction | null,
  space: Space | null,
): LayoutState {
  const [state, set_state] = useState<LayoutState>({ layout: null, error: null });
  useEffect(() => {
    if (!space) return;
    let wanted = true;
    const made = direction ? lay_out(graph, direction) : lay_out_to_fit(graph, space);
    made
      .then((layout) => wanted && set_state({ layout, error: null }))
      .catch((error: unknown) => {
        const known = error instanceof Error ? error : new Error(String(error));
        if (wanted) set_state({ layout: null, error: known });
      });
    return () => {
      wanted = false;
    };
  }, [graph, direction, space]);
  return state;
}
