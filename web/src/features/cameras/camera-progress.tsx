// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Camera } from '@/api/types.gen';
import { RUNNING_STATES } from '@/features/cameras/camera-picture';
import { camera_progress } from '@/models/camera';

/** How far a camera that plays a file has come; nothing for a stream or when it has ended. */
export function CameraProgress({ camera }: { camera: Camera }): ReactNode {
  const { t } = useTranslation();
  const share = camera_progress(camera);
  if (share === null || !RUNNING_STATES.has(camera.state)) return null;
  const percent = Math.round(share * 100);
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={t('cameras.progress')}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      title={`${percent} %`}
    >
      <i style={{ width: `${percent}%` }} />
    </div>
  );
}
