// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import {
  type AxisProps,
  Chart,
  type ChartFrame,
  MARGIN,
  series_color,
  series_dash,
} from '@/ui/charts/chart';
import { make_scale } from '@/ui/charts/scale';

export interface Bubble {
  name: string;
  x: number;
  y: number;
  /** Ends of the interval of y. */
  interval: [number, number] | null;
  size: number;
  /** Colour of the series. */
  at: number;
  best: boolean;
  tooltip: string;
}

export interface ScatterProps {
  label: string;
  x_label: string;
  y_label: string;
  format_x: (value: number) => string;
  format_y: (value: number) => string;
  bubbles: Bubble[];
  /** The line through the points that nothing beats. */
  front: [number, number][];
  /** A horizontal limit, e.g. the accuracy budget. */
  limit?: { y: number; label: string } | null;
}

const RADIUS_MIN = 6;
const RADIUS_MAX = 20;
const LABEL_HEIGHT = 15;
const LETTER_WIDTH = 7;

interface Placed {
  bubble: Bubble;
  cx: number;
  cy: number;
  r: number;
}

/** Heights of the names: raised until no two overlap, so that near-equal variants stay readable. */
function label_heights(placed: Placed[]): number[] {
  const done: { left: number; right: number; y: number }[] = [];
  return placed.map(({ bubble, cx, cy, r }) => {
    const half = (bubble.name.length * LETTER_WIDTH) / 2;
    const box = { left: cx - half, right: cx + half, y: cy - r - 7 };
    const hits = (other: { left: number; right: number; y: number }): boolean =>
      other.left < box.right && other.right > box.left && Math.abs(other.y - box.y) < LABEL_HEIGHT;
    while (done.some(hits)) box.y -= LABEL_HEIGHT / 2;
    done.push(box);
    return box.y;
  });
}

interface BubbleMarkProps {
  placed: Placed;
  label_y: number;
  y: (value: number) => number;
}

function BubbleMark({ placed, label_y, y }: BubbleMarkProps): ReactNode {
  const { bubble, cx, cy, r } = placed;
  return (
    <g className="chart-bubble" style={{ color: series_color(bubble.at) }}>
      <title>{bubble.tooltip}</title>
      {bubble.interval && (
        <line x1={cx} x2={cx} y1={y(bubble.interval[0])} y2={y(bubble.interval[1])} />
      )}
      <circle cx={cx} cy={cy} r={r} />
      {bubble.best && <circle className="chart-ring" cx={cx} cy={cy} r={r + 4} />}
      <text x={cx} y={label_y} textAnchor="middle">
        {bubble.name}
      </text>
    </g>
  );
}

function scatter_axes(props: ScatterProps, frame: ChartFrame): { x: AxisProps; y: AxisProps } {
  const { bubbles, limit } = props;
  return {
    x: {
      label: props.x_label,
      format: props.format_x,
      scale: make_scale({
        values: bubbles.map((b) => b.x * 1.12),
        include: [0],
        range: [MARGIN.left, frame.width - MARGIN.right],
        ticks: 6,
      }),
    },
    y: {
      label: props.y_label,
      format: props.format_y,
      scale: make_scale({
        values: bubbles.flatMap((b) => [b.y, ...(b.interval ?? [])]),
        include: limit ? [limit.y] : [],
        range: [frame.height - MARGIN.bottom, MARGIN.top],
        ticks: 5,
        clamp: [0, 1],
      }),
    },
  };
}

export function Scatter(props: ScatterProps): ReactNode {
  const { bubbles, front, limit } = props;
  const largest = Math.max(1, ...bubbles.map((b) => b.size));
  const radius = (size: number): number =>
    RADIUS_MIN + (RADIUS_MAX - RADIUS_MIN) * Math.sqrt(Math.max(0, size) / largest);
  return (
    <Chart label={props.label} height={280} axes={(frame) => scatter_axes(props, frame)}>
      {(x, y) => {
        const placed = bubbles.map((bubble) => ({
          bubble,
          cx: x.at(bubble.x),
          cy: y.at(bubble.y),
          r: radius(bubble.size),
        }));
        const heights = label_heights(placed);
        return (
          <>
            {limit && (
              <g className="chart-limit">
                <line x1={x.at(x.min)} x2={x.at(x.max)} y1={y.at(limit.y)} y2={y.at(limit.y)} />
                <text x={x.at(x.min) + 6} y={y.at(limit.y) + 14}>
                  {limit.label}
                </text>
              </g>
            )}
            <polyline
              className="chart-front"
              points={front.map(([px, py]) => `${x.at(px)},${y.at(py)}`).join(' ')}
            />
            {placed.map((one, at) => (
              <BubbleMark key={one.bubble.name} placed={one} label_y={heights[at] ?? 0} y={y.at} />
            ))}
          </>
        );
      }}
    </Chart>
  );
}

