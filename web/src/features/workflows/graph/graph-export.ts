// SPDX-License-Identifier: Apache-2.0
// The graph on screen as an SVG file: the same boxes, states and folds, in the page's colours.
import type { TaskState } from '@/api/types.gen';
import { type PaintOptions, critical_edges } from '@/features/workflows/graph/graph-paint';
import { group_key } from '@/models/dag-graph';
import { type SvgBox, graph_svg } from '@/models/views/graph-svg';

/** A design token as it is in the chosen theme. */
function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || '#888';
}

function svg_of(options: PaintOptions, word: (state: TaskState) => string): string {
  const { graph, layout, states, critical } = options;
  const groups = new Map(graph.groups.map((group) => [group_key(group.id), group]));
  const tasks = new Map(graph.nodes.map((node) => [node.id, node]));
  const boxes = layout.boxes.flatMap((box): SvgBox[] => {
    const group = groups.get(box.id);
    if (group) {
      const label = group.label || group.id;
      return [{ box, label, detail: '', is_group: true, color: token('--border-strong') }];
    }
    const node = tasks.get(box.id);
    if (!node) return [];
    const state = states.get(box.id)?.state ?? 'no_status';
    const color = token(`--st-${state}-solid`);
    return [{ box, label: node.label || node.id, detail: word(state), is_group: false, color }];
  });
  const strong = critical_edges(critical);
  return graph_svg({
    boxes,
    edges: graph.edges.map(({ source, target, label }) => ({
      source,
      target,
      label: label ?? '',
      is_strong: strong.has(`${source}->${target}`),
    })),
    direction: layout.direction,
    colors: {
      surface: token('--surface'),
      text: token('--text'),
      faint: token('--text-2'),
      line: token('--border-strong'),
      strong: token('--accent'),
    },
  });
}

export function save_svg(options: PaintOptions, word: (state: TaskState) => string): void {
  const url = URL.createObjectURL(new Blob([svg_of(options, word)], { type: 'image/svg+xml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${options.graph.dag_id}.svg`;
  link.click();
  URL.revokeObjectURL(url);
}
