// SPDX-License-Identifier: Apache-2.0
// The control of one param: a line, a switch, a choice, a day, as its schema says.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ParamField, Typed } from '@/models/params/form';
import { local_zone } from '@/ui/zone';

export interface ControlProps {
  id: string;
  field: ParamField;
  typed: Typed;
  invalid: boolean;
  on_change: (typed: Typed) => void;
}

const INPUT_TYPES: Partial<Record<ParamField['kind'], string>> = {
  date: 'date',
  'date-time': 'datetime-local',
  time: 'time',
};

/** Ids of what explains the control, for those who hear it. */
const told_by = (id: string): { 'aria-describedby': string } => ({
  'aria-describedby': `${id}-hint ${id}-error`,
});

function LineControl({ id, field, typed, invalid, on_change }: ControlProps): ReactNode {
  const list = field.examples.length > 0 ? `${id}-examples` : undefined;
  return (
    <>
      <input
        id={id}
        className="input"
        type={INPUT_TYPES[field.kind] ?? 'text'}
        inputMode={field.kind === 'number' ? 'decimal' : undefined}
        step={field.kind === 'date-time' || field.kind === 'time' ? 1 : undefined}
        list={list}
        autoComplete="off"
        readOnly={field.kind === 'fixed'}
        value={typeof typed === 'string' ? typed : ''}
        aria-invalid={invalid}
        {...told_by(id)}
        onChange={(event) => on_change(event.target.value)}
      />
      {list && (
        <datalist id={list}>
          {field.examples.map((example) => (
            <option key={example} value={example} />
          ))}
        </datalist>
      )}
    </>
  );
}

function AreaControl({ id, field, typed, invalid, on_change }: ControlProps): ReactNode {
  const text = typeof typed === 'string' ? typed : '';
  return (
    <textarea
      id={id}
      className="input"
      rows={Math.min(12, Math.max(field.kind === 'lines' ? 2 : 3, text.split('\n').length))}
      spellCheck={field.kind === 'area'}
      value={text}
      aria-invalid={invalid}
      {...told_by(id)}
      onChange={(event) => on_change(event.target.value)}
    />
  );
}

function ChoiceControl({ id, field, typed, invalid, on_change }: ControlProps): ReactNode {
  const { t } = useTranslation();
  const may_be_empty = field.nullable || typed === '';
  return (
    <select
      id={id}
      className="input"
      value={typeof typed === 'string' ? typed : ''}
      aria-invalid={invalid}
      {...told_by(id)}
      onChange={(event) => on_change(event.target.value)}
    >
      {may_be_empty && <option value="">{t('trigger.nothing')}</option>}
      {field.choices.map(({ key, label }) => (
        <option key={key} value={key}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** Several of what is offered. A value that is not on offer any more stays marked until taken away. */
export function ChoicesControl({ field, typed, on_change }: ControlProps): ReactNode {
  const marked = typeof typed === 'object' ? typed : [];
  const offered = new Set(field.choices.map(({ key }) => key));
  const others = marked.filter((key) => !offered.has(key)).map((key) => ({ key, label: key }));
  return (
    <>
      {[...field.choices, ...others].map(({ key, label }) => (
        <label className="row" key={key}>
          <input
            type="checkbox"
            checked={marked.includes(key)}
            onChange={(event) =>
              on_change(
                event.target.checked ? [...marked, key] : marked.filter((each) => each !== key),
              )
            }
          />
          {label}
        </label>
      ))}
    </>
  );
}

export function SwitchControl({ id, field, typed, on_change }: ControlProps): ReactNode {
  return (
    <label className="row" htmlFor={id}>
      <input
        id={id}
        type="checkbox"
        checked={typed === true}
        {...told_by(id)}
        onChange={(event) => on_change(event.target.checked)}
      />
      {field.title}
    </label>
  );
}

/** What is typed into, under a label of its own. */
export function InputControl(props: ControlProps): ReactNode {
  if (props.field.kind === 'choice') return <ChoiceControl {...props} />;
  const is_area = ['area', 'lines', 'json'].includes(props.field.kind);
  return is_area ? <AreaControl {...props} /> : <LineControl {...props} />;
}

/** How to write it, where the control alone does not say. */
export function useControlHint({ kind, numeric }: ParamField): string {
  const { t } = useTranslation();
  if (kind === 'lines') return t(numeric ? 'trigger.hint_numbers' : 'trigger.hint_lines');
  if (kind === 'json') return t('trigger.hint_json');
  return kind === 'date-time' ? t('trigger.hint_time', { zone: local_zone() }) : '';
}
