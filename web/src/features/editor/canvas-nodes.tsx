// SPDX-License-Identifier: Apache-2.0
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { CircleAlert, Group } from 'lucide-react';
import { type ReactNode, memo } from 'react';
import { useTranslation } from 'react-i18next';
import { OperatorIcon } from '@/features/editor/palette';

export interface TaskData extends Record<string, unknown> {
  label: string;
  operator: string;
  group: string;
  problems: readonly string[];
}
export interface GroupData extends Record<string, unknown> {
  label: string;
  problems: readonly string[];
  /** What is dragged would go into it. */
  is_target: boolean;
}
export type TaskNode = Node<TaskData, 'task'>;
export type GroupNode = Node<GroupData, 'group_box'>;

function Mark({ problems }: { problems: readonly string[] }): ReactNode {
  const { t } = useTranslation();
  if (problems.length === 0) return null;
  return (
    <span className="canvas-mark" title={problems.join('\n')}>
      <CircleAlert size={15} aria-hidden />
      <span className="sr-only">{t('editor.problems', { count: problems.length })}</span>
    </span>
  );
}

const TaskBox = memo(function TaskBox({ data, selected }: NodeProps<TaskNode>): ReactNode {
  const classes = [
    'canvas-task',
    selected && 'canvas-on',
    data.problems.length > 0 && 'canvas-bad',
  ];
  return (
    <div className={classes.filter(Boolean).join(' ')} data-task={data.label}>
      <Handle type="target" position={Position.Left} />
      <span className={`canvas-icon canvas-icon-${data.group}`}>
        <OperatorIcon group={data.group} />
      </span>
      <span className="canvas-text">
        <strong>{data.label || '–'}</strong>
        <span>{data.operator || '–'}</span>
      </span>
      <Mark problems={data.problems} />
      <Handle type="source" position={Position.Right} />
    </div>
  );
});

const GroupBox = memo(function GroupBox({ data, selected }: NodeProps<GroupNode>): ReactNode {
  const classes = [
    'canvas-group',
    selected && 'canvas-on',
    data.is_target && 'canvas-target',
    data.problems.length > 0 && 'canvas-bad',
  ];
  return (
    <div className={classes.filter(Boolean).join(' ')} data-group={data.label}>
      <Handle type="target" position={Position.Left} />
      <span className="canvas-group-name">
        <Group size={13} aria-hidden />
        {data.label}
        <Mark problems={data.problems} />
      </span>
      <Handle type="source" position={Position.Right} />
    </div>
  );
});

export const NODE_TYPES = { task: TaskBox, group_box: GroupBox };
