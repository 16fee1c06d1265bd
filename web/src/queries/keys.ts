// SPDX-License-Identifier: Apache-2.0
// Names of everything in the query cache, so that the stream's patches and the hooks agree.

export const keys = {
  session: ['session'] as const,
  health: ['health'] as const,
  users: ['users'] as const,
  workers: ['workers'] as const,
  dags: ['dags'] as const,
  dag: (dag_id: string) => ['dag', dag_id] as const,
  graph: (dag_id: string) => ['graph', dag_id] as const,
  source: (dag_id: string) => ['source', dag_id] as const,
  grid: (dag_id: string) => ['grid', dag_id] as const,
  runs: (dag_id: string) => ['runs', dag_id] as const,
  instances: (dag_id: string, run_id: string) => ['instances', dag_id, run_id] as const,
  tries: (dag_id: string, run_id: string, task_id: string) =>
    ['tries', dag_id, run_id, task_id] as const,
  xcoms: (dag_id: string, run_id: string, task_id: string) =>
    ['xcoms', dag_id, run_id, task_id] as const,
  import_errors: ['import_errors'] as const,
  models: ['models'] as const,
  model: (name: string) => ['model', name] as const,
  variant: (variant_id: number) => ['variant', variant_id] as const,
  reports: ['reports'] as const,
  report: (report_id: number) => ['report', report_id] as const,
  packs: ['packs'] as const,
  services: ['services'] as const,
  cameras: ['cameras'] as const,
  events: ['events'] as const,
  event: (event_id: string) => ['event', event_id] as const,
};
