// SPDX-License-Identifier: Apache-2.0
// Documents as people write them, for tests: styles of lists and maps, comments at odd places,
// anchors, unknown keys, a file without a line break at its end.

export const SAMPLES: Record<string, string> = {
  guide: `aiflow_dag: 1                  # makes it a DAG
dag_id: daily_numbers
description: Adds them up
schedule: "0 6 * * *"
start_date: 2026-01-01T00:00+09:00
default_args: {retries: 2, retry_delay: 30}
params:
  city: Seoul                  # a value
  count: {default: 3, type: integer, minimum: 1}
task_groups:
  - group_id: load
    tooltip: From both sources
tasks:
  - task_id: first
    operator: BashOperator
    bash_command: echo {{ params.city }}
  - task_id: orders
    task_group: load           # its id is load.orders
    operator: BashOperator
    bash_command: ./fetch orders
    dependencies: [first]
  - task_id: report
    operator: EmailOperator
    to: team@example.com
    subject: Done {{ ds }}
    html_content: All is well
    dependencies: [load]       # a group
    trigger_rule: none_failed
`,
  flow: `{aiflow_dag: 1, dag_id: d, tasks: [{task_id: a, operator: EmptyOperator},
  {task_id: b, operator: "EmptyOperator", dependencies: [a]}]}
`,
  odd: `# 한국어 주석
"aiflow_dag": 1
dag_id:   'it''s'
x-common: &env
    A: "1"

    # between
    B: |-
        two
        lines

tasks:

- task_id: a     # at the margin
  operator: BashOperator
  bash_command: >
    folded
    text

  env: *env
-   task_id: wide
    operator: EmptyOperator
    dependencies:
    - a
    # nothing
    doc_md: |
      # no comment

      end

# last words
x-end: "no break at the end"`,
  windows:
    'aiflow_dag: 1\r\ndag_id: w\r\ntasks:\r\n  - task_id: a\r\n    operator: EmptyOperator\r\n',
  empty: 'aiflow_dag: 1\ndag_id: e\ntasks: []\nx-a:\n',
};
