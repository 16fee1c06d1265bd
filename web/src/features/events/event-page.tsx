// SPDX-License-Identifier: Apache-2.0
import {
  Activity,
  Ban,
  Box,
  Boxes,
  Camera,
  Check,
  ImageOff,
  type LucideIcon,
  Package,
  Play,
  RotateCcw,
  Scale,
  SquareCheck,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SceneEvent } from '@/api/types.gen';
import { EventStateTag } from '@/features/events/event-state-tag';
import { media_time_text } from '@/i18n/format';
import { paths } from '@/models/paths';
import { facts_of } from '@/models/report';
import { type ThreadKind, event_thread } from '@/models/thread';
import { useVariant } from '@/queries/use-models';
import { useMay } from '@/queries/use-session';
import {
  type EventVerdict,
  snapshot_url,
  useEvent,
  useJudgeEvent,
  useServices,
} from '@/queries/use-sites';
import { Button } from '@/ui/button';
import { Await, Empty, ErrorNote } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { Link } from '@/ui/router';
import { RelativeTime } from '@/ui/time';
import '@/features/events/events.css';

const THREAD_ICON: Record<ThreadKind, LucideIcon> = {
  event: Activity,
  camera: Camera,
  service: Box,
  variant: Boxes,
  report: Scale,
  pack: Package,
  run: Play,
  task: SquareCheck,
};

/** The way back from an event to all that led to it, each step a link. */
function Thread({ event }: { event: SceneEvent }): ReactNode {
  const { t } = useTranslation();
  const services = useServices();
  const variant = useVariant(event.variant_id || null);
  const service = services.data?.find((one) => one.name === event.service);
  const steps = event_thread(event, { service, variant: variant.data });
  return (
    <ol className="thread" data-thread="">
      {steps.map((step) => {
        const Icon = THREAD_ICON[step.kind];
        const content = (
          <>
            <span className="thread-icon">
              <Icon size={15} aria-hidden />
            </span>
            <span className="thread-text">
              <span className="faint">{t(`thread.${step.kind}`)}</span>
              <strong>{step.label}</strong>
            </span>
          </>
        );
        return (
          <li key={step.kind} data-step={step.kind}>
            {step.kind === 'event' ? (
              <span className="thread-step" aria-current="page">
                {content}
              </span>
            ) : (
              <Link className="thread-step" to={step.href}>
                {content}
              </Link>
            )}
          </li>
        );
      })}
    </ol>
  );
}

const VERDICTS: { state: EventVerdict; icon: LucideIcon }[] = [
  { state: 'acknowledged', icon: Check },
  { state: 'false_alarm', icon: Ban },
];

function EventActions({ event }: { event: SceneEvent }): ReactNode {
  const { t } = useTranslation();
  const judge = useJudgeEvent();
  const may = useMay('operator');
  if (!may) return null;
  const set = (state: EventVerdict): void => judge.mutate({ event_id: event.event_id, state });
  return (
    <>
      {judge.error && <ErrorNote error={judge.error} />}
      {event.state !== 'new' && (
        <Button kind="quiet" icon={RotateCcw} onClick={() => set('new')}>
          {t('events.reopen')}
        </Button>
      )}
      {VERDICTS.filter((verdict) => verdict.state !== event.state).map((verdict) => (
        <Button
          key={verdict.state}
          icon={verdict.icon}
          kind={verdict.state === 'acknowledged' ? 'primary' : 'plain'}
          busy={judge.isPending}
          onClick={() => set(verdict.state)}
        >
          {t(`events.do_${verdict.state}` as 'events.do_acknowledged')}
        </Button>
      ))}
    </>
  );
}

/** Measured numbers with at most two decimals. */
function round_text(value: string): string {
  return /^-?\d+\.\d{3,}$/.test(value) ? String(Number(Number(value).toFixed(2))) : value;
}

function EventFacts({ event }: { event: SceneEvent }): ReactNode {
  const { t } = useTranslation();
  const rows: [string, ReactNode][] = [
    [t('events.rule'), event.rule_name || event.rule_id],
    [
      t('events.media_time'),
      `${media_time_text(event.media_time_ms)} · ${t('events.frame', { frame: event.frame })}`,
    ],
    [t('events.started'), <RelativeTime key="started" time={event.started_at} />],
    [t('events.ended'), <RelativeTime key="ended" time={event.ended_at} />],
    [t('events.tracks'), event.track_ids.join(', ') || '–'],
    [
      t('events.object'),
      `${event.label} ${event.score > 0 ? `${Math.round(event.score * 100)} %` : ''}`,
    ],
    ...facts_of(event.values).map((fact): [string, ReactNode] => [
      t(`value.${fact.path}` as 'value.direction', { defaultValue: fact.path }),
      t(`value_word.${fact.value}` as 'value_word.left', { defaultValue: round_text(fact.value) }),
    ]),
  ];
  return (
    <dl className="fact-table">
      {rows.map(([label, value]) => (
        <div key={label} style={{ display: 'contents' }}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function EventView({ event }: { event: SceneEvent }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="event-split">
      <div className="stack">
        <figure className="event-picture">
          {event.snapshot_sha256 ? (
            <img src={snapshot_url(event.event_id)} alt={t('events.snapshot')} />
          ) : (
            <Empty icon={ImageOff} title={t('events.no_snapshot')} />
          )}
        </figure>
      </div>
      <div className="stack">
        <Panel title={t('events.what')}>
          <EventFacts event={event} />
        </Panel>
        <Panel title={t('thread.title')} note={t('thread.note')}>
          <Thread event={event} />
        </Panel>
      </div>
    </div>
  );
}

export function EventPage({ params }: { params: Record<string, string> }): ReactNode {
  const { t } = useTranslation();
  const query = useEvent(params.event_id ?? '');
  const event = query.data;
  const title = event
    ? t(`event_kind.${event.kind}` as 'event_kind.intrusion', { defaultValue: event.kind })
    : (params.event_id ?? '');
  return (
    <Page
      title={title}
      parent={{ label: t('nav.events'), to: paths.events() }}
      badge={event && <EventStateTag state={event.state} />}
      actions={event && <EventActions event={event} />}
    >
      <Await query={query} rows={1} height={360}>
        {(data) => <EventView event={data} />}
      </Await>
    </Page>
  );
}
