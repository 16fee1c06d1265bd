// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import {
  ChoicesControl,
  InputControl,
  SwitchControl,
  useControlHint,
} from '@/features/workflows/trigger/param-control';
import { type FieldError, type ParamField, type Typed, value_of } from '@/models/params/form';

function useErrorText(): (error: FieldError) => string {
  const { t } = useTranslation();
  return ({ code, low, high }) => t(`trigger.error_${code}`, { low, high });
}

interface ParamRowProps {
  field: ParamField;
  typed: Typed;
  on_change: (typed: Typed) => void;
}

function ParamRow({ field, typed, on_change }: ParamRowProps): ReactNode {
  const id = `param-${field.name}`;
  const { error } = value_of(field, typed);
  const error_text = useErrorText();
  const how = useControlHint(field);
  const hint = [field.description, how].filter(Boolean).join(' · ');
  const control = { id, field, typed, invalid: Boolean(error), on_change };
  const told = (
    <>
      {hint && (
        <span className="field-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error && (
        <span className="field-error" id={`${id}-error`} role="alert">
          {error_text(error)}
        </span>
      )}
    </>
  );
  if (field.kind === 'choices') {
    return (
      <fieldset className="field param-choices" data-param={field.name}>
        <legend>{field.title}</legend>
        <ChoicesControl {...control} />
        {told}
      </fieldset>
    );
  }
  return (
    <div className="field" data-param={field.name}>
      {field.kind === 'switch' ? (
        <SwitchControl {...control} />
      ) : (
        <>
          <label htmlFor={id}>{field.title}</label>
          <InputControl {...control} />
        </>
      )}
      {told}
    </div>
  );
}

export interface ParamsFormProps {
  fields: ParamField[];
  typed_for: (field: ParamField) => Typed;
  on_change: (name: string, typed: Typed) => void;
}

/** One field for each param; those of a section under its name. */
export function ParamsForm({ fields, typed_for, on_change }: ParamsFormProps): ReactNode {
  const sections = [...new Set(fields.map(({ section }) => section))];
  return sections.map((section) => (
    <section className="stack" key={section}>
      {section && <h3>{section}</h3>}
      {fields
        .filter((field) => field.section === section)
        .map((field) => (
          <ParamRow
            key={field.name}
            field={field}
            typed={typed_for(field)}
            on_change={(typed) => on_change(field.name, typed)}
          />
        ))}
    </section>
  ));
}
