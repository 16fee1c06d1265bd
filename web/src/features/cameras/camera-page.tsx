// SPDX-License-Identifier: Apache-2.0
import { CircleStop, Square } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Camera, SceneEvent } from '@/api/types.gen';
import { CameraPicture, RUNNING_STATES } from '@/features/cameras/camera-picture';
import { CameraProgress } from '@/features/cameras/camera-progress';
import type { Live } from '@/features/cameras/live-view';
import { count_text, duration_text, media_time_text, ms_text } from '@/i18n/format';
import { type CameraEnd, camera_end, read_counts, read_rules } from '@/models/camera';
import { paths } from '@/models/paths';
import { made_by_task } from '@/models/thread';
import { useMayOnMade } from '@/queries/access/use-projects';
import { snapshot_url, useCameras, useEvents, useStopCamera } from '@/queries/use-sites';
import { Button } from '@/ui/button';
import { Await, Empty, ErrorNote } from '@/ui/feedback';
import { type Fact, Facts, Page, Panel } from '@/ui/page';
import { Link } from '@/ui/router';
import { HealthBadge } from '@/ui/state-badge';
import { RelativeTime, useLocale } from '@/ui/time';
import { Told } from '@/ui/told';
import '@/features/cameras/cameras.css';

/** Numbers of the frame on screen, else the camera's last known ones. */
function LiveNumbers({ camera, live }: { camera: Camera; live: Live | null }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const report = live?.frame?.report;
  const counts = read_counts(report?.counts ?? camera.counts);
  const frame = report?.frame ?? camera.frame;
  const total = camera.end_frame ?? camera.frames_total;
  const facts: Fact[] = [
    {
      label: t('cameras.frame'),
      value: total > 0 ? `${count_text(frame, locale)} / ${count_text(total, locale)}` : frame,
    },
    { label: t('cameras.tracks'), value: report?.tracks.length ?? camera.tracks },
    ...counts.map((count) => ({
      label: t('cameras.count', { name: count.name }),
      value: count.value,
    })),
    { label: t('cameras.rate'), value: camera.fps > 0 ? `${camera.fps.toFixed(1)} fps` : '–' },
    { label: t('cameras.dropped'), value: count_text(camera.dropped, locale) },
  ];
  if (report) {
    facts.push({
      label: t('cameras.detect_time'),
      value: `${ms_text(report.detect_us / 1000)} ms`,
    });
  }
  return <Facts facts={facts} />;
}

/** Says plainly that nothing plays any more: why, since when, and what it came to. */
function EndNote({ end, cause }: { end: CameraEnd; cause: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <p className={end.reason === 'failed' ? 'camera-end camera-end-failed' : 'camera-end'}>
      <CircleStop size={16} aria-hidden />
      <span>
        <strong>{t(`cameras.end_${end.reason}`)}</strong> · <RelativeTime time={end.at} />
        {cause && <span className="camera-end-cause"> · {cause}</span>}
      </span>
    </p>
  );
}

function EndNumbers({ camera, end }: { camera: Camera; end: CameraEnd }): ReactNode {
  const { t } = useTranslation();
  const locale = useLocale();
  const speed = end.seconds > 0 ? `${(end.frames / end.seconds).toFixed(1)} fps` : '–';
  return (
    <Facts
      facts={[
        { label: t('cameras.frames_seen'), value: count_text(end.frames, locale) },
        { label: t('cameras.took'), value: duration_text(end.seconds, locale) },
        { label: t('cameras.speed'), value: speed },
        { label: t('cameras.dropped'), value: count_text(camera.dropped, locale) },
        { label: t('cameras.detect_time'), value: `${ms_text(end.detect_us / 1000)} ms` },
      ]}
    />
  );
}

