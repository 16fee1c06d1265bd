// SPDX-License-Identifier: Apache-2.0
// Services, cameras and the events they raise.
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { call, call_list, route_url } from '@/api/client';
import type { Camera, SceneEvent, Service } from '@/api/types.gen';
import { upserted } from '@/models/list';
import { keys } from '@/queries/keys';

export function useServices(): UseQueryResult<Service[]> {
  return useQuery({
    queryKey: keys.services,
    queryFn: ({ signal }) => call_list<Service>('list_services', { signal }),
  });
}

export function useCameras(): UseQueryResult<Camera[]> {
  return useQuery({
    queryKey: keys.cameras,
    queryFn: ({ signal }) => call_list<Camera>('list_cameras', { signal }),
  });
}

export function useStopCamera(): UseMutationResult<Camera, Error, string> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (camera_id) => call<Camera>('stop_camera', { path: { camera_id } }),
    onSuccess: (camera) =>
      client.setQueryData<Camera[]>(
        keys.cameras,
        (list) => list && upserted(list, camera, (c) => c.camera_id, 'last'),
      ),
  });
}

/** Newest first. Filters are applied by the page, so that pushed events meet them too. */
export function useEvents(): UseQueryResult<SceneEvent[]> {
  return useQuery({
    queryKey: keys.events,
    queryFn: ({ signal }) =>
      call_list<SceneEvent>('list_scene_events', { query: { limit: 500 }, signal }),
  });
}

export function useEvent(event_id: string): UseQueryResult<SceneEvent> {
  return useQuery({
    queryKey: keys.event(event_id),
    queryFn: ({ signal }) => call<SceneEvent>('get_scene_event', { path: { event_id }, signal }),
  });
}

export type EventVerdict = 'new' | 'acknowledged' | 'false_alarm';

export function useJudgeEvent(): UseMutationResult<
  SceneEvent,
  Error,
  { event_id: string; state: EventVerdict }
> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ event_id, state }) =>
      call<SceneEvent>('patch_scene_event', { path: { event_id }, body: { state } }),
    onSuccess: (event) => {
      client.setQueryData(keys.event(event.event_id), event);
      client.setQueryData<SceneEvent[]>(
        keys.events,
        (list) => list && upserted(list, event, (e) => e.event_id, 'first'),
      );
    },
  });
}

export function snapshot_url(event_id: string): string {
  return route_url('scene_event_snapshot', { path: { event_id } });
}

/** `at` changes when the picture should be fetched anew. */
export function picture_url(camera_id: string, at: number): string {
  return route_url('camera_picture', { path: { camera_id }, query: { at } });
}

export function live_url(camera_id: string): string {
  const { protocol, host } = window.location;
  const scheme = protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${host}${route_url('live_camera', { path: { camera_id } })}`;
}
