// SPDX-License-Identifier: Apache-2.0
// An explanation of the scheduler in the viewer's language: by its code, else as it was written.
import type { TFunction } from 'i18next';
import type { Explanation } from '@/api/types.gen';
import { type Locale, absolute_text } from '@/i18n/format';

const TASK_CODES = [
  'run_queued',
  'run_after',
  'run_ended',
  'timer',
  'setup_open',
  'service_open',
  'rule_open',
  'scope_open',
  'map_source_open',
  'past_open',
  'dag_paused',
  'refused',
  'no_worker',
  'parallelism',
  'place_unserved',
  'island_away',
  'worker_away',
  'place_full',
  'max_active_tasks',
  'tis_per_dag',
  'tis_per_dagrun',
  'pool_unknown',
  'pool_full',
  'pool_too_small',
  'queued',
  'attempt_waits',
  'ready',
] as const;
const RUN_CODES = ['dag_paused', 'run_after', 'max_active_runs', 'running'] as const;
const DAG_CODES = [
  'scheduled',
  'dag_paused',
  'max_active_runs',
  'schedule_over',
  'no_schedule',
  'file_gone',
] as const;

/** Not a count: no text of it has plural forms. */
type Values = Record<string, string> & { count?: undefined; context?: undefined };

/** Times in its params read as on the clock of the zone, without one on the viewer's. */
function params_of(why: Explanation, locale: Locale, zone?: string): Values {
  const params: Record<string, string> = { ...why.params };
  for (const name of ['until', 'at', 'since']) {
    const time = params[name];
    if (time) params[name] = absolute_text(time, locale, zone);
  }
  return params as Values;
}

function find<Code extends string>(codes: readonly Code[], code: string): Code | undefined {
  return codes.find((one) => one === code);
}

export function why_task(t: TFunction, why: Explanation, locale: Locale, zone?: string): string {
  const code = find(TASK_CODES, why.code);
  // A code whose names are not known says more in words.
  if (!code || why.params.tasks === '') return why.text;
  const text = t(`why.task.${code}`, params_of(why, locale, zone));
  // What a cluster or a broker says of itself is in its own words.
  return why.params.reason ? `${text} (${why.params.reason})` : text;
}

export function why_run(t: TFunction, why: Explanation, locale: Locale, zone?: string): string {
  const code = find(RUN_CODES, why.code);
  return code ? t(`why.run.${code}`, params_of(why, locale, zone)) : why.text;
}

export function why_dag(t: TFunction, why: Explanation, locale: Locale, zone?: string): string {
  const code = find(DAG_CODES, why.code);
  return code ? t(`why.dag.${code}`, params_of(why, locale, zone)) : why.text;
}
