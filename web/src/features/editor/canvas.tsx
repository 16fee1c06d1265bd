// SPDX-License-Identifier: Apache-2.0
// The canvas: tasks are dropped, moved, connected and deleted here; the text follows.
import {
  Background,
  BackgroundVariant,
  type Connection,
  ControlButton,
  Controls,
  type Edge,
  type EdgeChange,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { LayoutGrid } from 'lucide-react';
import { type DragEvent, type ReactNode, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OperatorCatalogue } from '@/api/types.gen';
import { type GroupNode, NODE_TYPES, type TaskNode } from '@/features/editor/canvas-nodes';
import { DRAGGED } from '@/features/editor/palette';
import { problem_text } from '@/features/editor/words';
import { type Problem, problems_at } from '@/models/editor/check';
import { type Flow, edges_of, group_node } from '@/models/editor/flow';
import {
  type Spot,
  type Spots,
  TASK_HEIGHT,
  TASK_WIDTH,
  group_boxes,
} from '@/models/editor/places';
import '@xyflow/react/dist/style.css';

const FIT = { padding: 0.12, maxZoom: 1 };

export interface CanvasProps {
  flow: Flow;
  spots: Spots;
  /** How often all was laid out: then it is fitted into view. */
  layouts: number;
  catalogue: OperatorCatalogue;
  problems: readonly Problem[];
  selected: string | null;
  /** Nothing can be changed: the text has an error, or one may not. */
  locked: boolean;
  on_select: (key: string | null) => void;
  on_drop: (operator: string, spot: Spot) => void;
  on_move: (key: string, spot: Spot) => void;
  on_connect: (source: string, target: string) => void;
  on_disconnect: (source: string, target: string) => void;
  on_delete: (key: string) => void;
  on_arrange: () => void;
}

function useNodes(props: CanvasProps): (TaskNode | GroupNode)[] {
  const { flow, spots, catalogue, problems, selected, locked } = props;
  const { t } = useTranslation();
  return useMemo(() => {
    const groups = new Map(catalogue.operators.map((one) => [one.name, one.group]));
    const words = (list: string, at: number): string[] =>
      problems_at(problems, [list, at]).map((one) => problem_text(t, one));
    const boxes = [...group_boxes(flow, spots)].map(([id, box]): GroupNode => {
      const at = flow.groups.find((one) => one.id === id)?.at ?? -1;
      return {
        id: group_node(id),
        type: 'group_box',
        position: { x: box.x, y: box.y },
        width: box.width,
        height: box.height,
        data: { label: id, problems: words('task_groups', at) },
        selected: selected === group_node(id),
        draggable: false,
        deletable: false,
        zIndex: 0,
      };
    });
    const tasks = flow.tasks.map((task): TaskNode => ({
      id: task.key,
      type: 'task',
      position: spots[task.key] ?? { x: 0, y: 0 },
      width: TASK_WIDTH,
      height: TASK_HEIGHT,
      data: {
        label: task.id,
        operator: task.operator,
        group: groups.get(task.operator) ?? '',
        problems: words('tasks', task.at),
      },
      selected: selected === task.key,
      deletable: !locked,
      zIndex: 1,
      ariaLabel: `${task.id} ${task.operator}`,
    }));
    return [...boxes, ...tasks];
  }, [flow, spots, catalogue, problems, selected, locked, t]);
}

const allow_drop = (event: DragEvent): void => {
  event.preventDefault();
  event.dataTransfer.dropEffect = 'copy';
};

function Board(props: CanvasProps): ReactNode {
  const { flow, locked, on_select } = props;
  const { t } = useTranslation();
  const { screenToFlowPosition } = useReactFlow();
  const [edge_on, set_edge_on] = useState<string | null>(null);
  const nodes = useNodes(props);
  const edges = edges_of(flow).map((edge): Edge => {
    const id = `${edge.source}->${edge.target}`;
    return { id, ...edge, selected: id === edge_on, deletable: !locked, zIndex: 2 };
  });
  const on_nodes = (changes: NodeChange[]): void => {
    for (const change of changes) {
      if (change.type === 'position' && change.position) props.on_move(change.id, change.position);
      if (change.type === 'remove') props.on_delete(change.id);
      if (change.type === 'select' && change.selected) on_select(change.id);
    }
  };
  const on_edges = (changes: EdgeChange[]): void => {
    for (const change of changes) {
      const edge = edges.find((one) => 'id' in change && one.id === change.id);
      if (change.type === 'select') set_edge_on(change.selected ? change.id : null);
      if (change.type === 'remove' && edge) props.on_disconnect(edge.source, edge.target);
    }
  };
  const on_drop = (event: DragEvent): void => {
    const operator = event.dataTransfer.getData(DRAGGED);
    if (!operator || locked) return;
    event.preventDefault();
    const at = screenToFlowPosition({ x: event.clientX, y: event.clientY });
    props.on_drop(operator, { x: at.x - TASK_WIDTH / 2, y: at.y - TASK_HEIGHT / 2 });
  };
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      fitView
      fitViewOptions={FIT}
      minZoom={0.1}
      nodesConnectable={!locked}
      deleteKeyCode={locked ? null : ['Delete', 'Backspace']}
      multiSelectionKeyCode={null}
      selectionKeyCode={null}
      proOptions={{ hideAttribution: true }}
      aria-label={t('editor.canvas')}
      onNodesChange={on_nodes}
      onEdgesChange={on_edges}
      onConnect={({ source, target }: Connection) => props.on_connect(source, target)}
      onPaneClick={() => on_select(null)}
      onDragOver={allow_drop}
      onDrop={on_drop}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
      <Controls showInteractive={false} fitViewOptions={FIT}>
        <ControlButton
          title={t('editor.arrange')}
          aria-label={t('editor.arrange')}
          onClick={props.on_arrange}
        >
          <LayoutGrid />
        </ControlButton>
      </Controls>
      <FitWhen layouts={props.layouts} />
    </ReactFlow>
  );
}

/** After each layout of all. */
function FitWhen({ layouts }: { layouts: number }): null {
  const { fitView } = useReactFlow();
  useEffect(() => {
    if (layouts === 0) return;
    const frame = requestAnimationFrame(() => void fitView(FIT));
    return () => cancelAnimationFrame(frame);
  }, [layouts, fitView]);
  return null;
}

export function Canvas(props: CanvasProps): ReactNode {
  const { t } = useTranslation();
  return (
    <div className={props.locked ? 'editor-canvas editor-locked' : 'editor-canvas'}>
      <ReactFlowProvider>
        <Board {...props} />
      </ReactFlowProvider>
      {props.flow.tasks.length === 0 && (
        <div className="canvas-empty">
          <strong>{t('editor.empty_title')}</strong>
          <span>{t('editor.empty_hint')}</span>
        </div>
      )}
    </div>
  );
}
