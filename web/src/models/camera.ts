// SPDX-License-Identifier: Apache-2.0
// What a camera's live view draws: tracks of the frame on screen and the rules' zones and lines.
// All coordinates are fractions of the frame.
import type { Camera, FrameReport, SceneEvent, TrackWire } from '@/api/types.gen';
import { as_fields, as_list, as_number, as_points, as_text } from '@/models/unknown';

export interface RuleShape {
  rule_id: string;
  name: string;
  kind: string;
  points: [number, number][];
}

/** Rules as the camera stores them: a list, or an object that holds one under `rules`. */
export function read_rules(rules: unknown): RuleShape[] {
  const list = Array.isArray(rules) ? as_list(rules) : as_list(as_fields(rules).rules);
  return list
    .map((rule) => {
      const fields = as_fields(rule);
      return {
        rule_id: as_text(fields.rule_id),
        name: as_text(fields.name) || as_text(fields.rule_id),
        kind: as_text(fields.kind),
        points: as_points(fields.points),
      };
    })
    .filter((rule) => rule.points.length >= 2);
}

export interface Count {
  name: string;
  value: number;
}

export function read_counts(counts: unknown): Count[] {
  return Object.entries(as_fields(counts))
    .map(([name, value]) => ({ name, value: as_number(value) ?? 0 }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** A frame report from the live socket; null when the text is something else. */
export function parse_frame_report(text: string): FrameReport | null {
  try {
    const value = as_fields(JSON.parse(text));
    const number = (key: string): number => as_number(value[key]) ?? 0;
    if (as_number(value.frame) === null) return null;
    return {
      frame: number('frame'),
      frames_total: number('frames_total'),
      media_time_us: number('media_time_us'),
      width: number('width'),
      height: number('height'),
      tracks: as_list(value.tracks) as TrackWire[],
      counts: as_fields(value.counts) as Record<string, number>,
      dropped: number('dropped'),
      decode_us: number('decode_us'),
      detect_us: number('detect_us'),
      track_us: number('track_us'),
      rules_us: number('rules_us'),
      encode_us: number('encode_us'),
    };
  } catch {
    return null;
  }
}

/** 0 to 1 for a file that has an end, null for a stream without one. */
export function camera_progress(camera: {
  frame: number;
  frames_total: number;
  start_frame: number;
  end_frame?: number | null;
}): number | null {
  const end = camera.end_frame ?? camera.frames_total;
  const length = end - camera.start_frame;
  if (length <= 0) return null;
  const done = Math.max(0, camera.frame - camera.start_frame);
  return Math.min(1, done / length);
}

export type EndReason = 'end' | 'stopped' | 'failed';

const END_REASON: Record<string, EndReason> = {
  ended: 'end',
  stopped: 'stopped',
  failed: 'failed',
};

export interface CameraEnd {
  reason: EndReason;
  at: string;
  frames: number;
  /** How long it played; 0 when it never did. */
  seconds: number;
  detect_us: number;
}

/**
 * How and when a camera ended, from the summary it leaves; null while it plays. One that was taken
 * up again by a restarted server played later than its row tells, so its last event counts too.
 */
export function camera_end(camera: Camera, events: SceneEvent[]): CameraEnd | null {
  const reason = END_REASON[camera.state];
  if (!reason) return null;
  const stats = as_fields(camera.stats);
  const seconds = as_number(stats.seconds) ?? 0;
  const known = events.map((event) => Date.parse(event.ended_at ?? event.started_at));
  const at = Math.max(Date.parse(camera.created_at) + seconds * 1000, ...known);
  return {
    reason,
    at: new Date(at).toISOString(),
    frames: as_number(stats.frames) ?? 0,
    seconds,
    detect_us: as_number(stats.detect_us_mean) ?? 0,
  };
}

/** Twelve hues that keep apart from each other; a track keeps its own for life. */
const TRACK_HUES = [205, 28, 285, 160, 50, 330, 100, 240, 12, 185, 310, 75];

export function track_hue(track_id: number): number {
  return TRACK_HUES[Math.abs(track_id) % TRACK_HUES.length] ?? 205;
}
