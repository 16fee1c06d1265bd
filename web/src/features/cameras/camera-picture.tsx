// SPDX-License-Identifier: Apache-2.0
import { VideoOff } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Camera, TrackWire } from '@/api/types.gen';
import { type Live, useLive } from '@/features/cameras/live-view';
import { Overlay } from '@/features/cameras/overlay';
import type { RuleShape } from '@/models/camera';
import { picture_url } from '@/queries/use-sites';

export const RUNNING_STATES = new Set(['running', 'starting', 'live', 'playing']);

/** Draws the newest live picture on a canvas. */
function LiveCanvas({ live }: { live: Live }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { frame } = live;
  useEffect(() => {
    const target = canvas.current;
    if (!target || !frame) return;
    const { picture } = frame;
    if (target.width !== picture.width) target.width = picture.width;
    if (target.height !== picture.height) target.height = picture.height;
    target.getContext('2d')?.drawImage(picture, 0, 0);
  }, [frame]);
  return <canvas ref={canvas} className="picture-media" />;
}

interface StillProps {
  camera: Camera;
  is_missing: boolean;
  on_missing: () => void;
  on_size: (size: { width: number; height: number }) => void;
}

/** The last picture the server holds. */
function Still({ camera, is_missing, on_missing, on_size }: StillProps): ReactNode {
  const { t } = useTranslation();
  if (is_missing) {
    return (
      <div className="picture-none">
        <VideoOff size={26} strokeWidth={1.5} aria-hidden />
        {t(RUNNING_STATES.has(camera.state) ? 'cameras.no_picture' : 'cameras.no_picture_left')}
      </div>
    );
  }
  return (
    <img
      className="picture-media"
      src={picture_url(camera.camera_id, camera.frame)}
      alt={t('cameras.picture_of', { name: camera.name || camera.camera_id })}
      onLoad={(event) =>
        on_size({
          width: event.currentTarget.naturalWidth,
          height: event.currentTarget.naturalHeight,
        })
      }
      onError={on_missing}
    />
  );
}

export interface CameraPictureProps {
  camera: Camera;
  rules: RuleShape[];
  show_tracks: boolean;
  /** Tells the page which frame is on screen. */
  on_live?: (live: Live) => void;
  /** Tells the page that the camera plays no more and left no picture. */
  on_none?: (none: boolean) => void;
}

const NO_TRACKS: TrackWire[] = [];

/** Live while the camera runs, else its last picture; zones, lines and boxes on top. */
export function CameraPicture(props: CameraPictureProps): ReactNode {
  const { camera, rules, show_tracks, on_live, on_none } = props;
  const { t } = useTranslation();
  const is_running = RUNNING_STATES.has(camera.state);
  const live = useLive(camera.camera_id, is_running);
  const [still_size, set_still_size] = useState({ width: 0, height: 0 });
  useEffect(() => on_live?.(live), [live, on_live]);
  const { frame } = live;
  const [missing_at, set_missing] = useState(-1);
  const is_missing = !frame && missing_at === camera.frame;
  const is_none = is_missing && !is_running;
  useEffect(() => on_none?.(is_none), [is_none, on_none]);
  const has_picture = Boolean(frame) || still_size.width > 0;
  const size = frame ? { width: frame.picture.width, height: frame.picture.height } : still_size;
  return (
    <div
      className={is_none ? 'picture picture-gone' : 'picture'}
      data-live={live.state}
      data-frame={frame?.report.frame ?? ''}
    >
      {frame ? (
        <LiveCanvas live={live} />
      ) : (
        <Still
          camera={camera}
          is_missing={is_missing}
          on_missing={() => set_missing(camera.frame)}
          on_size={set_still_size}
        />
      )}
      <Overlay
        size={size}
        rules={rules}
        tracks={show_tracks && frame ? frame.report.tracks : NO_TRACKS}
      />
      {(is_running || has_picture) && (
        <span className={`picture-flag picture-flag-${live.state}`}>
          {t(`cameras.flag_${live.state}`)}
        </span>
      )}
    </div>
  );
}
