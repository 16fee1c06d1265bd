// SPDX-License-Identifier: Apache-2.0
import { type RefObject, useEffect, useRef, useState } from 'react';

export interface Popover {
  /** Of the element that holds both the button and what it opens. */
  ref: RefObject<HTMLDivElement | null>;
  open: boolean;
  set_open: (open: boolean) => void;
}

/** Something that a button opens; Escape and a press outside close it. */
export function usePopover(): Popover {
  const [open, set_open] = useState(false);
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const close = (event: Event): void => {
      const is_escape = event instanceof KeyboardEvent && event.key === 'Escape';
      const is_outside =
        event.type === 'pointerdown' && !ref.current?.contains(event.target as Node);
      // So that the same press closes nothing else.
      if (is_escape) event.preventDefault();
      if (is_escape || is_outside) set_open(false);
    };
    window.addEventListener('pointerdown', close);
    window.addEventListener('keydown', close);
    return () => {
      window.removeEventListener('pointerdown', close);
      window.removeEventListener('keydown', close);
    };
  }, [open]);
  return { ref, open, set_open };
}
