// SPDX-License-Identifier: Apache-2.0
import type { KeyboardEvent, ReactNode } from 'react';
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
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.key === current);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    on_change(next.key);
    const row = event.currentTarget;
    requestAnimationFrame(() => row.querySelector<HTMLElement>('[aria-selected=true]')?.focus());
  };
  return (
    <div className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
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
