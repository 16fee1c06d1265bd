// SPDX-License-Identifier: Apache-2.0
// The views of a DAG. Each comes over the line when it is first looked at, but the one that a DAG
// begins with.
import type { ComponentType } from 'react';
import type { Dag } from '@/api/types.gen';
import { GridTab } from '@/features/workflows/grid/grid-tab';
import { lazy } from '@/ui/lazy';

export interface DagTabProps {
  dag: Dag;
  dag_id: string;
  /** The chosen run, else the newest; null: there is none. */
  run_id: string | null;
}

type View = ComponentType<DagTabProps>;

function later(load: () => Promise<View>): View {
  return lazy(async () => ({ default: await load() }));
}

/** In the order on screen; texts are `dag_tab.KEY`. */
export const DAG_TABS = {
  grid: GridTab as View,
  graph: later(async () => (await import('@/features/workflows/graph/graph-tab')).GraphTab),
  tree: later(async () => (await import('@/features/workflows/views/tree-tab')).TreeTab),
  gantt: later(async () => (await import('@/features/workflows/views/gantt-tab')).GanttTab),
  durations: later(
    async () => (await import('@/features/workflows/views/durations-tab')).DurationsTab,
  ),
  calendar: later(
    async () => (await import('@/features/workflows/views/calendar-tab')).CalendarTab,
  ),
  runs: later(async () => (await import('@/features/workflows/runs-tab')).RunsTab),
  backfills: later(
    async () => (await import('@/features/workflows/backfills/backfills-tab')).BackfillsTab,
  ),
  code: later(async () => (await import('@/features/workflows/views/code-tab')).CodeTab),
  audit: later(async () => (await import('@/features/workflows/audit-tab')).AuditTab),
  details: later(async () => (await import('@/features/workflows/views/details-tab')).DetailsTab),
};

export type TabKey = keyof typeof DAG_TABS;
export const TAB_KEYS = Object.keys(DAG_TABS) as TabKey[];
