// SPDX-License-Identifier: Apache-2.0
// What needs someone, for the home page: each with the reason and where to go.
import type { Camera, Dag, Health, ImportError, SceneEvent, Service } from '@/api/types.gen';
import { paths } from '@/models/paths';

export type AttentionKind =
  'import_error' | 'dag_failing' | 'service' | 'camera' | 'component' | 'open_events';

export interface AttentionItem {
  kind: AttentionKind;
  name: string;
  detail: string;
  count: number;
  href: string;
}

export interface AttentionInput {
  dags: Dag[];
  import_errors: ImportError[];
  services: Service[];
  cameras: Camera[];
  events: SceneEvent[];
  health: Health | undefined;
}

const SERVICE_FINE = new Set([
  'ready',
  'running',
  'healthy',
  'ok',
  'starting',
  'stopped',
  'loading',
]);
const CAMERA_BAD = new Set(['failed', 'error', 'lost', 'degraded', 'unavailable']);
const COMPONENT_FINE = new Set(['healthy', 'ok', 'ready']);

/** Newest run first: did the DAG's last finished run fail? */
function last_run_failed(dag: Dag): boolean {
  const finished = dag.recent_runs.filter((r) => r.state === 'failed' || r.state === 'success');
  const newest = finished.reduce<(typeof finished)[number] | null>(
    (best, run) => (!best || (run.start_date ?? '') >= (best.start_date ?? '') ? run : best),
    null,
  );
  return newest?.state === 'failed';
}

function item(kind: AttentionKind, name: string, detail: string, href: string): AttentionItem {
  return { kind, name, detail, count: 1, href };
}

export function needs_attention(input: AttentionInput): AttentionItem[] {
  const open = input.events.filter((event) => event.state === 'new');
  return [
    ...input.import_errors.map((e) =>
      item('import_error', e.filename.split('/').at(-1) ?? e.filename, e.message, paths.dags),
    ),
    ...input.dags
      .filter(last_run_failed)
      .map((dag) => item('dag_failing', dag.dag_id, '', paths.dag(dag.dag_id, { tab: 'grid' }))),
    ...input.services
      .filter((s) => !SERVICE_FINE.has(s.state))
      .map((s) => item('service', s.name, s.cause || s.state, paths.service(s.name))),
    ...input.cameras
      .filter((c) => CAMERA_BAD.has(c.state))
      .map((c) => item('camera', c.name || c.camera_id, c.cause, paths.camera(c.camera_id))),
    ...(input.health?.components ?? [])
      .filter((c) => !COMPONENT_FINE.has(c.status))
      .map((c) => item('component', c.name, c.reason || c.status, paths.home)),
    ...(open.length > 0
      ? [
          {
            ...item('open_events', '', '', paths.events({ state: 'new' })),
            count: open.length,
          },
        ]
      : []),
  ];
}