export interface Line {
  name: string;
  at: number;
  points: [number, number][];
}

export interface LinesProps {
  label: string;
  x_label: string;
  y_label: string;
  format_x: (value: number) => string;
  format_y: (value: number) => string;
  lines: Line[];
  /** Whole numbers on x, taken as they are (frames), instead of 0 to 1. */
  free_x?: boolean;
  dots?: boolean;
}

/** Curves whose y is a share of one. */
export function Lines(props: LinesProps): ReactNode {
  const { lines, free_x = false, dots = false } = props;
  const xs = lines.flatMap((line) => line.points.map((p) => p[0]));
  return (
    <Chart
      label={props.label}
      height={240}
      axes={({ width, height }) => ({
        x: {
          label: props.x_label,
          format: props.format_x,
          scale: make_scale({
            values: xs,
            include: free_x ? [] : [0, 1],
            range: [MARGIN.left, width - MARGIN.right],
            ticks: 6,
          }),
        },
        y: {
          label: props.y_label,
          format: props.format_y,
          scale: make_scale({
            values: [0, 1],
            range: [height - MARGIN.bottom, MARGIN.top],
            ticks: 5,
          }),
        },
      })}
    >
      {(x, y) =>
        lines.map((line) => (
          <g key={line.name} style={{ color: series_color(line.at) }}>
            <polyline
              className="chart-line"
              strokeDasharray={series_dash(line.at)}
              points={line.points.map(([px, py]) => `${x.at(px)},${y.at(py)}`).join(' ')}
            />
            {dots &&
              line.points.map(([px, py]) => (
                <circle key={px} className="chart-dot" cx={x.at(px)} cy={y.at(py)} r={2.5}>
                  <title>{`${line.name} · ${props.format_x(px)}: ${props.format_y(py)}`}</title>
                </circle>
              ))}
          </g>
        ))
      }
    </Chart>
  );
}

export interface BarSeries {
  name: string;
  at: number;
  bins: { from: number; to: number; count: number }[];
}

export interface HistogramProps {
  label: string;
  x_label: string;
  y_label: string;
  format_x: (value: number) => string;
  series: BarSeries[];
}

/** Distributions over one axis, as outlines filled lightly so that they may overlap. */
export function HistogramPlot(props: HistogramProps): ReactNode {
  const { series } = props;
  const bins = series.flatMap((one) => one.bins);
  return (
    <Chart
      label={props.label}
      height={240}
      axes={({ width, height }) => ({
        x: {
          label: props.x_label,
          format: props.format_x,
          scale: make_scale({
            values: bins.flatMap((bin) => [bin.from, bin.to]),
            range: [MARGIN.left, width - MARGIN.right],
            ticks: 6,
          }),
        },
        y: {
          label: props.y_label,
          format: (value) => String(value),
          scale: make_scale({
            values: bins.map((bin) => bin.count),
            include: [0],
            range: [height - MARGIN.bottom, MARGIN.top],
            ticks: 4,
          }),
        },
      })}
    >
      {(x, y) =>
        series.map((one) => {
          const ordered = [...one.bins].sort((a, b) => a.from - b.from);
          const first = ordered[0];
          const last = ordered.at(-1);
          if (!first || !last) return null;
          const steps = ordered.map(
            (bin) => `H${x.at(bin.from)}V${y.at(bin.count)}H${x.at(bin.to)}`,
          );
          const path = `M${x.at(first.from)} ${y.at(0)}${steps.join('')}V${y.at(0)}Z`;
          return (
            <path
              key={one.name}
              className="chart-area"
              style={{ color: series_color(one.at) }}
              strokeDasharray={series_dash(one.at)}
              d={path}
            >
              <title>{one.name}</title>
            </path>
          );
        })
      }
    </Chart>
  );
}
