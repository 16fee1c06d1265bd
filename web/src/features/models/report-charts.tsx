// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { bytes_text, ms_text } from '@/i18n/format';
import { type ReportBody, type ReportVariant, pareto_front } from '@/models/report';
import { ChartLegend } from '@/ui/charts/chart';
import { HistogramPlot, Lines, Scatter } from '@/ui/charts/plots';
import { Panel } from '@/ui/page';

const share = (value: number): string => value.toFixed(2);

function has_place(v: ReportVariant): v is ReportVariant & { ap50: number; latency_p50: number } {
  return v.ap50 !== null && v.latency_p50 !== null;
}

function ParetoPlot({ body }: { body: ReportBody }): ReactNode {
  const { t } = useTranslation();
  const bubbles = body.variants.filter(has_place).map((v) => ({
    name: v.variant,
    x: v.latency_p50,
    y: v.ap50,
    interval: v.ap50_ci,
    size: v.size_bytes ?? 0,
    at: body.variants.indexOf(v),
    best: v.variant === body.best,
    tooltip: `${v.variant}: ${ms_text(v.latency_p50)} ms, AP50 ${v.ap50.toFixed(3)}, ${bytes_text(v.size_bytes ?? 0)}`,
  }));
  const reference = body.variants.find((v) => v.variant === body.reference);
  const limit =
    reference?.ap50 != null && body.accuracy_loss_max !== null
      ? { y: reference.ap50 - body.accuracy_loss_max, label: t('reports.budget_line') }
      : null;
  return (
    <Panel title={t('reports.pareto')} note={t('reports.pareto_note')}>
      <Scatter
        label={t('reports.pareto')}
        x_label={t('reports.axis_latency')}
        y_label={t('reports.axis_ap50')}
        format_x={(v) => String(v)}
        format_y={share}
        bubbles={bubbles}
        front={pareto_front(body.variants)
          .filter(has_place)
          .map((v) => [v.latency_p50, v.ap50])}
        limit={limit}
      />
    </Panel>
  );
}

export function ReportCharts({ body }: { body: ReportBody }): ReactNode {
  const { t } = useTranslation();
  const named = body.variants.map((v, at) => ({ v, name: v.variant, at }));
  const legend = <ChartLegend items={named} />;
  const has_histogram = named.filter(({ v }) => v.histogram.length > 0);
  const has_curve = named.filter(({ v }) => v.pr_curve.length > 1);
  const has_frames = named.filter(({ v }) => v.frames.length > 0);
  return (
    <div className="report-charts">
      <ParetoPlot body={body} />
      {has_histogram.length > 0 && (
        <Panel title={t('reports.histogram')} note={t('reports.histogram_note')}>
          <HistogramPlot
            label={t('reports.histogram')}
            x_label={t('reports.axis_latency')}
            y_label={t('reports.axis_runs')}
            format_x={(v) => String(v)}
            series={has_histogram.map(({ v, name, at }) => ({ name, at, bins: v.histogram }))}
          />
          {legend}
        </Panel>
      )}
      {has_curve.length > 0 && (
        <Panel title={t('reports.pr_curve')} note={t('reports.pr_note')}>
          <Lines
            label={t('reports.pr_curve')}
            x_label={t('measure.recall')}
            y_label={t('measure.precision')}
            format_x={share}
            format_y={share}
            lines={has_curve.map(({ v, name, at }) => ({ name, at, points: v.pr_curve }))}
          />
          {legend}
        </Panel>
      )}
      {has_frames.length > 0 && (
        <Panel title={t('reports.per_frame')} note={t('reports.per_frame_note')}>
          <Lines
            label={t('reports.per_frame')}
            x_label={t('reports.axis_frame')}
            y_label={t('measure.f1')}
            format_x={(v) => String(Math.round(v))}
            format_y={share}
            lines={has_frames.map(({ v, name, at }) => ({
              name,
              at,
              points: v.frames.map((frame): [number, number] => [frame.frame, frame.f1]),
            }))}
            free_x
            dots
          />
          {legend}
        </Panel>
      )}
    </div>
  );
}
