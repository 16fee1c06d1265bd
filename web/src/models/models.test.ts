// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Camera, DagGraph, Lineage, SceneEvent } from '@/api/types.gen';
import {
  bytes_text,
  duration_text,
  media_time_text,
  relative_text,
  zoned_text,
} from '@/i18n/format';
import { LogLines, find_lines, first_error } from '@/models/log/ansi';
import { camera_end, camera_progress, parse_frame_report, read_rules } from '@/models/camera';
import { fit_scale, flatten, path_through, to_elk } from '@/models/dag-graph';
import { paths } from '@/models/paths';
import { python_lines } from '@/models/python-tokens';
import { schedule_words } from '@/models/schedule';
import { event_thread } from '@/models/thread';
import { day_lanes } from '@/models/timeline';

const ESC = String.fromCharCode(27);

describe('log lines', () => {
  it('join chunks that end in the middle of a line', () => {
    const log = new LogLines();
    for (const chunk of ['one\ntw', 'o\nthr', 'ee']) log.append(chunk);
    expect(log.lines.map((line) => line.plain)).toEqual(['one', 'two', 'three']);
  });
  it('keep a colour over lines until it is reset, and drop other codes', () => {
    const log = new LogLines();
    log.append(`${ESC}[1;31mbad\nworse${ESC}[0m ok${ESC}[2K\n`);
    expect(log.lines[0]?.pieces).toEqual([{ text: 'bad', color: 1, bold: true }]);
    expect(log.lines[1]?.pieces.map((p) => p.color)).toEqual([1, null]);
    expect(log.lines[1]?.plain).toBe('worse ok');
  });
  it('show a line that is redrawn in its last form', () => {
    const log = new LogLines();
    log.append('10 %\r50 %\r100 %\n');
    expect(log.lines[0]?.plain).toBe('100 %');
  });
  it('are searched without regard to case', () => {
    const log = new LogLines();
    log.append('fine\nERROR: disk is full\nerror again\n');
    expect(find_lines(log.lines, 'error')).toEqual([1, 2]);
    expect(first_error(log.lines)).toBe(1);
    expect(find_lines(log.lines, '')).toEqual([]);
  });
});

describe('a schedule in words', () => {
  it.each([
    ['None', { key: 'none' }],
    ['@daily', { key: 'daily', time: '00:00', zone: 'UTC' }],
    ['0 6 * * *', { key: 'daily', time: '06:00', zone: 'UTC' }],
    ['*/5 * * * *', { key: 'minutes', count: 5 }],
    ['15 * * * *', { key: 'hourly', minute: '15' }],
    ['0 */4 * * *', { key: 'hours', count: 4 }],
    ['30 7 * * 1', { key: 'weekly', day: 1, time: '07:30', zone: 'UTC' }],
    ['0 0 1 * *', { key: 'monthly', day: 1, time: '00:00', zone: 'UTC' }],
    ['0 6 1-5 * 1', { key: 'other', text: 'as the server says' }],
  ])('%s', (summary, words) => {
    expect(schedule_words(summary, 'as the server says')).toEqual(words);
  });

  it('names the zone the server names', () => {
    const words = schedule_words('0 9 * * *', 'every day at 09:00 (Asia/Seoul)');
    expect(words).toEqual({ key: 'daily', time: '09:00', zone: 'Asia/Seoul' });
  });

  it('says that a DAG runs only when triggered', () => {
    const text = 'never; started by hand';
    expect(schedule_words(text, text)).toEqual({ key: 'none' });
  });
});

describe('texts', () => {
  it('give durations, sizes and times as people read them', () => {
    expect(duration_text(0.085, 'en')).toBe('85 ms');
    expect(duration_text(83, 'en')).toBe('1m 23s');
    expect(duration_text(83, 'ko')).toBe('1분 23초');
    expect(duration_text(3725, 'en')).toBe('1h 02m');
    expect(duration_text(Number.NaN, 'en')).toBe('–');
    expect(bytes_text(5_270_000)).toBe('5.3 MB');
    expect(media_time_text(67_490)).toBe('1:07.4');
    const now = Date.parse('2026-01-01T00:10:00Z');
    expect(relative_text('2026-01-01T00:07:00Z', now, 'ko')).toBe('3분 전');
  });
});

