// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SceneEvent } from '@/api/types.gen';
import { count_text, duration_text, media_time_text } from '@/i18n/format';
import { type EventValue, crossing_way, event_values, value_name } from '@/models/event-values';
import type { RuleShape } from '@/models/camera';
import { FactTable } from '@/ui/page';
import { RelativeTime, useLocale } from '@/ui/time';

type Line = [from: [number, number], to: [number, number]];

/** The two ends of a line rule; null for a zone, or when its camera is gone. */
export function line_of(rule: RuleShape | undefined): Line | null {
  const [from, to, more] = rule?.points ?? [];
  return from && to && !more ? [from, to] : null;
}

function Measured({ value, line }: { value: EventValue; line: Line | null }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const text = (number: number): string => {
    if (value.unit === 's') return duration_text(number, locale);
    if (value.unit === 'share') return `${Math.round(number * 100)} %`;
    const rounded = count_text(Number(number.toFixed(1)), locale);
    return value.unit === 'px' ? `${rounded} px` : rounded;
  };
  if (typeof value.value === 'string') {
    const word = value.value.replaceAll(' ', '_');
    const way = value.key === 'direction' && line ? crossing_way(line, value.value) : null;
    return (
      <>
        {t(`value_word.${word}` as 'value_word.left', { defaultValue: value.value })}
        {way && <span className="faint"> · {t(`value_way.${way}`)}</span>}
      </>
    );
  }
  return (
    <>
      {text(value.value)}
      {value.need !== null && (
        <span className="faint"> · {t('events.at_least', { value: text(value.need) })}</span>
      )}
    </>
  );
}

export interface EventFactsProps {
  event: SceneEvent;
  rule: RuleShape | undefined;
}

/** What happened, when and to whom, and the numbers that decided it. */
export function EventFacts({ event, rule }: EventFactsProps): ReactNode {
  const { t } = useTranslation();
  const score = event.score > 0 ? ` ${Math.round(event.score * 100)} %` : '';
  const is_moment = event.kind === 'line_crossing';
  const line = line_of(rule);
  return (
    <FactTable
      rows={[
        [t('events.rule'), event.rule_name || event.rule_id],
        [
          t('events.media_time'),
          `${media_time_text(event.media_time_ms)} · ${t('events.frame', { frame: event.frame })}`,
        ],
        [
          t(is_moment ? 'events.seen' : 'events.started'),
          <RelativeTime key="started" time={event.started_at} />,
        ],
        ...(is_moment
          ? []
          : [
              [t('events.ended'), <RelativeTime key="ended" time={event.ended_at} />] as [
                string,
                ReactNode,
              ],
            ]),
        [t('events.tracks'), event.track_ids.join(', ') || '–'],
        [
          t('events.object'),
          t(`object.${event.label}` as 'object.Person', { defaultValue: event.label }) + score,
        ],
        ...event_values(event.values).map((value): [string, ReactNode] => [
          t(`value.${value.key}` as 'value.direction', { defaultValue: value_name(value.key) }),
          <Measured key={value.key} value={value} line={line} />,
        ]),
      ]}
    />
  );
}
