// SPDX-License-Identifier: Apache-2.0
// Where the focus goes when what had it is closed: whoever works by keyboard goes on where they were.
import { type RefObject, useLayoutEffect } from 'react';

/** When nothing has the focus any more: to `before`, or to the page's content when that is gone too. */
function give_back(before: Element | null): void {
  if (document.activeElement && document.activeElement !== document.body) return;
  const is_there = before instanceof HTMLElement && before !== document.body && before.isConnected;
  const next = is_there ? before : document.getElementById('main');
  next?.focus({ preventScroll: !is_there });
}

/** For a panel beside the page. */
export function useFocusBack(): void {
  useLayoutEffect(() => {
    const before = document.activeElement;
    return () => {
      // Two frames later: a graph's box that is no longer chosen lets go of the focus in the next one.
      requestAnimationFrame(() => requestAnimationFrame(() => give_back(before)));
    };
  }, []);
}

/**
 * Shows a dialog over the page while its component is there. The browser gives the focus back only
 * to whom it took it from if the dialog is closed before it is gone.
 */
export function useModal(ref: RefObject<HTMLDialogElement | null>): void {
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => {
      if (dialog?.open) dialog.close();
      requestAnimationFrame(() => give_back(null));
    };
  }, [ref]);
}