describe('the graph', () => {
  const node = (id: string, group?: string): DagGraph['nodes'][number] => ({
    id,
    label: id,
    operator_name: 'BashOperator',
    trigger_rule: 'all_success',
    is_branch: false,
    is_mapped: false,
    doc_md: '',
    ...(group ? { group } : {}),
  });
  const graph: DagGraph = {
    dag_id: 'd',
    version: 1,
    params: {},
    nodes: [node('a', 'g'), node('b'), node('c'), node('other')],
    groups: [{ id: 'g', label: 'g', is_mapped: false }],
    edges: [
      { source: 'a', target: 'b' },
      { source: 'b', target: 'c' },
    ],
  };
  it('puts tasks into their groups for the layout', () => {
    const root = to_elk(graph, 'DOWN');
    expect(root.children?.map((box) => box.id)).toEqual(['group:g', 'b', 'c', 'other']);
    expect(flatten(root).find((box) => box.id === 'a')?.parent).toBe('group:g');
    expect(root.layoutOptions?.['elk.direction']).toBe('DOWN');
  });
  it('knows what is on the path of a task', () => {
    expect([...path_through(graph, 'b')].sort()).toEqual(['a', 'b', 'c']);
  });
  it('measures how well a layout fits', () => {
    const box = { id: 'a', parent: null, x: 0, y: 0, width: 2000, height: 100 };
    expect(fit_scale([box], { width: 1000, height: 500 })).toBe(0.5);
  });
});

describe('a camera', () => {
  it('reads rules from a list or an object, and drops shapes without points', () => {
    const rule = { rule_id: 'r', kind: 'intrusion', points: [{ x: 0, y: 0 }, [1, 1]] };
    const read = [
      {
        rule_id: 'r',
        name: 'r',
        kind: 'intrusion',
        points: [
          [0, 0],
          [1, 1],
        ],
      },
    ];
    expect(read_rules([rule, { rule_id: 'empty' }])).toEqual(read);
    expect(read_rules({ rules: [rule] })).toEqual(read);
    expect(read_rules(null)).toEqual([]);
  });
  it('tells how far a file has come', () => {
    const file = { frame: 500, frames_total: 795, start_frame: 400, end_frame: 600 };
    expect(camera_progress(file)).toBe(0.5);
    expect(camera_progress({ ...file, frames_total: 0, end_frame: null })).toBeNull();
  });
  it('has an end, when and why, once it does not play any more', () => {
    const camera = {
      state: 'ended',
      created_at: '2026-11-23T10:00:00Z',
      stats: { frames: 397, seconds: 13.5, detect_us_mean: 28_000 },
    } as unknown as Camera;
    const late = { started_at: '2026-11-23T10:00:20Z', ended_at: null } as unknown as SceneEvent;
    expect(camera_end({ ...camera, state: 'running' }, [])).toBeNull();
    expect(camera_end(camera, [])).toEqual({
      reason: 'end',
      at: '2026-11-23T10:00:13.500Z',
      frames: 397,
      seconds: 13.5,
      detect_us: 28_000,
    });
    expect(camera_end(camera, [late])?.at).toBe('2026-11-23T10:00:20.000Z');
    expect(camera_end({ ...camera, state: 'failed', stats: {} }, [])?.reason).toBe('failed');
  });
  it('takes only frame reports from the live socket', () => {
    expect(parse_frame_report('{"frame": 7, "tracks": []}')?.frame).toBe(7);
    expect(parse_frame_report('{"hello": 1}')).toBeNull();
    expect(parse_frame_report('not json')).toBeNull();
  });
});

