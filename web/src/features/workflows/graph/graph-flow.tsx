// SPDX-License-Identifier: Apache-2.0
// The laid-out graph in a view that is moved and zoomed. From near, boxes are elements; a large
// graph from afar is a picture.
import {
  Background,
  BackgroundVariant,
  MiniMap,
  ReactFlow,
  type ReactFlowInstance,
  type Viewport,
  ViewportPortal,
  getViewportForBounds,
  useReactFlow,
  useStore,
  useStoreApi,
} from '@xyflow/react';
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { FarBoxes } from '@/features/workflows/graph/far-boxes';
import { type FarPicture, far_picture } from '@/features/workflows/graph/far-paint';
import { NODE_TYPES, useTitles } from '@/features/workflows/graph/graph-nodes';
import {
  type BoxNode,
  type PaintOptions,
  keep_same,
  minimap_color,
  paint_edges,
  paint_nodes,
  split_edges,
} from '@/features/workflows/graph/graph-paint';
import { type PlacedBox, bounds_of, group_of_key, is_large } from '@/models/dag-graph';
import { box_at } from '@/models/views/far-graph';
import type { Layout, Space } from '@/queries/use-layout';
import { set_query } from '@/ui/router';

const PADDING = 0.08;
const ZOOM_MIN = 0.02;
const ZOOM_FITTED_MAX = 1.05;
/** The words of boxes that are smaller cannot be read. */
const ZOOM_NEAR = 0.6;

/** The view that shows all of it. */
function fitted(boxes: readonly PlacedBox[], { width, height }: Space): Viewport {
  const { left, top, right, bottom } = bounds_of(boxes);
  const bounds = { x: left, y: top, width: right - left, height: bottom - top };
  return getViewportForBounds(bounds, width, height, ZOOM_MIN, ZOOM_FITTED_MAX, PADDING);
}

/** Brings all boxes into sight. */
export function useFit(boxes: readonly PlacedBox[]): () => void {
  const { setViewport } = useReactFlow();
  const store = useStoreApi();
  return useCallback(() => {
    const { width, height } = store.getState();
    if (width > 0 && height > 0) void setViewport(fitted(boxes, { width, height }));
  }, [boxes, setViewport, store]);
}

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
  const fit = useFit(layout.boxes);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const fit_unmoved = (): void => {
      if (!moved.current) fit();
    };
    const observer = new ResizeObserver(() => requestAnimationFrame(fit_unmoved));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, moved, fit]);
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

const NO_BOXES: BoxNode[] = [];

/** The painted boxes, each the same object as before while nothing of it changes. */
function useBoxes(options: PaintOptions, is_far: boolean): BoxNode[] {
  const [keep] = useState(() => {
    let held: BoxNode[] = [];
    return (now: BoxNode[]) => (held = keep_same(held, now));
  });
  return is_far ? NO_BOXES : keep(paint_nodes(options));
}

/** What the pointer does where boxes are a picture. */
function useFarPointer(
  picture: FarPicture | null,
  flow: ReactFlowInstance<BoxNode> | null,
  on_fold: (box: string) => void,
): { on_click: (event: MouseEvent) => void; on_point: (event: MouseEvent<Element>) => void } {
  const title_of = useTitles();
  const box_under = ({ clientX: x, clientY: y }: MouseEvent): string | null =>
    picture && flow && box_at(picture.rects, flow.screenToFlowPosition({ x, y }));
  return {
    on_click: (event) => {
      const id = box_under(event);
      if (id === null) set_query({ task: null, map: null });
      else open_box(id, on_fold);
    },
    // A picture cannot say what the pointer is at: the pane does.
    on_point: (event) => {
      const id = box_under(event);
      const data = id === null ? undefined : picture?.tasks.get(id);
      const pane = event.currentTarget;
      pane.setAttribute('title', data ? title_of(data) : '');
      pane.classList.toggle('graph-at-box', data !== undefined);
    },
  };
}

export interface FlowProps {
  options: PaintOptions;
  box: RefObject<HTMLDivElement | null>;
  /** The room there is at first. */
  space: Space;
  tools: ReactNode;
}

export function Flow({ options, box, space, tools }: FlowProps): ReactNode {
  const { t } = useTranslation();
  const { layout, graph, on_fold } = options;
  const [first] = useState(() => fitted(layout.boxes, space));
  const [flow, set_flow] = useState<ReactFlowInstance<BoxNode> | null>(null);
  const [is_out, set_out] = useState(first.zoom < ZOOM_NEAR);
  const moved = useRef(false);
  const large = is_large(graph);
  const is_far = large && is_out;
  const picture = is_far ? far_picture(options) : null;
  const boxes = useBoxes(options, is_far);
  const edges = split_edges(paint_edges(options), options, is_far);
  const pointer = useFarPointer(picture, flow, on_fold);
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
      defaultViewport={first}
      minZoom={ZOOM_MIN}
      onlyRenderVisibleElements={large}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      proOptions={{ hideAttribution: true }}
      aria-label={t('graph.label', { dag: graph.dag_id })}
      onInit={set_flow}
      onMove={(event, { zoom }) => {
        if (event) moved.current = true;
        set_out(zoom < ZOOM_NEAR);
      }}
      onKeyDown={on_key}
      onNodeClick={(_, node) => node.type === 'task' && open_box(node.id, on_fold)}
      onPaneClick={pointer.on_click}
      onPaneMouseMove={pointer.on_point}
    >
      {edges.joined.length > 0 && <JoinedEdges paths={edges.joined} />}
      {picture && (
        <FarBoxes
          picture={picture}
          label={t('graph.label', { dag: graph.dag_id })}
          on_open={(id) => open_box(id, on_fold)}
          on_reveal={() => (moved.current = true)}
        />
      )}
      <KeepFitted box={box} moved={moved} layout={layout} />
      <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
      {tools}
      {graph.nodes.length > 6 && !is_far && <Overview boxes={layout.boxes} />}
    </ReactFlow>
  );
}
