// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CAUSES } from '@/i18n/causes';
import { cause_text } from '@/models/cause';

const words: Record<string, string> = { failed: '실패', success: '성공' };
const ko = (text: string): string => cause_text(text, 'ko', (state) => words[state] ?? state);

it('says why in Korean, with what the text holds', () => {
  expect(ko("task 'a b' ended as failed")).toBe("태스크 'a b': 실패 상태로 끝났습니다");
  expect(ko('marked success by ann')).toBe('ann 님이 성공 상태로 표시했습니다');
  expect(ko('worker lost: exit code 3 (try 1 of 2)')).toBe(
    '워커를 잃었습니다: 종료 코드 3 (2회 중 1번째 시도)',
  );
  expect(ko("an empty task needs no worker; upstream 'x' was skipped (rule all_success)")).toBe(
    "빈 태스크여서 워커가 필요 없습니다. 선행 태스크 'x' 건너뜀 (규칙 all_success)",
  );
});

it('leaves alone what is not known, and every text in English', () => {
  expect(ko('ValueError: no such file\nsecond line')).toBe('ValueError: no such file\nsecond line');
  expect(ko('ValueError: x (try 1 of 2)')).toBe('ValueError: x (2회 중 1번째 시도)');
  expect(cause_text('triggered by ann', 'en', String)).toBe('triggered by ann');
});

it('ends with texts that could hold themselves for ever', () => {
  const deep = 'worker lost: '.repeat(5000);
  expect(ko(deep).startsWith('워커를 잃었습니다: ')).toBe(true);
});

it('reads each of its own texts back, whichever comes first', () => {
  for (const [en, said] of CAUSES) {
    const fill = (text: string): string =>
      text.replace(/\{\{(\w+)\}\}/g, (_, name: string) =>
        name === 'state' ? 'failed' : `<${name}>`,
      );
    expect(ko(fill(en)), en).toBe(
      fill(said).replace('failed', said.includes('{{state}}') ? '실패' : 'failed'),
    );
  }
});

const SOURCES = join(process.cwd(), '../src');

/** Source code of what writes causes, as one text. */
function sources(): string {
  const folders = ['sched', 'sched/detail', 'supervise/detail', 'conductor', 'os'];
  const more = ['executor/kubernetes'];
  return [...folders, ...more]
    .map((folder) => join(SOURCES, folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.cpp') && !path.endsWith('_test.cpp'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

it('knows only what the server says', () => {
  const text = sources();
  for (const [en] of CAUSES) {
    // "marked " + state + " by ": each piece between its holes stands in the code.
    const pieces = en.split(/\{\{\w+\}\}/).map((one) => one.replace(/ by $/, '').trim());
    for (const piece of pieces.filter((one) => one.length > 2)) {
      expect(text.includes(piece), `"${piece}" of "${en}"`).toBe(true);
    }
  }
});
