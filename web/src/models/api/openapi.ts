// SPDX-License-Identifier: Apache-2.0
// The server's description of its API, as the page about it needs it.

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  anyOf?: Schema[];
  required?: string[];
  description?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  default?: unknown;
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  required: boolean;
  schema: Schema;
}

interface Content {
  content?: Record<string, { schema: Schema }>;
  description?: string;
}

export interface Described {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  'x-permission': string;
  'x-task-token': boolean;
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content & { $ref?: string }>;
}

export interface OpenApi {
  info: { description: string };
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema>; parameters: Record<string, Parameter> };
}

export interface Operation {
  method: string;
  path: string;
  what: Described;
  parameters: Parameter[];
}

/** All operations under their noun, both in the order of the document. */
export function operations_by_tag(api: OpenApi): [tag: string, operations: Operation[]][] {
  const groups = new Map<string, Operation[]>();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, what] of Object.entries(methods)) {
      const parameters = (what.parameters ?? []).map((one) => parameter_of(api, one));
      const operation = { method: method.toUpperCase(), path, what, parameters };
      const tag = what.tags[0] ?? '';
      groups.set(tag, [...(groups.get(tag) ?? []), operation]);
    }
  }
  return [...groups.entries()];
}

function parameter_of(api: OpenApi, one: Parameter): Parameter {
  const name = one.$ref?.split('/').at(-1);
  return (name ? api.components.parameters[name] : undefined) ?? one;
}

/** Whether all words occur in the operation's name, address or summary. */
export function fits(operation: Operation, words: string): boolean {
  const { method, path, what } = operation;
  const text = `${method} ${path} ${what.operationId} ${what.summary}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Reads only, answers with JSON, and ends: may be tried on the spot. */
export function can_try(operation: Operation): boolean {
  const answer = operation.what.responses['200']?.content ?? {};
  return operation.method === 'GET' && 'application/json' in answer;
}

/** The address with the values filled in; what is not given stays as {name}. */
export function address_of(operation: Operation, values: Record<string, string>): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (braces, name: string) =>
    values[name] ? encodeURIComponent(values[name]) : braces,
  );
  const query = new URLSearchParams();
  for (const one of operation.parameters) {
    const value = values[one.name];
    if (one.in === 'query' && value) query.set(one.name, value);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

const DEPTH_MAX = 4;

/** A value of that shape, to show what a body looks like. */
export function example_of(api: OpenApi, schema: Schema | undefined, depth = 0): unknown {
  if (!schema || depth > DEPTH_MAX) return '…';
  const name = schema.$ref?.split('/').at(-1);
  if (name) return example_of(api, api.components.schemas[name], depth);
  if (schema.anyOf) return example_of(api, schema.anyOf[0], depth);
  if (schema.enum) return schema.enum.join(' | ');
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'array') return [example_of(api, schema.items, depth + 1)];
  if (type === 'object') {
    const fields = Object.entries(schema.properties ?? {});
    return Object.fromEntries(
      fields.map(([key, field]) => [
        schema.required?.includes(key) ? key : `${key}?`,
        example_of(api, field, depth + 1),
      ]),
    );
  }
  return schema.format === 'date-time' ? 'time' : (type ?? 'any');
}

/** What a person may put there, in short. */
export function limits_of(schema: Schema): string {
  if (schema.enum) return schema.enum.join(' | ');
  if (schema.type === 'array') return `${type_of(schema.items ?? {})} …`;
  const is_bounded = schema.maximum !== undefined && schema.maximum <= Number.MAX_SAFE_INTEGER;
  const range = is_bounded ? ` ${schema.minimum ?? ''}–${schema.maximum}` : '';
  const otherwise = schema.default === undefined ? '' : ` = ${String(schema.default)}`;
  return type_of(schema) + range + otherwise;
}

function type_of(schema: Schema): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? '';
  if (schema.format === 'date-time') return 'time';
  return String(schema.type ?? 'any');
}

/** A line for the shell. */
export function curl_of(operation: Operation, origin: string, address: string): string {
  const words = ['curl'];
  if (operation.method !== 'GET') words.push(`-X ${operation.method}`);
  if (operation.what['x-permission'] !== 'public') words.push('-H "Authorization: Bearer $TOKEN"');
  if (operation.what.requestBody?.content?.['application/json']) {
    words.push("-H 'Content-Type: application/json' -d @body.json");
  }
  // In single quotes nothing means anything to the shell; a quote itself is escaped in addresses.
  return `${words.join(' ')} '${origin}${address.replaceAll("'", '%27')}'`;
}
