// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { Chart, ChartLegend, MARGIN, series_color, series_dash } from '@/ui/charts/chart';
import { make_scale } from '@/ui/charts/scale';

export interface TimeLine {
  name: string;
  /** Time in ms and value; what is not known is left out. */
  points: [number, number][];
}

export interface TimeLinesProps {
  /** Says in words what is plotted. */
  label: string;
  format_time: (ms: number) => string;
  format: (value: number) => string;
  lines: TimeLine[];
}

/** Values from 0 up over time, small. */
export function TimeLines({ label, format_time, format, lines }: TimeLinesProps): ReactNode {
  const points = lines.flatMap((line) => line.points);
  return (
    <>
      <Chart
        label={label}
        height={150}
        axes={({ width, height }) => ({
          x: {
            label: '',
            format: format_time,
            scale: make_scale({
              values: points.map((p) => p[0]),
              range: [MARGIN.left, width - MARGIN.right],
              ticks: 4,
            }),
          },
          y: {
            label: '',
            format,
            scale: make_scale({
              values: points.map((p) => p[1]),
              include: [0],
              clamp: [0, Infinity],
              range: [height - MARGIN.bottom, MARGIN.top],
              ticks: 3,
            }),
          },
        })}
      >
        {(x, y) =>
          lines.map((line, at) => (
            <g key={line.name} style={{ color: series_color(at) }}>
              <polyline
                className="chart-line"
                strokeDasharray={series_dash(at)}
                points={line.points.map(([px, py]) => `${x.at(px)},${y.at(py)}`).join(' ')}
              />
            </g>
          ))
        }
      </Chart>
      {lines.length > 1 && (
        <ChartLegend items={lines.map((line, at) => ({ name: line.name, at }))} />
      )}
    </>
  );
}
