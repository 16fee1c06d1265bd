// SPDX-License-Identifier: Apache-2.0
import { CalendarClock, Pause, Play, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Backfill } from '@/api/types.gen';
import { BackfillDialog } from '@/features/workflows/backfills/backfill-dialog';
import { Cause } from '@/features/workflows/cause';
import { backfill_share, backfill_state } from '@/models/backfill';
import { useBackfills, useSteerBackfill } from '@/queries/use-backfills';
import { useMayOnDag } from '@/queries/access/use-projects';
import { Button, IconButton } from '@/ui/button';
import { Await, Empty, ErrorNote } from '@/ui/feedback';
import { RelativeTime } from '@/ui/time';

function Progress({ backfill }: { backfill: Backfill }): ReactNode {
  const { t } = useTranslation();
  const percent = Math.floor(backfill_share(backfill) * 100);
  const parts = (['running', 'queued', 'success', 'failed', 'skipped'] as const)
    .filter((state) => backfill[state] > 0)
    .map((state) => `${t(`state.${state}`)} ${backfill[state]}`);
  return (
    <>
      <div
        className="progress"
        role="progressbar"
        aria-label={t('backfills.progress')}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i style={{ width: `${percent}%` }} />
      </div>
      <p className="faint">
        {[t('backfills.of_runs', { percent, count: backfill.total }), ...parts].join(' · ')}
      </p>
    </>
  );
}

function Steering({ backfill }: { backfill: Backfill }): ReactNode {
  const { t } = useTranslation();
  const steer = useSteerBackfill();
  const state = backfill_state(backfill);
  if (state === 'over') return null;
  const { id } = backfill;
  return (
    <div className="row">
      <IconButton
        icon={state === 'paused' ? Play : Pause}
        label={t(state === 'paused' ? 'backfills.unpause' : 'backfills.pause', { id })}
        disabled={steer.isPending}
        onClick={() => steer.mutate({ id, action: state === 'paused' ? 'unpause' : 'pause' })}
      />
      <IconButton
        icon={X}
        label={t('backfills.cancel', { id })}
        disabled={steer.isPending}
        onClick={() => steer.mutate({ id, action: 'cancel' })}
      />
      {steer.error && <ErrorNote error={steer.error} what={t('backfills.not_steered')} />}
    </div>
  );
}

function BackfillRow({ backfill, steering }: { backfill: Backfill; steering: boolean }): ReactNode {
  const { t } = useTranslation();
  const day = (time: string): string => time.replace(/T00:00:00(\.0+)?Z$/, '');
  return (
    <tr data-backfill={backfill.id}>
      <td className="num">{backfill.id}</td>
      <td className="nowrap">
        {day(backfill.from_date)} – {day(backfill.to_date)}
      </td>
      <td>
        {t(`backfills.state_${backfill_state(backfill)}`)}
        <p className="faint">
          <Cause text={backfill.cause} />
        </p>
      </td>
      <td>
        <Progress backfill={backfill} />
      </td>
      <td className="num">{backfill.max_active_runs}</td>
      <td>{t(`backfills.reprocess_${backfill.reprocess_behavior as 'none'}`)}</td>
      <td className="nowrap">
        <RelativeTime time={backfill.created_at} />
      </td>
      <td>{steering && <Steering backfill={backfill} />}</td>
    </tr>
  );
}

function BackfillTable({ list, may_run }: { list: Backfill[]; may_run: boolean }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="panel panel-flush table-wrap">
      <table className="table">
        <thead>
          <tr>
            <th className="num">{t('backfills.number')}</th>
            <th>{t('backfills.dates')}</th>
            <th>{t('runs.state')}</th>
            <th>{t('backfills.progress')}</th>
            <th className="num">{t('backfills.limit')}</th>
            <th>{t('backfills.reprocess')}</th>
            <th>{t('backfills.created')}</th>
            <th aria-label={t('backfills.actions')} />
          </tr>
        </thead>
        <tbody>
          {list.map((backfill) => (
            <BackfillRow key={backfill.id} backfill={backfill} steering={may_run} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function BackfillsTab({ dag_id }: { dag_id: string }): ReactNode {
  const { t } = useTranslation();
  const backfills = useBackfills(dag_id);
  const may_run = useMayOnDag('user', dag_id);
  const [asking, set_asking] = useState(false);
  return (
    <>
      {may_run && (
        <p>
          <Button icon={CalendarClock} onClick={() => set_asking(true)}>
            {t('backfills.create')}
          </Button>
        </p>
      )}
      {asking && <BackfillDialog dag_id={dag_id} on_close={() => set_asking(false)} />}
      <Await query={backfills}>
        {(list) =>
          list.length === 0 ? (
            <Empty
              icon={CalendarClock}
              title={t('backfills.none')}
              hint={t('backfills.none_hint')}
              command={`aiflow backfills create ${dag_id} --from 2026-01-01 --to 2026-01-31 --dry-run`}
            />
          ) : (
            <BackfillTable list={list} may_run={may_run} />
          )
        }
      </Await>
    </>
  );
}
