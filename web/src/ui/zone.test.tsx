// SPDX-License-Identifier: Apache-2.0
import { act, render, screen } from '@testing-library/react';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { start_i18n } from '@/i18n';
import { Time } from '@/ui/time';
import { DagZone, set_zone, stored_zone } from '@/ui/zone';

const NINE_IN_SEOUL = '2026-11-24T00:00:00Z';

beforeAll(() => start_i18n());
beforeEach(() => localStorage.clear());

describe('the time zone', () => {
  it('is one choice for every time on screen, kept in the browser', () => {
    render(
      <>
        <Time time={NINE_IN_SEOUL} form="day" />
        <DagZone value="Asia/Seoul">
          <Time time={NINE_IN_SEOUL} form="day" />
        </DagZone>
      </>,
    );
    const texts = (): (string | null)[] =>
      [...document.querySelectorAll('time')].map((one) => one.textContent);
    act(() => set_zone('utc'));
    expect(texts()).toEqual(['Tue, Nov 24, 00:00 UTC', 'Tue, Nov 24, 00:00 UTC']);
    act(() => set_zone('dag'));
    expect(texts()[1]).toMatch(/Tue, Nov 24, 09:00 (GMT\+9|KST)/);
    expect(texts()[0]).not.toMatch(/GMT\+9|KST/);
    expect(localStorage.getItem('aiflow.zone')).toBe('dag');
    expect(stored_zone()).toBe('dag');
  });
  it('of a DAG that the browser does not know is UTC', () => {
    act(() => set_zone('dag'));
    render(
      <DagZone value="Mars/Olympus">
        <Time time={NINE_IN_SEOUL} form="absolute" />
      </DagZone>,
    );
    expect(screen.getByText(/00:00:00 UTC/).title).toMatch(/ago/);
  });
  it('of a relative time shows in its tooltip', () => {
    act(() => set_zone('utc'));
    render(<Time time={NINE_IN_SEOUL} />);
    expect(document.querySelector('time')?.title).toBe('Nov 24, 2026, 00:00:00 UTC');
  });
});
