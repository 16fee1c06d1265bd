// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useHealth } from '@/queries/use-admin';
import { Await } from '@/ui/feedback';
import { Panel } from '@/ui/page';
import { Told } from '@/ui/told';

const KNOWN = ['database', 'scheduler', 'audit log', 'secrets', 'worker', 'redis', 'services'];

/** Each part of the server: whether it is well, why not, and what to do. */
export function HealthTable(): ReactNode {
  const { t } = useTranslation();
  const health = useHealth();
  const advice = (name: string): string => {
    const known = KNOWN.includes(name) ? name.replace(' ', '_') : 'other';
    return t(`system.do_${known as 'other'}`);
  };
  return (
    <Panel title={t('system.health')} flush>
      <Await query={health}>
        {({ components }) => (
          <div className="table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th>{t('system.part')}</th>
                  <th>{t('system.state')}</th>
                  <th>{t('system.reason')}</th>
                </tr>
              </thead>
              <tbody>
                {components.map(({ name, status, reason }) => (
                  <tr key={name} data-part={name}>
                    <td>
                      {t(`component.${name}` as 'component.database', { defaultValue: name })}
                    </td>
                    <td>{status === 'healthy' ? t('system.well') : t('system.unwell')}</td>
                    <td>
                      <Told text={reason} />
                      {status !== 'healthy' && <p className="faint">{advice(name)}</p>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Await>
    </Panel>
  );
}
