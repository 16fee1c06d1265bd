// SPDX-License-Identifier: Apache-2.0
import { Activity, SearchX } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { SceneEvent } from '@/api/types.gen';
import { EventStateTag } from '@/features/events/event-state-tag';
import { media_time_text } from '@/i18n/format';
import { paths } from '@/models/paths';
import { as_fields, as_text } from '@/models/unknown';
import { snapshot_url, useEvents } from '@/queries/use-sites';
import { Await, Empty } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { Link, useQueryValue } from '@/ui/router';
import { RelativeTime } from '@/ui/time';
import '@/features/events/events.css';

const ROW_HEIGHT = 64;

const FIELDS = ['kind', 'camera', 'state'] as const;
type Field = (typeof FIELDS)[number];

function field_of(event: SceneEvent, field: Field): string {
  return field === 'camera' ? event.camera_id : event[field];
}

function useFilters(): Record<Field, [string | null, (value: string | null) => void]> {
  return {
    kind: useQueryValue('kind'),
    camera: useQueryValue('camera'),
    state: useQueryValue('state'),
  };
}

function FilterChips({ events, field }: { events: SceneEvent[]; field: Field }): ReactNode {
  const { t } = useTranslation();
  const [chosen, choose] = useFilters()[field];
  const counts = new Map<string, number>();
  for (const event of events) {
    const value = field_of(event, field);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (chosen && !counts.has(chosen)) counts.set(chosen, 0);
  const word = (value: string): string => {
    if (field === 'kind') {
      return t(`event_kind.${value}` as 'event_kind.intrusion', { defaultValue: value });
    }
    return field === 'state'
      ? t(`event_state.${value}` as 'event_state.new', { defaultValue: value })
      : value;
  };
  return (
    <div className="chips" role="group" aria-label={t(`events.${field}`)}>
      {[...counts].sort().map(([value, count]) => (
        <button
          key={value}
          type="button"
          className="chip"
          aria-pressed={chosen === value}
          onClick={() => choose(chosen === value ? null : value)}
        >
          {word(value)} <span className="chip-count">{count}</span>
        </button>
      ))}
    </div>
  );
}

/** " · A → B" for a line crossing. */
function DirectionText({ event }: { event: SceneEvent }): ReactNode {
  const { t } = useTranslation();
  const direction = as_text(as_fields(event.values).direction);
  if (direction !== 'a_to_b' && direction !== 'b_to_a') return null;
  return <> · {t(`value_word.${direction}`)}</>;
}

function EventRow({ event }: { event: SceneEvent }): ReactNode {
  const { t } = useTranslation();
  return (
    <Link to={paths.event(event.event_id)} className="event-row" data-event={event.event_id}>
      {event.snapshot_sha256 ? (
        <img src={snapshot_url(event.event_id)} alt="" loading="lazy" />
      ) : (
        <span className="event-none" />
      )}
      <span className="event-what">
        <strong>
          {t(`event_kind.${event.kind}` as 'event_kind.intrusion', { defaultValue: event.kind })}
        </strong>
        <span className="faint">
          {event.rule_name}
          <DirectionText event={event} />
        </span>
      </span>
      <span className="event-cell">
        <span>{media_time_text(event.media_time_ms)}</span>
        <span className="faint">{t('events.frame', { frame: event.frame })}</span>
      </span>
      <span className="event-cell event-wide">
        <span>
          {event.track_ids.length > 0
            ? t('events.track', { tracks: event.track_ids.slice(0, 4).join(', ') })
            : '–'}
        </span>
        <span className="faint">
          {event.label} {event.score > 0 && `${Math.round(event.score * 100)} %`}
        </span>
      </span>
      <span className="event-cell event-wide">
        <span>{event.camera_id}</span>
        <span className="faint">
          <RelativeTime time={event.started_at} />
        </span>
      </span>
      <EventStateTag state={event.state} />
    </Link>
  );
}

/** Only the rows on screen are in the page. */
function EventRows({ events }: { events: SceneEvent[] }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (at) => events[at]?.event_id ?? at,
    overscan: 8,
  });
  return (
    <div ref={box} className="event-list">
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const event = events[item.index];
          return (
            event && (
              <div
                key={item.key}
                className="event-slot"
                style={{ height: ROW_HEIGHT, transform: `translateY(${item.start}px)` }}
              >
                <EventRow event={event} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function EventList({ events }: { events: SceneEvent[] }): ReactNode {
  const { t } = useTranslation();
  const filters = useFilters();
  const shown = events.filter((event) =>
    FIELDS.every((field) => {
      const wanted = filters[field][0];
      return wanted === null || field_of(event, field) === wanted;
    }),
  );
  return (
    <>
      <div className="row event-filters">
        {FIELDS.map((field) => (
          <FilterChips key={field} events={events} field={field} />
        ))}
      </div>
      <Panel flush className="event-panel">
        {shown.length > 0 ? (
          <EventRows events={shown} />
        ) : (
          <Empty icon={SearchX} title={t('events.none_found')} />
        )}
      </Panel>
    </>
  );
}

export function EventsPage(): ReactNode {
  const { t } = useTranslation();
  const events = useEvents();
  return (
    <Page title={t('nav.events')} fill>
      <Await query={events} height={ROW_HEIGHT}>
        {(list) =>
          list.length === 0 ? (
            <Panel>
              <Empty
                icon={Activity}
                title={t('events.empty_title')}
                hint={t('events.empty_hint')}
                command="aiflow dags trigger smart_city"
              />
            </Panel>
          ) : (
            <EventList events={list} />
          )
        }
      </Await>
    </Page>
  );
}
