// SPDX-License-Identifier: Apache-2.0
// Which tasks of a DAG serve others, and which inference services its tasks ask for.
import type { Flow, FlowTask } from '@/models/editor/flow';

export interface AskedService {
  name: string;
  tasks: string[];
  /** The task that deploys it; null: it has to be there. */
  made_by: string | null;
}

export interface FlowServices {
  /** Ids of the tasks that go on until those after them have ended. */
  serving: ReadonlySet<string>;
  asked: AskedService[];
}

const name_of = (task: FlowTask): string | null => {
  const { service } = task.fields;
  // What a template will say is not known before the run.
  return typeof service === 'string' && service !== '' && !service.includes('{{') ? service : null;
};

export function services_of(flow: Flow): FlowServices {
  const serving = new Set<string>();
  const asked = new Map<string, AskedService>();
  const deployed = new Map<string, string>();
  for (const task of flow.tasks) {
    const name = name_of(task);
    const { operator } = task;
    if (operator === 'ServiceOperator') serving.add(task.id);
    if (name === null) continue;
    const deploys = operator === 'ServiceOperator' && task.fields.deploy !== undefined;
    if (operator === 'DeployServiceOperator' || deploys) deployed.set(name, task.id);
    if (operator !== 'ServiceOperator' && operator !== 'WatchCameraOperator') continue;
    const one = asked.get(name) ?? { name, tasks: [], made_by: null };
    one.tasks.push(task.id);
    asked.set(name, one);
  }
  for (const one of asked.values()) one.made_by = deployed.get(one.name) ?? null;
  return { serving, asked: [...asked.values()] };
}
