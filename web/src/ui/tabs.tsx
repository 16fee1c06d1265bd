// SPDX-License-Identifier: Apache-2.0
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import '@/ui/tabs.css';

export interface Tab<K extends string> {
  key: K;
  label: string;
  count?: number;
}

export interface TabsProps<K extends string> {
  label: string;
  tabs: Tab<K>[];
  current: K;
  on_change: (key: K) => void;
}

/** A row of tabs; arrow keys move between them. */
export function Tabs<K extends string>(props: TabsProps<K>): ReactNode {
  const { label, tabs, current, on_change } = props;
  const row = useRef<HTMLDivElement>(null);
  // On a phone the row is wider than the screen.
  useEffect(() => {
    const tab = row.current?.querySelector<HTMLElement>('[aria-selected=true]');
    const box = row.current;
    if (!tab || !box) return;
    const hidden = tab.offsetLeft < box.scrollLeft;
    const over = tab.offsetLeft + tab.offsetWidth - box.clientWidth;
    if (hidden) box.scrollLeft = tab.offsetLeft;
    else if (over > box.scrollLeft) box.scrollLeft = over;
  }, [current]);
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.key === current);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    on_change(next.key);
    requestAnimationFrame(() =>
      row.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus(),
    );
  };
  return (
    <div ref={row} className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab.key}
          type="button"
          role="tab"
          className="tab"
          aria-selected={tab.key === current}
          tabIndex={tab.key === current ? 0 : -1}
          onClick={() => on_change(tab.key)}
        >
          {tab.label}
          {tab.count !== undefined && <span className="tab-count">{tab.count}</span>}
        </button>
      ))}
    </div>
  );
}
