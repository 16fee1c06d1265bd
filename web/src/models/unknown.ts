// SPDX-License-Identifier: Apache-2.0
// Readers for JSON whose shape the schema leaves open (conf, report bodies, measured values).
// They never throw: what is missing or of the wrong type reads as null or empty.

export type Fields = Record<string, unknown>;

export function as_fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

export function as_list(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

export function as_number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function as_text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function as_numbers(value: unknown): number[] {
  return as_list(value).filter((v): v is number => typeof v === 'number' && Number.isFinite(v));
}

/** [x, y] from a two-number list or an object with x and y. */
function as_point(value: unknown): [number, number] | null {
  const pair = as_numbers(value);
  if (pair.length >= 2) return [pair[0] as number, pair[1] as number];
  const { x, y } = as_fields(value);
  const px = as_number(x);
  const py = as_number(y);
  return px !== null && py !== null ? [px, py] : null;
}

export function as_points(value: unknown): [number, number][] {
  return as_list(value)
    .map(as_point)
    .filter((p): p is [number, number] => p !== null);
}
