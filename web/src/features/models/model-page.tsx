// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Model, ModelVariant, ModelVersion } from '@/api/types.gen';
import { bytes_text, short_digest } from '@/i18n/format';
import { paths } from '@/models/paths';
import { type ReportFact, facts_of } from '@/models/report';
import { made_by_task } from '@/models/thread';
import { ReportTable } from '@/features/models/models-page';
import { useModel, useReports } from '@/queries/use-models';
import { useServices } from '@/queries/use-sites';
import { Await, CopyText } from '@/ui/feedback';
import { FactTable, Page, Panel } from '@/ui/page';
import { Link, useQueryValue } from '@/ui/router';
import { HealthBadge } from '@/ui/state-badge';
import { RelativeTime } from '@/ui/time';
import '@/features/models/models.css';

export function FactList({ facts }: { facts: ReportFact[] }): ReactNode {
  return (
    <FactTable rows={facts.map((fact) => [<code key="path">{fact.path}</code>, fact.value])} />
  );
}

function Maker({ variant }: { variant: ModelVariant }): ReactNode {
  const { lineage } = variant;
  if (!made_by_task(lineage)) return <>{lineage.username || '–'}</>;
  return (
    <Link to={paths.task(lineage.dag_id, lineage.dag_run_id, lineage.task_id)}>
      {lineage.dag_id} · {lineage.task_id}
    </Link>
  );
}

interface VariantRowProps {
  variant: ModelVariant;
  version: ModelVersion;
  selected: boolean;
}

function VariantRow({ variant, version, selected }: VariantRowProps): ReactNode {
  const services = useServices();
  const parent = version.variants.find((v) => v.variant_id === variant.parent_variant_id);
  const users = services.data?.filter((s) => s.variant_id === variant.variant_id) ?? [];
  return (
    <tr aria-selected={selected}>
      <td>
        <Link
          className="row-link mono"
          to={paths.model(variant.model, { variant: variant.variant_id })}
        >
          {variant.variant}
        </Link>
      </td>
      <td>{variant.format}</td>
      <td className="num">{bytes_text(variant.blob.size)}</td>
      <td className="mono faint">{parent?.variant ?? '–'}</td>
      <td>
        <Maker variant={variant} />
      </td>
      <td>
        {users.map((service) => (
          <Link key={service.name} to={paths.service(service.name)} className="row">
            {service.name} <HealthBadge state={service.state} />
          </Link>
        ))}
      </td>
      <td className="nowrap">
        <RelativeTime time={variant.created_at} />
      </td>
    </tr>
  );
}

function VersionPanel({
  version,
  variant_id,
}: {
  version: ModelVersion;
  variant_id: number;
}): ReactNode {
  const { t } = useTranslation();
  const chosen = version.variants.find((v) => v.variant_id === variant_id);
  const columns = ['format', 'size', 'made_from', 'made_by', 'used_by', 'created'] as const;
  return (
    <Panel
      flush
      title={t('models.version', { version: version.version })}
      note={<RelativeTime time={version.created_at} />}
    >
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th>{t('models.variant')}</th>
              {columns.map((column) => (
                <th key={column} className={column === 'size' ? 'num' : undefined}>
                  {t(`models.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {version.variants.map((variant) => (
              <VariantRow
                key={variant.variant_id}
                variant={variant}
                version={version}
                selected={variant.variant_id === variant_id}
              />
            ))}
          </tbody>
        </table>
      </div>
      {chosen && (
        <div className="variant-detail stack">
          <h3>
            {t('models.how_made')} <span className="mono">{chosen.variant}</span>
          </h3>
          <FactList facts={facts_of(chosen.method)} />
          <div className="row faint">
            {t('models.digest')} <CopyText text={`sha256:${chosen.blob.sha256}`} />
          </div>
          <details>
            <summary>{t('models.decoder')}</summary>
            <FactList facts={facts_of(chosen.decoder)} />
          </details>
        </div>
      )}
    </Panel>
  );
}

function ModelView({ model }: { model: Model }): ReactNode {
  const { t } = useTranslation();
  const [variant] = useQueryValue('variant');
  const reports = useReports();
  const versions = [...model.versions].sort((a, b) => b.version - a.version);
  const own = reports.data?.filter((report) => report.model === model.name) ?? [];
  const first = versions[0]?.variants[0]?.variant_id ?? 0;
  return (
    <>
      {versions.map((version) => (
        <VersionPanel
          key={version.version}
          version={version}
          variant_id={variant ? Number(variant) : first}
        />
      ))}
      {own.length > 0 && (
        <Panel title={t('reports.title')} flush>
          <ReportTable reports={own} />
        </Panel>
      )}
    </>
  );
}

export function ModelPage({ params }: { params: Record<string, string> }): ReactNode {
  const { t } = useTranslation();
  const name = params.name ?? '';
  const query = useModel(name);
  const model = query.data;
  return (
    <Page
      title={name}
      parent={{ label: t('nav.models'), to: paths.models }}
      {...(model
        ? {
            facts: [
              { label: t('models.task'), value: model.task || '–' },
              { label: t('models.licence'), value: model.licence || '–' },
              { label: t('models.source'), value: model.source || '–' },
              { label: t('models.added'), value: <RelativeTime time={model.created_at} /> },
              {
                label: t('models.digest'),
                value: (
                  <span className="mono">
                    {short_digest(model.versions[0]?.variants[0]?.blob.sha256 ?? '–')}
                  </span>
                ),
              },
            ],
          }
        : {})}
    >
      <Await query={query}>{(data) => <ModelView model={data} />}</Await>
    </Page>
  );
}
