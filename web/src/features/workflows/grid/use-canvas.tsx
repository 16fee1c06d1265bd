// SPDX-License-Identifier: Apache-2.0
import {
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { TASK_STATES } from '@/api/types.gen';
import {
  type Cells,
  type GridPicture,
  draw_cells,
  paint_grid,
} from '@/features/workflows/grid/paint';
import { type Part, type Viewport, covers, part_around } from '@/features/workflows/grid/sizes';
import { StateIcon } from '@/ui/state-badge';
import { shown_theme, subscribe_theme } from '@/ui/theme';

/** Icons of all states, unseen, for the canvas to copy. */
export function IconSource({ at }: { at: RefObject<HTMLSpanElement | null> }): ReactNode {
  return (
    <span ref={at} hidden>
      {TASK_STATES.map((state) => (
        <StateIcon key={state} state={state} />
      ))}
    </span>
  );
}

export interface GridCanvas {
  canvas: RefObject<HTMLCanvasElement | null>;
  icons: RefObject<HTMLSpanElement | null>;
}

/** Keeps a canvas painted with its part of the grid, in the page's theme. */
export function useGridCanvas(grid: GridPicture): GridCanvas {
  const theme = useSyncExternalStore(subscribe_theme, shown_theme);
  const canvas = useRef<HTMLCanvasElement>(null);
  const icons = useRef<HTMLSpanElement>(null);
  const cells = useRef<Cells | null>(null);
  const { lines, columns, part } = grid;
  useLayoutEffect(() => {
    const scale = window.devicePixelRatio || 1;
    if (cells.current?.theme !== theme || cells.current.scale !== scale) {
      const drawn = [...(icons.current?.querySelectorAll('svg') ?? [])];
      cells.current = draw_cells(drawn, theme, scale);
    }
    if (canvas.current && cells.current) {
      paint_grid(canvas.current, cells.current, { lines, columns, part });
    }
  }, [lines, columns, part, theme]);
  return { canvas, icons };
}

const viewport_of = (element: HTMLElement): Viewport => ({
  left: element.scrollLeft,
  top: element.scrollTop,
  width: element.clientWidth,
  height: element.clientHeight,
});

/** The part of the grid to draw: it moves on when scrolling comes to its edge. */
export function useVisiblePart(
  scroller: RefObject<HTMLElement | null>,
  lines: number,
  columns: number,
): Part {
  const [part, set_part] = useState<Part>(() =>
    part_around({ left: 0, top: 0, width: 1200, height: 900 }, lines, columns),
  );
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = (): void => {
      const view = viewport_of(element);
      set_part((old) =>
        covers(old, view, lines, columns) ? old : part_around(view, lines, columns),
      );
    };
    set_part(part_around(viewport_of(element), lines, columns));
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [scroller, lines, columns]);
  return part;
}
