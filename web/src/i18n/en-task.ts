// SPDX-License-Identifier: Apache-2.0
// English texts: the graph of a DAG, the page of a task instance, the graph of assets.

export const en_task = {
  graph: {
    no_states: 'The states of the tasks could not be read.',
    fit: 'Show all of it',
    turn: 'Turn the graph',
    fold: 'Fold {{group}}',
    unfold: 'Unfold {{group}}',
    fold_all: 'Fold all groups',
    unfold_all: 'Unfold all groups',
    tasks_one: '{{count}} task',
    tasks_other: '{{count}} tasks',
    critical: 'Mark the critical path',
    critical_hint: 'These tasks decided how long the run took.',
    critical_one: 'on the critical path',
    export: 'Save as SVG',
    label: 'Graph of {{dag}}',
  },
  task_page: {
    open: 'Open its page',
    run: 'Run',
    see_in: 'See it in',
    load_failed: 'Task {{task}} could not be loaded.',
  },
  usage: {
    cpu_time: 'CPU time',
    peak: 'Memory peak',
    mean: 'Memory mean',
    tries: 'What its tries have used',
    split: '{{user}} in the program, {{system}} in the kernel',
    over_time: 'Try {{number}} over time',
    chart_cpu: 'Processors',
    chart_memory: 'Memory',
    figures: '{{what}}: {{peak}} at most, {{mean}} on average',
    none_running:
      'Nothing measured yet. A process or a container is measured from its first second on; a pod is not.',
    none_pod: 'Not measured: it ran in a pod of a cluster.',
    none_short: 'It ended before the first sample.',
    none_lost:
      'Nothing was measured: its worker was lost, or is of a version that does not measure.',
  },
  rendered: {
    none: 'No rendered fields',
    none_hint:
      'The task has no template fields with a value, did not get that far, or is a command without templates, which runs as its file has it.',
    none_yet: 'They come about a second after the task has begun.',
  },
  moments: {
    none: 'Nothing has happened to it yet',
    scheduled: 'Try {{number}} was scheduled',
    queued: 'Try {{number}} was queued',
    started: 'Try {{number}} began',
    ended: 'Try {{number}} ended',
    done: 'What was done to it and its run',
    done_none: 'Nobody has changed it.',
  },
  again: {
    button: 'Retry from here…',
    title: 'Retry from {{task}}',
    do_one: 'Run {{count}} task again',
    do_other: 'Run {{count}} tasks again',
  },
  run_mark: {
    success: 'The run ends with success. These tasks are marked success; what runs is ended:',
    failed: 'The run ends as failed. Of these, what runs is ended as failed, the rest is skipped:',
    do_success: 'Mark the run success',
    do_failed: 'Mark the run failed',
  },
  backfill_preview: {
    again: 'runs again: {{run}}',
    new: 'new run',
    more_one: 'and {{count}} more',
    more_other: 'and {{count}} more',
  },
  switch_many: {
    on: 'Their schedules make runs again, and runs that wait go on:',
    off: 'Their schedules make no more runs:',
    running_one: '{{count}} run goes on',
    running_other: '{{count}} runs go on',
    goes_on:
      'Tasks that run are not ended; nothing more of these runs starts until they are on again.',
  },
  asset_graph: {
    label: 'DAGs and the assets that they make and wait for',
    dag: 'DAG',
    never: 'never new so far',
    uri: 'Address',
    newest: 'When it was new',
    outside: 'said from outside, by {{user}}',
  },
};
