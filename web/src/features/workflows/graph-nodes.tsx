// SPDX-License-Identifier: Apache-2.0
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { GitBranch } from 'lucide-react';
import { type ReactNode, memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { GraphNode, TaskInstance } from '@/api/types.gen';
import type { Direction } from '@/models/dag-graph';
import { StateIcon, state_style } from '@/ui/state-badge';
import { TimeSpan } from '@/ui/time';
import { useFlash } from '@/ui/use-flash';

export interface TaskData extends Record<string, unknown> {
  node: GraphNode;
  instance: TaskInstance | undefined;
  /** Not on the path of the selected task. */
  dim: boolean;
  direction: Direction;
}

export interface GroupData extends Record<string, unknown> {
  label: string;
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

const TaskBox = memo(function TaskBox({ data, selected }: NodeProps<TaskNode>): ReactNode {
  const { t } = useTranslation();
  const { node, instance, dim, direction } = data;
  const state = instance?.state ?? 'no_status';
  const flash = useFlash(state);
  const word = t(`state.${state}`);
  const is_right = direction === 'RIGHT';
  return (
    <div
      className={`graph-task ${dim ? 'graph-dim' : ''} ${selected ? 'graph-on' : ''} ${flash}`}
      style={state_style(state)}
      data-task={node.id}
      data-state={state}
      title={[node.label, word, instance?.cause].filter(Boolean).join(' · ')}
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
        <strong>{node.label || node.id}</strong>
        <span>
          {node.is_branch && <GitBranch size={11} aria-hidden />}
          {word}
          {instance?.start_date && instance.try_number > 0 && state !== 'skipped' && (
            <>
              {' · '}
              <TimeSpan start={instance.start_date} end={instance.end_date} />
            </>
          )}
        </span>
      </span>
      <Progress instance={instance} />
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
      <span>{data.label}</span>
    </div>
  );
});

export const NODE_TYPES = { task: TaskBox, group_box: GroupBox };
