// SPDX-License-Identifier: Apache-2.0
// The form of what is selected: a task, a group, or else the DAG.
import { Group, Trash2, X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OperatorCatalogue, OperatorField } from '@/api/types.gen';
import { FieldRow } from '@/features/editor/field';
import { useHint } from '@/features/editor/hints';
import type { EditorActions } from '@/features/editor/use-actions';
import { problem_text } from '@/features/editor/words';
import { type Problem, problems_at } from '@/models/editor/check';
import {
  type Fields,
  type Flow,
  type FlowGroup,
  type FlowTask,
  group_node,
  group_of_node,
  tasks_in,
} from '@/models/editor/flow';
import { makes_circle } from '@/models/editor/flow-edits';
import type { Path } from '@/models/editor/text-edits';
import { Button, IconButton } from '@/ui/button';

export interface FormProps {
  flow: Flow;
  catalogue: OperatorCatalogue;
  problems: readonly Problem[];
  selected: string | null;
  locked: boolean;
  actions: EditorActions;
}

function plain_field(name: string, more: Partial<OperatorField> = {}): OperatorField {
  const base = { required: false, default: null, doc: '', templated: false, is_open: true };
  return { name, kinds: ['text'], ...base, ...more };
}

interface FieldsProps extends FormProps {
  at: Path;
  given: Fields;
  fields: readonly OperatorField[];
}

function FieldList({ at, given, fields, problems, locked, actions }: FieldsProps): ReactNode {
  return fields.map((field) => (
    <FieldRow
      key={field.name}
      field={field}
      value={given[field.name]}
      problems={problems_at(problems, [...at, field.name])}
      disabled={locked}
      on_change={(value) => actions.set([...at, field.name], value)}
    />
  ));
}

