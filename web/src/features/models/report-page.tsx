// SPDX-License-Identifier: Apache-2.0
import { Award, CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Report } from '@/api/types.gen';
import { FactList } from '@/features/models/model-page';
import { ReportCharts } from '@/features/models/report-charts';
import { bytes_text, ms_text } from '@/i18n/format';
import { paths } from '@/models/paths';
import {
  type Measure,
  type ReportBody,
  type ReportVariant,
  best_in,
  difference,
  read_report,
} from '@/models/report';
import { made_by_task } from '@/models/thread';
import { useReport } from '@/queries/use-models';
import { Await, Empty } from '@/ui/feedback';
import { type Fact, Page, Panel } from '@/ui/page';
import { Link } from '@/ui/router';
import { RelativeTime } from '@/ui/time';
import '@/features/models/models.css';

const share = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

interface Column {
  measure: Measure;
  text: (variant: ReportVariant) => string;
  sub?: (variant: ReportVariant) => string;
}

const COLUMNS: Column[] = [
  {
    measure: 'ap50',
    text: (v) => share(v.ap50),
    sub: (v) => (v.ap50_ci ? `${share(v.ap50_ci[0])} – ${share(v.ap50_ci[1])}` : ''),
  },
  {
    measure: 'f1',
    text: (v) => share(v.f1),
    sub: (v) => (v.precision !== null ? `P ${share(v.precision)} · R ${share(v.recall)}` : ''),
  },
  { measure: 'latency_p50', text: (v) => (v.latency_p50 === null ? '–' : ms_text(v.latency_p50)) },
  { measure: 'latency_p99', text: (v) => (v.latency_p99 === null ? '–' : ms_text(v.latency_p99)) },
  { measure: 'size_bytes', text: (v) => (v.size_bytes === null ? '–' : bytes_text(v.size_bytes)) },
];

/** "2.1 times faster, a quarter of the size, accuracy 0.4 points lower". */
function DifferenceText({
  variant,
  body,
}: {
  variant: ReportVariant;
  body: ReportBody;
}): ReactNode {
  const { t } = useTranslation();
  const reference = body.variants.find((v) => v.variant === body.reference);
  if (!reference || variant === reference) {
    return <span className="faint">{t('reports.is_reference')}</span>;
  }
  const { speedup, size_ratio, accuracy_points } = difference(variant, reference);
  const parts: string[] = [];
  if (speedup !== null) {
    const is_same = Math.abs(speedup - 1) < 0.03;
    const key = is_same ? 'same_speed' : speedup > 1 ? 'faster' : 'slower';
    const times = speedup > 1 ? speedup : 1 / speedup;
    parts.push(t(`reports.${key}`, { times: times.toFixed(times < 1.2 ? 2 : times < 10 ? 1 : 0) }));
  }
  if (size_ratio !== null) {
    const percent = Math.round(size_ratio * 100);
    parts.push(
      Math.abs(percent - 100) <= 1 ? t('reports.same_size') : t('reports.of_size', { percent }),
    );
  }
  if (accuracy_points !== null) {
    const points = Math.abs(accuracy_points).toFixed(1);
    const key = points === '0.0' ? 'same_accuracy' : accuracy_points > 0 ? 'gains' : 'loses';
    parts.push(t(`reports.${key}`, { points }));
  }
  return <>{parts.join(t('reports.comma'))}</>;
}

function VariantName({
  variant,
  body,
  report,
}: {
  variant: ReportVariant;
  body: ReportBody;
  report: Report;
}): ReactNode {
  const { t } = useTranslation();
  const query = variant.variant_id === null ? {} : { variant: variant.variant_id };
  return (
    <span className="row nowrap-row">
      <Link className="row-link mono" to={paths.model(report.model, query)}>
        {variant.variant}
      </Link>
      {variant.variant === body.best && (
        <span className="tag tag-accent">
          <Award size={12} aria-hidden /> {t('reports.chosen')}
        </span>
      )}
    </span>
  );
}

