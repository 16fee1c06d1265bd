// SPDX-License-Identifier: Apache-2.0
// The icons of states for pictures that are painted on a canvas.
import type { ReactNode, RefObject } from 'react';
import { TASK_STATES } from '@/api/types.gen';
import { StateIcon } from '@/ui/state-badge';

/** Size of an icon's drawing, as lucide draws them. */
export const ICON_BOX = 24;

/** Icons of all states, unseen, for the canvases to copy. */
export function IconSource({ at }: { at: RefObject<HTMLSpanElement | null> }): ReactNode {
  return (
    <span ref={at} hidden>
      {TASK_STATES.map((state) => (
        <StateIcon key={state} state={state} />
      ))}
    </span>
  );
}

const number = (element: Element, name: string): number => Number(element.getAttribute(name) ?? 0);

/** The lines of an icon that stands somewhere in the page. */
export function lines_of(icon: SVGElement): Path2D {
  const all = new Path2D();
  for (const part of icon.children) {
    if (part.tagName === 'path') all.addPath(new Path2D(part.getAttribute('d') ?? ''));
    if (part.tagName === 'circle') {
      const [x, y, r] = [number(part, 'cx'), number(part, 'cy'), number(part, 'r')];
      all.moveTo(x + r, y);
      all.arc(x, y, r, 0, 2 * Math.PI);
    }
    if (part.tagName === 'line') {
      all.moveTo(number(part, 'x1'), number(part, 'y1'));
      all.lineTo(number(part, 'x2'), number(part, 'y2'));
    }
    if (part.tagName === 'rect') {
      all.rect(number(part, 'x'), number(part, 'y'), number(part, 'width'), number(part, 'height'));
    }
  }
  return all;
}
