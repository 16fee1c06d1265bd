// SPDX-License-Identifier: Apache-2.0
// The thread: from an event back to all that led to it.
import type { Lineage, ModelVariant, SceneEvent, Service } from '@/api/types.gen';
import { short_digest } from '@/i18n/format';
import { paths } from '@/models/paths';

export type ThreadKind =
  'event' | 'camera' | 'service' | 'variant' | 'report' | 'pack' | 'run' | 'task';

export interface ThreadStep {
  kind: ThreadKind;
  label: string;
  href: string;
}

/** Whether a thing was made by a task of a DAG run. */
export function made_by_task(lineage: Lineage | null | undefined): boolean {
  return Boolean(lineage && lineage.dag_id && lineage.dag_run_id);
}

function run_steps(lineage: Lineage | undefined): ThreadStep[] {
  if (!lineage || !made_by_task(lineage)) return [];
  const { dag_id, dag_run_id, task_id } = lineage;
  const run: ThreadStep = {
    kind: 'run',
    label: `${dag_id} · ${dag_run_id}`,
    href: paths.dag(dag_id, { run: dag_run_id, tab: 'graph' }),
  };
  if (!task_id) return [run];
  return [run, { kind: 'task', label: task_id, href: paths.task(dag_id, dag_run_id, task_id) }];
}

/**
 * The steps of an event's thread, nearest first. The run is the one that made the event's camera;
 * when a person did, the one that deployed the service, else the one that made the variant.
 */
export function event_thread(
  event: SceneEvent,
  more: { service?: Service | undefined; variant?: ModelVariant | undefined } = {},
): ThreadStep[] {
  const steps: ThreadStep[] = [
    { kind: 'event', label: event.rule_name || event.kind, href: paths.event(event.event_id) },
    { kind: 'camera', label: event.camera_id, href: paths.camera(event.camera_id) },
  ];
  if (event.service) {
    steps.push({ kind: 'service', label: event.service, href: paths.service(event.service) });
  }
  if (event.model) {
    steps.push({
      kind: 'variant',
      label: `${event.model} v${event.version} · ${event.variant}`,
      href: paths.model(event.model, { variant: event.variant_id }),
    });
  }
  const report_id = event.report_id ?? more.service?.report_id;
  if (report_id) {
    steps.push({ kind: 'report', label: `#${report_id}`, href: paths.report(report_id) });
  }
  if (event.pack_digest) {
    steps.push({
      kind: 'pack',
      label: short_digest(event.pack_digest),
      href: paths.pack(event.pack_digest),
    });
  }
  const makers = [event.lineage, more.service?.lineage, more.variant?.lineage];
  return [...steps, ...run_steps(makers.find(made_by_task))];
}
