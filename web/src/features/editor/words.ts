// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from 'i18next';
import type { Problem } from '@/models/editor/check';

const KINDS = [
  'text',
  'long_text',
  'moment',
  'time',
  'boolean',
  'integer',
  'number',
  'duration',
  'list',
  'map',
  'any',
] as const;

/** A problem in the reader's language; what only the server knows is in its words. */
export function problem_text(t: TFunction, problem: Problem): string {
  if (problem.code === null) return problem.message;
  let what = problem.message;
  if (problem.code === 'kind') {
    const kinds = problem.message.split(',');
    what = KINDS.filter((kind) => kinds.includes(kind))
      .map((kind) => t(`editor.kind.${kind}`))
      .join(', ');
  }
  return t(`editor.problem.${problem.code}`, { what });
}
