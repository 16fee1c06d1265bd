// SPDX-License-Identifier: Apache-2.0
// Made-up things in the API's shapes.

export const iso = (ago_s = 0) => new Date(Date.now() - ago_s * 1000).toISOString();

export const TASKS = [
  ['get_model', 'BashOperator', []],
  ['get_runtime', 'BashOperator', []],
  ['optimise', 'BashOperator', ['get_model', 'get_runtime']],
  ['compare', 'BashOperator', ['optimise']],
  ['choose', 'BranchPythonOperator', ['compare']],
  ['keep_original', 'EmptyOperator', ['choose']],
  ['take_optimised', 'EmptyOperator', ['choose']],
  ['deploy', 'BashOperator', ['keep_original', 'take_optimised']],
  ['watch', 'BashOperator', ['deploy']],
  ['summary', '@task', ['watch']],
];

const RUN = 'manual__2026-11-23T17:40:12+00:00';
export const lineage = (task_id) => ({
  dag_id: 'smart_city',
  dag_run_id: RUN,
  task_id,
  try_number: 1,
  username: '',
});

export function make_dag(dag_id, extra = {}) {
  return {
    dag_id,
    dag_display_name: dag_id,
    description: '',
    is_paused: false,
    owners: ['airflow'],
    tags: [],
    timetable_summary: 'None',
    timetable_description: 'Never, external triggers only',
    next_dagrun_run_after: null,
    fileloc: `/srv/aiflow/dags/${dag_id}.py`,
    version: 1,
    last_parsed_time: iso(90),
    recent_runs: [],
    running_count: 0,
    failed_count: 0,
    has_import_errors: false,
    ...extra,
  };
}

export function make_run(dag_id, dag_run_id, extra = {}) {
  return {
    dag_id,
    dag_run_id,
    state: 'success',
    run_type: 'manual',
    logical_date: null,
    queued_at: iso(0),
    start_date: iso(0),
    end_date: null,
    conf: {},
    note: '',
    dag_version: 1,
    cause: '',
    ...extra,
  };
}

export function make_instance(run, [task_id, operator_name], extra = {}) {
  return {
    dag_id: run.dag_id,
    dag_run_id: run.dag_run_id,
    task_id,
    map_index: -1,
    task_display_name: task_id,
    operator_name,
    state: 'no_status',
    cause: '',
    try_number: 0,
    max_tries: 1,
    start_date: null,
    end_date: null,
    queued_when: null,
    scheduled_when: null,
    duration: null,
    pool: 'default_pool',
    priority_weight: 1,
    hostname: 'edge-1',
    pid: null,
    progress: null,
    ...extra,
  };
}

const VARIANTS = [
  ['fp32', 19.81e6, 0.702, 0.771, 14.9, 17.9],
  ['fp32-simplified', 19.74e6, 0.702, 0.771, 14.2, 16.8],
  ['fp16', 9.93e6, 0.701, 0.77, 16.1, 19.2],
  ['int8', 5.27e6, 0.694, 0.766, 7.31, 8.9],
];

function histogram(p50) {
  return Array.from({ length: 14 }, (_, n) => ({
    from: p50 * (0.96 + 0.02 * n),
    to: p50 * (0.98 + 0.02 * n),
    count: Math.round(90 * Math.exp(-((n - 2) ** 2) / 5) + (n > 4 ? 4 * Math.abs(Math.sin(n)) : 0)),
  }));
}

export const model = {
  name: 'ssd-oidv4',
  description: 'SSD detector trained on Open Images v4, as published with Objectron',
  task: 'object detection',
  licence: 'Apache-2.0',
  source: 'npm @mediapipe/objectron 0.4.1675468480',
  created_at: iso(3000),
  versions: [
    {
      version: 1,
      created_at: iso(3000),
      variants: VARIANTS.map(([variant, size], n) => ({
        variant_id: n + 1,
        model: 'ssd-oidv4',
        version: 1,
        variant,
        format: 'onnx',
        blob: { sha256: `${n + 1}`.repeat(64), size },
        decoder: { kind: 'ssd', classes: 24, input: { width: 300, height: 300 } },
        method:
          n === 3
            ? {
                kind: 'int8',
                weights: 'per channel, symmetric',
                activations: 'asymmetric',
                calibration: { frames: 48, range: 'min-max' },
              }
            : { kind: variant, passes: ['fold constants', 'fold batch norm', 'dead code'] },
        parent_variant_id: n === 0 ? null : 1,
        created_at: iso(2900),
        lineage: lineage(n === 0 ? 'get_model' : 'optimise'),
      })),
    },
  ],
};

