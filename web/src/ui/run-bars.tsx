// SPDX-License-Identifier: Apache-2.0
import type { KeyboardEvent, ReactNode } from 'react';
import { state_style } from '@/ui/state-badge';
import '@/ui/run-bars.css';

export interface RunBarItem {
  key: string;
  state: string;
  seconds: number;
  /** Tooltip and what is read out. */
  label: string;
}

export interface RunBarsProps {
  bars: RunBarItem[];
  height?: number;
  slots?: number;
  on_pick?: (key: string) => void;
}

const HEIGHT_MIN = 5;

/** The last runs as bars: height = duration (square root, so that short ones stay visible). */
export function RunBars({ bars, height = 24, slots = 14, on_pick }: RunBarsProps): ReactNode {
  const longest = Math.max(1e-3, ...bars.map((bar) => bar.seconds));
  const size = (seconds: number): number =>
    HEIGHT_MIN + (height - HEIGHT_MIN) * Math.sqrt(Math.max(0, seconds) / longest);
  // One stop for Tab: the newest run; arrow keys lead to the others.
  const move = (event: KeyboardEvent<HTMLElement>): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
    all[all.indexOf(event.target as HTMLElement) + step]?.focus();
  };
  const shown = bars.slice(-slots);
  return (
    <span className="run-bars" style={{ height }} onKeyDown={move}>
      {Array.from({ length: Math.max(0, slots - bars.length) }, (_, at) => (
        <i key={at} className="run-bar-none" />
      ))}
      {shown.map((bar) => (
        <button
          key={bar.key}
          type="button"
          tabIndex={bar === shown.at(-1) ? 0 : -1}
          className={`run-bar ${bar.state === 'running' ? 'run-bar-live' : ''}`}
          style={{ ...state_style(bar.state), height: size(bar.seconds) }}
          title={bar.label}
          aria-label={bar.label}
          data-state={bar.state}
          onClick={() => on_pick?.(bar.key)}
        />
      ))}
    </span>
  );
}
