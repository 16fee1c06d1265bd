// SPDX-License-Identifier: Apache-2.0
import { Package } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pack, Service } from '@/api/types.gen';
import { bytes_text, count_text, short_digest } from '@/i18n/format';
import { paths } from '@/models/paths';
import { facts_of } from '@/models/report';
import { made_by_task } from '@/models/thread';
import { usePacks } from '@/queries/use-models';
import { useServices } from '@/queries/use-sites';
import { Await, CopyText, Empty } from '@/ui/feedback';
import { type FactRow, FactTable, Listed, Page, Panel } from '@/ui/page';
import { Link, useQueryValue } from '@/ui/router';
import { RelativeTime, useLocale } from '@/ui/time';

function PackMaker({ pack }: { pack: Pack }): ReactNode {
  const { lineage } = pack;
  if (!made_by_task(lineage)) return <>{lineage.username || '–'}</>;
  return (
    <Link to={paths.task(lineage.dag_id, lineage.dag_run_id, lineage.task_id)}>
      {lineage.dag_id} · {lineage.task_id}
    </Link>
  );
}

interface PackRowProps {
  pack: Pack;
  services: Service[];
  selected: boolean;
  on_pick: () => void;
}

function PackRow({ pack, services, selected, on_pick }: PackRowProps): ReactNode {
  const locale = useLocale();
  return (
    <tr aria-selected={selected}>
      <td>
        <button type="button" className="link-button" aria-expanded={selected} onClick={on_pick}>
          {pack.name}
        </button>{' '}
        <span className="faint">{pack.version}</span>
      </td>
      <td className="mono" title={pack.digest}>
        {short_digest(pack.digest)}
      </td>
      <td>{pack.engine}</td>
      <td className="num">{bytes_text(pack.size)}</td>
      <td className="num">{count_text(pack.files, locale)}</td>
      <td>
        <Listed
          items={services.map((service) => (
            <Link key={service.name} to={paths.service(service.name)}>
              {service.name}
            </Link>
          ))}
        />
      </td>
      <td>
        <PackMaker pack={pack} />
      </td>
      <td className="nowrap">
        <RelativeTime time={pack.created_at} />
      </td>
    </tr>
  );
}

function PackDetail({ pack }: { pack: Pack }): ReactNode {
  const { t } = useTranslation();
  return (
    <Panel title={`${pack.name} ${pack.version}`}>
      <div className="stack">
        <CopyText text={pack.digest} />
        <FactTable
          rows={[
            [t('runtime.source'), pack.source || '–'],
            [t('runtime.licence'), pack.licence || '–'],
            ...facts_of(pack.manifest).map((fact): FactRow => [
              <code key="path">{fact.path}</code>,
              fact.value,
            ]),
          ]}
        />
      </div>
    </Panel>
  );
}

function PackTable({ packs }: { packs: Pack[] }): ReactNode {
  const { t } = useTranslation();
  const services = useServices();
  const [digest, set_digest] = useQueryValue('digest');
  const chosen = packs.find((pack) => pack.digest === digest);
  const columns = ['digest', 'engine', 'size', 'files', 'used_by', 'made_by', 'created'] as const;
  const is_number = (column: string): boolean => column === 'size' || column === 'files';
  return (
    <>
      <Panel flush>
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th>{t('runtime.pack')}</th>
                {columns.map((column) => (
                  <th key={column} className={is_number(column) ? 'num' : undefined}>
                    {t(`runtime.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {packs.map((pack) => (
                <PackRow
                  key={pack.digest}
                  pack={pack}
                  services={services.data?.filter((s) => s.pack_digest === pack.digest) ?? []}
                  selected={pack.digest === digest}
                  on_pick={() => set_digest(pack.digest === digest ? null : pack.digest)}
                />
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
      {chosen && <PackDetail pack={chosen} />}
    </>
  );
}

export function RuntimePage(): ReactNode {
  const { t } = useTranslation();
  const packs = usePacks();
  return (
    <Page title={t('nav.runtime')}>
      <p className="faint">{t('runtime.intro')}</p>
      <Await query={packs}>
        {(list) =>
          list.length === 0 ? (
            <Panel>
              <Empty
                icon={Package}
                title={t('runtime.empty_title')}
                hint={t('runtime.empty_hint')}
                command="aiflow runtime add onnxruntime"
              />
            </Panel>
          ) : (
            <PackTable packs={list} />
          )
        }
      </Await>
    </Page>
  );
}
