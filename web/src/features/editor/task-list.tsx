// SPDX-License-Identifier: Apache-2.0
// In the place of the canvas where there is no room for one.
import { CircleAlert, Group } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type Problem, problems_at } from '@/models/editor/check';
import { type Flow, group_node, tasks_in } from '@/models/editor/flow';

export interface TaskListProps {
  flow: Flow;
  problems: readonly Problem[];
  selected: string | null;
  on_select: (key: string | null) => void;
}

export function TaskList({ flow, problems, selected, on_select }: TaskListProps): ReactNode {
  const { t } = useTranslation();
  return (
    <section className="editor-tasks" aria-label={t('editor.tasks')}>
      <button type="button" aria-pressed={selected === null} onClick={() => on_select(null)}>
        <strong>{flow.dag_id || '–'}</strong>
        <span className="faint">{t('editor.dag')}</span>
      </button>
      {flow.groups.map((group) => (
        <button
          key={group_node(group.id)}
          type="button"
          aria-pressed={selected === group_node(group.id)}
          onClick={() => on_select(group_node(group.id))}
        >
          <strong className="row">
            <Group size={14} aria-hidden /> {group.id || '–'}
          </strong>
          <span className="faint">
            {t('editor.group_word')} · {tasks_in(flow, group.id).length}
          </span>
        </button>
      ))}
      {flow.tasks.map((task) => {
        const count = problems_at(problems, ['tasks', task.at]).length;
        return (
          <button
            key={task.key}
            type="button"
            aria-pressed={selected === task.key}
            onClick={() => on_select(task.key)}
          >
            <strong>{task.id || '–'}</strong>
            <span className="faint">
              {task.operator}
              {task.after.length > 0 && ` · ${t('editor.after')}: ${task.after.join(', ')}`}
            </span>
            {count > 0 && (
              <span className="yaml-wrong row">
                <CircleAlert size={14} aria-hidden /> {t('editor.problems', { count })}
              </span>
            )}
          </button>
        );
      })}
    </section>
  );
}
