// SPDX-License-Identifier: Apache-2.0
import { ImageOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SceneEvent } from '@/api/types.gen';
import { line_of } from '@/features/events/event-facts';
import type { RuleShape } from '@/models/camera';
import { crossing_vector } from '@/models/event-values';
import { as_fields, as_text } from '@/models/unknown';
import { snapshot_url } from '@/queries/use-sites';
import { Empty } from '@/ui/feedback';

interface Size {
  width: number;
  height: number;
}

/** How far along the line the sides are named, and how far from it; pixels of the picture. */
const ALONG = 0.1;
const REACH = 34;
const SHAFT = 18;

/** Names the sides A and B of the line, with an arrow the way it was crossed. */
function Crossing({ event, rule, size }: CrossingProps): ReactNode {
  const direction = as_text(as_fields(event.values).direction);
  const ends = line_of(rule);
  if (!ends || !direction || size.width === 0) return null;
  const [from, to] = ends.map(([x, y]): [number, number] => [x * size.width, y * size.height]);
  if (!from || !to) return null;
  const [x, y] = [from[0] + (to[0] - from[0]) * ALONG, from[1] + (to[1] - from[1]) * ALONG];
  const [vx, vy] = crossing_vector([from, to], direction);
  const [start, end] = direction === 'b_to_a' ? ['B', 'A'] : ['A', 'B'];
  const angle = (Math.atan2(vy, vx) * 180) / Math.PI;
  return (
    <svg className="crossing" viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden>
      <text x={x - vx * REACH} y={y - vy * REACH + 6}>
        {start}
      </text>
      <text x={x + vx * REACH} y={y + vy * REACH + 6}>
        {end}
      </text>
      <path
        d={`M${-SHAFT} 0H${SHAFT}m-7 -6l7 6l-7 6`}
        transform={`translate(${x} ${y}) rotate(${angle})`}
      />
    </svg>
  );
}

interface CrossingProps {
  event: SceneEvent;
  rule: RuleShape | undefined;
  size: Size;
}

/** The picture kept with an event, as drawn by the camera, with the way of a crossing on top. */
export function EventPicture({ event, rule }: Omit<CrossingProps, 'size'>): ReactNode {
  const { t } = useTranslation();
  const [size, set_size] = useState<Size>({ width: 0, height: 0 });
  const [failed, set_failed] = useState(false);
  if (!event.snapshot_sha256 || failed) {
    return (
      <figure className="event-picture">
        <Empty icon={ImageOff} title={t('events.no_snapshot')} />
      </figure>
    );
  }
  return (
    <figure className="event-picture">
      <img
        src={snapshot_url(event.event_id)}
        alt={t('events.snapshot')}
        onLoad={({ currentTarget: image }) =>
          set_size({ width: image.naturalWidth, height: image.naturalHeight })
        }
        onError={() => set_failed(true)}
      />
      <Crossing event={event} rule={rule} size={size} />
    </figure>
  );
}
