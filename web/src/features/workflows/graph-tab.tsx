// SPDX-License-Identifier: Apache-2.0
// The graph of a DAG: laid out from structure only, the states of the chosen run painted on.
import {
  Background,
  BackgroundVariant,
  ControlButton,
  Controls,
  type Edge,
  MiniMap,
  type Node,
  ReactFlow,
  useReactFlow,
} from '@xyflow/react';
import { ArrowDown, ArrowRight } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DagGraph, TaskInstance } from '@/api/types.gen';
import { type Layout, type Space, useLayout } from '@/features/workflows/elk-layout';
import {
  type GroupNode,
  NODE_TYPES,
  type TaskData,
  type TaskNode,
} from '@/features/workflows/graph-nodes';
import { RunStrip } from '@/features/workflows/run-strip';
import { type Direction, group_key, group_widths, path_through } from '@/models/dag-graph';
import { type TaskSummary, summary_by_task } from '@/models/instances';
import { useDagGraph } from '@/queries/use-dags';
import { useTaskInstances } from '@/queries/use-tasks';
import { Await, ErrorNote, Skeleton } from '@/ui/feedback';
import { set_query, useQueryValue } from '@/ui/router';
import '@xyflow/react/dist/style.css';
import '@/features/workflows/graph.css';

interface PaintOptions {
  graph: DagGraph;
  layout: Layout;
  states: Map<string, TaskSummary>;
  selected: string | null;
  /** Ids to keep bright; null = all. */
  on_path: Set<string> | null;
}

function paint_nodes(options: PaintOptions): (TaskNode | GroupNode)[] {
  const { graph, layout, states, selected, on_path } = options;
  const tasks = new Map(graph.nodes.map((node) => [node.id, node]));
  const groups = new Map(graph.groups.map((group) => [group_key(group.id), group]));
  const widths = group_widths(graph, states);
  return layout.boxes.flatMap((box): (TaskNode | GroupNode)[] => {
    const common = {
      id: box.id,
      position: { x: box.x, y: box.y },
      width: box.width,
      height: box.height,
      ...(box.parent ? { parentId: box.parent } : {}),
    };
    const group = groups.get(box.id);
    if (group) {
      const data = {
        label: group.label || group.id,
        is_mapped: group.is_mapped,
        width: widths.get(group.id) ?? null,
      };
      return [{ ...common, type: 'group_box', data, selectable: false, focusable: false }];
    }
    const node = tasks.get(box.id);
    if (!node) return [];
    const data = {
      node,
      summary: states.get(box.id),
      dim: on_path !== null && !on_path.has(box.id),
      direction: layout.direction,
    };
    return [{ ...common, type: 'task', data, selected: box.id === selected }];
  });
}

function paint_edges(options: PaintOptions): Edge[] {
  const { graph, states, on_path } = options;
  return graph.edges.map((edge) => {
    const dim = on_path !== null && !(on_path.has(edge.source) && on_path.has(edge.target));
    const target = states.get(edge.target)?.state;
    const source = states.get(edge.source)?.state;
    return {
      id: `${edge.source}->${edge.target}`,
      source: edge.source,
      target: edge.target,
      className: [
        dim ? 'graph-edge-dim' : '',
        target === 'skipped' ? 'graph-edge-skipped' : '',
        source === 'success' && target !== 'skipped' ? 'graph-edge-done' : '',
      ].join(' '),
      focusable: false,
    };
  });
}

function minimap_color(node: Node): string {
  const state = (node.data as Partial<TaskData>).summary?.state ?? 'no_status';
  return node.type === 'task' ? `var(--st-${state}-solid)` : 'var(--sunken)';
}

const FIT = { padding: 0.08, maxZoom: 1.05 };

/** Fits the graph again when the room for it changes, until the user has moved it. */
function KeepFitted({
  box,
  moved,
  layout,
}: {
  box: RefObject<HTMLDivElement | null>;
  moved: RefObject<boolean>;
  layout: Layout;
}): null {
  const { fitView } = useReactFlow();
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const fit = (): void => {
      if (!moved.current) void fitView(FIT);
    };
    const observer = new ResizeObserver(() => requestAnimationFrame(fit));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, moved, fitView, layout]);
  return null;
}

interface FlowProps {
  options: PaintOptions;
  box: RefObject<HTMLDivElement | null>;
  on_turn: () => void;
}

function Flow({ options, box, on_turn }: FlowProps): ReactNode {
  const { t } = useTranslation();
  const moved = useRef(false);
  const { layout, graph } = options;
  const is_right = layout.direction === 'RIGHT';
  return (
    <ReactFlow
      nodes={paint_nodes(options)}
      edges={paint_edges(options)}
      nodeTypes={NODE_TYPES}
      fitView
      fitViewOptions={FIT}
      minZoom={0.1}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      proOptions={{ hideAttribution: true }}
      onMove={(event) => {
        if (event) moved.current = true;
      }}
      onNodeClick={(_, node) => node.type === 'task' && set_query({ task: node.id, map: null })}
      onPaneClick={() => set_query({ task: null, map: null })}
    >
      <KeepFitted box={box} moved={moved} layout={layout} />
      <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
      <Controls showInteractive={false}>
        <ControlButton onClick={on_turn} title={t('graph.turn')} aria-label={t('graph.turn')}>
          {is_right ? <ArrowDown /> : <ArrowRight />}
        </ControlButton>
      </Controls>
      {graph.nodes.length > 6 && <MiniMap pannable zoomable nodeColor={minimap_color} />}
    </ReactFlow>
  );
}

interface CanvasProps {
  graph: DagGraph;
  instances: TaskInstance[];
}

function Canvas({ graph, instances }: CanvasProps): ReactNode {
  const [selected] = useQueryValue('task');
  const [direction, set_direction] = useState<Direction | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const [space, set_space] = useState<Space | null>(null);
  useEffect(() => {
    if (box.current)
      set_space({ width: box.current.clientWidth, height: box.current.clientHeight });
  }, []);
  const { layout, error } = useLayout(graph, direction, space);
  const states = useMemo(() => summary_by_task(instances), [instances]);
  const on_path = useMemo(
    () => (selected ? path_through(graph, selected) : null),
    [graph, selected],
  );
  const turn = (): void => set_direction(layout?.direction === 'RIGHT' ? 'DOWN' : 'RIGHT');
  return (
    <div ref={box} className="graph-box">
      {error && <ErrorNote error={error} />}
      {!layout && !error && <Skeleton rows={6} height={52} />}
      {layout && (
        <Flow
          key={layout.direction}
          options={{ graph, layout, states, selected, on_path }}
          box={box}
          on_turn={turn}
        />
      )}
    </div>
  );
}

export function GraphTab({ dag_id, run_id }: { dag_id: string; run_id: string | null }): ReactNode {
  const query = useDagGraph(dag_id);
  const instances = useTaskInstances(dag_id, run_id);
  return (
    <div className="graph-tab">
      <RunStrip dag_id={dag_id} run_id={run_id} />
      <div className="graph-canvas">
        <Await query={query} rows={6} height={52}>
          {(graph) => <Canvas graph={graph} instances={instances.data ?? []} />}
        </Await>
      </div>
    </div>
  );
}
