// SPDX-License-Identifier: Apache-2.0
import { Box } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Service } from '@/api/types.gen';
import { count_text, ms_text, short_digest } from '@/i18n/format';
import { paths } from '@/models/paths';
import { made_by_task } from '@/models/thread';
import { useCameras, useServices } from '@/queries/use-sites';
import { Await, CopyText, Empty } from '@/ui/feedback';
import { type FactRow, FactTable, Listed, Page, Panel } from '@/ui/page';
import { Link, navigate } from '@/ui/router';
import { HealthBadge } from '@/ui/state-badge';
import { RelativeTime, useLocale, useNow } from '@/ui/time';
import { Told } from '@/ui/told';

/** Requests a second since the start: a mean, since the server keeps no shorter window. */
function mean_rate(service: Service, now_ms: number): number | null {
  if (!service.started_at || service.requests === 0) return null;
  const seconds = (now_ms - Date.parse(service.started_at)) / 1000;
  return seconds > 1 ? service.requests / seconds : null;
}

const latency = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : `${ms_text(value)} ms`;

function ServiceRow({ service, selected }: { service: Service; selected: boolean }): ReactNode {
  const locale = useLocale();
  const rate = mean_rate(service, useNow());
  return (
    <tr aria-selected={selected} data-service={service.name}>
      <td>
        <Link className="row-link" to={paths.service(service.name)}>
          {service.name}
        </Link>
        {service.cause && (
          <p className="faint">
            <Told text={service.cause} />
          </p>
        )}
      </td>
      <td>
        <HealthBadge state={service.state} />
      </td>
      <td>
        <Link to={paths.model(service.model, { variant: service.variant_id })}>
          {service.model} v{service.version} · <span className="mono">{service.variant}</span>
        </Link>
      </td>
      <td className="mono">
        <Link to={paths.pack(service.pack_digest)}>{short_digest(service.pack_digest)}</Link>
      </td>
      <td className="num">{rate === null ? '–' : `${rate.toFixed(rate < 10 ? 1 : 0)}/s`}</td>
      <td className="num">{count_text(service.requests, locale)}</td>
      <td className="num">{latency(service.latency_ms_p50)}</td>
      <td className="num">{latency(service.latency_ms_p99)}</td>
      <td className="nowrap">
        <RelativeTime time={service.started_at} />
      </td>
    </tr>
  );
}

function Deployer({ service }: { service: Service }): ReactNode {
  const { lineage } = service;
  if (!made_by_task(lineage)) return <>{lineage.username || '–'}</>;
  return (
    <Link to={paths.task(lineage.dag_id, lineage.dag_run_id, lineage.task_id)}>
      {lineage.dag_id} · {lineage.task_id}
    </Link>
  );
}

/** On the server itself the socket needs no sign-in: who may open it is an admin. */
const SOCKET = '${AIFLOW_HOME:-$HOME/.local/share/aiflow}/run/api.sock';

function ServiceDetail({ service }: { service: Service }): ReactNode {
  const { t } = useTranslation();
  const cameras = useCameras();
  const users = cameras.data?.filter((camera) => camera.service === service.name) ?? [];
  const url = `http://aiflow/v2/models/${encodeURIComponent(service.name)}`;
  const curl = `curl -s --unix-socket "${SOCKET}" ${url}`;
  const report = service.report_id;
  const rows: FactRow[] = [
    [t('services.address'), <code key="address">{service.address || '–'}</code>],
    [t('services.process'), service.pid ?? '–'],
    [t('services.restarts'), service.restarts],
    [
      t('services.report'),
      report ? (
        <Link key="report" to={paths.report(report)}>
          #{report}
        </Link>
      ) : (
        '–'
      ),
    ],
    [t('services.deployed_by'), <Deployer key="deployer" service={service} />],
    [
      t('nav.cameras'),
      <Listed
        key="cameras"
        items={users.map((camera) => (
          <Link key={camera.camera_id} to={paths.camera(camera.camera_id)}>
            {camera.name || camera.camera_id}
          </Link>
        ))}
      />,
    ],
  ];
  return (
    <Panel
      title={service.name}
      actions={
        <button type="button" className="link-button" onClick={() => navigate(paths.services)}>
          {t('ui.close')}
        </button>
      }
    >
      <div className="columns">
        <FactTable rows={rows} />
        <div className="stack">
          <h3>{t('services.try')}</h3>
          <p className="faint">{t('services.try_hint')}</p>
          <CopyText block text={curl} />
          <CopyText
            block
            text={`${curl}/infer -H "Content-Type: application/json" -d @request.json`}
          />
        </div>
      </div>
    </Panel>
  );
}

export function ServicesPage({ params }: { params: Record<string, string> }): ReactNode {
  const { t } = useTranslation();
  const services = useServices();
  const columns = ['service', 'state', 'variant', 'pack'] as const;
  const numbers = ['rate', 'requests', 'p50', 'p99'] as const;
  const chosen = services.data?.find((service) => service.name === params.name);
  return (
    <Page title={t('nav.services')}>
      <Await query={services}>
        {(list) =>
          list.length === 0 ? (
            <Panel>
              <Empty
                icon={Box}
                title={t('services.empty_title')}
                hint={t('services.empty_hint')}
                command="aiflow service deploy person-detector --model ssd-oidv4 --variant int8 --pack onnxruntime"
              />
            </Panel>
          ) : (
            <Panel flush>
              <div className="table-wrap">
                <table className="table">
                  <thead>
                    <tr>
                      {columns.map((column) => (
                        <th key={column}>{t(`services.${column}`)}</th>
                      ))}
                      {numbers.map((column) => (
                        <th key={column} className="num">
                          {t(`services.${column}`)}
                        </th>
                      ))}
                      <th>{t('services.started')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {list.map((service) => (
                      <ServiceRow
                        key={service.name}
                        service={service}
                        selected={service.name === params.name}
                      />
                    ))}
                  </tbody>
                </table>
              </div>
            </Panel>
          )
        }
      </Await>
      {chosen && <ServiceDetail service={chosen} />}
      {services.data && params.name && !chosen && (
        <Empty icon={Box} title={t('services.not_found', { name: params.name })} />
      )}
    </Page>
  );
}
