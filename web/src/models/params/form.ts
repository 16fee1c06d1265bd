// SPDX-License-Identifier: Apache-2.0
// The form that starts a run: one field for each param of the DAG, by the param's JSON Schema and
// Airflow's words beside it (title, section, examples, values_display, description_md, format).
// The server checks all of the schema; here stands what a person can be told while typing.
import { fields_of } from '@/models/params/params';

export type FieldKind =
  | 'text'
  | 'lines'
  | 'number'
  | 'switch'
  | 'choice'
  | 'choices'
  | 'date'
  | 'date-time'
  | 'time'
  | 'area'
  | 'json'
  | 'fixed';

export interface Choice {
  /** JSON text of the value: a key that tells 1 from "1". */
  key: string;
  label: string;
}

export interface ParamField {
  name: string;
  kind: FieldKind;
  title: string;
  description: string;
  section: string;
  /** The default; undefined when a run must give a value. */
  initial: unknown;
  nullable: boolean;
  /** Of numbers, and of the items of `lines`. */
  numeric: 'integer' | 'number' | null;
  choices: Choice[];
  /** Suggestions for a text. */
  examples: string[];
  schema: Record<string, unknown>;
}

/** What a control holds: text, a switch, or the keys of the marked choices. */
export type Typed = string | boolean | readonly string[];

export interface FieldError {
  code: 'required' | 'number' | 'integer' | 'json' | 'range' | 'length' | 'pattern' | 'time';
  low?: number | string;
  high?: number | string;
}

export type FieldValue = { value: unknown; error?: undefined } | { error: FieldError };

const text_of = (value: unknown): string => (typeof value === 'string' ? value : '');
const list_of = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const number_of = (value: unknown): number | null => (typeof value === 'number' ? value : null);

function type_of(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean' || typeof value === 'number') return typeof value;
  return typeof value === 'object' && value !== null ? 'object' : 'string';
}

function labelled(values: unknown[], labels: unknown): Choice[] {
  const words = fields_of(labels);
  return values.map((value) => ({
    key: JSON.stringify(value),
    label: text_of(words[String(value)]) || (value === null ? '—' : String(value)),
  }));
}

const STRING_KINDS: Record<string, FieldKind> = {
  date: 'date',
  'date-time': 'date-time',
  time: 'time',
  multiline: 'area',
};

interface Shape {
  kind: FieldKind;
  numeric?: 'integer' | 'number';
  choices?: Choice[];
}

function shape_of_list(schema: Record<string, unknown>, initial: unknown): Shape {
  const items = fields_of(schema.items);
  const offered = list_of(items.enum).length > 0 ? list_of(items.enum) : list_of(schema.examples);
  if (offered.length > 0) {
    return { kind: 'choices', choices: labelled(offered, schema.values_display) };
  }
  const type = text_of(items.type) || type_of(list_of(initial)[0] ?? '');
  if (type === 'integer' || type === 'number') return { kind: 'lines', numeric: type };
  return { kind: type === 'string' ? 'lines' : 'json' };
}

function shape_of(schema: Record<string, unknown>, types: string[], initial: unknown): Shape {
  if ('const' in schema) return { kind: 'fixed' };
  const [type] = types;
  if (list_of(schema.enum).length > 0) {
    return { kind: 'choice', choices: labelled(list_of(schema.enum), schema.values_display) };
  }
  if (types.length !== 1) return { kind: types.length === 0 ? 'text' : 'json' };
  if (type === 'boolean') return { kind: 'switch' };
  if (type === 'integer' || type === 'number') return { kind: 'number', numeric: type };
  if (type === 'array') return shape_of_list(schema, initial);
  if (type === 'object') return { kind: 'json' };
  return { kind: STRING_KINDS[text_of(schema.format)] ?? 'text' };
}

function field_of(name: string, param: unknown): ParamField {
  const { schema: given, description, value } = fields_of(param);
  const schema = fields_of(given);
  const named = typeof schema.type === 'string' ? [schema.type] : list_of(schema.type).map(String);
  const nullable = named.includes('null') || (named.length === 0 && value === null);
  let types = named.filter((type) => type !== 'null');
  if (types.length === 0 && value !== undefined && value !== null) types = [type_of(value)];
  let shape = shape_of(schema, types, value);
  if (shape.kind === 'switch' && nullable) {
    shape = { kind: 'choice', choices: labelled([true, false], schema.values_display) };
  }
  return {
    name,
    kind: shape.kind,
    title: text_of(schema.title) || name,
    description: text_of(description) || text_of(schema.description_md),
    section: text_of(schema.section),
    initial: 'const' in schema ? schema.const : value,
    nullable,
    numeric: shape.numeric ?? null,
    choices: shape.choices ?? [],
    examples: list_of(schema.examples).map(String),
    schema,
  };
}

