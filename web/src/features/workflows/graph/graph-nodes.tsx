// SPDX-License-Identifier: Apache-2.0
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { ChevronDown, ChevronRight, GitBranch, Layers, Timer } from 'lucide-react';
import { type ReactNode, memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { GraphNode, TaskInstance, TaskState } from '@/api/types.gen';
import { useCauseText } from '@/features/workflows/cause';
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
  /** On the chain of tasks that decided how long the run took. */
  critical: boolean;
  /** Tasks in it, when it is a folded group; else null. */
  folded: number | null;
  /** Unfolds it. */
  on_fold: (box: string) => void;
  direction: Direction;
}

export interface GroupData extends Record<string, unknown> {
  label: string;
  on_fold: (box: string) => void;
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

/** What opens and closes a group. */
function FoldButton({ label, is_folded, on_turn }: FoldButtonProps): ReactNode {
  const { t } = useTranslation();
  const words = t(is_folded ? 'graph.unfold' : 'graph.fold', { group: label });
  return (
    <button
      type="button"
      className="graph-fold nodrag nopan"
      aria-label={words}
      aria-expanded={!is_folded}
      title={words}
      onClick={(event) => {
        event.stopPropagation();
        on_turn();
      }}
    >
      {is_folded ? <ChevronRight size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
    </button>
  );
}

interface FoldButtonProps {
  label: string;
  is_folded: boolean;
  on_turn: () => void;
}

/** The line below a task's or folded group's name. */
function BelowName({ data, state }: { data: TaskData; state: TaskState }): ReactNode {
  const { t } = useTranslation();
  const { node, summary, folded } = data;
  if (folded !== null) {
    return (
      <span className="graph-line">
        {t('graph.tasks', { count: folded })}
        {summary && <StateNumbers counts={summary.counts} shown={2} />}
      </span>
    );
  }
  if (typeof summary?.width === 'number') {
    return <StateNumbers counts={summary.counts} shown={3} />;
  }
  return <StateLine node={node} state={state} instance={summary?.instance} />;
}

export const state_of = ({ summary }: TaskData): TaskState => summary?.state ?? 'no_status';

/** What the pointer tells of a box. */
export function useTitles(): (data: TaskData) => string {
  const { t } = useTranslation();
  const words = useCountsText();
  const said = useCauseText();
  return (data) => {
    const { node, summary, folded, critical } = data;
    const name = node.label || node.id;
    const mark = critical ? t('graph.critical_one') : '';
    const parts =
      folded !== null || typeof summary?.width === 'number'
        ? [`${name} [${folded ?? summary?.width ?? 0}]`, summary && words(summary.counts), mark]
        : [name, t(`state.${state_of(data)}`), said(summary?.instance.cause ?? ''), mark];
    return parts.filter(Boolean).join(' · ');
  };
}

const TaskBox = memo(function TaskBox({ data, selected }: NodeProps<TaskNode>): ReactNode {
  const { t } = useTranslation();
  const { node, summary, dim, direction, critical, folded, on_fold } = data;
  const state = state_of(data);
  const is_expanded = typeof summary?.width === 'number' && folded === null;
  const flash = useFlash(state);
  const title = useTitles()(data);
  const is_right = direction === 'RIGHT';
  return (
    <div
      className={[
        'graph-task',
        dim && 'graph-dim',
        selected && 'graph-on',
        critical && 'graph-critical',
        folded !== null && 'graph-folded',
        flash,
      ]
        .filter(Boolean)
        .join(' ')}
      style={state_style(state)}
      data-task={node.id}
      data-state={state}
      title={title}
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
        <BelowName data={data} state={state} />
      </span>
      {critical && (
        <span className="graph-critical-mark">
          <Timer size={13} aria-hidden />
          <span className="sr-only">{t('graph.critical_one')}</span>
        </span>
      )}
      {folded !== null && (
        <FoldButton label={node.label} is_folded on_turn={() => on_fold(node.id)} />
      )}
      {summary && (is_expanded || folded !== null) ? (
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

const GroupBox = memo(function GroupBox({ id, data }: NodeProps<GroupNode>): ReactNode {
  return (
    <div className="graph-group">
      <span className="graph-name">
        <FoldButton label={data.label} is_folded={false} on_turn={() => data.on_fold(id)} />
        {data.is_mapped && <Layers size={13} aria-hidden />}
        <strong>{data.label}</strong>
        {data.is_mapped && <Width width={data.width} />}
      </span>
    </div>
  );
});

export const NODE_TYPES = { task: TaskBox, group_box: GroupBox };
