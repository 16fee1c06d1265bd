// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { ROUTES, TASK_STATES } from '@/api/types.gen';
import { en } from '@/i18n/en';
import { ko } from '@/i18n/ko';

type Texts = { [key: string]: string | Texts };

function flat(texts: Texts, prefix = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[prefix + key, value] as [string, string]]
      : flat(value, `${prefix}${key}.`),
  );
}

const blanks = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1] ?? '').sort();

describe('the translations', () => {
  const english = new Map(flat(en));
  const korean = new Map(flat(ko));

  it('have the same keys', () => {
    expect([...korean.keys()].sort()).toEqual([...english.keys()].sort());
  });
  it('have the same blanks to fill in', () => {
    for (const [key, text] of english) {
      // "1 character" may name the number or not.
      if (key.endsWith('_one')) continue;
      expect(blanks(korean.get(key) ?? ''), key).toEqual(blanks(text));
    }
  });
  it('have a word for each route that changes something: the audit log names it', () => {
    for (const [name, route] of Object.entries(ROUTES)) {
      if (route.method !== 'GET') expect(english.has(`audit.action.${name}`), name).toBe(true);
    }
  });
  it('have no empty text and no particle in brackets', () => {
    for (const [key, text] of korean) {
      expect(text.trim(), key).not.toBe('');
      expect(text, key).not.toMatch(/\((를|가|는|으로|와)\)/);
    }
  });
  it('name the parts that a server may have only by its options', () => {
    for (const part of ['worker listener', 'sign-in provider']) {
      expect(korean.get(`component.${part}`), part).toMatch(/[가-힣]/);
    }
  });
  it('have a word for each state', () => {
    for (const state of TASK_STATES) expect(english.has(`state.${state}`)).toBe(true);
  });
});
