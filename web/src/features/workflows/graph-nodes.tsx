// SPDX-License-Identifier: Apache-2.0
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { GitBranch, Layers } from 'lucide-react';
import { type ReactNode, memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { GraphNode, TaskInstance, TaskState } from '@/api/types.gen';
import { count_text } from '@/i18n/format';
import { StateBar, StateNumbers, useCountsText } from '@/features/workflows/state-counts';
import type { Direction } from '@/models/dag-graph';
import type { TaskSummary } from '@/models/instances';
import { StateIcon, state_style } from '@/ui/state-badge';
import { TimeSpan, useLocale } from '@/ui/time';
import { useFlash } from '@/ui/use-flash';

export interface TaskData extends Record<string, unknown> {
  node: GraphNode;
  summary: TaskSummary | undefined;
  /** Not on the path of the selected task. */
  dim: boolean;
  direction: Direction;
}

export interface GroupData extends Record<string, unknown> {
  label: string;
  is_mapped: boolean;
  /** How many times it runs; null: not known yet, or not mapped. */
  width: number | null;
}

export type TaskNode = Node<TaskData, 'task'>;
export type GroupNode = Node<GroupData, 'group_box'>;

function Progress({ instance }: { instance: TaskInstance | undefined }): ReactNode {
  const progress = instance?.progress;
  if (instance?.state !== 'running' || !progress || progress.total <= 0) return null;
  return (
    <span className="progress graph-progress">
      <i style={{ width: `${(100 * progress.done) / progress.total}%` }} />
    </span>
  );
}

/** "[12]" after the name of what is mapped; "[ ]" before it is known. */
function Width({ width }: { width: number | null }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const words = width === null ? t('mapped.unknown') : t('mapped.width', { count: width });
  return (
    <span className="graph-width" title={words}>
      <span aria-hidden>[{width === null ? ' ' : count_text(width, locale)}]</span>
      <span className="sr-only">{words}</span>
    </span>
  );
}

interface StateLineProps {
  node: GraphNode;
  state: TaskState;
  instance: TaskInstance | undefined;
}

function StateLine({ node, state, instance }: StateLineProps): ReactNode {
  const { t } = useTranslation();
  return (
    <span className="graph-line">
      {node.is_branch && <GitBranch size={11} aria-hidden />}
      {t(`state.${state}`)}
      {instance?.start_date && instance.try_number > 0 && state !== 'skipped' && (
        <>
          {' · '}
          <TimeSpan start={instance.start_date} end={instance.end_date} />
        </>
      )}
    </span>
  );
}

const TaskBox = memo(function TaskBox({ data, selected }: NodeProps<TaskNode>): ReactNode {
  const { t } = useTranslation();
  const { node, summary, dim, direction } = data;
  const state = summary?.state ?? 'no_status';
  const is_expanded = typeof summary?.width === 'number';
  const words = useCountsText();
  const flash = useFlash(state);
  const word = t(`state.${state}`);
  const is_right = direction === 'RIGHT';
  return (
    <div
      className={`graph-task ${dim ? 'graph-dim' : ''} ${selected ? 'graph-on' : ''} ${flash}`}
      style={state_style(state)}
      data-task={node.id}
      data-state={state}
      title={
        is_expanded
          ? `${node.label} [${summary.width}] · ${words(summary.counts)}`
          : [node.label, word, summary?.instance.cause].filter(Boolean).join(' · ')
      }
    >
      <Handle
        type="target"
        position={is_right ? Position.Left : Position.Top}
        isConnectable={false}
      />
      <span className="graph-state">
        <StateIcon state={state} size={14} />
      </span>
      <span className="graph-text">
        <span className="graph-name">
          <strong>{node.label || node.id}</strong>
          {(node.is_mapped || is_expanded) && <Width width={summary?.width ?? null} />}
        </span>
        {is_expanded ? (
          <StateNumbers counts={summary.counts} shown={3} />
        ) : (
          <StateLine node={node} state={state} instance={summary?.instance} />
        )}
      </span>
      {is_expanded ? (
        <StateBar counts={summary.counts} />
      ) : (
        <Progress instance={summary?.instance} />
      )}
      <Handle
        type="source"
        position={is_right ? Position.Right : Position.Bottom}
        isConnectable={false}
      />
    </div>
  );
});

const GroupBox = memo(function GroupBox({ data }: NodeProps<GroupNode>): ReactNode {
  return (
    <div className="graph-group">
      <span className="graph-name">
        {data.is_mapped && <Layers size={13} aria-hidden />}
        <strong>{data.label}</strong>
        {data.is_mapped && <Width width={data.width} />}
      </span>
    </div>
  );
});

export const NODE_TYPES = { task: TaskBox, group_box: GroupBox };
