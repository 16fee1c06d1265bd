// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type ParamField, param_fields, typed_of, value_of } from './form';

function field(schema: object, value?: unknown): ParamField {
  const param = value === undefined ? { schema } : { schema, value };
  const [only] = param_fields({ x: param });
  if (!only) throw new Error('a field');
  return only;
}

const code = (one: ParamField, typed: string) => value_of(one, typed).error?.code;

describe('a field of the form', () => {
  it.each([
    [{ type: 'string' }, 'a', 'text'],
    [{ type: 'string', format: 'multiline' }, 'a', 'area'],
    [{ type: 'string', format: 'date' }, '2026-01-01', 'date'],
    [{ type: 'string', format: 'date-time' }, '2026-01-01T00:00:00Z', 'date-time'],
    [{ type: 'string', format: 'time' }, '10:00', 'time'],
    [{ type: 'integer' }, 5, 'number'],
    [{ type: ['null', 'number'] }, null, 'number'],
    [{ type: 'boolean' }, true, 'switch'],
    [{ type: ['boolean', 'null'] }, null, 'choice'],
    [{ enum: ['a', 2] }, 'a', 'choice'],
    [{ type: 'array' }, ['a'], 'lines'],
    [{ type: 'array', items: { type: 'object' } }, [], 'json'],
    [{ type: 'array', examples: ['a', 'b'] }, ['a'], 'choices'],
    [{ type: 'object' }, {}, 'json'],
    [{ type: ['string', 'integer'] }, 'a', 'json'],
    [{ const: 3 }, 3, 'fixed'],
    [{}, 'a', 'text'],
    [{}, 2.5, 'number'],
    [{}, false, 'switch'],
    [{}, [1], 'lines'],
    [{}, { a: 1 }, 'json'],
    [{}, undefined, 'text'],
    ['no schema at all', 'a', 'text'],
  ])('of %j with the default %j is a %s', (schema, value, kind) => {
    expect(field(schema as object, value).kind).toBe(kind);
  });

  it.each([
    [{ type: 'string' }, 'a b'],
    [{ type: 'string' }, ''],
    [{ type: ['null', 'string'] }, null],
    [{ type: 'integer' }, -3],
    [{ type: 'boolean' }, false],
    [{ type: ['boolean', 'null'] }, null],
    [{ type: ['boolean', 'null'] }, true],
    [{ enum: ['1', 1, null] }, 1],
    [{ enum: ['1', 1, null] }, '1'],
    [{ enum: ['1', 1, null] }, null],
    [{ type: 'array' }, ['a', 'b c']],
    [{ type: 'array', items: { type: 'integer' } }, [3, 4]],
    [{ type: 'array', examples: ['a', 'b'] }, ['b']],
    [{ type: 'object' }, { a: [1, null] }],
    [{ type: 'string', format: 'date-time' }, '2026-03-01T10:20:30.000Z'],
  ])('of %j shows %j and gives the same back', (schema, value) => {
    const one = field(schema, value);
    expect(value_of(one, typed_of(one, value))).toEqual({ value });
  });

  it('without a default must be filled', () => {
    expect(code(field({ type: 'string' }), '')).toBe('required');
    expect(code(field({ type: 'integer' }), ' ')).toBe('required');
    expect(value_of(field({ type: ['string', 'null'] }), '')).toEqual({ value: null });
  });
  it('says what is wrong with what is typed', () => {
    const small = field({ type: 'integer', minimum: 1, maximum: 9 }, 5);
    expect(code(small, 'x')).toBe('number');
    expect(code(small, '1.5')).toBe('integer');
    expect(value_of(small, '10')).toEqual({ error: { code: 'range', low: 1, high: 9 } });
    expect(code(field({ type: 'string', minLength: 2 }, 'ab'), 'a')).toBe('length');
    expect(code(field({ type: 'string', pattern: '^a+$' }, 'a'), 'b')).toBe('pattern');
    expect(code(field({ type: 'object' }, {}), '{')).toBe('json');
    expect(code(field({ type: 'array', items: { type: 'integer' } }, [1]), '1\nx')).toBe('number');
  });
  it('leaves a pattern that JavaScript cannot read to the server', () => {
    expect(code(field({ type: 'string', pattern: '(?P<x>a)' }, 'a'), 'b')).toBeUndefined();
  });
  it('counts letters, not their halves', () => {
    expect(code(field({ type: 'string', maxLength: 1 }, ''), '😀')).toBeUndefined();
  });
});

describe('the form', () => {
  it('keeps the order of the DAG and puts a section together', () => {
    const names = param_fields({
      a: { schema: { section: 'one' } },
      b: { schema: {} },
      c: { schema: { section: 'one', title: 'See' }, description: 'why' },
    });
    expect(names.map(({ name }) => name)).toEqual(['a', 'c', 'b']);
    expect(names[1]).toMatchObject({ title: 'See', description: 'why' });
  });
  it('calls choices as values_display does', () => {
    const one = field({ enum: [1, 2], values_display: { 1: 'one' } }, 1);
    expect(one.choices).toEqual([
      { key: '1', label: 'one' },
      { key: '2', label: '2' },
    ]);
  });
});
