// SPDX-License-Identifier: Apache-2.0
// What the views of a DAG ask for beside its runs.
import { type UseQueryResult, keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ListAnswer, call, call_list } from '@/api/client';
import type {
  Calendar,
  CalendarDay,
  DagDetails,
  DagRun,
  DagVersionInfo,
  DurationPoint,
} from '@/api/types.gen';
import { year_range } from '@/models/views/calendar';
import { keys } from '@/queries/keys';

export function useDagDetails(dag_id: string): UseQueryResult<DagDetails> {
  return useQuery({
    queryKey: keys.details(dag_id),
    queryFn: ({ signal }) => call<DagDetails>('get_dag_details', { path: { dag_id }, signal }),
  });
}

const VERSIONS_MAX = 100;

/** Newest first, the newest hundred. */
export function useDagVersions(dag_id: string): UseQueryResult<ListAnswer<DagVersionInfo>> {
  return useQuery({
    queryKey: keys.versions(dag_id),
    queryFn: ({ signal }) =>
      call<ListAnswer<DagVersionInfo>>('list_dag_versions', {
        path: { dag_id },
        query: { limit: VERSIONS_MAX },
        signal,
      }),
  });
}

export interface DurationsOf {
  dag_id: string;
  /** null: of the runs. */
  task_id: string | null;
  /** How many runs. */
  last: number;
}

/** Oldest first. */
export function useDurations(of: DurationsOf): UseQueryResult<DurationPoint[]> {
  const { dag_id, task_id, last } = of;
  return useQuery({
    queryKey: keys.durations(dag_id, task_id ?? '', last),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      call_list<DurationPoint>('list_durations', {
        path: { dag_id },
        query: { task_id: task_id ?? undefined, limit: last },
        signal,
      }),
  });
}

export function useCalendar(dag_id: string, year: number): UseQueryResult<Calendar> {
  return useQuery({
    queryKey: keys.calendar(dag_id, year),
    queryFn: ({ signal }) =>
      call<Calendar>('get_calendar', { path: { dag_id }, query: { ...year_range(year) }, signal }),
  });
}

const DAY_RUNS_MAX = 200;

/** The runs due on a day, the latest first; the first two hundred. */
export function useRunsOfDay(dag_id: string, day: CalendarDay): UseQueryResult<DagRun[]> {
  return useQuery({
    queryKey: keys.calendar(dag_id, 'runs', day.date),
    queryFn: ({ signal }) =>
      call_list<DagRun>('list_dag_runs', {
        path: { dag_id },
        query: { run_after_gte: day.start, run_after_lt: day.end, limit: DAY_RUNS_MAX },
        signal,
      }),
  });
}
