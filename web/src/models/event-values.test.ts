// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { en } from '@/i18n/en';
import { crossing_way, event_values, value_name } from '@/models/event-values';

describe("an event's values", () => {
  it('stand beside what the rule asks for, and distances have no sign', () => {
    const values = { direction: 'a_to_b', distance_px: -12.6, distance_min_px: 5.8, hits_after: 2 };
    expect(event_values({ ...values, hits_min: 3 })).toEqual([
      { key: 'direction', unit: 'word', value: 'a_to_b', need: null },
      { key: 'distance_px', unit: 'px', value: 12.6, need: 5.8 },
      { key: 'hits_after', unit: 'plain', value: 2, need: 3 },
    ]);
  });
  it('keep a bound of their own when nothing was measured against it', () => {
    expect(event_values({ hits_min: 3, duration_s: 4 }).map((one) => one.key)).toEqual([
      'hits_min',
      'duration_s',
    ]);
  });
  it('have a text for every name that the rules give', () => {
    const given =
      'direction distance_px distance_min_px hits_after hits_min inside_s enter_s score_mean ' +
      'score_min reason duration_s count count_on count_off count_peak held_s hold_s';
    for (const key of given.split(' ')) expect(en.value, key).toHaveProperty(key);
  });
  it('of an unknown name are still readable', () => {
    expect(value_name('queue_length')).toBe('Queue length');
    expect(value_name('wait_time_s')).toBe('Wait time');
  });
});

describe('the way over a line', () => {
  it('is told as one sees it: upwards, A is on the left', () => {
    const upwards: [[number, number], [number, number]] = [
      [300, 400],
      [300, 100],
    ];
    expect(crossing_way(upwards, 'a_to_b')).toBe('to_right');
    expect(crossing_way(upwards, 'b_to_a')).toBe('to_left');
  });
  it('of a level line is up or down', () => {
    const rightwards: [[number, number], [number, number]] = [
      [100, 200],
      [500, 210],
    ];
    expect(crossing_way(rightwards, 'a_to_b')).toBe('down');
    expect(crossing_way(rightwards, 'b_to_a')).toBe('up');
  });
});
