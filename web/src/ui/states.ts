// SPDX-License-Identifier: Apache-2.0
// The one table of states: colour, icon and word of each. Run states are task states by name.
// `fg` is for text and outlines, `solid` for filled cells and bars, `ink` for an icon on `solid`.
// Checked by states.test.ts: fg on the page and on its own tint >= 4.5:1, solid on the page >= 3:1,
// ink on solid >= 3:1, and the pairs that meet often differ in lightness.
import {
  ArrowUpRight,
  Ban,
  Check,
  ChevronsRight,
  Circle,
  CircleDashed,
  Clock,
  Hand,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  Minus,
  PauseCircle,
  RefreshCw,
  TimerReset,
  X,
  Zap,
} from 'lucide-react';
import type { TaskState } from '@/api/types.gen';

export interface StateTone {
  fg: string;
  solid: string;
  ink: string;
}

export interface StateLook {
  icon: LucideIcon;
  light: StateTone;
  dark: StateTone;
  /** Nothing will change any more unless someone acts. */
  is_final: boolean;
}

const DARK_INK = '#0d0e13';
const LIGHT_INK = '#ffffff';

function look(
  icon: LucideIcon,
  light: [fg: string, solid: string],
  dark: [fg: string, solid: string],
  is_final = false,
): StateLook {
  return {
    icon,
    light: { fg: light[0], solid: light[1], ink: LIGHT_INK },
    dark: { fg: dark[0], solid: dark[1], ink: DARK_INK },
    is_final,
  };
}

export const STATE_LOOK: Record<TaskState, StateLook> = {
  no_status: look(CircleDashed, ['#5f6470', '#868b98'], ['#a3a8b6', '#747a89']),
  scheduled: look(Clock, ['#79602c', '#a08243'], ['#d3b97c', '#b59c62']),
  queued: look(Hourglass, ['#4b5a70', '#64748b'], ['#a9b8cf', '#8798b2']),
  running: look(LoaderCircle, ['#0b60bd', '#1f7fe0'], ['#6db4ff', '#4aa0f7']),
  success: look(Check, ['#17723a', '#2b9a55'], ['#63cf8d', '#4cc07a'], true),
  failed: look(X, ['#b3261e', '#c9302a'], ['#ff8a80', '#ef6058'], true),
  up_for_retry: look(RefreshCw, ['#8a5300', '#bd7a10'], ['#f3b45a', '#e29c35']),
  up_for_reschedule: look(TimerReset, ['#0b6d6e', '#178e8f'], ['#5fcfcf', '#3fb4b5']),
  upstream_failed: look(ArrowUpRight, ['#a84300', '#cf6215'], ['#ffa366', '#ee8440'], true),
  skipped: look(ChevronsRight, ['#87586a', '#a97a8b'], ['#dbaebf', '#b88c9d'], true),
  deferred: look(PauseCircle, ['#6739bd', '#8257d6'], ['#bda1ff', '#a283f0']),
  removed: look(Minus, ['#666b77', '#8c919d'], ['#9a9fac', '#7a808e'], true),
  restarting: look(Zap, ['#8430ad', '#a24bcc'], ['#dc9bff', '#c57bee']),
  awaiting_input: look(Hand, ['#745b00', '#a3830d'], ['#e9ca54', '#cdb03c']),
};

/** A state's look; unknown words get the look of no_status, so that a newer server still shows. */
export function state_look(state: string): StateLook {
  return STATE_LOOK[state as TaskState] ?? STATE_LOOK.no_status;
}

/** Tones of services, cameras, workers and parts of the server. Icons as above. */
const HEALTH_STATE: Record<string, TaskState> = {
  ready: 'success',
  healthy: 'success',
  ok: 'success',
  alive: 'success',
  live: 'success',
  active: 'running',
  running: 'running',
  playing: 'running',
  starting: 'queued',
  loading: 'queued',
  pending: 'queued',
  waiting: 'queued',
  degraded: 'up_for_retry',
  serving: 'success',
  draining: 'skipped',
  restarting: 'restarting',
  reconnecting: 'up_for_retry',
  unhealthy: 'failed',
  failed: 'failed',
  error: 'failed',
  down: 'failed',
  lost: 'failed',
  revoked: 'failed',
  connected: 'success',
  cordoned: 'skipped',
  stopped: 'skipped',
  stopping: 'skipped',
  ended: 'success',
  finished: 'success',
  done: 'success',
  unavailable: 'failed',
};

/** The task state whose look a service's, camera's or component's state borrows. */
export function health_look_state(state: string): TaskState {
  return HEALTH_STATE[state] ?? 'no_status';
}

/** Icons for an event's own states. */
export const EVENT_STATE_ICON: Record<string, LucideIcon> = {
  new: Circle,
  acknowledged: Check,
  false_alarm: Ban,
};

/** Rules that hold on screen only: paper is white whatever the theme. */
export function on_screen(rules: string): string {
  return `@media screen{${rules}}`;
}

/** The table as CSS variables, e.g. --st-failed-fg; one block each for light and dark. */
export function state_css(): string {
  const block = (theme: 'light' | 'dark'): string =>
    Object.entries(STATE_LOOK)
      .map(([name, value]) => {
        const tone = value[theme];
        return `--st-${name}-fg:${tone.fg};--st-${name}-solid:${tone.solid};--st-${name}-ink:${tone.ink};`;
      })
      .join('');
  return `:root{${block('light')}}` + on_screen(`:root[data-theme='dark']{${block('dark')}}`);
}