export const report = {
  report_id: 7,
  model: 'ssd-oidv4',
  version: 1,
  created_at: iso(2600),
  title: 'ssd-oidv4 v1: 4 variants on this machine',
  device: 'x86-64, 2 cores, VNNI',
  lineage: lineage('compare'),
  body: {
    schema: 1,
    reference: 'fp32',
    best: 'int8',
    best_reason: 'fastest variant whose AP@0.5 is at most 0.020 below the reference',
    accuracy_loss_max: 0.02,
    device: { cpu: 'AMD EPYC', cores: 2, avx2: true, avx512: true, vnni: true, amx: false },
    engine: { name: 'onnxruntime', version: '1.22.0', threads: 1 },
    data: {
      video: 'vtest.avi',
      labels: 'vtest_labels.txt',
      frames: 36,
      boxes: 290,
      label: 'Person',
      score_min: 0.4,
      iou_min: 0.5,
      seed: 1,
    },
    variants: VARIANTS.map(([variant, size_bytes, ap50, f1, p50, p99], n) => ({
      variant,
      size_bytes,
      method: { kind: variant },
      accuracy: {
        ap50,
        ap50_ci95: [ap50 - 0.05, ap50 + 0.045],
        precision: 0.9 - n * 0.004,
        recall: 0.675,
        f1,
        f1_ci95: [f1 - 0.04, f1 + 0.04],
      },
      pr_curve: Array.from({ length: 40 }, (_, i) => ({
        score: 1 - i / 40,
        recall: (i / 40) * 0.79,
        precision: Math.max(0.2, 1 - (i / 40) ** 4 * (0.5 + n * 0.03)),
      })),
      agreement: {
        matched: n === 0 ? 1 : 1 - n * 0.012,
        mean_iou: 1 - n * 0.01,
        boxes_reference: 240,
        boxes: 239,
      },
      latency_ms: {
        p50,
        p90: p50 * 1.05,
        p99,
        mean: p50 * 1.01,
        min: p50 * 0.97,
        runs: 200,
        histogram: histogram(p50),
      },
      speedup: 14.9 / p50,
      faster: p50 < 14.9,
      frames: Array.from({ length: 36 }, (_, i) => ({
        frame: 400 + i * 11,
        labels: 8,
        found: 5 + ((i * 7 + n) % 4),
        false: (i + n) % 3 === 0 ? 1 : 0,
        matched_reference: 5,
      })),
    })),
  },
};

export const pack = {
  digest: `sha256:9f2c41d7${'a81b'.repeat(14)}`,
  name: 'onnxruntime',
  version: '1.22.0',
  engine: 'onnxruntime',
  size: 21.4e6,
  files: 6,
  created_at: iso(2950),
  source: 'PyPI onnxruntime 1.22.0 (manylinux x86-64 wheel)',
  licence: 'MIT',
  manifest: { schema: 1, entry: 'lib/libaiflow_engine_ort.so', needs: { glibc: '2.27' } },
  lineage: lineage('get_runtime'),
};

export const service = {
  name: 'person-detector',
  state: 'ready',
  cause: '',
  model: 'ssd-oidv4',
  version: 1,
  variant: 'int8',
  variant_id: 4,
  pack_digest: pack.digest,
  report_id: 7,
  pid: 4312,
  started_at: iso(2400),
  created_at: iso(2400),
  restarts: 0,
  address: '/v2/models/person-detector',
  requests: 31842,
  latency_ms_p50: 7.42,
  latency_ms_p99: 9.81,
  lineage: lineage('deploy'),
};

