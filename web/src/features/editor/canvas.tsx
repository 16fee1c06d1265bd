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
  type Node,
  type NodeChange,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { Group, LayoutGrid, Trash2 } from 'lucide-react';
import { type DragEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OperatorCatalogue } from '@/api/types.gen';
import { type GroupNode, NODE_TYPES, type TaskNode } from '@/features/editor/canvas-nodes';
import { DRAGGED } from '@/features/editor/palette';
import { problem_text } from '@/features/editor/words';
import { type Problem, problems_at } from '@/models/editor/check';
import {
  type Flow,
  edges_of,
  group_node,
  group_of_node,
  groups_in,
  tasks_in,
} from '@/models/editor/flow';
import {
  type Spot,
  type Spots,
  TASK_HEIGHT,
  TASK_WIDTH,
  flow_without,
  group_boxes,
  group_under,
} from '@/models/editor/places';
import { Button } from '@/ui/button';
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
  on_move_all: (moved: Spots) => void;
  on_disconnect: (source: string, target: string) => void;
  /** A task or a group's node. */
  on_delete: (node: string) => void;
  /** A task goes into a group, or out of all. */
  on_group: (key: string, group: string | null) => void;
  /** Around the selected task, in the selected group, or there. */
  on_new_group: (spot: Spot) => void;
  on_arrange: () => void;
}

interface Dragged {
  key: string;
  /** Where it would go. */
  group: string | null;
}

