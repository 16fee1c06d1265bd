// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { duration_text, zoned_text } from '@/i18n/format';
import type { DurationModel, Took } from '@/models/views/durations';
import { type AxisProps, Chart, type ChartFrame, MARGIN } from '@/ui/charts/chart';
import { type Scale, make_scale } from '@/ui/charts/scale';
import { state_style } from '@/ui/state-badge';
import { useLocale } from '@/ui/time';
import { useZone } from '@/ui/zone';

export interface DurationBarsProps {
  model: DurationModel;
  label: string;
  on_pick: (run_id: string) => void;
}

const HEIGHT = 260;
const BAR_MAX = 26;
const CROSS = 3.5;

/** A cross above the bar, so that a failure is told by its shape too. */
function Cross({ x, y }: { x: number; y: number }): ReactNode {
  return (
    <path
      className="duration-cross"
      d={`M${x - CROSS} ${y - CROSS}L${x + CROSS} ${y + CROSS}M${x + CROSS} ${y - CROSS}L${x - CROSS} ${y + CROSS}`}
    />
  );
}

interface BarProps {
  point: Took;
  place: { x: number; width: number; top: number; bottom: number };
  label: string;
  on_pick: () => void;
}

function DurationBar({ point, place, label, on_pick }: BarProps): ReactNode {
  const { x, width, top, bottom } = place;
  return (
    <g
      className="duration-bar"
      style={state_style(point.state)}
      data-state={point.state}
      onClick={on_pick}
    >
      <title>{label}</title>
      <rect
        className="duration-hit"
        x={x - width}
        width={2 * width}
        y={MARGIN.top}
        height={bottom - MARGIN.top}
      />
      <rect
        className={point.is_open ? 'duration-open' : 'duration-solid'}
        x={x - width / 2}
        width={width}
        y={Math.min(top, bottom - 2)}
        height={Math.max(2, bottom - top)}
        rx={1.5}
      />
      {point.state === 'failed' && <Cross x={x} y={Math.max(MARGIN.top, top - 8)} />}
    </g>
  );
}

function Level({
  value,
  y,
  text,
  kind,
}: {
  value: number | null;
  y: Scale;
  text: string;
  kind: string;
}): ReactNode {
  if (value === null) return null;
  return (
    <g className={`duration-level duration-${kind}`}>
      <line x1={MARGIN.left} x2="100%" y1={y.at(value)} y2={y.at(value)} />
      <text x={MARGIN.left + 4} y={y.at(value) - 4}>
        {text}
      </text>
    </g>
  );
}

function trend_path(trend: DurationModel['trend'], x: Scale, y: Scale): string {
  const parts = trend.map((value, at) => (value === null ? null : `${x.at(at)} ${y.at(value)}`));
  return parts
    .map((part, at) => (part === null ? '' : `${at > 0 && parts[at - 1] ? 'L' : 'M'}${part}`))
    .join('');
}

/** One bar for each run, oldest on the left, with lines at the median and the 95th percentile. */
export function DurationBars({ model, label, on_pick }: DurationBarsProps): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const zone = useZone();
  const { points, median, p95, trend } = model;
  const when = (at: number): string => {
    const point = points[at];
    return point
      ? new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' }).format(
          new Date(point.run_after),
        )
      : '';
  };
  const axes = (frame: ChartFrame): { x: AxisProps; y: AxisProps } => ({
    x: {
      label: t('durations.axis_runs'),
      format: (at) => (Number.isInteger(at) ? when(at) : ''),
      scale: make_scale({
        values: [-0.5, points.length - 0.5],
        range: [MARGIN.left, frame.width - MARGIN.right],
        ticks: Math.max(2, Math.floor(frame.width / 120)),
        clamp: [-0.5, points.length - 0.5],
      }),
    },
    y: {
      label: t('durations.axis_time'),
      format: (seconds) => duration_text(seconds, locale),
      scale: make_scale({
        values: points.map((point) => point.seconds ?? 0),
        include: [0, p95 ?? 0],
        range: [frame.height - MARGIN.bottom, MARGIN.top + 8],
        ticks: 5,
      }),
    },
  });
  const bar_label = (point: Took): string =>
    [
      point.run_id,
      t(`state.${point.state}` as 'state.success', { defaultValue: point.state }),
      point.seconds === null ? '–' : duration_text(point.seconds, locale),
      zoned_text(point.run_after, locale, zone),
    ].join(' · ');
  return (
    <Chart label={label} height={HEIGHT} axes={axes}>
      {(x, y) => (
        <>
          {points.map((point, at) => (
            <DurationBar
              key={point.run_id}
              point={point}
              place={{
                x: x.at(at),
                width: Math.min(BAR_MAX, Math.max(1.5, (x.at(1) - x.at(0)) * 0.7)),
                top: y.at(point.seconds ?? 0),
                bottom: y.at(0),
              }}
              label={bar_label(point)}
              on_pick={() => on_pick(point.run_id)}
            />
          ))}
          <path className="duration-trend" d={trend_path(trend, x, y)} />
          <Level value={median} y={y} text={t('durations.median')} kind="median" />
          <Level value={p95} y={y} text={t('durations.p95')} kind="p95" />
        </>
      )}
    </Chart>
  );
}
