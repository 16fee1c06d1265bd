// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { Chart, MARGIN, series_color, series_dash } from '@/ui/charts/chart';
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

export function Scatter(props: ScatterProps): ReactNode {
  const { bubbles, front, limit } = props;
  const largest = Math.max(1, ...bubbles.map((b) => b.size));
  const radius = (size: number): number =>
    RADIUS_MIN + (RADIUS_MAX - RADIUS_MIN) * Math.sqrt(Math.max(0, size) / largest);
  const ys = bubbles.flatMap((b) => [b.y, ...(b.interval ?? [])]);
  return (
    <Chart
      label={props.label}
      height={280}
      axes={({ width, height }) => ({
        x: {
          label: props.x_label,
          format: props.format_x,
          scale: make_scale({
            values: bubbles.map((b) => b.x * 1.12),
            include: [0],
            range: [MARGIN.left, width - MARGIN.right],
            ticks: 6,
          }),
        },
        y: {
          label: props.y_label,
          format: props.format_y,
          scale: make_scale({
            values: ys,
            include: limit ? [limit.y] : [],
            range: [height - MARGIN.bottom, MARGIN.top],
            ticks: 5,
            clamp: [0, 1],
          }),
        },
      })}
    >
      {(x, y) => (
        <>
          {limit && (
            <g className="chart-limit">
              <line x1={x.at(x.min)} x2={x.at(x.max)} y1={y.at(limit.y)} y2={y.at(limit.y)} />
              <text x={x.at(x.max)} y={y.at(limit.y) + 13} textAnchor="end">
                {limit.label}
              </text>
            </g>
          )}
          <polyline
            className="chart-front"
            points={front.map(([px, py]) => `${x.at(px)},${y.at(py)}`).join(' ')}
          />
          {bubbles.map((b) => (
            <g key={b.name} className="chart-bubble" style={{ color: series_color(b.at) }}>
              <title>{b.tooltip}</title>
              {b.interval && (
                <line
                  x1={x.at(b.x)}
                  x2={x.at(b.x)}
                  y1={y.at(b.interval[0])}
                  y2={y.at(b.interval[1])}
                />
              )}
              <circle cx={x.at(b.x)} cy={y.at(b.y)} r={radius(b.size)} />
              {b.best && (
                <circle
                  className="chart-ring"
                  cx={x.at(b.x)}
                  cy={y.at(b.y)}
                  r={radius(b.size) + 4}
                />
              )}
              <text x={x.at(b.x)} y={y.at(b.y) - radius(b.size) - 7} textAnchor="middle">
                {b.name}
              </text>
            </g>
          ))}
        </>
      )}
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
