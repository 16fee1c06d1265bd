// SPDX-License-Identifier: Apache-2.0
// Which DAGs make which assets and which wait for them, laid out as a DAG's graph is.
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
import { Database, Workflow } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Asset } from '@/api/types.gen';
import { type AssetNodeOf, asset_graph } from '@/models/views/asset-graph';
import { path_through } from '@/models/dag-graph';
import { paths } from '@/models/paths';
import { type Layout, useLayout } from '@/queries/use-layout';
import { ErrorNote, Skeleton } from '@/ui/feedback';
import { navigate, set_query } from '@/ui/router';
import { RelativeTime } from '@/ui/time';
import '@xyflow/react/dist/style.css';
import '@/features/assets/assets.css';

interface BoxData extends Record<string, unknown> {
  of: AssetNodeOf;
  dim: boolean;
}
type BoxNode = Node<BoxData, 'box'>;

const Box = memo(function Box({ id, data, selected }: NodeProps<BoxNode>): ReactNode {
  const { t } = useTranslation();
  const { of, dim } = data;
  const name = of.kind === 'dag' ? of.dag_id : of.asset.name;
  return (
    <div
      className={`asset-box ${dim ? 'asset-dim' : ''} ${selected ? 'asset-on' : ''}`}
      data-kind={of.kind}
      data-node={id}
      title={name}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} />
      {of.kind === 'dag' ? <Workflow size={16} aria-hidden /> : <Database size={16} aria-hidden />}
      <span className="asset-text">
        <strong>{name}</strong>
        <span className="faint">
          {of.kind === 'dag' ? (
            t('asset_graph.dag')
          ) : of.asset.last_event_at ? (
            <RelativeTime time={of.asset.last_event_at} />
          ) : (
            t('asset_graph.never')
          )}
        </span>
      </span>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
});

const NODE_TYPES = { box: Box };
const WHOLE_SPACE = { width: 1, height: 1 };

/** A DAG opens its page, an asset what is known of it. */
function open_box(of: AssetNodeOf | undefined): void {
  if (of?.kind === 'dag') navigate(paths.dag(of.dag_id));
  if (of?.kind === 'asset') set_query({ asset: of.asset.name });
}

interface FlowProps {
  layout: Layout;
  of: ReadonlyMap<string, AssetNodeOf>;
  edges: Edge[];
  selected: string | null;
  on_path: ReadonlySet<string> | null;
}

function Flow({ layout, of, edges, selected, on_path }: FlowProps): ReactNode {
  const { t } = useTranslation();
  const nodes = layout.boxes.flatMap((box): BoxNode[] => {
    const one = of.get(box.id);
    if (!one) return [];
    return [
      {
        id: box.id,
        type: 'box',
        position: { x: box.x, y: box.y },
        width: box.width,
        height: box.height,
        selected: box.id === selected,
        data: { of: one, dim: on_path !== null && !on_path.has(box.id) },
      },
    ];
  });
  const on_key = (event: KeyboardEvent): void => {
    const node = (event.target as Element).closest('.react-flow__node');
    if (node !== event.target || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    open_box(of.get(node.getAttribute('data-id') ?? ''));
  };
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      fitView
      fitViewOptions={{ padding: 0.1, maxZoom: 1 }}
      minZoom={0.1}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      proOptions={{ hideAttribution: true }}
      aria-label={t('asset_graph.label')}
      onKeyDown={on_key}
      onNodeClick={(_, node) => open_box(of.get(node.id))}
      onPaneClick={() => set_query({ asset: null })}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
      <Controls showInteractive={false} />
      {nodes.length > 6 && <MiniMap pannable zoomable />}
    </ReactFlow>
  );
}

export interface AssetGraphViewProps {
  assets: Asset[];
  /** Name of the chosen asset. */
  chosen: string | null;
}

export function AssetGraphView({ assets, chosen }: AssetGraphViewProps): ReactNode {
  const { graph, of } = useMemo(() => asset_graph(assets), [assets]);
  // Laid out anew only when the structure is another one, not at each event of an asset.
  const structure = JSON.stringify([graph.nodes.map((one) => one.id), graph.edges]);
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const steady = useMemo(() => graph, [structure]);
  const { layout, error } = useLayout(steady, 'RIGHT', WHOLE_SPACE);
  const selected = chosen === null ? null : `asset:${chosen}`;
  const on_path = useMemo(
    () => (selected && of.has(selected) ? path_through(steady, selected) : null),
    [steady, of, selected],
  );
  const edges = steady.edges.map(({ source, target }): Edge => {
    const dim = on_path !== null && !(on_path.has(source) && on_path.has(target));
    return {
      id: `${source}->${target}`,
      source,
      target,
      focusable: false,
      ...(dim ? { className: 'asset-edge-dim' } : {}),
    };
  });
  return (
    <div className="asset-graph">
      {error && <ErrorNote error={error} />}
      {!layout && !error && <Skeleton rows={5} height={52} />}
      {layout && (
        <Flow layout={layout} of={of} edges={edges} selected={selected} on_path={on_path} />
      )}
    </div>
  );
}
