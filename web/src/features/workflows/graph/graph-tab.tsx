// SPDX-License-Identifier: Apache-2.0
// The graph of a DAG: laid out from structure only, the states of the chosen run painted on.
import {
  Background,
  BackgroundVariant,
  ControlButton,
  Controls,
  MiniMap,
  ReactFlow,
  ViewportPortal,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import { ArrowDown, ArrowRight, Download, Group, Timer, Ungroup, Workflow } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { DagGraph, TaskInstance } from '@/api/types.gen';
import { type Layout, type Space, prepare_layout, useLayout } from '@/queries/use-layout';
import { save_svg } from '@/features/workflows/graph/graph-export';
import { NODE_TYPES } from '@/features/workflows/graph/graph-nodes';
import {
  type BoxNode,
  type PaintOptions,
  keep_same,
  minimap_color,
  paint_edges,
  paint_nodes,
  split_edges,
} from '@/features/workflows/graph/graph-paint';
import { RunStrip } from '@/features/workflows/run-strip';
import { type Direction, bounds_of, group_of_key, path_through } from '@/models/dag-graph';
import { critical_path, task_spans } from '@/models/views/critical-path';
import { box_summaries, fold_groups, read_folded, write_folded } from '@/models/views/graph-fold';
import { useDagGraph } from '@/queries/use-dags';
import { useTaskInstances } from '@/queries/use-tasks';
import { Await, Empty, ErrorNote, Skeleton } from '@/ui/feedback';
import { set_query, useQueryValue } from '@/ui/router';
import '@xyflow/react/dist/style.css';
import '@/features/workflows/graph/graph.css';

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

/** The whole graph is in sight: a small one beside it would tell nothing, and may cover a box. */
function useAllInSight(boxes: Layout['boxes']): boolean {
  const bounds = useMemo(() => bounds_of(boxes), [boxes]);
  return useStore(({ transform: [x, y, zoom], width, height }) => {
    const left = bounds.left * zoom + x;
    const top = bounds.top * zoom + y;
    const right = bounds.right * zoom + x;
    const bottom = bounds.bottom * zoom + y;
    return left >= 0 && top >= 0 && right <= width && bottom <= height;
  });
}

function Overview({ boxes }: { boxes: Layout['boxes'] }): ReactNode {
  const all_in_sight = useAllInSight(boxes);
  return !all_in_sight && <MiniMap pannable zoomable nodeColor={minimap_color} />;
}

interface FlowProps {
  options: PaintOptions;
  box: RefObject<HTMLDivElement | null>;
  tools: ReactNode;
}

/** A task opens in the drawer, a folded group unfolds. */
function open_box(id: string, on_fold: (box: string) => void): void {
  if (group_of_key(id) !== null) on_fold(id);
  else set_query({ task: id, map: null });
}

function JoinedEdges({ paths }: { paths: [look: string, path: string][] }): ReactNode {
  return (
    <ViewportPortal>
      <svg className="graph-joined" aria-hidden>
        {paths.map(([look, path]) => (
          <g key={look} className={look}>
            <path className="react-flow__edge-path" d={path} />
          </g>
        ))}
      </svg>
    </ViewportPortal>
  );
}

/** The painted boxes, each the same object as before while nothing of it changes. */
function useBoxes(options: PaintOptions): BoxNode[] {
  const [keep] = useState(() => {
    let held: BoxNode[] = [];
    return (now: BoxNode[]) => (held = keep_same(held, now));
  });
  return keep(paint_nodes(options));
}

function Flow({ options, box, tools }: FlowProps): ReactNode {
  const { t } = useTranslation();
  const boxes = useBoxes(options);
  const edges = split_edges(paint_edges(options), options);
  const moved = useRef(false);
  const { layout, graph, on_fold } = options;
  const on_key = (event: KeyboardEvent): void => {
    const node = (event.target as Element).closest('.react-flow__node');
    const id = node === event.target ? node.getAttribute('data-id') : null;
    if (id === null || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    open_box(id, on_fold);
  };
  return (
    <ReactFlow
      nodes={boxes}
      edges={edges.own}
      nodeTypes={NODE_TYPES}
      fitView
      fitViewOptions={FIT}
      minZoom={0.1}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      proOptions={{ hideAttribution: true }}
      aria-label={t('graph.label', { dag: graph.dag_id })}
      onMove={(event) => {
        if (event) moved.current = true;
      }}
      onKeyDown={on_key}
      onNodeClick={(_, node) => node.type === 'task' && open_box(node.id, on_fold)}
      onPaneClick={() => set_query({ task: null, map: null })}
    >
      {edges.joined.length > 0 && <JoinedEdges paths={edges.joined} />}
      <KeepFitted box={box} moved={moved} layout={layout} />
      <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
      {tools}
      {graph.nodes.length > 6 && <Overview boxes={layout.boxes} />}
    </ReactFlow>
  );
}

interface ToolsProps {
  options: PaintOptions;
  direction: Direction;
  critical_on: boolean;
  /** null: there are no groups. */
  all_folded: boolean | null;
  on_turn: () => void;
  on_fold_all: (fold: boolean) => void;
}

function Tools(props: ToolsProps): ReactNode {
  const { t } = useTranslation();
  const { options, direction, critical_on, all_folded, on_turn, on_fold_all } = props;
  const fold_words = t(all_folded ? 'graph.unfold_all' : 'graph.fold_all');
  const tool = (label: string): { title: string; 'aria-label': string } => ({
    title: label,
    'aria-label': label,
  });
  return (
    <Controls showInteractive={false}>
      <ControlButton onClick={on_turn} {...tool(t('graph.turn'))}>
        {direction === 'RIGHT' ? <ArrowDown /> : <ArrowRight />}
      </ControlButton>
      {all_folded !== null && (
        <ControlButton onClick={() => on_fold_all(!all_folded)} {...tool(fold_words)}>
          {all_folded ? <Ungroup /> : <Group />}
        </ControlButton>
      )}
      <ControlButton
        onClick={() => set_query({ critical: critical_on ? 'off' : null })}
        aria-pressed={critical_on}
        aria-label={t('graph.critical')}
        title={`${t('graph.critical')} · ${t('graph.critical_hint')}`}
      >
        <Timer />
      </ControlButton>
      <ControlButton
        onClick={() => save_svg(options, (state) => t(`state.${state}`))}
        {...tool(t('graph.export'))}
      >
        <Download />
      </ControlButton>
    </Controls>
  );
}

interface CanvasProps {
  graph: DagGraph;
  instances: TaskInstance[];
}

/** Which groups are folded, from the address, and how to change that. */
function useFolds(graph: DagGraph): {
  folded: ReadonlySet<string>;
  all_folded: boolean | null;
  turn: (group: string) => void;
  turn_all: (fold: boolean) => void;
} {
  const [text, set_text] = useQueryValue('fold');
  const folded = useMemo(() => read_folded(text, graph), [text, graph]);
  const outer = graph.groups.filter((group) => !group.parent).map((group) => group.id);
  const turn = useCallback(
    (group: string) => {
      const next = new Set(folded);
      if (!next.delete(group)) next.add(group);
      set_text(write_folded(next));
    },
    [folded, set_text],
  );
  return {
    folded,
    all_folded: outer.length === 0 ? null : outer.every((id) => folded.has(id)),
    turn,
    turn_all: (fold) => set_text(write_folded(new Set(fold ? outer : []))),
  };
}

/** The tasks on the critical path of the run, in its order. */
function useCritical(graph: DagGraph, instances: TaskInstance[], on: boolean): string[] {
  return useMemo(
    () => (on ? critical_path(graph.edges, task_spans(instances, Date.now())) : []),
    [graph, instances, on],
  );
}

function Canvas({ graph, instances }: CanvasProps): ReactNode {
  const [selected] = useQueryValue('task');
  const [critical_value] = useQueryValue('critical');
  const [direction, set_direction] = useState<Direction | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const [space, set_space] = useState<Space | null>(null);
  useEffect(() => {
    if (box.current)
      set_space({ width: box.current.clientWidth, height: box.current.clientHeight });
  }, []);
  const { folded, all_folded, turn, turn_all } = useFolds(graph);
  const shown = useMemo(() => fold_groups(graph, folded), [graph, folded]);
  const { layout, error } = useLayout(shown.graph, direction, space);
  const states = useMemo(() => box_summaries(instances, shown.box_of), [instances, shown]);
  const selected_box = selected ? (shown.box_of.get(selected) ?? null) : null;
  const on_path = useMemo(
    () => (selected_box ? path_through(shown.graph, selected_box) : null),
    [shown, selected_box],
  );
  const critical_on = critical_value !== 'off';
  const path = useCritical(graph, instances, critical_on);
  // The graph keeps its direction while groups fold.
  const hold = useCallback(() => set_direction(layout?.direction ?? null), [layout?.direction]);
  const on_fold = useCallback(
    (id: string) => {
      hold();
      turn(group_of_key(id) ?? id);
    },
    [hold, turn],
  );
  const options: PaintOptions | null = layout && {
    graph: shown.graph,
    layout,
    states,
    selected: selected_box,
    on_path,
    critical: path.map((id) => shown.box_of.get(id) ?? id),
    tasks_in: shown.tasks_in,
    on_fold,
  };
  return (
    <div ref={box} className="graph-box">
      {error && <ErrorNote error={error} />}
      {!options && !error && <Skeleton rows={6} height={52} />}
      {options && (
        <Flow
          key={options.layout.direction}
          options={options}
          box={box}
          tools={
            <Tools
              options={options}
              direction={options.layout.direction}
              critical_on={critical_on}
              all_folded={all_folded}
              on_turn={() => set_direction(options.layout.direction === 'RIGHT' ? 'DOWN' : 'RIGHT')}
              on_fold_all={(fold) => {
                hold();
                turn_all(fold);
              }}
            />
          }
        />
      )}
    </div>
  );
}

export function GraphTab({ dag_id, run_id }: { dag_id: string; run_id: string | null }): ReactNode {
  const { t } = useTranslation();
  const query = useDagGraph(dag_id);
  const instances = useTaskInstances(dag_id, run_id);
  useEffect(prepare_layout, []);
  return (
    <div className="graph-tab">
      <RunStrip dag_id={dag_id} run_id={run_id} />
      {instances.error && (
        <ErrorNote
          error={instances.error}
          what={t('graph.no_states')}
          on_retry={() => void instances.refetch()}
        />
      )}
      <div className="graph-canvas">
        <Await query={query} rows={6} height={52}>
          {(graph) =>
            graph.nodes.length === 0 ? (
              <Empty icon={Workflow} title={t('grid.no_tasks')} />
            ) : (
              <Canvas graph={graph} instances={instances.data ?? []} />
            )
          }
        </Await>
      </div>
    </div>
  );
}
