// SPDX-License-Identifier: Apache-2.0
// The Gantt chart of a run: rows of tasks on one time axis. Only the rows on screen are in the page.
import { type Virtualizer, useVirtualizer } from '@tanstack/react-virtual';
import { ChartGantt, ZoomIn, ZoomOut } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { DagRun, TaskInstance } from '@/api/types.gen';
import { type AxisScale, GanttAxis, GanttLine } from '@/features/workflows/views/gantt-line';
import { NoRuns } from '@/features/workflows/no-runs';
import { RunStrip } from '@/features/workflows/run-strip';
import { type GanttModel, ZOOMS, gantt_model, next_zoom, read_zoom } from '@/models/views/gantt';
import { useDagGraph, useShownRun } from '@/queries/use-dags';
import { useRunTries, useTaskInstances } from '@/queries/use-tasks';
import { IconButton } from '@/ui/button';
import { Await, Empty, ErrorNote, Skeleton } from '@/ui/feedback';
import { set_query, useQueryValue } from '@/ui/router';
import { useNow } from '@/ui/time';
import '@/features/workflows/views/gantt.css';

const ROW_HEIGHT = 28;

function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, set_width] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => set_width(element.clientWidth));
    observer.observe(element);
    set_width(element.clientWidth);
    return () => observer.disconnect();
  }, [box]);
  return width;
}

function Legend(): ReactNode {
  const { t } = useTranslation();
  return (
    <ul className="gantt-legend">
      <li>
        <i className="gantt-bar gantt-wait" /> {t('gantt.wait')}
      </li>
      <li>
        <i className="gantt-bar gantt-run gantt-sample" /> {t('gantt.run')}
      </li>
      <li>
        <i className="gantt-bar gantt-run gantt-sample gantt-old" /> {t('gantt.try_mark')}
      </li>
      <li title={t('gantt.critical_hint')}>
        <span className="gantt-critical-mark" aria-hidden>
          ◆
        </span>{' '}
        {t('gantt.critical')}
      </li>
    </ul>
  );
}

function ZoomButtons({ zoom }: { zoom: number }): ReactNode {
  const { t } = useTranslation();
  const go = (step: 1 | -1): void => {
    const to = next_zoom(zoom, step);
    set_query({ zoom: to === 1 ? null : String(to) });
  };
  return (
    <span className="gantt-zoom">
      <IconButton
        icon={ZoomOut}
        label={t('gantt.zoom_out')}
        disabled={zoom === ZOOMS[0]}
        onClick={() => go(-1)}
      />
      <span className="faint" aria-live="polite">
        {t('gantt.zoom_is', { zoom })}
      </span>
      <IconButton
        icon={ZoomIn}
        label={t('gantt.zoom_in')}
        disabled={zoom === ZOOMS[ZOOMS.length - 1]}
        onClick={() => go(1)}
      />
    </span>
  );
}

/** Where a key leads to among `count` rows; null = nowhere. */
function row_after(key: string, at: number, count: number): number | null {
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + 10,
    PageUp: at - 10,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  return to === undefined ? null : Math.min(count - 1, Math.max(0, to));
}

interface RowsProps {
  model: GanttModel;
  zoom: number;
  unfolded: ReadonlySet<string>;
  on_unfold: (task_id: string) => void;
}

