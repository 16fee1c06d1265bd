// SPDX-License-Identifier: Apache-2.0
// A DAG's params as its graph gives them: name -> {value, schema, description}.

export type Fields = Record<string, unknown>;

/** An object's fields; none of what is no object. */
export function fields_of(value: unknown): Fields {
  const is_object = typeof value === 'object' && value !== null && !Array.isArray(value);
  return is_object ? (value as Fields) : {};
}

/** The values that a run has when nothing is given. */
export function default_conf(params: unknown): Fields {
  return Object.fromEntries(
    Object.entries(fields_of(params)).map(([name, param]) => [
      name,
      fields_of(param).value ?? null,
    ]),
  );
}

/** What a person changed or added: the rest stays the DAG's own. */
export function changed_conf(conf: unknown, defaults: Fields): Fields {
  const same = (name: string, value: unknown): boolean =>
    name in defaults && JSON.stringify(defaults[name]) === JSON.stringify(value);
  return Object.fromEntries(
    Object.entries(fields_of(conf)).filter(([name, value]) => !same(name, value)),
  );
}

/** Params that say what they are for, in the DAG's order. */
export function described_params(params: unknown): { name: string; description: string }[] {
  return Object.entries(fields_of(params)).flatMap(([name, param]) => {
    const { description } = fields_of(param);
    return typeof description === 'string' && description ? [{ name, description }] : [];
  });
}
