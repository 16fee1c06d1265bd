// SPDX-License-Identifier: Apache-2.0
import {
  Activity,
  Ban,
  Box,
  Boxes,
  Camera,
  Check,
  type LucideIcon,
  Package,
  Play,
  RotateCcw,
  Scale,
  SquareCheck,
} from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SceneEvent } from '@/api/types.gen';
import { EventFacts } from '@/features/events/event-facts';
import { EventPicture } from '@/features/events/event-picture';
import { EventStateTag } from '@/features/events/event-state-tag';
import { read_rules } from '@/models/camera';
import { paths } from '@/models/paths';
import { type ThreadKind, event_thread } from '@/models/thread';
import { useVariant } from '@/queries/use-models';
import { useMayOnMade } from '@/queries/use-projects';
import {
  type EventVerdict,
  useCameras,
  useEvent,
  useJudgeEvent,
  useServices,
} from '@/queries/use-sites';
import { Button } from '@/ui/button';
import { Await, ErrorNote } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { Link } from '@/ui/router';
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
  const may = useMayOnMade('operator', event.lineage);
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

function EventView({ event }: { event: SceneEvent }): ReactNode {
  const { t } = useTranslation();
  const cameras = useCameras();
  const rule = useMemo(() => {
    const camera = cameras.data?.find((one) => one.camera_id === event.camera_id);
    return read_rules(camera?.rules).find((one) => one.rule_id === event.rule_id);
  }, [cameras.data, event.camera_id, event.rule_id]);
  return (
    <div className="event-split">
      <EventPicture event={event} rule={rule} />
      <div className="stack">
        <Panel title={t('events.what')}>
          <EventFacts event={event} rule={rule} />
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
