// SPDX-License-Identifier: Apache-2.0
// English texts: the graph of a DAG, the page of a task instance, the graph of assets.

export const en_task = {
  graph: {
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
};
