// SPDX-License-Identifier: Apache-2.0
import { useReactFlow, useStore, useStoreApi } from '@xyflow/react';
import {
  type KeyboardEvent,
  type ReactNode,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { type FarPicture, paint_far } from '@/features/workflows/graph/far-paint';
import { useTitles } from '@/features/workflows/graph/graph-nodes';
import { IconSource, lines_of } from '@/features/workflows/state-icons';
import { is_step, middle_of, next_box } from '@/models/views/far-graph';
import type { Rect } from '@/models/views/graph-svg';
import { shown_theme, subscribe_theme } from '@/ui/theme';

interface FarBoxesProps {
  picture: FarPicture;
  label: string;
  on_open: (id: string) => void;
  /** The view was moved to bring a box into sight. */
  on_reveal: () => void;
}

/** The picture over the view; it repaints as the view moves. */
function Picture({ picture }: { picture: FarPicture }): ReactNode {
  const theme = useSyncExternalStore(subscribe_theme, shown_theme);
  const canvas = useRef<HTMLCanvasElement>(null);
  const icons = useRef<HTMLSpanElement>(null);
  const [x, y, zoom] = useStore((store) => store.transform);
  const width = useStore((store) => store.width);
  const height = useStore((store) => store.height);
  const lines = useRef<Path2D[]>([]);
  useLayoutEffect(() => {
    if (!canvas.current || width === 0) return;
    if (lines.current.length === 0) {
      lines.current = [...(icons.current?.querySelectorAll('svg') ?? [])].map(lines_of);
    }
    const view = { x, y, zoom, width, height, theme, icons: lines.current };
    paint_far(canvas.current, picture, view, window.devicePixelRatio || 1);
  }, [picture, x, y, zoom, width, height, theme]);
  return (
    <>
      <IconSource at={icons} />
      <canvas ref={canvas} />
    </>
  );
}

/** The box that has the keyboard. */
function ActiveBox({ id, rect, label }: { id: string; rect: Rect; label: string }): ReactNode {
  const [x, y, zoom] = useStore((store) => store.transform);
  return (
    <div
      id={id}
      role="button"
      className="graph-far-active"
      aria-label={label}
      style={{
        transform: `translate(${rect.x * zoom + x}px, ${rect.y * zoom + y}px)`,
        width: rect.width * zoom,
        height: rect.height * zoom,
      }}
    />
  );
}

/** Moves the view when a box is not in sight, or only in part. */
function useReveal(on_reveal: () => void): (rect: Rect) => void {
  const { setCenter } = useReactFlow();
  const store = useStoreApi();
  return (rect) => {
    const { width, height, transform } = store.getState();
    const [x, y, zoom] = transform;
    const left = rect.x * zoom + x;
    const top = rect.y * zoom + y;
    const right = left + rect.width * zoom;
    const bottom = top + rect.height * zoom;
    if (left >= 0 && top >= 0 && right <= width && bottom <= height) return;
    on_reveal();
    const middle = middle_of(rect);
    void setCenter(middle.x, middle.y, { zoom });
  };
}

/** Boxes as a picture. Arrow keys go from one to the next, Enter opens it. */
export function FarBoxes({ picture, label, on_open, on_reveal }: FarBoxesProps): ReactNode {
  const title_of = useTitles();
  const active_id = useId();
  const reveal = useReveal(on_reveal);
  const [active, set_active] = useState<string | null>(null);
  const rect = active === null ? undefined : picture.rects.get(active);
  const data = active === null ? undefined : picture.tasks.get(active);
  const on_key = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (active !== null && rect && (event.key === 'Enter' || event.key === ' ')) on_open(active);
    else if (is_step(event.key)) {
      const to = next_box(picture.rects, active ?? picture.selected, event.key);
      const there = to === null ? undefined : picture.rects.get(to);
      if (!there) return;
      set_active(to);
      reveal(there);
    } else return;
    event.preventDefault();
  };
  return (
    <div
      className="graph-far"
      role="group"
      tabIndex={0}
      aria-label={label}
      {...(rect ? { 'aria-activedescendant': active_id } : {})}
      onKeyDown={on_key}
    >
      <Picture picture={picture} />
      {rect && data && <ActiveBox id={active_id} rect={rect} label={title_of(data)} />}
    </div>
  );
}