function useNodes(props: CanvasProps, dragged: Dragged | null): (TaskNode | GroupNode)[] {
  const { flow, spots, catalogue, problems, selected, locked } = props;
  const { t } = useTranslation();
  return useMemo(() => {
    const groups = new Map(catalogue.operators.map((one) => [one.name, one.group]));
    const words = (list: string, at: number): string[] =>
      problems_at(problems, [list, at]).map((one) => problem_text(t, one));
    const still = flow_without(flow, dragged?.key ?? null);
    const boxes = [...group_boxes(still, spots)].map(([id, box]): GroupNode => {
      const at = flow.groups.find((one) => one.id === id)?.at ?? -1;
      return {
        id: group_node(id),
        type: 'group_box',
        position: { x: box.x, y: box.y },
        width: box.width,
        height: box.height,
        data: {
          label: id,
          problems: words('task_groups', at),
          is_target: dragged !== null && dragged.group === id,
        },
        selected: selected === group_node(id),
        draggable: !locked,
        deletable: !locked,
        zIndex: 0,
        ariaLabel: `${t('editor.group_word')} ${id}`,
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
  }, [flow, spots, catalogue, problems, selected, locked, t, dragged]);
}

/** A task over a group goes into it, one that is taken out of its group's box leaves it. */
function useGrouping(props: CanvasProps) {
  const { flow, spots, locked } = props;
  const [dragged, set_dragged] = useState<Dragged | null>(null);
  const found = (node: Node): Dragged | null => {
    const is_task = flow.tasks.some((task) => task.key === node.id);
    if (!is_task || locked) return null;
    return { key: node.id, group: group_under(flow, spots, node.id, node.position) };
  };
  const on_drag = (_event: unknown, node: Node): void => {
    const now = found(node);
    if (now?.key !== dragged?.key || now?.group !== dragged?.group) set_dragged(now);
  };
  const on_end = (_event: unknown, node: Node): void => {
    const now = found(node);
    set_dragged(null);
    const task = flow.tasks.find((one) => one.key === node.id);
    if (now && task && now.group !== task.group) props.on_group(node.id, now.group);
  };
  return { dragged, on_drag, on_end };
}

/** All in a group moves with its box. */
function useGroupMoves({ flow, spots, on_move_all }: CanvasProps) {
  const held = useRef<{ at: Spot; inside: Spots } | null>(null);
  return (id: string, at: Spot, goes_on: boolean): void => {
    const box = group_boxes(flow, spots).get(id);
    if (!box) return;
    const keys = [
      ...tasks_in(flow, id).map((task) => task.key),
      ...[...groups_in(flow, id)].map(group_node),
    ];
    const inside = keys.flatMap((key) => {
      const spot = key === group_node(id) ? box : spots[key];
      return spot ? [[key, { x: spot.x, y: spot.y }] as const] : [];
    });
    // What it was moved from: several moves may come before the first one is drawn.
    const base = held.current ?? { at: { x: box.x, y: box.y }, inside: Object.fromEntries(inside) };
    held.current = goes_on ? base : null;
    const moved = Object.entries(base.inside).map(([key, spot]) => [
      key,
      { x: spot.x + at.x - base.at.x, y: spot.y + at.y - base.at.y },
    ]);
    on_move_all(Object.fromEntries(moved) as Spots);
  };
}

interface ToolsProps {
  canvas: CanvasProps;
  edge: Edge | null;
  on_group: () => void;
}

/** What can be done with what is selected, where one sees it. */
function CanvasTools({ canvas, edge, on_group }: ToolsProps): ReactNode {
  const { flow, selected, on_delete, on_disconnect } = canvas;
  const { t } = useTranslation();
  const task = flow.tasks.find((one) => one.key === selected);
  const group = group_of_node(flow, selected);
  const add = task ? 'editor.group_it' : group ? 'editor.group_inside' : 'editor.new_group';
  return (
    <Panel position="top-right" className="canvas-tools">
      <Button icon={Group} onClick={on_group}>
        {t(add)}
      </Button>
      {edge ? (
        <Button icon={Trash2} onClick={() => on_disconnect(edge.source, edge.target)}>
          {t('editor.delete_edge')}
        </Button>
      ) : (
        (task ?? group) && (
          <Button icon={Trash2} onClick={() => on_delete(selected ?? '')}>
            {t(task ? 'editor.delete_task' : 'editor.delete_group')}
          </Button>
        )
      )}
    </Panel>
  );
}

const allow_drop = (event: DragEvent): void => {
  event.preventDefault();
  event.dataTransfer.dropEffect = 'copy';
};

/** What the pointer and the keyboard do on the board, as changes of the text and of places. */
function useBoard(props: CanvasProps) {
  const { flow, locked, on_select } = props;
  const { screenToFlowPosition } = useReactFlow();
  const [edge_on, set_edge_on] = useState<string | null>(null);
  const { dragged, on_drag, on_end } = useGrouping(props);
  const move_group = useGroupMoves(props);
  const nodes = useNodes(props, dragged);
  const board = useRef<HTMLDivElement>(null);
  const edges = edges_of(flow).map((edge): Edge => {
    const id = `${edge.source}->${edge.target}`;
    return { id, ...edge, selected: id === edge_on, deletable: !locked, zIndex: 2 };
  });
  const select = (key: string | null): void => {
    set_edge_on(null);
    on_select(key);
  };
  const on_nodes = (changes: NodeChange[]): void => {
    for (const change of changes) {
      if (change.type === 'position' && change.position) {
        const group = group_of_node(flow, change.id);
        if (group) move_group(group.id, change.position, change.dragging === true);
        else props.on_move(change.id, change.position);
      }
      if (change.type === 'remove') props.on_delete(change.id);
      if (change.type === 'select' && change.selected) select(change.id);
    }
  };
  const on_edges = (changes: EdgeChange[]): void => {
    for (const change of changes) {
      const edge = edges.find((one) => 'id' in change && one.id === change.id);
      if (change.type === 'select' && change.selected) {
        on_select(null);
        set_edge_on(change.id);
      } else if (change.type === 'select' && change.id === edge_on) set_edge_on(null);
      // Those of a task that is deleted go with it, in the same step.
      const is_meant = change.type === 'remove' && change.id === edge_on;
      if (is_meant && edge) props.on_disconnect(edge.source, edge.target);
    }
  };
  const on_drop = (event: DragEvent): void => {
    const operator = event.dataTransfer.getData(DRAGGED);
    if (!operator || locked) return;
    event.preventDefault();
    const at = screenToFlowPosition({ x: event.clientX, y: event.clientY });
    props.on_drop(operator, { x: at.x - TASK_WIDTH / 2, y: at.y - TASK_HEIGHT / 2 });
  };
  const add_group = (): void => {
    const { x, y, width, height } = board.current?.getBoundingClientRect() ?? new DOMRect();
    const at = screenToFlowPosition({ x: x + width / 2, y: y + height / 2 });
    props.on_new_group({ x: at.x - TASK_WIDTH / 2, y: at.y });
  };
  const grouping = { on_drag, on_end };
  return {
    nodes,
    edges,
    edge_on,
    board,
    select,
    on_nodes,
    on_edges,
    on_drop,
    add_group,
    ...grouping,
  };
}

function Board(props: CanvasProps): ReactNode {
  const { locked } = props;
  const { t } = useTranslation();
  const { nodes, edges, board, select, ...on } = useBoard(props);
  return (
    <ReactFlow
      ref={board}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      fitView
      fitViewOptions={FIT}
      minZoom={0.1}
      nodesConnectable={!locked}
      deleteKeyCode={locked ? null : ['Delete', 'Backspace']}
      elevateNodesOnSelect={false}
      multiSelectionKeyCode={null}
      selectionKeyCode={null}
      proOptions={{ hideAttribution: true }}
      aria-label={t('editor.canvas')}
      onNodesChange={on.on_nodes}
      onEdgesChange={on.on_edges}
      onConnect={({ source, target }: Connection) => props.on_connect(source, target)}
      onPaneClick={() => select(null)}
      onNodeDrag={on.on_drag}
      onNodeDragStop={on.on_end}
      onDragOver={allow_drop}
      onDrop={on.on_drop}
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
      {!locked && (
        <CanvasTools
          canvas={props}
          edge={edges.find((one) => one.id === on.edge_on) ?? null}
          on_group={on.add_group}
        />
      )}
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