function Rows({ model, zoom, unfolded, on_unfold }: RowsProps): ReactNode {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [held, set_at] = useState(0);
  const [picked] = useQueryValue('task');
  const { rows, span } = model;
  const at = Math.min(held, rows.length - 1);
  const label_width = width < 560 ? 128 : 220;
  const scale: AxisScale = {
    label_width,
    width: Math.max(120, width - label_width - 16) * zoom,
    from: span.from,
    length: span.to - span.from,
  };
  const virtual: Virtualizer<HTMLDivElement, Element> = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const focus = (to: number): void => {
    set_at(to);
    virtual.scrollToIndex(to);
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>(`[data-row="${to}"] .gantt-name`)?.focus(),
    );
  };
  const press = (event: KeyboardEvent): void => {
    const row = rows[at];
    const to = row_after(event.key, at, rows.length);
    const is_open = row !== undefined && unfolded.has(row.task_id);
    const folds = event.key === (is_open ? 'ArrowLeft' : 'ArrowRight') && row?.instances;
    if (to !== null) focus(to);
    else if (folds) on_unfold(row.task_id);
    else if (event.key === '+' || event.key === '-')
      set_query({ zoom: String(next_zoom(zoom, event.key === '+' ? 1 : -1)) });
    else return;
    event.preventDefault();
  };
  return (
    <div ref={box} className="gantt" role="group" aria-label={t('gantt.label')} onKeyDown={press}>
      <div style={{ width: label_width + scale.width + 16 }}>
        <GanttAxis scale={scale} />
        <div className="gantt-rows" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <GanttLine
                  key={row.key}
                  row={row}
                  at={item.index}
                  top={item.start}
                  scale={scale}
                  is_picked={picked === row.task_id}
                  is_unfolded={unfolded.has(row.task_id)}
                  focusable={item.index === at}
                  on_unfold={on_unfold}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface ChartProps {
  run: DagRun;
  instances: TaskInstance[];
}

function GanttChart({ run, instances }: ChartProps): ReactNode {
  const { t } = useTranslation();
  const graph = useDagGraph(run.dag_id);
  const has_tries = instances.some((one) => one.try_number > 1);
  const tries = useRunTries(run.dag_id, run.dag_run_id, has_tries);
  const [zoom_value] = useQueryValue('zoom');
  const [open_value, set_open] = useQueryValue('open');
  const unfolded = useMemo(() => new Set(open_value?.split(',') ?? []), [open_value]);
  const is_live = run.state === 'running' || run.state === 'queued';
  const clock = useNow();
  const now = is_live ? clock : 0;
  const model = useMemo(
    () =>
      graph.data &&
      gantt_model({ run, graph: graph.data, instances, tries: tries.data ?? [], unfolded, now }),
    [run, graph.data, instances, tries.data, unfolded, now],
  );
  const zoom = read_zoom(zoom_value);
  const unfold = (task_id: string): void => {
    const next = new Set(unfolded);
    if (!next.delete(task_id)) next.add(task_id);
    set_open([...next].join(',') || null);
  };
  if (graph.error) return <ErrorNote error={graph.error} on_retry={() => void graph.refetch()} />;
  if (!model) return <Skeleton rows={8} height={ROW_HEIGHT} />;
  if (model.rows.every((row) => row.bars.length === 0)) {
    return <Empty icon={ChartGantt} title={t('gantt.none')} />;
  }
  return (
    <>
      <div className="gantt-head">
        <Legend />
        <ZoomButtons zoom={zoom} />
      </div>
      {tries.error && <ErrorNote error={tries.error} on_retry={() => void tries.refetch()} />}
      <Rows model={model} zoom={zoom} unfolded={unfolded} on_unfold={unfold} />
    </>
  );
}

export function GanttTab({ dag_id, run_id }: { dag_id: string; run_id: string | null }): ReactNode {
  const { t } = useTranslation();
  const { runs, run, error } = useShownRun(dag_id, run_id);
  const instances = useTaskInstances(dag_id, run_id);
  if (runs?.length === 0) {
    return <NoRuns dag_id={dag_id} icon={ChartGantt} title={t('gantt.no_run')} />;
  }
  return (
    <div className="gantt-tab">
      <RunStrip dag_id={dag_id} run_id={run_id} />
      <Await query={instances} rows={8} height={ROW_HEIGHT}>
        {(list) =>
          run ? <GanttChart run={run} instances={list} /> : error ? null : <Skeleton rows={8} />
        }
      </Await>
    </div>
  );
}