const RULES = [
  {
    rule_id: 'path',
    kind: 'line_crossing',
    name: 'Footpath',
    points: [
      { x: 0.2, y: 0.55 },
      { x: 0.68, y: 0.92 },
    ],
    classes: ['Person'],
    params: {},
  },
  {
    rule_id: 'lawn',
    kind: 'intrusion',
    name: 'Lawn',
    points: [
      { x: 0.02, y: 0.18 },
      { x: 0.3, y: 0.16 },
      { x: 0.26, y: 0.42 },
      { x: 0.02, y: 0.5 },
    ],
    classes: ['Person'],
    params: {},
  },
  {
    rule_id: 'square',
    kind: 'congestion',
    name: 'Square',
    points: [
      { x: 0.4, y: 0.12 },
      { x: 0.86, y: 0.12 },
      { x: 0.94, y: 0.5 },
      { x: 0.42, y: 0.52 },
    ],
    classes: ['Person'],
    params: { count_on: 5 },
  },
];

export const camera = {
  camera_id: 'street',
  name: 'Street',
  source: '/usr/share/doc/opencv-doc/examples/data/vtest.avi',
  state: 'running',
  cause: '',
  service: 'person-detector',
  rules: RULES,
  start_frame: 398,
  end_frame: 795,
  realtime: true,
  frame: 398,
  frames_total: 795,
  fps: 24.8,
  tracks: 6,
  counts: { square: 4 },
  event_count: 14,
  dropped: 0,
  created_at: iso(2300),
  lineage: lineage('watch'),
  stats: {},
};

const KINDS = [
  ['line_crossing', 'path', 'Footpath', { direction: 'a_to_b' }],
  ['intrusion', 'lawn', 'Lawn', { inside_s: 0.6 }],
  ['line_crossing', 'path', 'Footpath', { direction: 'b_to_a' }],
  ['congestion', 'square', 'Square', { count: 6, count_on: 5 }],
];

export function make_event(n) {
  const [kind, rule_id, rule_name, values] = KINDS[n % KINDS.length];
  const frame = 420 + n * 23;
  return {
    event_id: `street-${rule_id}-${n}`,
    camera_id: 'street',
    rule_id,
    rule_name,
    kind,
    state: n % 5 === 1 ? 'acknowledged' : n % 7 === 3 ? 'false_alarm' : 'new',
    started_at: iso(2200 - n * 20),
    ended_at: iso(2195 - n * 20),
    media_time_ms: frame * 100,
    frame,
    track_ids: kind === 'congestion' ? [3, 5, 8, 11, 12, 14] : [3 + n],
    label: 'Person',
    score: 0.62 + (n % 5) * 0.06,
    points: [],
    values,
    snapshot_sha256: 'c'.repeat(64),
    service: 'person-detector',
    model: 'ssd-oidv4',
    version: 1,
    variant: 'int8',
    variant_id: 4,
    report_id: 7,
    pack_digest: pack.digest,
    lineage: lineage('watch'),
  };
}

export const import_error = {
  import_error_id: 1,
  filename: '/srv/aiflow/dags/report_weekly.py',
  line: 12,
  timestamp: iso(400),
  message: "SyntaxError: '(' was never closed",
  stack_trace:
    'File "/srv/aiflow/dags/report_weekly.py", line 12\n    extract = BashOperator(\n                          ^\nSyntaxError: \'(\' was never closed',
};

export const SOURCE = `# A street watched by an optimised detector.
from aiflow import DAG, task
from aiflow.operators.bash import BashOperator

with DAG("smart_city", schedule=None, tags=["demo", "video"]) as dag:
    get_model = BashOperator(
        task_id="get_model",
        bash_command="aiflow model add ssd-oidv4 --json",
        retries=2, retry_delay=5,
    )

    @task
    def summary(camera: dict) -> dict:
        """What the camera found, by kind of event."""
        return {"frames": camera["frame"], "events": 14}
`;
