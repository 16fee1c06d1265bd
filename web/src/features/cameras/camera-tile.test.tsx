// SPDX-License-Identifier: Apache-2.0
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Camera } from '@/api/types.gen';
import { CamerasPage } from '@/features/cameras/cameras-page';
import { start_i18n } from '@/i18n';
import { keys } from '@/queries/keys';

const FAILED = {
  camera_id: 'gate',
  name: 'Gate',
  state: 'failed',
  cause: 'it is not a video',
  frame: 0,
  frames_total: 0,
  start_frame: 0,
  fps: 0,
  event_count: 0,
  rules: [],
} as unknown as Camera;

beforeAll(() => start_i18n());

function show(): HTMLElement {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(keys.cameras, [FAILED]);
  return render(
    <QueryClientProvider client={client}>
      <CamerasPage />
    </QueryClientProvider>,
  ).container;
}

describe('the tile of a failed camera', () => {
  it('says why, and neither that it ended nor that a picture is to come', () => {
    const page = show();
    fireEvent.error(screen.getByRole('img', { name: 'Picture of Gate' }));
    expect(page.textContent).toContain('it is not a video');
    expect(page.textContent).toContain('No picture');
    expect(page.textContent).not.toContain('yet');
    expect(page.textContent).not.toContain('last picture');
  });
});
