// SPDX-License-Identifier: Apache-2.0
// One argument in a form, as the catalogue describes it. A field that is left empty is not in the
// text; a value that does not fit is kept as it was typed, and said to be wrong.
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parse, stringify } from 'yaml';
import type { OperatorField } from '@/api/types.gen';
import { useHint } from '@/features/editor/hints';
import { problem_text } from '@/features/editor/words';
import { type Problem, kind_of } from '@/models/editor/check';

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)$/;
const NUMBERS = ['integer', 'number', 'duration'];

export interface FieldProps {
  field: OperatorField;
  value: unknown;
  problems: readonly Problem[];
  disabled: boolean;
  on_change: (value: unknown) => void;
}

interface InputProps extends FieldProps {
  id: string;
  described_by: string;
}

function default_text(field: OperatorField): string {
  const value = field.default;
  return value === null || value === undefined || value === '' ? '' : String(value);
}

/** What all inputs have. */
function common(props: InputProps): {
  id: string;
  className: string;
  disabled: boolean;
  'aria-invalid': boolean;
  'aria-describedby': string;
  'aria-required': boolean;
} {
  return {
    id: props.id,
    className: 'input',
    disabled: props.disabled,
    'aria-invalid': props.problems.length > 0,
    'aria-describedby': props.described_by,
    'aria-required': props.field.required,
  };
}

const said = (value: unknown): string =>
  value === undefined || value === null ? '' : String(value as string | number | boolean);

function LineInput(props: InputProps): ReactNode {
  const { field, value, on_change, id } = props;
  const is_number = field.kinds.some((kind) => NUMBERS.includes(kind));
  const list = field.choices && field.is_open ? `${id}-choices` : undefined;
  return (
    <>
      <input
        {...common(props)}
        list={list}
        inputMode={is_number ? 'decimal' : undefined}
        placeholder={default_text(field)}
        value={said(value)}
        onChange={(event) => {
          const text = event.target.value;
          if (text === '') on_change(undefined);
          else on_change(is_number && NUMBER.test(text.trim()) ? Number(text) : text);
        }}
      />
      {list && (
        <datalist id={list}>
          {field.choices?.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
    </>
  );
}

function PickInput(props: InputProps & { choices: readonly string[] }): ReactNode {
  const { field, value, choices, on_change } = props;
  const { t } = useTranslation();
  const is_boolean = !field.choices;
  const none = default_text(field);
  const known = value === undefined || value === null || choices.includes(said(value));
  return (
    <select
      {...common(props)}
      value={said(value)}
      onChange={(event) => {
        const text = event.target.value;
        if (text === '') on_change(undefined);
        else on_change(is_boolean ? text === 'true' : text);
      }}
    >
      <option value="">{none ? t('editor.default', { value: none }) : t('editor.unset')}</option>
      {!known && <option value={said(value)}>{said(value)}</option>}
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {choice}
        </option>
      ))}
    </select>
  );
}

const rows_for = (text: string): number => Math.min(14, Math.max(2, text.split('\n').length));

function AreaInput(props: InputProps): ReactNode {
  const text = said(props.value);
  return (
    <textarea
      {...common(props)}
      rows={rows_for(text)}
      spellCheck={false}
      placeholder={default_text(props.field)}
      value={text}
      onChange={(event) => props.on_change(event.target.value || undefined)}
    />
  );
}

/** What a list or map is written as in a small field: a line each, or YAML. */
function snippet_of(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') return stringify(value, { lineWidth: 0 }).replace(/\n$/, '');
  return said(value);
}

/** YAML in a small field; what cannot be read stays here until it can. */
function SnippetInput(props: InputProps): ReactNode {
  const { value, on_change } = props;
  const { t } = useTranslation();
  const [typed, set_typed] = useState<string | null>(null);
  const [error, set_error] = useState<string | null>(null);
  const text = typed ?? snippet_of(value);
  const take = (next: string): void => {
    set_typed(next);
    if (next.trim() === '') {
      set_error(null);
      return on_change(undefined);
    }
    try {
      on_change(parse(next, { version: '1.2' }));
      set_error(null);
    } catch (cause) {
      set_error(cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause));
    }
  };
  return (
    <>
      <textarea
        {...common(props)}
        aria-invalid={error !== null || props.problems.length > 0}
        rows={rows_for(text)}
        spellCheck={false}
        placeholder={t('editor.as_yaml')}
        value={text}
        onChange={(event) => take(event.target.value)}
        onBlur={() => error === null && set_typed(null)}
      />
      {error && (
        <span className="field-error" role="alert">
          {error}
        </span>
      )}
    </>
  );
}

/** Texts, one a line. */
function LinesInput(props: InputProps): ReactNode {
  const { value, on_change } = props;
  const { t } = useTranslation();
  const [typed, set_typed] = useState<string | null>(null);
  const text = typed ?? (Array.isArray(value) ? value.join('\n') : '');
  return (
    <textarea
      {...common(props)}
      rows={rows_for(text)}
      spellCheck={false}
      placeholder={t('editor.one_a_line')}
      value={text}
      onChange={(event) => {
        set_typed(event.target.value);
        const lines = event.target.value.split('\n').filter((line) => line.trim() !== '');
        on_change(lines.length > 0 ? lines : undefined);
      }}
      onBlur={() => set_typed(null)}
    />
  );
}

function Input(props: InputProps): ReactNode {
  const { field, value } = props;
  const kind = kind_of(field, value);
  if (kind === 'list') {
    const is_plain = !Array.isArray(value) || value.every((one) => typeof one === 'string');
    return is_plain ? <LinesInput {...props} /> : <SnippetInput {...props} />;
  }
  if (kind === 'map' || kind === 'any') return <SnippetInput {...props} />;
  if (kind === 'boolean') return <PickInput {...props} choices={['true', 'false']} />;
  if (field.choices && !field.is_open) return <PickInput {...props} choices={field.choices} />;
  const has_lines = typeof value === 'string' && value.includes('\n');
  if (kind === 'long_text' || has_lines) return <AreaInput {...props} />;
  return <LineInput {...props} />;
}

export function FieldRow(props: FieldProps): ReactNode {
  const { field, problems } = props;
  const { t } = useTranslation();
  const id = useId();
  const hint = `${id}-hint`;
  const hint_of = useHint();
  return (
    <div className="field" data-field={field.name}>
      <label htmlFor={id}>
        <code>{field.name}</code>
        {field.required && <span className="field-needed"> {t('editor.needed')}</span>}
      </label>
      <Input {...props} id={id} described_by={hint} />
      <span id={hint} className="field-notes">
        {problems.map((one, at) => (
          <span key={at} className="field-error" role="alert">
            {problem_text(t, one)}
          </span>
        ))}
        {field.doc && <span className="field-hint">{hint_of(field.doc)}</span>}
        {field.templated && (
          <span className="field-hint">{t('editor.templated', { open: '{{', close: '}}' })}</span>
        )}
      </span>
    </div>
  );
}
