// SPDX-License-Identifier: Apache-2.0
import { Boxes, Scale } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Model, Report } from '@/api/types.gen';
import { bytes_text } from '@/i18n/format';
import { paths } from '@/models/paths';
import { read_report } from '@/models/report';
import { useModels, useReports } from '@/queries/use-models';
import { Await, Empty } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { Link } from '@/ui/router';
import { RelativeTime } from '@/ui/time';
import '@/features/models/models.css';

function ModelCard({ model }: { model: Model }): ReactNode {
  const { t } = useTranslation();
  const newest = [...model.versions].sort((a, b) => b.version - a.version)[0];
  return (
    <Link to={paths.model(model.name)} className="panel model-card">
      <div className="row">
        <h2>{model.name}</h2>
        {model.task && <span className="tag">{model.task}</span>}
      </div>
      {model.description && <p className="faint">{model.description}</p>}
      {newest && (
        <ul className="model-variants">
          {newest.variants.map((variant) => (
            <li key={variant.variant_id}>
              <span className="mono">{variant.variant}</span>
              <span className="faint">{bytes_text(variant.blob.size)}</span>
            </li>
          ))}
        </ul>
      )}
      <p className="faint model-foot">
        {t('models.versions', { count: model.versions.length })}
        {newest && (
          <>
            {' · '}
            <RelativeTime time={newest.created_at} />
          </>
        )}
      </p>
    </Link>
  );
}

export function ReportTable({ reports }: { reports: Report[] }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="table-wrap">
      <table className="table">
        <thead>
          <tr>
            <th>{t('reports.report')}</th>
            <th>{t('reports.model')}</th>
            <th>{t('reports.best')}</th>
            <th>{t('reports.made')}</th>
          </tr>
        </thead>
        <tbody>
          {reports.map((report) => (
            <tr key={report.report_id}>
              <td>
                <Link className="row-link" to={paths.report(report.report_id)}>
                  {report.title || `#${report.report_id}`}
                </Link>
              </td>
              <td>
                {report.model} <span className="faint">v{report.version}</span>
              </td>
              <td>
                <span className="tag tag-accent">{read_report(report).best || '–'}</span>
              </td>
              <td className="nowrap">
                <RelativeTime time={report.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function ModelsPage(): ReactNode {
  const { t } = useTranslation();
  const models = useModels();
  const reports = useReports();
  return (
    <Page title={t('nav.models')}>
      <Await query={models} height={120} rows={2}>
        {(list) =>
          list.length === 0 ? (
            <Panel>
              <Empty
                icon={Boxes}
                title={t('models.empty_title')}
                hint={t('models.empty_hint')}
                command="aiflow model add ssd-oidv4"
              />
            </Panel>
          ) : (
            <div className="model-cards">
              {list.map((model) => (
                <ModelCard key={model.name} model={model} />
              ))}
            </div>
          )
        }
      </Await>
      <Panel title={t('reports.title')} flush>
        <Await query={reports} rows={2}>
          {(list) =>
            list.length === 0 ? (
              <Empty
                icon={Scale}
                title={t('reports.empty_title')}
                hint={t('reports.empty_hint')}
                command="aiflow model compare ssd-oidv4 --pack onnxruntime --video /usr/share/doc/opencv-doc/examples/data/vtest.avi --labels examples/vtest_labels.txt"
              />
            ) : (
              <ReportTable reports={list} />
            )
          }
        </Await>
      </Panel>
    </Page>
  );
}
