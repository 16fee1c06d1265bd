// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { changed_conf, default_conf, described_params } from './params';

const PARAMS = {
  who: { value: 'world', schema: {}, description: 'Whom to greet' },
  days: { value: [1, 2], schema: {}, description: null },
  empty: { schema: {} },
};

describe('the params of a DAG', () => {
  it('give the values of a run for which nothing is given', () => {
    expect(default_conf(PARAMS)).toEqual({ who: 'world', days: [1, 2], empty: null });
    expect(default_conf(undefined)).toEqual({});
  });
  it('are sent only where they differ from the default', () => {
    const defaults = default_conf(PARAMS);
    expect(changed_conf({ who: 'edge', days: [1, 2], more: 3 }, defaults)).toEqual({
      who: 'edge',
      more: 3,
    });
    expect(changed_conf({ days: [2, 1] }, defaults)).toEqual({ days: [2, 1] });
    expect(changed_conf(defaults, defaults)).toEqual({});
  });
  it('are explained where the author did so', () => {
    expect(described_params(PARAMS)).toEqual([{ name: 'who', description: 'Whom to greet' }]);
  });
});
