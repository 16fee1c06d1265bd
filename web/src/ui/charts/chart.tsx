// SPDX-License-Identifier: Apache-2.0
// The frame of a plot: measures its width, draws axes, grid lines and their labels.
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { type Scale, tick_words } from '@/ui/charts/scale';
import '@/ui/charts/charts.css';

export const MARGIN = { left: 44, right: 14, top: 12, bottom: 36 };

/** Colours of series, in order; readable on both themes, apart in hue and lightness. */
const SERIES = ['var(--series-1)', 'var(--series-2)', 'var(--series-3)', 'var(--series-4)'];

export function series_color(at: number): string {
  return SERIES[at % SERIES.length] ?? 'var(--series-1)';
}

const DASHES = ['', '7 4', '2 3', '9 3 2 3'];

/** A series is told apart by its dashes too, never by colour alone. */
export function series_dash(at: number): string {
  return DASHES[at % DASHES.length] ?? '';
}

export interface AxisProps {
  scale: Scale;
  label: string;
  format: (value: number) => string;
}

export interface ChartFrame {
  width: number;
  height: number;
}

export interface ChartProps {
  /** Says in words what is plotted. */
  label: string;
  height: number;
  axes: (frame: ChartFrame) => { x: AxisProps; y: AxisProps };
  children: (x: Scale, y: Scale) => ReactNode;
}

function Axes({ x, y, frame }: { x: AxisProps; y: AxisProps; frame: ChartFrame }): ReactNode {
  const bottom = frame.height - MARGIN.bottom;
  const right = frame.width - MARGIN.right;
  return (
    <g className="chart-axes" aria-hidden>
      {y.scale.ticks.map((tick) => (
        <g key={tick} transform={`translate(0 ${y.scale.at(tick)})`}>
          <line x1={MARGIN.left} x2={right} />
          <text x={MARGIN.left - 7} dy="0.32em" textAnchor="end">
            {y.format(tick)}
          </text>
        </g>
      ))}
      {tick_words(x.scale.ticks, x.format).map(([tick, word]) => (
        <text key={tick} x={x.scale.at(tick)} y={bottom + 16} textAnchor="middle">
          {word}
        </text>
      ))}
      <line className="chart-base" x1={MARGIN.left} x2={right} y1={bottom} y2={bottom} />
      <text className="chart-label" x={right} y={frame.height - 4} textAnchor="end">
        {x.label}
      </text>
    </g>
  );
}

/** Lets a plot use the width that the page gives it. */
export function Chart({ label, height, axes, children }: ChartProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [width, set_width] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => set_width(element.clientWidth));
    observer.observe(element);
    set_width(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  const frame = { width, height };
  const drawn = width > 0 ? axes(frame) : null;
  return (
    <figure className="chart">
      <figcaption className="chart-y">{drawn?.y.label}</figcaption>
      <div ref={box} style={{ height }}>
        {drawn && (
          <svg width={width} height={height} role="img" aria-label={label}>
            <Axes {...drawn} frame={frame} />
            {children(drawn.x.scale, drawn.y.scale)}
          </svg>
        )}
      </div>
    </figure>
  );
}

export interface LegendItem {
  name: string;
  at: number;
}

export function ChartLegend({ items }: { items: LegendItem[] }): ReactNode {
  return (
    <ul className="chart-legend">
      {items.map((item) => (
        <li key={item.name}>
          <svg width="22" height="8" aria-hidden>
            <line
              x1="1"
              x2="21"
              y1="4"
              y2="4"
              stroke={series_color(item.at)}
              strokeWidth="2.5"
              strokeDasharray={series_dash(item.at)}
            />
          </svg>
          {item.name}
        </li>
      ))}
    </ul>
  );
}
