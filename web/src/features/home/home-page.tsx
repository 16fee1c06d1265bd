// SPDX-License-Identifier: Apache-2.0
import {
  Activity,
  Box,
  Camera,
  CircleCheck,
  FileWarning,
  HeartPulse,
  type LucideIcon,
  Workflow,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dag, RunBar } from '@/api/types.gen';
import { type AttentionItem, type AttentionKind, needs_attention } from '@/models/attention';
import { day_lanes, type Lane } from '@/models/timeline';
import { clock_text, duration_text, span_seconds } from '@/i18n/format';
import { paths } from '@/models/paths';
import { useHealth } from '@/queries/use-admin';
import { useDags, useImportErrors } from '@/queries/use-dags';
import { snapshot_url, useCameras, useEvents, useServices } from '@/queries/use-sites';
import { Empty, ErrorNote, Skeleton } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { Link } from '@/ui/router';
import { StateBadge, state_style } from '@/ui/state-badge';
import { RelativeTime, TimeSpan, useLocale, useNow } from '@/ui/time';
import { useZone } from '@/ui/zone';
import '@/features/home/home.css';

const ICON: Record<AttentionKind, LucideIcon> = {
  import_error: FileWarning,
  dag_failing: Workflow,
  service: Box,
  camera: Camera,
  component: HeartPulse,
  open_events: Activity,
};

function AttentionRow({ item }: { item: AttentionItem }): ReactNode {
  const { t } = useTranslation();
  const Icon = ICON[item.kind];
  const name =
    item.kind === 'component'
      ? t(`component.${item.name}` as 'component.database', { defaultValue: item.name })
      : item.name;
  return (
    <li>
      <Link to={item.href} className="attention-row">
        <span className={`attention-icon attention-${item.kind}`}>
          <Icon size={16} aria-hidden />
        </span>
        <span>
          <strong>{t(`attention.${item.kind}`, { name, count: item.count })}</strong>
          {item.detail && <span className="faint attention-detail">{item.detail}</span>}
        </span>
      </Link>
    </li>
  );
}

function Attention(): ReactNode {
  const { t } = useTranslation();
  const dags = useDags();
  const errors = useImportErrors();
  const services = useServices();
  const cameras = useCameras();
  const events = useEvents();
  const health = useHealth();
  const queries = [dags, errors, services, cameras, events];
  const failed = queries.find((query) => query.error);
  if (failed?.error) {
    return <ErrorNote error={failed.error} on_retry={() => void failed.refetch()} />;
  }
  if (queries.some((query) => query.data === undefined)) return <Skeleton rows={3} height={40} />;
  const items = needs_attention({
    dags: dags.data ?? [],
    import_errors: errors.data ?? [],
    services: services.data ?? [],
    cameras: cameras.data ?? [],
    events: events.data ?? [],
    health: health.data,
  });
  if (items.length === 0) {
    return <Empty icon={CircleCheck} title={t('home.all_well')} hint={t('home.all_well_hint')} />;
  }
  return (
    <ul className="attention">
      {items.map((item) => (
        <AttentionRow key={`${item.kind}/${item.name}`} item={item} />
      ))}
    </ul>
  );
}

function LaneBar({ dag_id, run, lane }: { dag_id: string; run: RunBar; lane: Lane }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow();
  const seconds = span_seconds(run.start_date, run.end_date, now) ?? 0;
  const place = lane.place(run, now);
  return (
    <Link
      to={paths.dag(dag_id, { tab: 'graph', run: run.dag_run_id })}
      className="lane-bar"
      data-state={run.state}
      style={{ ...state_style(run.state), left: `${place.left}%`, width: `${place.width}%` }}
      title={`${run.dag_run_id}: ${t(`state.${run.state}`)}, ${duration_text(seconds, locale)}`}
      aria-label={`${run.dag_run_id}: ${t(`state.${run.state}`)}`}
    >
      {''}
    </Link>
  );
}

/** Runs of the last day, one lane a DAG, newest activity first. */
function Today({ dags }: { dags: Dag[] }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const zone = useZone();
  const now = useNow();
  const view = day_lanes(dags, now);
  if (view.lanes.length === 0) {
    return (
      <Empty
        icon={Workflow}
        title={t('home.no_runs')}
        hint={t('home.no_runs_hint')}
        command={dags[0] ? `aiflow dags trigger ${dags[0].dag_id}` : 'aiflow demo'}
      />
    );
  }
  return (
    <div className="lanes">
      <div className="lane-scale" aria-hidden>
        <span />
        <div>
          {view.marks.map((mark) => (
            <span key={mark.time} style={{ left: `${mark.left}%` }}>
              {clock_text(mark.time, locale, zone).slice(0, 5)}
            </span>
          ))}
        </div>
        <span />
      </div>
      {view.lanes.map((lane) => {
        const last = lane.runs.at(-1);
        return (
          <div key={lane.dag_id} className="lane">
            <Link to={paths.dag(lane.dag_id)} className="row-link lane-name">
              {lane.name}
            </Link>
            <div className="lane-track">
              {lane.runs.map((run) => (
                <LaneBar key={run.dag_run_id} dag_id={lane.dag_id} run={run} lane={lane} />
              ))}
            </div>
            <span className="lane-last">
              {last && (
                <>
                  <StateBadge state={last.state} />
                  <span className="faint nowrap">
                    <TimeSpan start={last.start_date} end={last.end_date} />
                  </span>
                </>
              )}
            </span>
          </div>
        );
      })}
    </div>
  );
}

function LatestEvents(): ReactNode {
  const { t } = useTranslation();
  const events = useEvents();
  if (!events.data || events.data.length === 0) return null;
  return (
    <Panel title={t('home.latest_events')} actions={<Link to={paths.events()}>{t('ui.all')}</Link>}>
      <ul className="event-strip">
        {events.data.slice(0, 8).map((event) => (
          <li key={event.event_id}>
            <Link to={paths.event(event.event_id)}>
              {event.snapshot_sha256 ? (
                <img src={snapshot_url(event.event_id)} alt="" loading="lazy" />
              ) : (
                <span className="event-strip-none" />
              )}
              <strong>
                {t(`event_kind.${event.kind}` as 'event_kind.intrusion', {
                  defaultValue: event.kind,
                })}
              </strong>
              <span className="faint">
                {event.camera_id} · <RelativeTime time={event.started_at} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function HomePage(): ReactNode {
  const { t } = useTranslation();
  const dags = useDags();
  return (
    <Page title={t('nav.home')}>
      <Panel title={t('home.needs_me')}>
        <Attention />
      </Panel>
      <Panel title={t('home.today')} note={t('home.today_note')}>
        {dags.data ? <Today dags={dags.data} /> : <Skeleton rows={3} />}
      </Panel>
      <LatestEvents />
    </Page>
  );
}
