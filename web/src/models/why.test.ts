// SPDX-License-Identifier: Apache-2.0
import i18next from 'i18next';
import { beforeEach, describe, expect, it } from 'vitest';
import { start_i18n } from '@/i18n';
import { why_dag, why_run, why_task } from '@/models/why';

const FULL = {
  code: 'pool_full',
  params: { pool: 'gpu', limit: '2', needed: '1' },
  text: "waiting: pool 'gpu' is full (2 slots)",
};

describe('an explanation', () => {
  beforeEach(async () => {
    if (!i18next.isInitialized) start_i18n();
    await i18next.changeLanguage('ko');
  });
  it('is said in the viewer’s language', () => {
    expect(why_task(i18next.t, FULL, 'ko')).toBe(
      '대기 중: 풀 gpu의 슬롯 2개가 모두 쓰이고 있습니다.',
    );
    const run = { code: 'max_active_runs', params: { limit: '1', running: '1' }, text: 'x' };
    expect(why_run(i18next.t, run, 'ko')).toContain('1개까지 허용합니다');
    expect(why_dag(i18next.t, { code: 'no_schedule', params: {}, text: 'x' }, 'ko')).toContain(
      '일정',
    );
  });
  it('keeps the words of a cluster that is away', () => {
    const away = {
      code: 'place_unserved',
      params: { place: "executor 'kubernetes'", reason: 'Connection refused' },
      text: 'x',
    };
    expect(why_task(i18next.t, away, 'ko')).toContain('Connection refused');
    const nobody = { ...away, params: { place: "queue 'gpu'", reason: '' } };
    expect(why_task(i18next.t, nobody, 'ko')).not.toContain('(');
  });
  it('that has no words there stays as it was written', () => {
    expect(why_task(i18next.t, { ...FULL, code: 'state' }, 'ko')).toBe(FULL.text);
    expect(why_task(i18next.t, { ...FULL, code: 'new_code' }, 'ko')).toBe(FULL.text);
    const nobody = { code: 'rule_open', params: { tasks: '' }, text: 'waiting' };
    expect(why_task(i18next.t, nobody, 'ko')).toBe('waiting');
  });
});
