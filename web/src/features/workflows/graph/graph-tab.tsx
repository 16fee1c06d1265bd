// SPDX-License-Identifier: Apache-2.0
// The graph of a DAG: laid out from structure only, the states of the chosen run painted on.
import { ControlButton, Controls } from '@xyflow/react';
import {
  ArrowDown,
  ArrowRight,
  Download,
  Group,
  Maximize,
  Timer,
  Ungroup,
  Workflow,
} from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DagGraph, TaskInstance } from '@/api/types.gen';
import { type Space, prepare_layout, useLayout } from '@/queries/use-layout';
import { save_svg } from '@/features/workflows/graph/graph-export';
import { Flow, useFit } from '@/features/workflows/graph/graph-flow';
import type { PaintOptions } from '@/features/workflows/graph/graph-paint';
import { RunStrip } from '@/features/workflows/run-strip';
import { type Direction, group_of_key, path_through } from '@/models/dag-graph';
import { critical_path, task_spans } from '@/models/views/critical-path';
import { box_summaries, fold_groups, read_folded, write_folded } from '@/models/views/graph-fold';
import { useDagGraph } from '@/queries/use-dags';
import { useTaskInstances } from '@/queries/use-tasks';
import { Await, Empty, ErrorNote, Skeleton } from '@/ui/feedback';
import { set_query, useQueryValue } from '@/ui/router';
import '@xyflow/react/dist/style.css';
import '@/features/workflows/graph/graph.css';

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
  const fit = useFit(options.layout.boxes);
  const fold_words = t(all_folded ? 'graph.unfold_all' : 'graph.fold_all');
  const tool = (label: string): { title: string; 'aria-label': string } => ({
    title: label,
    'aria-label': label,
  });
  return (
    <Controls showInteractive={false} showFitView={false}>
      <ControlButton onClick={fit} {...tool(t('graph.fit'))}>
        <Maximize />
      </ControlButton>
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
      {options && space && (
        <Flow
          key={options.layout.direction}
          options={options}
          box={box}
          space={space}
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
