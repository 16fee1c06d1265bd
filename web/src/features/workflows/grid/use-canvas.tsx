// SPDX-License-Identifier: Apache-2.0
import {
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import {
  type Cells,
  type GridPicture,
  draw_cells,
  paint_grid,
} from '@/features/workflows/grid/paint';
import {
  type Part,
  type Viewport,
  part_around,
  part_within,
  same_part,
  tiles_of,
} from '@/features/workflows/grid/sizes';
import { IconSource } from '@/features/workflows/state-icons';
import type { GridLine } from '@/models/grid';
import { shown_theme, subscribe_theme } from '@/ui/theme';

const key_of = ({ lines, columns }: Part): string =>
  [lines.first, lines.end, columns.first, columns.end].join(' ');

/** What a canvas shows; `columns` are those of its tile. */
interface Painted {
  cells: Cells;
  lines: readonly GridLine[];
  columns: readonly Uint8Array[];
}

const shows_same = (a: Painted, b: Painted): boolean =>
  a.cells === b.cells &&
  a.lines === b.lines &&
  a.columns.length === b.columns.length &&
  a.columns.every((column, at) => column === b.columns[at]);

/** The cells: a canvas for each tile, painted in the page's theme when it comes or has changed. */
export function GridTiles({ lines, columns, part }: GridPicture): ReactNode {
  const theme = useSyncExternalStore(subscribe_theme, shown_theme);
  const box = useRef<HTMLDivElement>(null);
  const icons = useRef<HTMLSpanElement>(null);
  const cells = useRef<Cells | null>(null);
  const painted = useRef(new WeakMap<Element, Painted>());
  const tiles = useMemo(() => tiles_of(part), [part]);
  useLayoutEffect(() => {
    const scale = window.devicePixelRatio || 1;
    if (cells.current?.theme !== theme || cells.current.scale !== scale) {
      const drawn = [...(icons.current?.querySelectorAll('svg') ?? [])];
      cells.current = draw_cells(drawn, theme, scale);
    }
    if (!cells.current) return;
    for (const [at, tile] of tiles.entries()) {
      const canvas = box.current?.children[at];
      if (!(canvas instanceof HTMLCanvasElement)) continue;
      const own = columns.slice(tile.columns.first, tile.columns.end);
      const now: Painted = { cells: cells.current, lines, columns: own };
      const before = painted.current.get(canvas);
      if (before && shows_same(before, now)) continue;
      paint_grid(canvas, cells.current, { lines, columns, part: tile });
      painted.current.set(canvas, now);
    }
  }, [lines, columns, tiles, theme]);
  return (
    <>
      <IconSource at={icons} />
      <div ref={box} aria-hidden>
        {tiles.map((tile) => (
          <canvas key={key_of(tile)} />
        ))}
      </div>
    </>
  );
}

const viewport_of = (element: HTMLElement): Viewport => ({
  left: element.scrollLeft,
  top: element.scrollTop,
  width: element.clientWidth,
  height: element.clientHeight,
});

/** The part of the grid to draw: it moves on by tiles while one scrolls. */
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
      const now = part_around(viewport_of(element), lines, columns);
      set_part((old) => (same_part(old, now) ? old : now));
    };
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [scroller, lines, columns]);
  // Lines that were folded a moment ago are gone before the next look.
  return useMemo(() => part_within(part, lines, columns), [part, lines, columns]);
}
