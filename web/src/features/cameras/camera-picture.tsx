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
  on_size: (size: { width: number; height: number }) => void;
}

/** The last picture the server holds. */
function Still({ camera, on_size }: StillProps): ReactNode {
  const { t } = useTranslation();
  const [failed_at, set_failed] = useState(-1);
  if (failed_at === camera.frame) {
    return (
      <div className="picture-none">
        <VideoOff size={26} strokeWidth={1.5} aria-hidden />
        {t('cameras.no_picture')}
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
      onError={() => set_failed(camera.frame)}
    />
  );
}

export interface CameraPictureProps {
  camera: Camera;
  rules: RuleShape[];
  show_tracks: boolean;
  /** Tells the page which frame is on screen. */
  on_live?: (live: Live) => void;
}

const NO_TRACKS: TrackWire[] = [];

/** Live while the camera runs, else its last picture; zones, lines and boxes on top. */
export function CameraPicture(props: CameraPictureProps): ReactNode {
  const { camera, rules, show_tracks, on_live } = props;
  const { t } = useTranslation();
  const is_running = RUNNING_STATES.has(camera.state);
  const live = useLive(camera.camera_id, is_running);
  const [still_size, set_still_size] = useState({ width: 0, height: 0 });
  useEffect(() => on_live?.(live), [live, on_live]);
  const { frame } = live;
  const size = frame ? { width: frame.picture.width, height: frame.picture.height } : still_size;
  return (
    <div className="picture" data-live={live.state} data-frame={frame?.report.frame ?? ''}>
      {frame ? <LiveCanvas live={live} /> : <Still camera={camera} on_size={set_still_size} />}
      <Overlay
        size={size}
        rules={rules}
        tracks={show_tracks && frame ? frame.report.tracks : NO_TRACKS}
      />
      <span className={`picture-flag picture-flag-${live.state}`}>
        {t(`cameras.flag_${live.state}`)}
      </span>
    </div>
  );
}