/** A name that others may refer to: it is taken when it is whole, not letter by letter. */
function NameField({
  label,
  value,
  problems,
  disabled,
  on_take,
}: {
  label: string;
  value: string;
  problems: readonly Problem[];
  disabled: boolean;
  on_take: (value: string) => void;
}): ReactNode {
  const { t } = useTranslation();
  const id = useId();
  const [typed, set_typed] = useState(value);
  useEffect(() => set_typed(value), [value]);
  const take = (): void => {
    if (typed !== value) on_take(typed);
  };
  return (
    <div className="field" data-field={label}>
      <label htmlFor={id}>
        <code>{label}</code>
      </label>
      <input
        id={id}
        className="input"
        value={typed}
        disabled={disabled}
        aria-invalid={problems.length > 0}
        onChange={(event) => set_typed(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === 'Enter' && take()}
      />
      {problems.map((one, at) => (
        <span key={at} className="field-error" role="alert">
          {problem_text(t, one)}
        </span>
      ))}
    </div>
  );
}

/** What something runs after, as a list; the way to connect without a pointer. */
function AfterField(
  props: FormProps & { node: string; after: readonly string[]; at: Path },
): ReactNode {
  const { flow, node, after, at, problems, locked, actions } = props;
  const { t } = useTranslation();
  const id = useId();
  const node_of = (name: string): string =>
    flow.tasks.some((one) => one.id === name) ? name : group_node(name);
  const names = [...flow.tasks.map((task) => task.id), ...flow.groups.map((group) => group.id)];
  const free = names.filter(
    (name) =>
      name && !after.includes(name) && node_of(name) !== node && !makes_circle(flow, name, node),
  );
  return (
    <div className="field" data-field="dependencies">
      <label htmlFor={id}>{t('editor.after')}</label>
      {after.length > 0 && (
        <ul className="editor-after">
          {after.map((name) => (
            <li key={name}>
              <code>{name}</code>
              <IconButton
                icon={X}
                label={t('editor.not_after', { task: name })}
                disabled={locked}
                onClick={() => actions.disconnect(node_of(name), node)}
              />
            </li>
          ))}
        </ul>
      )}
      <select
        id={id}
        className="input"
        value=""
        disabled={locked || free.length === 0}
        onChange={(event) => actions.connect(node_of(event.target.value), node)}
      >
        <option value="">{t(free.length > 0 ? 'editor.add_after' : 'editor.nothing_more')}</option>
        {free.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {problems_at(problems, [...at, 'dependencies']).map((one, index) => (
        <span key={index} className="field-error" role="alert">
          {problem_text(t, one)}
        </span>
      ))}
    </div>
  );
}

function More({ label, children }: { label: string; children: ReactNode }): ReactNode {
  return (
    <details className="editor-more">
      <summary>{label}</summary>
      <div className="stack">{children}</div>
    </details>
  );
}

function TaskForm(props: FormProps & { task: FlowTask }): ReactNode {
  const { flow, catalogue, task, problems, locked, actions } = props;
  const { t } = useTranslation();
  const hint = useHint();
  const at: Path = ['tasks', task.at];
  const operator = catalogue.operators.find((one) => one.name === task.operator);
  const groups = flow.groups.map((group) => group.id);
  const used = catalogue.common.filter((field) => field.name in task.fields);
  const rest = catalogue.common.filter((field) => !(field.name in task.fields));
  const own_fields = { ...props, at, given: task.fields };
  return (
    <>
      {operator?.doc && <p className="faint">{hint(operator.doc)}</p>}
      <NameField
        label="task_id"
        value={typeof task.fields.task_id === 'string' ? task.fields.task_id : ''}
        problems={problems_at(problems, [...at, 'task_id'])}
        disabled={locked}
        on_take={(id) => actions.rename(task.key, id)}
      />
      <FieldRow
        field={plain_field('operator', {
          choices: catalogue.operators.map((one) => one.name),
          is_open: false,
        })}
        value={task.fields.operator}
        problems={problems_at(problems, [...at, 'operator'])}
        disabled={locked}
        on_change={(value) => actions.set([...at, 'operator'], value)}
      />
      <AfterField {...props} node={task.key} after={task.after} at={at} />
      {(groups.length > 0 || task.fields.task_group !== undefined) && (
        <FieldRow
          field={plain_field('task_group', { choices: groups, is_open: false })}
          value={task.fields.task_group}
          problems={problems_at(problems, [...at, 'task_group'])}
          disabled={locked}
          on_change={(value) => actions.move(task.key, typeof value === 'string' ? value : null)}
        />
      )}
      <div>
        <Button icon={Group} disabled={locked} onClick={() => actions.new_group(null)}>
          {t('editor.group_it')}
        </Button>
      </div>
      <FieldList {...own_fields} fields={[...(operator?.fields ?? []), ...used]} />
      <More label={t('editor.more')}>
        <FieldList {...own_fields} fields={rest} />
      </More>
      <Button
        icon={Trash2}
        kind="danger"
        disabled={locked}
        onClick={() => actions.remove(task.key)}
      >
        {t('editor.delete_task')}
      </Button>
    </>
  );
}

/** What is in a group, and the way to move tasks without a pointer. */
function InsideField(props: FormProps & { group: FlowGroup }): ReactNode {
  const { flow, group, locked, actions } = props;
  const { t } = useTranslation();
  const id = useId();
  const inside = flow.tasks.filter((task) => task.group === group.id);
  const others = flow.tasks.filter((task) => task.group !== group.id && task.id);
  return (
    <div className="field" data-field="inside">
      <label htmlFor={id}>{t('editor.inside')}</label>
      {inside.length > 0 && (
        <ul className="editor-after">
          {inside.map((task) => (
            <li key={task.key}>
              <code>{task.id || '–'}</code>
              <IconButton
                icon={X}
                label={t('editor.not_inside', { task: task.id })}
                disabled={locked}
                onClick={() => actions.move(task.key, group.parent)}
              />
            </li>
          ))}
        </ul>
      )}
      <select
        id={id}
        className="input"
        value=""
        disabled={locked || others.length === 0}
        onChange={(event) => actions.move(event.target.value, group.id)}
      >
        <option value="">{t('editor.add_inside')}</option>
        {others.map((task) => (
          <option key={task.key} value={task.key}>
            {task.id}
          </option>
        ))}
      </select>
    </div>
  );
}

function GroupForm(props: FormProps & { group: FlowGroup }): ReactNode {
  const { flow, group, problems, locked, actions } = props;
  const { t } = useTranslation();
  const at: Path = ['task_groups', group.at];
  // The text names the group around another one above it.
  const above = flow.groups.filter((one) => one.at < group.at).map((one) => one.id);
  const problems_of = (name: string): readonly Problem[] => problems_at(problems, [...at, name]);
  const list = { ...props, at, given: group.fields };
  return (
    <>
      <NameField
        label="group_id"
        value={typeof group.fields.group_id === 'string' ? group.fields.group_id : ''}
        problems={problems_of('group_id')}
        disabled={locked}
        on_take={(id) => actions.change_group(group.id, 'group_id', id)}
      />
      {(above.length > 0 || group.fields.parent_group !== undefined) && (
        <FieldRow
          field={plain_field('parent_group', { choices: above, is_open: false })}
          value={group.fields.parent_group}
          problems={problems_of('parent_group')}
          disabled={locked}
          on_change={(value) => actions.change_group(group.id, 'parent_group', value)}
        />
      )}
      <InsideField {...props} group={group} />
      <AfterField {...props} node={group_node(group.id)} after={group.after} at={at} />
      <FieldList {...list} fields={[plain_field('tooltip')]} />
      <More label={t('editor.more_group')}>
        <FieldRow
          field={plain_field('prefix_group_id', {
            kinds: ['boolean'],
            default: true,
            doc: t('editor.prefix_hint'),
          })}
          value={group.fields.prefix_group_id}
          problems={problems_of('prefix_group_id')}
          disabled={locked}
          on_change={(value) => actions.change_group(group.id, 'prefix_group_id', value)}
        />
        <FieldList
          {...list}
          fields={[
            plain_field('default_args', { kinds: ['map'], doc: t('editor.default_args_hint') }),
          ]}
        />
      </More>
      <div className="row editor-deletes">
        <Button
          icon={Trash2}
          kind="danger"
          disabled={locked}
          onClick={() => actions.remove(group_node(group.id))}
        >
          {t('editor.delete_group')}
        </Button>
        {tasks_in(flow, group.id).length > 0 && (
          <Button
            icon={Trash2}
            kind="danger"
            disabled={locked}
            onClick={() => actions.remove_all(group.id)}
          >
            {t('editor.delete_all')}
          </Button>
        )}
      </div>
    </>
  );
}

function DagForm(props: FormProps): ReactNode {
  const { flow, catalogue, problems, locked, actions } = props;
  const { t } = useTranslation();
  const fields = [
    ...catalogue.dag,
    plain_field('params', { kinds: ['map'], doc: t('editor.params_hint') }),
    plain_field('default_args', { kinds: ['map'], doc: t('editor.default_args_hint') }),
  ];
  const first = ['description', 'schedule', 'start_date', 'tags', 'params'];
  const is_shown = (field: OperatorField): boolean =>
    first.includes(field.name) || field.name in flow.fields;
  const list = { ...props, at: [], given: flow.fields };
  return (
    <>
      <NameField
        label="dag_id"
        value={flow.dag_id}
        problems={problems.filter((one) => one.path[0] === 'dag_id')}
        disabled={locked}
        on_take={(id) => actions.set(['dag_id'], id)}
      />
      <FieldList {...list} fields={fields.filter(is_shown)} />
      <More label={t('editor.more_dag')}>
        <FieldList {...list} fields={fields.filter((field) => !is_shown(field))} />
      </More>
    </>
  );
}

export function Form(props: FormProps): ReactNode {
  const { flow, selected } = props;
  const { t } = useTranslation();
  const task = flow.tasks.find((one) => one.key === selected);
  const group = group_of_node(flow, selected);
  const title = task ? task.id || '–' : group ? group.id : t('editor.dag');
  return (
    <section className="editor-form" aria-label={t('editor.form')}>
      <h2>{title}</h2>
      <div className="stack">
        {task ? (
          <TaskForm key={task.at} {...props} task={task} />
        ) : group ? (
          <GroupForm key={group.id} {...props} group={group} />
        ) : (
          <DagForm {...props} />
        )}
      </div>
    </section>
  );
}