function RecentEvents({ events }: { events: SceneEvent[] }): ReactNode {
  const { t } = useTranslation();
  if (events.length === 0) return <p className="faint">{t('cameras.no_events')}</p>;
  return (
    <ul className="recent-events">
      {events.slice(0, 12).map((event) => (
        <li key={event.event_id}>
          <Link to={paths.event(event.event_id)}>
            {event.snapshot_sha256 ? (
              <img src={snapshot_url(event.event_id)} alt="" loading="lazy" />
            ) : (
              <span className="recent-none" />
            )}
            <span>
              <strong>
                {t(`event_kind.${event.kind}` as 'event_kind.intrusion', {
                  defaultValue: event.kind,
                })}
              </strong>
              <span className="faint">
                {event.rule_name} · {media_time_text(event.media_time_ms)}
              </span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

const LAYERS = ['zones', 'boxes'] as const;
type Layer = (typeof LAYERS)[number];

interface LayersProps {
  shown: Record<Layer, boolean>;
  set_shown: (shown: Record<Layer, boolean>) => void;
  has_boxes: boolean;
}

function Layers({ shown, set_shown, has_boxes }: LayersProps): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="chips">
      {LAYERS.map((layer) => (
        <button
          key={layer}
          type="button"
          className="chip"
          aria-pressed={shown[layer]}
          disabled={layer === 'boxes' && !has_boxes}
          title={layer === 'boxes' && !has_boxes ? t('cameras.boxes_live_only') : undefined}
          onClick={() => set_shown({ ...shown, [layer]: !shown[layer] })}
        >
          {t(`cameras.layer_${layer}`)}
        </button>
      ))}
    </div>
  );
}

function CameraView({ camera }: { camera: Camera }): ReactNode {
  const { t } = useTranslation();
  const events = useEvents();
  const [live, set_live] = useState<Live | null>(null);
  const [shown, set_shown] = useState<Record<Layer, boolean>>({ zones: true, boxes: true });
  const [none, set_none] = useState(false);
  const rules = useMemo(() => read_rules(camera.rules), [camera.rules]);
  const own = events.data?.filter((event) => event.camera_id === camera.camera_id) ?? [];
  const end = camera_end(camera, own);
  // The boxes of the last picture are known to who watched it live, and to nobody else.
  const has_boxes = !end || live?.frame;
  return (
    <div className="camera-split">
      <div className="stack">
        {end && <EndNote end={end} cause={camera.cause} />}
        <CameraPicture
          camera={camera}
          rules={shown.zones ? rules : []}
          show_tracks={shown.boxes}
          on_live={set_live}
          on_none={set_none}
        />
        <CameraProgress camera={camera} />
        {!none && <Layers shown={shown} set_shown={set_shown} has_boxes={Boolean(has_boxes)} />}
        {end ? (
          end.frames > 0 && <EndNumbers camera={camera} end={end} />
        ) : (
          <LiveNumbers camera={camera} live={live} />
        )}
      </div>
      <Panel
        title={t('nav.events')}
        note={own.length > 0 ? own.length : undefined}
        actions={<Link to={paths.events({ camera: camera.camera_id })}>{t('ui.all')}</Link>}
      >
        <RecentEvents events={own} />
      </Panel>
    </div>
  );
}

function CameraActions({ camera }: { camera: Camera }): ReactNode {
  const { t } = useTranslation();
  const stop = useStopCamera();
  const may = useMayOnMade('operator', camera.lineage);
  if (!may || !RUNNING_STATES.has(camera.state)) return null;
  return (
    <>
      {stop.error && <ErrorNote error={stop.error} />}
      <Button icon={Square} busy={stop.isPending} onClick={() => stop.mutate(camera.camera_id)}>
        {t('cameras.stop')}
      </Button>
    </>
  );
}

export function CameraPage({ params }: { params: Record<string, string> }): ReactNode {
  const { t } = useTranslation();
  const cameras = useCameras();
  const camera = cameras.data?.find((one) => one.camera_id === params.camera_id);
  const { lineage } = camera ?? {};
  return (
    <Page
      title={camera?.name || params.camera_id || ''}
      parent={{ label: t('nav.cameras'), to: paths.cameras }}
      badge={camera && <HealthBadge state={camera.state} />}
      actions={camera && <CameraActions camera={camera} />}
      {...(camera
        ? {
            facts: [
              {
                label: t('cameras.service'),
                value: <Link to={paths.service(camera.service)}>{camera.service}</Link>,
              },
              {
                label: t('cameras.source'),
                value: <span title={camera.source}>{camera.source.split('/').at(-1)}</span>,
              },
              ...(lineage && made_by_task(lineage)
                ? [
                    {
                      label: t('cameras.made_by'),
                      value: (
                        <Link to={paths.task(lineage.dag_id, lineage.dag_run_id, lineage.task_id)}>
                          {lineage.dag_id} · {lineage.task_id}
                        </Link>
                      ),
                    },
                  ]
                : []),
            ],
          }
        : {})}
    >
      {camera?.cause && camera.state !== 'running' && !camera_end(camera, []) && (
        <p className="faint">
          <Told text={camera.cause} />
        </p>
      )}
      <Await query={cameras} rows={1} height={360}>
        {() =>
          camera ? (
            <CameraView camera={camera} />
          ) : (
            <Empty icon={Square} title={t('cameras.not_found', { name: params.camera_id })} />
          )
        }
      </Await>
    </Page>
  );
}
