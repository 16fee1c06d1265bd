// SPDX-License-Identifier: Apache-2.0
// What a person gives a run, as a form and as JSON: one can be turned into the other at any time.
import { useMemo, useState } from 'react';
import {
  type ParamField,
  type Typed,
  param_fields,
  typed_of,
  value_of,
} from '@/models/params/form';
import { type Fields, changed_conf, default_conf, fields_of } from '@/models/params/params';

/** More fields than this are no form that a person fills in. */
const FORM_FIELDS_MAX = 200;

export interface Conf {
  fields: ParamField[];
  as_json: boolean;
  /** The text of the JSON side. */
  text: string;
  set_text: (text: string) => void;
  typed_for: (field: ParamField) => Typed;
  set_typed: (name: string, typed: Typed) => void;
  /** What the run gets beside the DAG's defaults; null while something is wrong. */
  conf: Fields | null;
  /** Of the JSON side: the parser's words, or `object`. */
  json_error: string;
  /** Turns the form into JSON or back; does nothing while something is wrong. */
  turn: () => void;
}

function parsed_object(text: string): { value: Fields | null; error: string } {
  if (!text.trim()) return { value: {}, error: '' };
  try {
    const value = JSON.parse(text) as unknown;
    const is_object = typeof value === 'object' && value !== null && !Array.isArray(value);
    return is_object ? { value: fields_of(value), error: '' } : { value: null, error: 'object' };
  } catch (error) {
    return { value: null, error: error instanceof Error ? error.message : 'JSON' };
  }
}

function values_of(fields: ParamField[], typed_for: (field: ParamField) => Typed): Fields | null {
  const values: Fields = {};
  for (const field of fields) {
    const read = value_of(field, typed_for(field));
    if (read.error) return null;
    values[field.name] = read.value;
  }
  return values;
}

/** `params` as the DAG's graph gives them; undefined while they are on their way. */
export function useConf(params: unknown): Conf {
  const fields = useMemo(() => param_fields(params), [params]);
  const defaults = useMemo(() => default_conf(params), [params]);
  const is_form = fields.length > 0 && fields.length <= FORM_FIELDS_MAX;
  const [turned, set_turned] = useState(false);
  const [typed, set_typed] = useState<Record<string, Typed>>({});
  const [extra, set_extra] = useState<Fields>({});
  const [written, set_text] = useState<string | null>(null);

  const typed_for = (field: ParamField): Typed =>
    typed[field.name] ?? typed_of(field, field.initial);
  const as_json = turned || !is_form;
  const text = written ?? JSON.stringify(defaults, null, 2);
  const json = parsed_object(text);
  const of_form = as_json ? null : values_of(fields, typed_for);
  const all = as_json ? json.value : of_form && { ...extra, ...of_form };

  const turn = (): void => {
    if (!all) return;
    if (as_json) {
      const named = new Set(fields.map(({ name }) => name));
      const given = fields.filter(({ name }) => name in all);
      set_typed(
        Object.fromEntries(given.map((field) => [field.name, typed_of(field, all[field.name])])),
      );
      set_extra(Object.fromEntries(Object.entries(all).filter(([name]) => !named.has(name))));
    } else {
      set_text(JSON.stringify(all, null, 2));
    }
    set_turned(!turned);
  };
  return {
    fields: is_form ? fields : [],
    as_json,
    text,
    set_text,
    typed_for,
    set_typed: (name, value) => set_typed({ ...typed, [name]: value }),
    conf: all && changed_conf(all, defaults),
    json_error: json.error,
    turn,
  };
}
