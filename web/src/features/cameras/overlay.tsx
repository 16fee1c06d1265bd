// SPDX-License-Identifier: Apache-2.0
// Zones, lines and boxes as vectors over the picture: sharp at any size, and each can be left out.
import type { ReactNode } from 'react';
import type { TrackWire } from '@/api/types.gen';
import { type RuleShape, track_hue } from '@/models/camera';

interface Size {
  width: number;
  height: number;
}

const SIDE_DISTANCE = 18;

/** A stands on the left of the line's direction as one sees it, as the crossing's a_to_b means. */
function Sides({ from, to }: { from: [number, number]; to: [number, number] }): ReactNode {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy) || 1;
  const [nx, ny] = [(dy / length) * SIDE_DISTANCE, (-dx / length) * SIDE_DISTANCE];
  const [mx, my] = [from[0] + dx / 3, from[1] + dy / 3];
  return (
    <>
      <text className="overlay-side" x={mx + nx} y={my + ny + 4} textAnchor="middle">
        A
      </text>
      <text className="overlay-side" x={mx - nx} y={my - ny + 4} textAnchor="middle">
        B
      </text>
    </>
  );
}

function RuleVector({ rule, size }: { rule: RuleShape; size: Size }): ReactNode {
  const at = rule.points.map(([x, y]): [number, number] => [x * size.width, y * size.height]);
  const text = at.map((point) => point.join(',')).join(' ');
  const [first = [0, 0], second = [0, 0]] = at;
  const is_line = at.length === 2;
  const top = at.reduce((best, point) => (point[1] < best[1] ? point : best), first);
  const label: [number, number] = is_line
    ? [(first[0] + second[0]) / 2, (first[1] + second[1]) / 2]
    : top;
  // A name near the right edge would run out of the picture.
  const runs_left = label[0] > size.width * 0.6;
  const color = rule.kind === 'congestion' ? 'overlay-crowd' : 'overlay-zone';
  return (
    <g className={is_line ? 'overlay-rule overlay-line' : `overlay-rule ${color}`}>
      {is_line ? <polyline points={text} /> : <polygon points={text} />}
      {is_line &&
        at.map((point) => <circle key={point.join()} cx={point[0]} cy={point[1]} r={4} />)}
      {is_line && <Sides from={first} to={second} />}
      <text
        x={label[0] + (runs_left ? -6 : 6)}
        y={Math.max(14, label[1] - 6)}
        textAnchor={runs_left ? 'end' : 'start'}
      >
        {rule.name}
      </text>
    </g>
  );
}

const LABEL_HEIGHT = 16;

function TrackVector({ track, size }: { track: TrackWire; size: Size }): ReactNode {
  const x = track.x * size.width;
  const y = track.y * size.height;
  const width = track.w * size.width;
  const height = track.h * size.height;
  const color = `hsl(${track_hue(track.track_id)} 90% 62%)`;
  const text = `${track.track_id}`;
  const label_width = 9 + text.length * 7;
  const label_y = y > LABEL_HEIGHT ? y - LABEL_HEIGHT : y;
  return (
    <g className={track.confirmed ? 'overlay-track' : 'overlay-track overlay-unsure'}>
      <title>{`${track.label} ${Math.round(track.score * 100)} %`}</title>
      <rect x={x} y={y} width={width} height={height} stroke={color} />
      <rect
        className="overlay-tag"
        x={x}
        y={label_y}
        width={label_width}
        height={LABEL_HEIGHT}
        style={{ fill: color }}
      />
      <text x={x + 4} y={label_y + 12}>
        {text}
      </text>
    </g>
  );
}

export interface OverlayProps {
  size: Size;
  rules: RuleShape[];
  tracks: TrackWire[];
}

/** In pixels of the picture; scales with the box it is put in. */
export function Overlay({ size, rules, tracks }: OverlayProps): ReactNode {
  if (size.width === 0) return null;
  return (
    <svg
      className="overlay"
      viewBox={`0 0 ${size.width} ${size.height}`}
      preserveAspectRatio="xMidYMid meet"
      aria-hidden
    >
      {rules.map((rule) => (
        <RuleVector key={rule.rule_id} rule={rule} size={size} />
      ))}
      {tracks.map((track) => (
        <TrackVector key={track.track_id} track={track} size={size} />
      ))}
    </svg>
  );
}
