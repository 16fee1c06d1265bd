// SPDX-License-Identifier: Apache-2.0
// Every page's address, made at one place. The address holds all that is needed to come back.

type Query = Record<string, string | number | undefined | null>;

function with_query(path: string, query: Query): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

const part = encodeURIComponent;

export const paths = {
  home: '/',
  dags: '/dags',
  dag: (dag_id: string, query: Query = {}): string => with_query(`/dags/${part(dag_id)}`, query),
  task: (dag_id: string, run: string, task: string, query: Query = {}): string =>
    with_query(`/dags/${part(dag_id)}`, { run, task, ...query }),
  task_page: (dag_id: string, run: string, task: string, query: Query = {}): string =>
    with_query(`/dags/${part(dag_id)}/runs/${part(run)}/tasks/${part(task)}`, query),
  /** Without a DAG: a new one. */
  editor: (dag_id?: string): string => (dag_id ? `/editor/${part(dag_id)}` : '/editor'),
  assets: '/data',
  pools: '/pools',
  workers: '/workers',
  variables: '/variables',
  connections: '/connections',
  models: '/models',
  model: (name: string, query: Query = {}): string => with_query(`/models/${part(name)}`, query),
  report: (report_id: number | string): string => `/reports/${report_id}`,
  runtime: '/runtime',
  pack: (digest: string): string => with_query('/runtime', { digest }),
  services: '/services',
  service: (name: string): string => `/services/${part(name)}`,
  cameras: '/cameras',
  camera: (camera_id: string): string => `/cameras/${part(camera_id)}`,
  events: (query: Query = {}): string => with_query('/events', query),
  event: (event_id: string): string => `/events/${part(event_id)}`,
  system: (query: Query = {}): string => with_query('/system', query),
  users: '/users',
  projects: '/projects',
  project: (name: string): string => `/projects/${part(name)}`,
  tokens: '/tokens',
  account: '/account',
  audit: (query: Query = {}): string => with_query('/audit', query),
  /** Below /api, where people look for it; the server gives the dashboard there. */
  api_docs: '/api/docs',
};
