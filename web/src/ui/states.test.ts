// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { TASK_STATES } from '@/api/types.gen';
import { contrast, luminance, mix } from '@/ui/contrast';
import { STATE_LOOK, health_look_state, state_css, state_look } from '@/ui/states';
import { TOKENS, type Theme } from '@/ui/theme';

const THEMES: Theme[] = ['light', 'dark'];

describe('the state table', () => {
  it('has a look for each state of the schema and no other', () => {
    expect(Object.keys(STATE_LOOK).sort()).toEqual([...TASK_STATES].sort());
  });
  it('gives each state its own icon', () => {
    const icons = TASK_STATES.map((state) => STATE_LOOK[state].icon);
    expect(new Set(icons).size).toBe(TASK_STATES.length);
  });
  it.each(THEMES)('is readable as text on the page and on its own tint (%s)', (theme) => {
    for (const state of TASK_STATES) {
      const { fg } = STATE_LOOK[state][theme];
      const { surface, bg, hover } = TOKENS[theme];
      for (const under of [surface, bg, hover, mix(fg, surface, 0.1)]) {
        expect(contrast(fg, under), `${state} ${fg} on ${under}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
  it.each(THEMES)('shows as a filled cell, with its icon on it (%s)', (theme) => {
    for (const state of TASK_STATES) {
      const { solid, ink } = STATE_LOOK[state][theme];
      expect(contrast(solid, TOKENS[theme].surface), state).toBeGreaterThanOrEqual(3);
      expect(contrast(ink, solid), `ink on ${state}`).toBeGreaterThanOrEqual(3);
    }
  });
  it.each(THEMES)('keeps success and failed apart in lightness (%s)', (theme) => {
    const of = (state: 'success' | 'failed'): number => luminance(STATE_LOOK[state][theme].solid);
    expect(Math.abs(of('success') - of('failed'))).toBeGreaterThan(0.08);
  });
  it('falls back to no_status for a state of a newer server', () => {
    expect(state_look('teleported')).toBe(STATE_LOOK.no_status);
    expect(health_look_state('teleported')).toBe('no_status');
  });
  it('writes one variable set per state and theme', () => {
    expect(state_css().match(/--st-failed-fg/g)).toHaveLength(2);
  });
});

describe('the page tokens', () => {
  it.each(THEMES)('reach WCAG AA (%s)', (theme) => {
    const t = TOKENS[theme];
    const text_pairs: [string, string][] = [
      [t.text, t.bg],
      [t.text, t.hover],
      [t.text_2, t.bg],
      [t.text_2, t.surface],
      [t.text_2, t.sunken],
      [t.text_2, t.hover],
      [t.accent_text, t.surface],
      [t.accent_text, t.bg],
      [t.accent_text, t.accent_soft],
      [t.accent_ink, t.accent],
      [t.danger, t.surface],
      [t.warn_text, t.warn_bg],
      [t.error_text, t.error_bg],
    ];
    for (const [fg, bg] of text_pairs)
      expect(contrast(fg, bg), `${fg} on ${bg}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(t.accent, t.surface)).toBeGreaterThanOrEqual(3);
    expect(contrast(t.border_strong, t.surface)).toBeGreaterThanOrEqual(3);
  });
});
