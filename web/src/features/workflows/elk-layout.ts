// SPDX-License-Identifier: Apache-2.0
// Layout in a web worker, so that a large DAG never blocks the page. The worker is elkjs' own file,
// served as it is: a bundled copy would be a script the security policy could not tell from ours.
import ELK, { type ELK as Elk, type ElkNode } from 'elkjs/lib/elk-api';
import worker_url from 'elkjs/lib/elk-worker.min.js?url';
import { useEffect, useState } from 'react';
import type { DagGraph } from '@/api/types.gen';
import { type ElkBox, type PlacedBox, flatten, to_elk } from '@/models/dag-graph';

let elk: Elk | null = null;

/** One worker for the page's life; it is idle between layouts. */
function engine(): Elk {
  elk ??= new ELK({ workerUrl: worker_url });
  return elk;
}

export interface Layout {
  boxes: PlacedBox[] | null;
  error: Error | null;
}

/** The layout of a graph's structure; states play no part, so a state change costs nothing here. */
export function useLayout(graph: DagGraph): Layout {
  const [layout, set_layout] = useState<Layout>({ boxes: null, error: null });
  useEffect(() => {
    let wanted = true;
    engine()
      .layout(to_elk(graph) as ElkNode)
      .then((root) => {
        if (wanted) set_layout({ boxes: flatten(root as unknown as ElkBox), error: null });
      })
      .catch((error: unknown) => {
        const known = error instanceof Error ? error : new Error(String(error));
        if (wanted) set_layout({ boxes: null, error: known });
      });
    return () => {
      wanted = false;
    };
  }, [graph]);
  return layout;
}
