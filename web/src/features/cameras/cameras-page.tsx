// SPDX-License-Identifier: Apache-2.0
import { Camera as CameraIcon } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Camera } from '@/api/types.gen';
import { CameraPicture } from '@/features/cameras/camera-picture';
import { CameraProgress } from '@/features/cameras/camera-progress';
import { read_rules } from '@/models/camera';
import { paths } from '@/models/paths';
import { useCameras } from '@/queries/use-sites';
import { Await, Empty } from '@/ui/feedback';
import { Page, Panel } from '@/ui/page';
import { Link } from '@/ui/router';
import { HealthBadge } from '@/ui/state-badge';
import { Told } from '@/ui/told';
import '@/features/cameras/cameras.css';

function Tile({ camera }: { camera: Camera }): ReactNode {
  const { t } = useTranslation();
  const rules = useMemo(() => read_rules(camera.rules), [camera.rules]);
  return (
    <Link to={paths.camera(camera.camera_id)} className="panel tile" data-camera={camera.camera_id}>
      <CameraPicture camera={camera} rules={rules} show_tracks />
      <div className="tile-foot">
        <strong>{camera.name || camera.camera_id}</strong>
        <HealthBadge state={camera.state} />
        <span className="faint spread">{camera.fps > 0 && `${camera.fps.toFixed(1)} fps`}</span>
        <span className="faint">{t('cameras.events', { count: camera.event_count })}</span>
      </div>
      {camera.state === 'failed' && camera.cause && (
        <p className="tile-cause" title={camera.cause}>
          <Told text={camera.cause} />
        </p>
      )}
      <CameraProgress camera={camera} />
    </Link>
  );
}

export function CamerasPage(): ReactNode {
  const { t } = useTranslation();
  const cameras = useCameras();
  return (
    <Page title={t('nav.cameras')}>
      <Await query={cameras} rows={2} height={180}>
        {(list) =>
          list.length === 0 ? (
            <Panel>
              <Empty
                icon={CameraIcon}
                title={t('cameras.empty_title')}
                hint={t('cameras.empty_hint')}
                command="aiflow camera add street --source /usr/share/doc/opencv-doc/examples/data/vtest.avi --service person-detector --rules examples/street_rules.json"
              />
            </Panel>
          ) : (
            <div className="tiles">
              {list.map((camera) => (
                <Tile key={camera.camera_id} camera={camera} />
              ))}
            </div>
          )
        }
      </Await>
    </Page>
  );
}
