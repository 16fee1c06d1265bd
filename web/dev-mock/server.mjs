// SPDX-License-Identifier: Apache-2.0
// Routes of the mock: see README.md here.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import * as data from './data.mjs';
import { dags, events, instances, runs, seed } from './seed.mjs';

const CLIP = '/usr/share/doc/opencv-doc/examples/data/vtest.avi';
const frames = [];
const streams = new Set();
const is_empty = process.env.AIFLOW_MOCK_EMPTY === '1';
let event_id = 0;
let session = null;
const users = [
  { username: 'admin', role: 'admin', created_at: data.iso(9000), last_login_at: data.iso(60) },
];

function load_frames() {
  if (!existsSync(CLIP)) return;
  const folder = mkdtempSync(join(tmpdir(), 'aiflow-mock-'));
  const args = [
    '-v',
    'error',
    '-i',
    CLIP,
    '-vf',
    'select=gte(n\\,398)',
    '-frames:v',
    '200',
    '-q:v',
    '4',
  ];
  execFileSync('ffmpeg', [...args, join(folder, '%04d.jpg')]);
  for (const name of readdirSync(folder).sort()) frames.push(readFileSync(join(folder, name)));
}

function push(kind, value, stored = true) {
  const id = stored ? ++event_id : 0;
  const text = JSON.stringify({ id, kind, at: data.iso(), data: value });
  for (const stream of streams) stream.write(`${id ? `id: ${id}\n` : ''}data: ${text}\n\n`);
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function set_instance(run, task_id, change) {
  const list = instances.get(run.dag_run_id);
  const at = list.findIndex((t) => t.task_id === task_id);
  list[at] = { ...list[at], ...change };
  push('task_instance', list[at]);
}

async function play_run(run) {
  const set_run = (change) => {
    Object.assign(run, change);
    push('dag_run', run);
  };
  set_run({ state: 'running', start_date: data.iso() });
  for (const [task_id] of data.TASKS) {
    if (task_id === 'keep_original') {
      set_instance(run, task_id, { state: 'skipped', cause: 'branch choose took take_optimised' });
      continue;
    }
    set_instance(run, task_id, { state: 'queued', queued_when: data.iso(), try_number: 1 });
    await pause(300);
    set_instance(run, task_id, { state: 'running', start_date: data.iso(), pid: 4000 });
    for (let done = 0; done <= 10; done += 1) {
      await pause(200);
      const progress = { done, total: 10, unit: 'frames', what: task_id };
      push(
        'progress',
        { dag_id: run.dag_id, dag_run_id: run.dag_run_id, task_id, map_index: -1, ...progress },
        false,
      );
    }
    set_instance(run, task_id, { state: 'success', end_date: data.iso(), progress: null });
  }
  set_run({ state: 'success', end_date: data.iso() });
}

// In the order of api/states.yaml, as far as the mock uses them.
const TASK_STATES = ['no_status', 'scheduled', 'queued', 'running', 'success', 'failed'];

function grid(dag_id) {
  const columns = [...runs.get(dag_id)].reverse();
  const tasks = data.TASKS.map(([task_id, operator_name]) => ({
    task_id,
    label: task_id,
    group: task_id.startsWith('get_') ? 'fetch' : null,
    operator_name,
    is_mapped: false,
  }));
  const letter = (run, task_id) => {
    const { state } = instances.get(run.dag_run_id).find((one) => one.task_id === task_id);
    return String.fromCharCode('a'.charCodeAt(0) + TASK_STATES.indexOf(state));
  };
  const states = columns.map((run) => tasks.map((task) => letter(run, task.task_id)).join(''));
  const groups = [{ id: 'fetch', label: 'fetch', is_mapped: false }];
  return { dag_id, tasks, groups, runs: columns, states };
}

function graph(dag_id) {
  const nodes = data.TASKS.map(([id, operator_name]) => ({
    id,
    label: id,
    operator_name,
    group: id.startsWith('get_') ? 'fetch' : null,
    trigger_rule: 'all_success',
    is_branch: id === 'choose',
    is_mapped: false,
    doc_md: '',
  }));
  const edges = data.TASKS.flatMap(([target, , sources]) =>
    sources.map((source) => ({ source, target })),
  );
  return {
    dag_id,
    version: 1,
    nodes,
    groups: [{ id: 'fetch', label: 'fetch', parent: null, is_mapped: false }],
    edges,
  };
}

function start_log(answer) {
  answer.writeHead(200, { 'Content-Type': 'text/event-stream' });
  const lines = [
    '$ aiflow model compare ssd-oidv4 --pack onnxruntime',
    '\u001b[32mINFO\u001b[0m loading 36 labelled frames',
    '\u001b[33mWARN\u001b[0m frame 431: 2 boxes below 24 px are left out',
  ];
  for (let n = 0; n < 260; n += 1)
    lines.push(
      `frame ${400 + n}  fp32 14.${n % 10} ms  int8 7.${n % 10} ms  agreement 0.9${n % 9}`,
    );
  lines.push(
    '\u001b[1;31mERROR\u001b[0m could not write the report: disk is full',
    '{"report_id": 7, "best": "int8"}',
  );
  let offset = 0;
  let at = 0;
  const timer = setInterval(() => {
    const content = lines.slice(at, at + 24).join('\n') + '\n';
    at += 24;
    offset += Buffer.byteLength(content);
    const complete = at >= lines.length;
    answer.write(
      `data: ${JSON.stringify({ content, next_offset: offset, size: offset, complete, truncated: false })}\n\n`,
    );
    if (complete) {
      clearInterval(timer);
      answer.end();
    }
  }, 150);
  answer.on('close', () => clearInterval(timer));
}

function sign_in(must_change_password) {
  session = { username: 'admin', role: 'admin', csrf_token: 'mock', projects: [] };
  return Object.assign(session, { must_change_password });
}

const list = (items) => ({ items, total_entries: items.length });
const things = (items) => list(is_empty ? [] : items);
const missing = {
  status: 404,
  body: { error: { code: 'not_found', message: 'no such thing', request_id: 'mock-404' } },
};

const ROUTES = [
  [
    'POST',
    '/auth/login',
    (_, body) =>
      body.password === 'one-time'
        ? sign_in(true)
        : body.password === 'known-password'
          ? sign_in(false)
          : {
              status: 401,
              body: {
                error: {
                  code: 'denied',
                  message: 'unknown user or wrong password',
                  request_id: 'mock-401',
                },
              },
            },
  ],
  ['POST', '/auth/password', () => sign_in(false)],
  ['POST', '/auth/logout', () => ((session = null), {})],
  [
    'GET',
    '/auth/me',
    () =>
      session ?? {
        status: 401,
        body: { error: { code: 'denied', message: 'sign in first', request_id: 'mock' } },
      },
  ],
  ['GET', '/api/v2/users', () => list(users)],
  [
    'POST',
    '/api/v2/users',
    (_, body) => (
      users.push({ ...body, created_at: data.iso(), last_login_at: null }),
      { ...body, one_time_password: 'kite-ember-91-lagoon' }
    ),
  ],
  [
    'GET',
    '/api/v2/monitor/health',
    () => ({
      status: 'healthy',
      version: '0.1.0',
      components: [
        { name: 'database', status: 'healthy', reason: '' },
        { name: 'scheduler', status: 'healthy', reason: '' },
        { name: 'worker', status: 'healthy', reason: 'heard 1 s ago' },
      ],
    }),
  ],
  [
    'GET',
    '/api/v2/workers',
    () =>
      list([
        {
          worker_id: 'edge-1',
          state: 'connected',
          slots: 2,
          running: 1,
          pid: 812,
          version: '0.1.0',
          last_seen: data.iso(1),
          executors: ['local', 'docker'],
          queues: ['default'],
          labels: { site: 'seoul' },
          host: 'edge-1',
          cordoned: false,
          cpus: 2,
          load: 0.42,
          packs: [
            {
              name: 'onnxruntime',
              version: '1.22.0',
              digest: `sha256:${'ab'.repeat(32)}`,
              size: 48_300_000,
            },
          ],
        },
      ]),
  ],
  [
    'GET',
    '/api/v2/workers/tasks',
    () =>
      list([
        {
          worker_id: 'edge-1',
          dag_id: 'smart_city',
          dag_run_id: 'manual__2026-11-23T18:10:00+00:00',
          task_id: 'analyse',
          map_index: -1,
          try_number: 1,
          start_date: data.iso(95),
        },
      ]),
  ],
  ['GET', '/api/v2/dags', () => things([...dags.values()])],
  ['GET', '/api/v2/dags/:dag_id', ({ dag_id }) => dags.get(dag_id) ?? missing],
  [
    'PATCH',
    '/api/v2/dags/:dag_id',
    ({ dag_id }, body) => (
      dags.set(dag_id, { ...dags.get(dag_id), ...body }),
      push('dag', dags.get(dag_id)),
      dags.get(dag_id)
    ),
  ],
  ['GET', '/api/v2/dags/:dag_id/graph', ({ dag_id }) => graph(dag_id)],
  ['GET', '/api/v2/dags/:dag_id/grid', ({ dag_id }) => grid(dag_id)],
  [
    'GET',
    '/api/v2/dagSources/:dag_id',
    ({ dag_id }) => ({ dag_id, version: 1, content: data.SOURCE }),
  ],
  ['GET', '/api/v2/importErrors', () => things([data.import_error])],
  ['GET', '/api/v2/dags/:dag_id/dagRuns', ({ dag_id }) => list(runs.get(dag_id) ?? [])],
  [
    'POST',
    '/api/v2/dags/:dag_id/dagRuns',
    ({ dag_id }, body) => {
      const run = data.make_run(dag_id, `manual__${data.iso().slice(0, 19)}+00:00`, {
        state: 'queued',
        start_date: null,
        conf: body.conf ?? {},
        note: body.note ?? '',
      });
      runs.get(dag_id).unshift(run);
      instances.set(
        run.dag_run_id,
        data.TASKS.map((task) => data.make_instance(run, task)),
      );
      push('dag_run', run);
      void play_run(run);
      return run;
    },
  ],
  [
    'GET',
    '/api/v2/dags/:dag_id/dagRuns/:run/taskInstances',
    ({ run }) => list(instances.get(run) ?? []),
  ],
  [
    'GET',
    '/api/v2/dags/:dag_id/dagRuns/:run/taskInstances/:task/tries',
    ({ run, task }) => {
      const one = instances.get(run)?.find((t) => t.task_id === task);
      return list(
        Array.from({ length: one?.try_number ?? 0 }, (_, n) => ({
          try_number: n + 1,
          state: n + 1 === one.try_number ? one.state : 'failed',
          cause: '',
          start_date: one.start_date,
          end_date: one.end_date,
          hostname: 'edge-1',
        })),
      );
    },
  ],
  [
    'GET',
    '/api/v2/dags/:dag_id/dagRuns/:run/taskInstances/:task/xcomEntries',
    ({ task }) =>
      list(
        task === 'compare'
          ? [
              {
                key: 'return_value',
                task_id: task,
                map_index: -1,
                value: { report_id: 7, best: 'int8', variants: 4 },
                timestamp: data.iso(100),
              },
            ]
          : [],
      ),
  ],
  [
    'POST',
    '/api/v2/dags/:dag_id/clearTaskInstances',
    (_, body) =>
      list((instances.get(body.dag_run_id) ?? []).slice(body.include_downstream ? 3 : 9)),
  ],
  [
    'PATCH',
    '/api/v2/dags/:dag_id/dagRuns/:run/taskInstances/:task',
    ({ dag_id, run, task }, body) => (
      set_instance({ dag_id, dag_run_id: run }, task, { state: body.new_state }),
      {}
    ),
  ],
  ['GET', '/api/v2/models', () => things([data.model])],
  ['GET', '/api/v2/models/:name', () => data.model],
  ['GET', '/api/v2/variants/:id', ({ id }) => data.model.versions[0].variants[id - 1] ?? missing],
  ['GET', '/api/v2/reports', () => things([data.report])],
  ['GET', '/api/v2/reports/:id', ({ id }) => (id === '7' ? data.report : missing)],
  ['GET', '/api/v2/packs', () => things([data.pack])],
  ['GET', '/api/v2/services', () => things([data.service])],
  ['GET', '/api/v2/cameras', () => things([data.camera])],
  ['GET', '/api/v2/events', () => things(events)],
  ['GET', '/api/v2/events/:id', ({ id }) => events.find((e) => e.event_id === id) ?? missing],
  [
    'PATCH',
    '/api/v2/events/:id',
    ({ id }, body) => {
      const event = events.find((e) => e.event_id === id);
      Object.assign(event, body);
      push('scene_event', event);
      return event;
    },
  ],
];

function match(pattern, path) {
  const want = pattern.split('/');
  const have = path.split('/');
  if (want.length !== have.length) return null;
  const values = {};
  for (const [at, part] of want.entries()) {
    if (part.startsWith(':')) values[part.slice(1)] = decodeURIComponent(have[at]);
    else if (part !== have[at]) return null;
  }
  return values;
}

async function read_json(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return parts.length > 0 ? JSON.parse(Buffer.concat(parts).toString()) : {};
}

function send_special(path, request, answer) {
  if (path === '/api/v2/stream') {
    answer.writeHead(200, { 'Content-Type': 'text/event-stream' });
    answer.write(': hello\n\n');
    streams.add(answer);
    request.on('close', () => streams.delete(answer));
    return true;
  }
  if (path.endsWith('/stream')) {
    start_log(answer);
    return true;
  }
  const snapshot = match('/api/v2/events/:id/snapshot', path);
  if (snapshot || match('/api/v2/cameras/:id/picture', path)) {
    const at = snapshot ? Number(snapshot.id.split('-').at(-1)) * 11 : 0;
    answer.writeHead(frames.length > 0 ? 200 : 404, { 'Content-Type': 'image/jpeg' });
    answer.end(frames[at % Math.max(1, frames.length)]);
    return true;
  }
  return false;
}

async function handle(request, answer, next) {
  const path = new URL(request.url, 'http://mock').pathname;
  if (!/^\/(api|auth|v2)\//.test(path)) return next();
  if (send_special(path, request, answer)) return undefined;
  const body = request.method === 'GET' ? {} : await read_json(request);
  for (const [method, pattern, answer_of] of ROUTES) {
    const values = method === request.method ? match(pattern, path) : null;
    if (!values) continue;
    const value = answer_of(values, body);
    const status = value.status > 0 ? value.status : 200;
    answer.writeHead(status, { 'Content-Type': 'application/json' });
    return answer.end(JSON.stringify(status === 200 ? value : value.body));
  }
  answer.writeHead(404, { 'Content-Type': 'application/json' });
  return answer.end(JSON.stringify(missing.body));
}

function play_camera(socket) {
  let at = 0;
  const timer = setInterval(() => {
    at = (at + 1) % Math.max(1, frames.length);
    const tracks = [0, 1, 2, 3, 4].map((n) => ({
      track_id: 3 + n * 4,
      label: 'Person',
      score: 0.8,
      x: 0.1 + n * 0.16 + 0.03 * Math.sin(at / 20 + n),
      y: 0.2 + 0.13 * n,
      w: 0.05,
      h: 0.2,
      confirmed: n !== 3,
    }));
    socket.send(
      JSON.stringify({
        frame: 398 + at,
        frames_total: 795,
        media_time_us: at * 100_000,
        width: 768,
        height: 576,
        tracks,
        counts: { Square: 4 + (at % 3) },
        dropped: 0,
        decode_us: 900,
        detect_us: 7600,
        track_us: 60,
        rules_us: 20,
        encode_us: 1400,
      }),
    );
    socket.send(frames[at] ?? Buffer.alloc(0));
  }, 100);
  socket.on('close', () => clearInterval(timer));
}

/** Called by vite.config.ts when AIFLOW_MOCK=1. */
export function attach_mock(server) {
  load_frames();
  seed();
  server.middlewares.use((request, answer, next) => void handle(request, answer, next));
  const sockets = new WebSocketServer({ noServer: true });
  server.httpServer.on('upgrade', (request, socket, head) => {
    if (!request.url.includes('/live')) return;
    sockets.handleUpgrade(request, socket, head, play_camera);
  });
  setInterval(() => {
    data.camera.frame = 398 + ((data.camera.frame - 397) % 397);
    push('camera', data.camera, false);
  }, 1000);
}