describe('the thread of an event', () => {
  const by_person: Lineage = {
    dag_id: '',
    dag_run_id: '',
    task_id: '',
    try_number: 0,
    username: 'kim',
  };
  const by_task: Lineage = {
    dag_id: 'smart_city',
    dag_run_id: 'r/1',
    task_id: 'watch',
    try_number: 1,
    username: '',
  };
  const event: SceneEvent = {
    event_id: 'e',
    camera_id: 'street',
    rule_id: 'r',
    rule_name: 'Path',
    kind: 'line_crossing',
    state: 'new',
    started_at: '',
    media_time_ms: 0,
    frame: 0,
    track_ids: [],
    label: '',
    score: 0,
    points: [],
    values: {},
    service: 'detector',
    model: 'ssd',
    version: 1,
    variant: 'int8',
    variant_id: 4,
    report_id: 7,
    pack_digest: 'sha256:0123456789abcdef',
    lineage: by_task,
  };
  it('leads through all parts, each a link', () => {
    const steps = event_thread(event);
    expect(steps.map((s) => s.kind)).toEqual([
      'event',
      'camera',
      'service',
      'variant',
      'report',
      'pack',
      'run',
      'task',
    ]);
    expect(steps[5]?.label).toBe('0123456789ab');
    expect(steps[7]?.href).toBe('/dags/smart_city?run=r%2F1&task=watch');
  });
  it('ends before the run when a person made everything', () => {
    const kinds = event_thread({ ...event, lineage: by_person, report_id: null }).map(
      (s) => s.kind,
    );
    expect(kinds).toEqual(['event', 'camera', 'service', 'variant', 'pack']);
  });
});

describe('other models', () => {
  it('give Python source back unchanged, cut into lines', () => {
    const source = 'x = """a\nb"""  # c\nif x == 1.5:\n    print(f"{x}")';
    const lines = python_lines(source);
    expect(lines.map((line) => line.map((token) => token.text).join('')).join('\n')).toBe(source);
    expect(lines[0]?.at(-1)?.kind).toBe('string');
    expect(lines[2]?.[0]).toEqual({ kind: 'keyword', text: 'if' });
  });
  it('write addresses with escaped parts', () => {
    expect(paths.events({ camera: 'a b', kind: null })).toBe('/events?camera=a+b');
    expect(paths.camera('a/b')).toBe('/cameras/a%2Fb');
  });
  it('place the runs of a day on one axis', () => {
    const now = Date.parse('2026-01-02T00:00:00Z');
    const at = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
    const dag = (dag_id: string, start: number): never =>
      ({
        dag_id,
        dag_display_name: dag_id,
        recent_runs: [
          { dag_run_id: 'old', state: 'success', start_date: at(3000), end_date: at(2990) },
          { dag_run_id: 'r', state: 'success', start_date: at(start), end_date: at(start - 30) },
        ],
      }) as never;
    const view = day_lanes([dag('a', 60), dag('b', 40)], now);
    expect(view.lanes.map((lane) => lane.dag_id)).toEqual(['b', 'a']);
    const lane = view.lanes[1];
    expect(lane?.runs.map((run) => run.dag_run_id)).toEqual(['r']);
    expect(lane?.place(lane.runs[0] as never, now)).toEqual({ left: 0, width: 50 });
  });
});

describe('the time of a next run', () => {
  const time = '2026-11-24T00:00:00Z';
  it('is told in the zone of the viewer, with its name', () => {
    expect(zoned_text(time, 'en', 'Asia/Seoul')).toMatch(/Nov 24.*09:00.*(GMT\+9|KST)/);
    expect(zoned_text(time, 'ko', 'Asia/Seoul')).toMatch(/11월 24일.*09:00/);
  });
  it('is told in UTC for the tooltip', () => {
    expect(zoned_text(time, 'en', 'UTC')).toMatch(/Nov 24.*00:00.*UTC/);
  });
});
