// SPDX-License-Identifier: Apache-2.0
import { fireEvent, render, screen } from '@testing-library/react';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/error';
import { start_i18n } from '@/i18n';
import { make_scale, nice_step, tick_words } from '@/ui/charts/scale';
import { ErrorNote } from '@/ui/feedback';
import { match_path } from '@/ui/router';
import { StateBadge } from '@/ui/state-badge';
import { Tabs } from '@/ui/tabs';
import { Told } from '@/ui/told';

beforeAll(() => start_i18n());

describe('components', () => {
  it('show an error with its request id', () => {
    const retry = vi.fn();
    render(<ErrorNote error={new ApiError(409, 'conflict', 'it runs', 'r-7')} on_retry={retry} />);
    expect(screen.getByRole('alert').textContent).toContain('it runs');
    expect(screen.getByText('r-7')).toBeTruthy();
    fireEvent.click(screen.getByRole('button'));
    expect(retry).toHaveBeenCalledOnce();
  });
  it('show what an error has between backticks as code, and nothing else of Markdown', () => {
    const text = "task 'a' is outside of a DAG: use `with DAG(...)`, or *bind* <b>it</b> by `dag=`";
    render(<ErrorNote error={new ApiError(400, 'invalid', text, '')} />);
    const codes = [...screen.getByRole('alert').querySelectorAll('code')];
    expect(codes.map((one) => one.textContent)).toEqual(['with DAG(...)', 'dag=']);
    expect(screen.getByRole('alert').textContent).toContain(text.replaceAll('`', ''));
  });
  it.each(['one ` alone', 'nothing in ``', 'not over `two\nlines`', ''])(
    'leave backticks without a pair as they are: %j',
    (text) => {
      const { container } = render(<Told text={text} />);
      expect(container.textContent).toBe(text);
      expect(container.querySelector('code')).toBeNull();
    },
  );
  it('say a state in words beside its icon', () => {
    const { container } = render(<StateBadge state="up_for_retry" />);
    expect(container.textContent).toBe('Up for retry');
    expect(container.querySelector('svg')).toBeTruthy();
  });
  it('move between tabs with the arrow keys', () => {
    const change = vi.fn();
    const tabs = [
      { key: 'a', label: 'A' },
      { key: 'b', label: 'B' },
    ] as const;
    render(<Tabs label="t" tabs={[...tabs]} current="b" on_change={change} />);
    fireEvent.keyDown(screen.getByRole('tablist'), { key: 'ArrowRight' });
    expect(change).toHaveBeenCalledWith('a');
  });
});

describe('the router', () => {
  it('matches patterns and decodes their values', () => {
    expect(match_path('/dags/:dag_id', '/dags/a%2Fb')).toEqual({ dag_id: 'a/b' });
    expect(match_path('/dags/:dag_id', '/dags')).toBeNull();
    expect(match_path('/', '/')).toEqual({});
    expect(match_path('/dags/:dag_id', '/dags/%')).toEqual({ dag_id: '%' });
  });
});

describe('scales', () => {
  it('say a time once when several ticks lie in one minute', () => {
    const minute = (ms: number): string => `02:${14 + Math.floor(ms / 60_000)}`;
    const ticks = [0, 20_000, 40_000, 60_000, 80_000];
    expect(tick_words(ticks, minute)).toEqual([
      [0, '02:14'],
      [60_000, '02:15'],
    ]);
  });
  it('have round steps', () => {
    expect(nice_step(1, 5)).toBe(0.2);
    expect(nice_step(17, 6)).toBe(5);
  });
  it('hold their values, also a single one', () => {
    const scale = make_scale({ values: [3.2, 14.9], range: [0, 100], ticks: 5, include: [0] });
    expect(scale.min).toBe(0);
    expect(scale.max).toBeGreaterThanOrEqual(14.9);
    const single = make_scale({ values: [5], range: [0, 100], ticks: 5 });
    expect(single.at(5)).toBeGreaterThan(0);
    expect(single.at(5)).toBeLessThan(100);
  });
});