/** The fields of the form, in the DAG's order, with those of a section together. */
export function param_fields(params: unknown): ParamField[] {
  const fields = Object.entries(fields_of(params)).map(([name, param]) => field_of(name, param));
  const sections = [...new Set(fields.map(({ section }) => section))];
  return sections.flatMap((section) => fields.filter((field) => field.section === section));
}

function local_time(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return '';
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

/** What the control shows for a value of the run. */
export function typed_of(field: ParamField, value: unknown): Typed {
  if (field.kind === 'switch') return value === true;
  if (field.kind === 'choices') return list_of(value).map((item) => JSON.stringify(item));
  if (value === undefined) return '';
  if (field.kind === 'choice') {
    return value === null && !list_of(field.schema.enum).includes(null)
      ? ''
      : JSON.stringify(value);
  }
  if (value === null) return '';
  if (field.kind === 'lines') return list_of(value).map(String).join('\n');
  if (field.kind === 'date-time') return local_time(String(value));
  if (field.kind === 'json') return JSON.stringify(value, null, 2);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function checked_number(field: ParamField, text: string): FieldValue {
  const value = Number(text);
  if (!Number.isFinite(value)) return { error: { code: 'number' } };
  if (field.numeric === 'integer' && !Number.isInteger(value))
    return { error: { code: 'integer' } };
  const { schema } = field;
  const [low, high] = [number_of(schema.minimum), number_of(schema.maximum)];
  if ((low !== null && value < low) || (high !== null && value > high)) {
    return { error: { code: 'range', low: low ?? '…', high: high ?? '…' } };
  }
  return { value };
}

/** A pattern that JavaScript cannot read is left to the server. */
function fits(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}

function checked_text(field: ParamField, text: string): FieldValue {
  const [low, high] = [number_of(field.schema.minLength), number_of(field.schema.maxLength)];
  const length = [...text].length;
  if ((low !== null && length < low) || (high !== null && length > high)) {
    return { error: { code: 'length', low: low ?? 0, high: high ?? '…' } };
  }
  const pattern = text_of(field.schema.pattern);
  return pattern && !fits(pattern, text) ? { error: { code: 'pattern' } } : { value: text };
}

function checked_lines(field: ParamField, text: string): FieldValue {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (field.numeric === null) return { value: lines };
  const numbers = lines.map(Number);
  if (numbers.some((number) => !Number.isFinite(number))) return { error: { code: 'number' } };
  const whole = field.numeric === 'integer' ? numbers.every(Number.isInteger) : true;
  return whole ? { value: numbers } : { error: { code: 'integer' } };
}

function checked_time(text: string): FieldValue {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? { error: { code: 'time' } } : { value: at.toISOString() };
}

function parsed(text: string): FieldValue {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { error: { code: 'json' } };
  }
}

/** An empty control: null where the schema takes it, "" where a text may be empty. */
function nothing(field: ParamField): FieldValue {
  if (field.nullable) return { value: null };
  if (field.kind === 'lines') return { value: [] };
  const is_text = field.kind === 'text' || field.kind === 'area';
  if (!is_text || field.initial === undefined) return { error: { code: 'required' } };
  return checked_text(field, '');
}

/** The value that a control stands for, or what is wrong with it. */
export function value_of(field: ParamField, typed: Typed): FieldValue {
  if (field.kind === 'fixed') return { value: field.initial };
  if (typeof typed === 'boolean') return { value: typed };
  if (typeof typed !== 'string') return { value: typed.map((key) => JSON.parse(key) as unknown) };
  if (typed.trim() === '') return nothing(field);
  switch (field.kind) {
    case 'number':
      return checked_number(field, typed);
    case 'lines':
      return checked_lines(field, typed);
    case 'choice':
    case 'json':
      return parsed(typed);
    case 'date-time':
      return checked_time(typed);
    default:
      return checked_text(field, typed);
  }
}
