// SPDX-License-Identifier: Apache-2.0
import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DagRun, StreamEvent } from '@/api/types.gen';
import { keys } from '@/queries/keys';
import { KEPT_MAX, type LateAnswers, follow_answers } from '@/queries/late-answers';

const RUN: DagRun = {
  dag_id: 'd',
  dag_run_id: 'r',
  state: 'running',
  run_type: 'manual',
  conf: {},
  note: '',
  dag_version: 1,
  cause: '',
  deadlines_missed: 0,
};

let client: QueryClient;
let answers: LateAnswers;
beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  answers = follow_answers(client);
});
afterEach(() => answers.stop());

const pushed = (state: string): StreamEvent => ({
  id: 1,
  kind: 'dag_run',
  at: '',
  data: { ...RUN, state },
});

/** A question whose answer comes when `answer` is called. */
function ask(): { answer: (runs: DagRun[]) => void; done: Promise<unknown> } {
  let answer: (runs: DagRun[]) => void = () => undefined;
  const done = client.fetchQuery({
    queryKey: keys.runs('d'),
    queryFn: () => new Promise<DagRun[]>((resolve) => (answer = resolve)),
    staleTime: 0,
  });
  return { answer: (runs) => answer(runs), done };
}

const states = (): string[] | undefined =>
  client.getQueryData<DagRun[]>(keys.runs('d'))?.map((run) => run.state);

describe('an answer that the server read before a pushed change', () => {
  it('is brought up to date when it is the first one', async () => {
    const { answer, done } = ask();
    answers.push([pushed('success')]);
    answer([RUN]);
    await done;
    expect(states()).toEqual(['success']);
  });
  it('does not take a state back when it is read again', async () => {
    client.setQueryData(keys.runs('d'), [RUN]);
    const { answer, done } = ask();
    answers.push([pushed('success')]);
    expect(states()).toEqual(['success']);
    answer([RUN]);
    await done;
    expect(states()).toEqual(['success']);
  });
  it('gets only what came after the question', async () => {
    answers.push([pushed('success')]);
    const { answer, done } = ask();
    answer([RUN]);
    await done;
    expect(states()).toEqual(['running']);
  });
  it('is brought up to date when it was asked before anybody listened', async () => {
    answers.stop();
    const { answer, done } = ask();
    answers = follow_answers(client);
    answers.push([pushed('success')]);
    answer([RUN]);
    await done;
    expect(states()).toEqual(['success']);
  });
  it('is asked for again when changes were missed meanwhile', async () => {
    const { answer, done } = ask();
    answers.missed_some();
    answer([RUN]);
    await done;
    expect(client.getQueryState(keys.runs('d'))?.isInvalidated).toBe(true);
  });
  it('is asked for again when too much was pushed to keep', async () => {
    const { answer, done } = ask();
    answers.push(Array.from({ length: KEPT_MAX + 1 }, () => pushed('success')));
    answer([RUN]);
    await done;
    expect(client.getQueryState(keys.runs('d'))?.isInvalidated).toBe(true);
  });
});