function VariantTable({ body, report }: { body: ReportBody; report: Report }): ReactNode {
  const { t } = useTranslation();
  const best = new Map(COLUMNS.map((c) => [c.measure, best_in(body.variants, c.measure, c.text)]));
  return (
    <div className="table-wrap">
      <table className="table report-table">
        <thead>
          <tr>
            <th>{t('models.variant')}</th>
            {COLUMNS.map((column) => (
              <th key={column.measure} className="num" title={t(`measure_hint.${column.measure}`)}>
                {t(`measure.${column.measure}`)}
              </th>
            ))}
            <th className="num" title={t('measure_hint.agreement')}>
              {t('measure.agreement')}
            </th>
            <th>{t('reports.difference')}</th>
          </tr>
        </thead>
        <tbody>
          {body.variants.map((variant) => (
            <tr key={variant.variant} data-variant={variant.variant}>
              <td>
                <VariantName variant={variant} body={body} report={report} />
              </td>
              {COLUMNS.map((column) => {
                const is_best = best.get(column.measure)?.has(variant.variant);
                return (
                  <td key={column.measure} className={is_best ? 'num report-best' : 'num'}>
                    {is_best && <CircleCheck size={12} aria-label={t('reports.best_cell')} />}{' '}
                    {column.text(variant)}
                    {column.sub && <div className="faint report-sub">{column.sub(variant)}</div>}
                  </td>
                );
              })}
              <td className="num">
                {variant.agreement_matched === null
                  ? '–'
                  : `${(variant.agreement_matched * 100).toFixed(1)} %`}
              </td>
              <td className="report-words">
                <DifferenceText variant={variant} body={body} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HowMeasured({ body }: { body: ReportBody }): ReactNode {
  const { t } = useTranslation();
  const sections = [
    ['device', body.device],
    ['engine', body.engine],
    ['data', body.data],
  ] as const;
  return (
    <details className="panel">
      <summary>{t('reports.how_measured')}</summary>
      <div className="stack how-measured">
        <ul className="how-list">
          <li>{t('reports.how_accuracy')}</li>
          <li>{t('reports.how_latency')}</li>
          <li>{t('reports.how_agreement')}</li>
        </ul>
        <div className="columns">
          {sections.map(([name, facts]) => (
            <section key={name} className="stack">
              <h3>{t(`reports.${name}`)}</h3>
              <FactList facts={facts} />
            </section>
          ))}
          {body.variants
            .filter((variant) => variant.method.length > 0)
            .map((variant) => (
              <section key={variant.variant} className="stack">
                <h3>
                  {t('models.how_made')} <span className="mono">{variant.variant}</span>
                </h3>
                <FactList facts={variant.method} />
              </section>
            ))}
        </div>
      </div>
    </details>
  );
}

function ReportView({ report }: { report: Report }): ReactNode {
  const { t } = useTranslation();
  const body = read_report(report);
  if (body.variants.length === 0) {
    return (
      <Panel>
        <Empty icon={Award} title={t('reports.no_variants')} />
      </Panel>
    );
  }
  const best = body.variants.find((v) => v.variant === body.best);
  return (
    <>
      {best && (
        <p className="report-verdict">
          <Award size={18} aria-hidden />
          <span>
            <strong>{t('reports.verdict', { variant: best.variant })}</strong>{' '}
            <DifferenceText variant={best} body={body} />
            {'. '}
            {body.accuracy_loss_max !== null && (
              <span className="faint">
                {t('reports.budget', { points: (body.accuracy_loss_max * 100).toFixed(1) })}
              </span>
            )}
          </span>
        </p>
      )}
      <Panel flush>
        <VariantTable body={body} report={report} />
      </Panel>
      <ReportCharts body={body} />
      <HowMeasured body={body} />
    </>
  );
}

function report_facts(report: Report, words: { model: string; made: string; by: string }): Fact[] {
  const { lineage } = report;
  const facts: Fact[] = [
    {
      label: words.model,
      value: (
        <Link to={paths.model(report.model)}>
          {report.model} v{report.version}
        </Link>
      ),
    },
    { label: words.made, value: <RelativeTime time={report.created_at} /> },
  ];
  if (made_by_task(lineage)) {
    facts.push({
      label: words.by,
      value: (
        <Link to={paths.task(lineage.dag_id, lineage.dag_run_id, lineage.task_id)}>
          {lineage.dag_id} · {lineage.task_id}
        </Link>
      ),
    });
  }
  return facts;
}

export function ReportPage({ params }: { params: Record<string, string> }): ReactNode {
  const { t } = useTranslation();
  const query = useReport(Number(params.report_id));
  const report = query.data;
  const words = { model: t('reports.model'), made: t('reports.made'), by: t('reports.made_by') };
  return (
    <Page
      title={report?.title || t('reports.number', { id: params.report_id })}
      parent={{ label: t('nav.models'), to: paths.models }}
      {...(report ? { facts: report_facts(report, words) } : {})}
    >
      <Await query={query}>{(data) => <ReportView report={data} />}</Await>
    </Page>
  );
}
