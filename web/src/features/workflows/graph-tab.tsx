// SPDX-License-Identifier: Apache-2.0
// The graph of a DAG: laid out from structure only, the states of the chosen run painted on.
import {
  Background,
  BackgroundVariant,
  Controls,
  type Edge,
  Handle,
  MiniMap,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from '@xyflow/react';
import { GitBranch } from 'lucide-react';
import { type ReactNode, memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { DagGraph, GraphNode, TaskInstance } from '@/api/types.gen';
import { useLayout } from '@/features/workflows/elk-layout';
import { RunStrip } from '@/features/workflows/run-strip';
import { type PlacedBox, group_key, path_through, state_by_task } from '@/models/dag-graph';
import { useDagGraph } from '@/queries/use-dags';
import { useTaskInstances } from '@/queries/use-tasks';
import { Await, ErrorNote, Skeleton } from '@/ui/feedback';
import { set_query, useQueryValue } from '@/ui/router';
import { StateIcon, state_style } from '@/ui/state-badge';
import { TimeSpan } from '@/ui/time';
import { useFlash } from '@/ui/use-flash';
import '@xyflow/react/dist/style.css';

interface TaskData extends Record<string, unknown> {
  node: GraphNode;
  instance: TaskInstance | undefined;
  dim: boolean;
}
interface GroupData extends Record<string, unknown> {
  label: string;
}
type TaskNode = Node<TaskData, 'task'>;
type GroupNode = Node<GroupData, 'group_box'>;

const TaskBox = memo(function TaskBox({ data, selected }: NodeProps<TaskNode>): ReactNode {
  const { t } = useTranslation();
  const { node, instance, dim } = data;
  const state = instance?.state ?? 'no_status';
  const flash = useFlash(state);
  const progress = state === 'running' ? instance?.progress : null;
  const word = t(`state.${state}`);
  return (
    <div
      className={`graph-task ${dim ? 'graph-dim' : ''} ${selected ? 'graph-on' : ''} ${flash}`}
      style={state_style(state)}
      data-task={node.id}
      data-state={state}
      title={[node.label, word, instance?.cause].filter(Boolean).join(' · ')}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <span className="graph-state">
        <StateIcon state={state} size={14} />
      </span>
      <span className="graph-text">
        <strong>{node.label || node.id}</strong>
        <span>
          {node.is_branch && <GitBranch size={11} aria-hidden />}
          {word}
          {instance?.start_date && state !== 'skipped' && (
            <>
              {' · '}
              <TimeSpan start={instance.start_date} end={instance.end_date} />
            </>
          )}
        </span>
      </span>
      {progress && progress.total > 0 && (
        <span className="progress graph-progress">
          <i style={{ width: `${(100 * progress.done) / progress.total}%` }} />
        </span>
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
});

const GroupBox = memo(function GroupBox({ data }: NodeProps<GroupNode>): ReactNode {
  return (
    <div className="graph-group">
      <span>{data.label}</span>
    </div>
  );
});

const NODE_TYPES = { task: TaskBox, group_box: GroupBox };

interface PaintOptions {
  graph: DagGraph;
  boxes: PlacedBox[];
  states: Map<string, TaskInstance>;
  selected: string | null;
  /** Ids to keep bright; null = all. */
  on_path: Set<string> | null;
}

function paint_nodes(options: PaintOptions): (TaskNode | GroupNode)[] {
  const { graph, boxes, states, selected, on_path } = options;
  const tasks = new Map(graph.nodes.map((node) => [node.id, node]));
  const groups = new Map(graph.groups.map((group) => [group_key(group.id), group]));
  return boxes.flatMap((box): (TaskNode | GroupNode)[] => {
    const common = {
      id: box.id,
      position: { x: box.x, y: box.y },
      width: box.width,
      height: box.height,
      ...(box.parent ? { parentId: box.parent } : {}),
    };
    const group = groups.get(box.id);
    if (group) {
      const data = { label: group.label || group.id };
      return [{ ...common, type: 'group_box', data, selectable: false, focusable: false }];
    }
    const node = tasks.get(box.id);
    if (!node) return [];
    const data = {
      node,
      instance: states.get(box.id),
      dim: on_path !== null && !on_path.has(box.id),
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
  const state = (node.data as Partial<TaskData>).instance?.state ?? 'no_status';
  return node.type === 'task' ? `var(--st-${state}-solid)` : 'var(--sunken)';
}

interface CanvasProps {
  graph: DagGraph;
  instances: TaskInstance[];
}

function Canvas({ graph, instances }: CanvasProps): ReactNode {
  const [selected] = useQueryValue('task');
  const layout = useLayout(graph);
  const states = useMemo(() => state_by_task(instances), [instances]);
  const on_path = useMemo(
    () => (selected ? path_through(graph, selected) : null),
    [graph, selected],
  );
  const painted = useMemo(() => {
    if (!layout.boxes) return null;
    const options = { graph, boxes: layout.boxes, states, selected, on_path };
    return { nodes: paint_nodes(options), edges: paint_edges(options) };
  }, [graph, layout.boxes, states, selected, on_path]);
  if (layout.error) return <ErrorNote error={layout.error} />;
  if (!painted) return <Skeleton rows={6} height={52} />;
  return (
    <ReactFlow
      nodes={painted.nodes}
      edges={painted.edges}
      nodeTypes={NODE_TYPES}
      fitView
      fitViewOptions={{ padding: 0.12, maxZoom: 1.05 }}
      minZoom={0.1}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      proOptions={{ hideAttribution: true }}
      onNodeClick={(_, node) => node.type === 'task' && set_query({ task: node.id })}
      onPaneClick={() => set_query({ task: null })}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
      <Controls showInteractive={false} />
      {graph.nodes.length > 6 && <MiniMap pannable zoomable nodeColor={minimap_color} />}
    </ReactFlow>
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
